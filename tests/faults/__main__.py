"""Strikes a daemon with one kind of fault after the other, and counts.

    python -m tests.faults [--only KIND …] [--times N | --share 0.1] [--seed 0]

Each strike is told on standard error. Needs PulseAudio and Mosquitto; *disk full* needs root for a small file system,
*clock* a C compiler. With all kinds in full it takes one to two hours.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.faults import alone, overload, shared
from tests.faults.house import House
from tests.faults.ledger import NOTHING, Account

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Kind:
    """A kind of fault: `strike` returns whether the daemon is heard again."""

    strike: Callable[[House, int], bool]
    times: int  # in full
    shares: bool = True  # the daemon of others


KINDS = {
    "broker-killed": Kind(shared.broker_killed, 100),
    "broker-frozen": Kind(shared.broker_frozen, 20),
    "broker-bad": Kind(shared.broker_bad, 17),
    "microphone-lost": Kind(shared.microphone_lost, 50),
    "sound-frozen": Kind(shared.sound_frozen, 20),
    "flooded": Kind(overload.flooded, 5),
    "reloaded": Kind(shared.reloaded, 12),
    "stopped": Kind(alone.stopped, 48, shares=False),
    "power-cut": Kind(alone.power_cut, 100, shares=False),
    "disk-full": Kind(alone.disk_full, 1, shares=False),
    "clock": Kind(alone.clock_jumped, 2, shares=False),
}

WIDTHS = (5, 5, 7, 10, 7, 7)  # of the table's columns, from "lost" on


@dataclass
class Result:
    """What became of one kind."""

    kind: str
    times: int
    account: Account = NOTHING
    not_heard: list[int] = field(default_factory=list)  # which times
    crashes: list[int] = field(default_factory=list)  # signals that ended a process
    log: str = field(default="", repr=False)

    @property
    def is_clean(self) -> bool:
        return not any(self.wrong)

    @property
    def wrong(self) -> tuple[Sequence[object], ...]:
        """What must be empty, in the order of the table."""
        found = self.account
        return found.lost, found.late, found.doubled, found.unreported, self.not_heard, self.crashes


def struck(name: str, times: int, seed: int) -> Result:
    """Do one kind of fault so many times to a house of its own; returns what was counted."""
    kind, result = KINDS[name], Result(name, times)
    with House(seed) as house:
        if kind.shares:
            assert house.service.is_running
        for number in range(times):
            heard = _strike(kind, house, number)
            print(f"{name} {number}: {'heard again' if heard else 'NOT HEARD'}", file=sys.stderr, flush=True)
            if not heard:
                result.not_heard.append(number)
        result.account = house.account()
        if kind.shares:
            service = house.service
            result.crashes = [code for code in service.exits if code < 0]
        result.log = house.log
    return result


def _strike(kind: Kind, house: House, number: int) -> bool:
    """Whether it is heard again; a failed assertion, as that it never listened, is an answer too."""
    try:
        return kind.strike(house, number)
    except AssertionError:
        traceback.print_exc()
        return False


def main() -> int:
    """Strike, print a table, and return 1 if anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=KINDS, default=list(KINDS), metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--times", type=int, help="of each kind; without it as many as make it a full run")
    parser.add_argument("--share", type=float, default=1.0, help="of a full run")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print("fault            times commands  lost  late doubled unreported unheard crashed")  # as WIDTHS
    clean = True
    for name in options.only:
        began = time.monotonic()
        result = struck(name, options.times or max(1, round(KINDS[name].times * options.share)), options.seed)
        clean = clean and result.is_clean
        counts = " ".join(f"{len(each):{width}}" for each, width in zip(result.wrong, WIDTHS, strict=True))
        seconds = time.monotonic() - began
        print(f"{name:16} {result.times:5} {result.account.understood:8} {counts}   {seconds:.0f} s", flush=True)
        if not result.is_clean:
            print(f"  {result}"[:2_000], *result.log.splitlines()[-200:], sep="\n  ", flush=True)
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
