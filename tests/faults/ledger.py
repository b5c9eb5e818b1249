"""What became of each command, read off two logs: the daemon's, and the broker's.

A command of the test is `mark 17`, whose action goes to home/mark/17: it is known by its topic, whatever is lost
between. The daemon owes an account of each command that it has understood: the broker got it once and in time, or the
log says why not.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

MARKS = """\
intents:
  Mark: {sentences: ["mark {number}"], action: {topic: "home/mark/{number}", payload: "{number}"}}
lists:
  number: {range: {from: 0, to: 999}}
"""
EXPIRES_SECONDS = 10.0  # of an action that says nothing else
CLOCK_SECONDS = 1.5  # the broker's log has whole seconds

SENT = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(\d+) INFO +publishing home/mark/(\d+) ", re.MULTILINE)
TOLD = re.compile(r"not delivered: home/mark/(\d+) ")
GOT = re.compile(r"^(\d+): Received PUBLISH from \S+ \(.*'home/mark/(\d+)'", re.MULTILINE)


@dataclass(frozen=True)
class Account:
    """Numbers of commands that went wrong."""

    understood: int
    lost: tuple[int, ...]  # neither at the broker nor in the log
    late: tuple[int, ...]
    doubled: tuple[int, ...]


def account(daemon_log: str, broker_log: str) -> Account:
    """Compare two logs."""
    sent = {int(number): _second(at, thousandths) for at, thousandths, number in SENT.findall(daemon_log)}
    told = {int(number) for number in TOLD.findall(daemon_log)}
    got = [(int(number), float(second)) for second, number in GOT.findall(broker_log)]
    counted = Counter(number for number, _ in got)
    return Account(
        understood=len(sent),
        lost=tuple(sorted(sent.keys() - counted.keys() - told)),
        late=tuple(
            sorted(
                number for number, at in got if number in sent and at - sent[number] > EXPIRES_SECONDS + CLOCK_SECONDS
            )
        ),
        doubled=tuple(sorted(number for number, times in counted.items() if times > 1)),
    )


def _second(at: str, thousandths: str) -> float:
    """Unix time of a line of the daemon's log, which is written in local time."""
    local = datetime.strptime(at, "%Y-%m-%d %H:%M:%S").astimezone(UTC)
    return local.timestamp() + int(thousandths) / 1_000
