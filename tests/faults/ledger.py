"""What became of each command, read off two logs: the daemon's, and the broker's.

A command of the test is `mark 17`, whose action goes to home/mark/17: it is known by its topic, whatever is lost
between. The daemon owes an account of each command that it has taken from the broker: it was understood or rejected;
and of each that it has understood: the broker got it once and in time, or the log says why not.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BEYOND = 1_000  # from here on marks are not in the grammar
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
ANSWERED = re.compile(r"'mark (\d+)' (?:→|rejected: )")
GOT = re.compile(r"^(\d+): Received PUBLISH from \S+ \(.*'home/mark/(\d+)'", re.MULTILINE)
# How a sentence goes through the broker: written, handed to the daemon, taken by it. One connection's are in order.
SUBSCRIBED = re.compile(r"^\d+: Received SUBSCRIBE from voiced-")
WRITTEN = re.compile(r"^\d+: Received PUBLISH from (?!voiced-)\S+ \(.* m(\d+), '[^']*/say/set'")
HANDED = re.compile(r"^(\d+): Sending PUBLISH to voiced-\S+ \(.* m(\d+), '[^']*/say/set'")
TAKEN = re.compile(r"^\d+: Received PUBACK from voiced-\S+ \(Mid: (\d+)")


@dataclass(frozen=True)
class Account:
    """Commands that went wrong: numbers of those in writing, words about those that were spoken."""

    understood: int
    lost: tuple[int | str, ...] = ()  # understood, and neither at the broker nor in the log
    late: tuple[int | str, ...] = ()
    doubled: tuple[int | str, ...] = ()
    unreported: tuple[int | str, ...] = ()  # taken, and never answered: neither understood nor rejected

    def __add__(self, other: Account) -> Account:
        return Account(
            self.understood + other.understood,
            self.lost + other.lost,
            self.late + other.late,
            self.doubled + other.doubled,
            self.unreported + other.unreported,
        )


NOTHING = Account(0)


def account(daemon_log: str, broker_log: str, written: Mapping[int, int]) -> Account:
    """Compare two logs; `written`: the packet id under which each mark was sent → its number."""
    sent = {int(number): _second(at, thousandths) for at, thousandths, number in SENT.findall(daemon_log)}
    told = {int(number) for number in TOLD.findall(daemon_log)}
    answered = {int(number) for number in ANSWERED.findall(daemon_log)}
    got = [(int(number), float(second)) for second, number in GOT.findall(broker_log)]
    taken = {written[packet]: second for packet, second in _taken(broker_log).items() if packet in written}
    since = sent | {number: second for number, second in taken.items() if number in sent}
    counted = Counter(number for number, _ in got)
    return Account(
        understood=len(sent),
        lost=tuple(sorted(sent.keys() - counted.keys() - told)),
        late=tuple(
            sorted(number for number, at in got if at - since.get(number, at) > EXPIRES_SECONDS + CLOCK_SECONDS)
        ),
        doubled=tuple(sorted(number for number, times in counted.items() if times > 1)),
        unreported=tuple(sorted(taken.keys() - answered)),
    )


def _taken(broker_log: str) -> dict[int, float]:
    """Packet id of the writer → second when the broker handed it to the daemon, of each sentence that it has taken."""
    waiting: deque[int] = deque()
    handed: dict[str, tuple[int, float]] = {}  # by the packet id that the broker gave it
    taken = {}
    for line in broker_log.splitlines():
        if SUBSCRIBED.match(line):
            waiting.clear()
            handed.clear()
        elif found := WRITTEN.match(line):
            waiting.append(int(found[1]))
        elif (found := HANDED.match(line)) and waiting:
            handed[found[2]] = waiting.popleft(), float(found[1])
        elif (found := TAKEN.match(line)) and found[1] in handed:
            packet, second = handed.pop(found[1])
            taken[packet] = second
    return taken


def _second(at: str, thousandths: str) -> float:
    """Unix time of a line of the daemon's log, which is written in local time."""
    local = datetime.strptime(at, "%Y-%m-%d %H:%M:%S").astimezone(UTC)
    return local.timestamp() + int(thousandths) / 1_000
