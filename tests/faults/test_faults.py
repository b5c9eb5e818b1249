"""The short version of `python -m tests.faults`: each kind a few times."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.faults.__main__ import KINDS, struck
from tests.faults.ledger import Account, account
from tests.system_parts import missing

TIMES = {"broker-killed": 5, "broker-frozen": 2, "broker-bad": 6, "microphone-lost": 3, "sound-frozen": 2}
TIMES |= {"flooded": 1, "reloaded": 12, "stopped": 8, "power-cut": 2, "disk-full": 1, "clock": 1}


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_it_is_heard_again_and_nothing_is_lost(name: str) -> None:
    if name == "disk-full" and os.geteuid() != 0:
        pytest.skip("needs root, to mount a small file system")
    if name == "clock" and not shutil.which("cc"):
        missing("no C compiler: apt-get install gcc")
    result = struck(name, TIMES[name], seed=1)
    assert result.is_clean, result


DAEMON = """\
2026-01-15 19:30:10,000 INFO    publishing home/mark/1 '1'
2026-01-15 19:30:10,500 INFO    publishing home/mark/2 '2'
2026-01-15 19:30:11,000 INFO    publishing home/mark/3 '3'
2026-01-15 19:30:11,000 INFO    publishing home/mark/4 '4'
2026-01-15 19:30:11,500 INFO    publishing home/mark/5 '5'
2026-01-15 19:30:21,000 WARNING not delivered: home/mark/2 '2': the broker was away
"""


def test_the_ledger_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    begin = 1_768_505_410  # 19:30:10
    got = [(1, begin), (3, begin + 1), (3, begin + 2), (5, begin + 20)]
    broker = "".join(
        f"{second}: Received PUBLISH from voiced-house (d0, q1, r0, m{second}, 'home/mark/{number}', ... (1 bytes))\n"
        for number, second in got
    )
    assert account(DAEMON, broker) == Account(understood=5, lost=(4,), late=(5,), doubled=(3,))
