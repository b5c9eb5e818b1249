"""The short version of `python -m tests.faults`: each kind a few times."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from tests.faults.__main__ import KINDS, struck
from tests.faults.ledger import Account, account
from tests.faults.spoken import Message, Said, account_of_spoken
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
2026-01-15 19:30:10,000 INFO    'mark 1' → Mark {'number': 1} (confidence 1.00)
2026-01-15 19:30:10,000 INFO    publishing home/mark/1 '1'
2026-01-15 19:30:10,500 INFO    publishing home/mark/2 '2'
2026-01-15 19:30:11,000 INFO    publishing home/mark/3 '3'
2026-01-15 19:30:11,000 INFO    publishing home/mark/4 '4'
2026-01-15 19:30:11,500 INFO    publishing home/mark/5 '5'
2026-01-15 19:30:21,000 WARNING not delivered: home/mark/2 '2': the broker was away
2026-01-15 19:30:22,000 INFO    'mark 6' → Mark {'number': 6} (confidence 1.00)
2026-01-15 19:30:22,000 INFO    publishing home/mark/6 '6'
2026-01-15 19:30:22,000 WARNING 'mark 7' rejected: busy, too many sentences came at once
"""
BEGIN = 1_768_505_410  # 19:30:10


def _broker(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def _arrives(number: int, second: int) -> str:
    return f"{second}: Received PUBLISH from voiced-house (d0, q1, r0, m9, 'home/mark/{number}', ... (1 bytes))"


def test_the_ledger_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    broker = _broker(_arrives(1, BEGIN), _arrives(3, BEGIN + 1), _arrives(3, BEGIN + 2), _arrives(5, BEGIN + 20))
    found = account(DAEMON, broker, {})
    assert found == Account(understood=6, lost=(4, 6), late=(5,), doubled=(3,), unreported=())


SAY = "'voiced/house/say/set', ... (6 bytes))"


def test_the_ledger_follows_each_sentence_through_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mark 6 is done twelve seconds after it was handed over, 7 is told to be too much, of 8 nothing is heard.

    Mark 5 was written when the daemon was away, 9 was never taken.
    """
    monkeypatch.setenv("TZ", "UTC")
    broker = _broker(
        f"{BEGIN}: Received PUBLISH from auto-1 (d0, q1, r0, m15, {SAY}",
        f"{BEGIN}: Received SUBSCRIBE from voiced-house",
        *(f"{BEGIN}: Received PUBLISH from auto-1 (d0, q1, r0, m{10 + mark}, {SAY}" for mark in (6, 7, 8, 9)),
        *(f"{BEGIN}: Sending PUBLISH to voiced-house (d0, q1, r0, m{packet}, {SAY}" for packet in (1, 2, 3, 4)),
        *(f"{BEGIN}: Received PUBACK from voiced-house (Mid: {packet}, RC:0)" for packet in (2, 1, 3)),
        _arrives(6, BEGIN + 12),
    )
    found = account(DAEMON, broker, {10 + mark: mark for mark in range(1, 10)})
    assert (found.late, found.unreported) == ((6,), (8,))


def _message(at: float, topic: str, /, **event: object) -> Message:
    return Message(at, topic, json.dumps(event))


def test_the_ledger_of_what_is_spoken() -> None:
    """The lights are done twice, the timer late; the blinds are told and not done, the second wake never answered.

    Of seven commands one woke nobody, one did so in vain, and one was told to be in doubt; two more were said to a
    microphone that was told to be missing.
    """
    said = [Said("LightSet", 100.0, 103.0), Said("TimerStart", 105.0, 108.0), Said("CoverSet", 110.0, 113.0)]
    said += [*4 * [Said("Other", 118.0, 120.0)], Said("Other", 128.0, 131.0), Said("Other", 135.0, 138.0)]
    heard = [
        _message(101.0, "voiced/house/wake", at=1.0),
        _message(101.5, "voiced/house/wake", at=1.5),
        _message(104.0, "voiced/house/intent/LightSet", intent="LightSet", text="lights", speech=[1.3, 3.0]),
        _message(104.1, "voiced/house/unmatched", reason="busy", text="mark 7"),
        _message(104.2, "home/office/light/set"),
        _message(104.3, "home/office/light/set"),
        _message(105.0, "voiced/house/wake", at=5.0),
        _message(106.0, "voiced/house/intent/Mark", intent="Mark", text="mark 8"),
        _message(106.0, "home/mark/8"),
        _message(109.0, "voiced/house/wake", at=9.0),
        _message(119.7, "voiced/house/intent/TimerStart", intent="TimerStart", text="timer", speech=[9.3, 10.0]),
        _message(119.8, "home/timer/start"),
        _message(120.0, "voiced/house/wake", at=14.0),
        _message(120.5, "voiced/house/wake/rejected", at=19.0),
        _message(121.0, "voiced/house/intent/CoverSet", intent="CoverSet", text="blinds", speech=[14.3, 16.0]),
        _message(122.0, "voiced/house/unmatched", reason="late", text="", speech=[14.3, 16.0]),
        _message(125.0, "voiced/house/wake", at=25.0),
        _message(126.0, "voiced/house/unmatched", reason="low_confidence", text="", speech=[25.3, 26.0]),
        Message(133.0, "voiced/house/microphone", "missing"),
        Message(136.0, "voiced/house/microphone", "ok"),
    ]
    assert account_of_spoken(said, heard, "house") == Account(
        understood=3,
        lost=("blinds", "woken by none"),
        late=("timer",),
        doubled=("lights", "woken at 14.0 s"),
        unreported=("woken at 5.0 s",),
    )
