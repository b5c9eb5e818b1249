"""The composition root: what came over MQTT is obeyed or told, who waits is known, and freed memory is given back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from tests.fakes import Clock, Notes
from tests.listening.test_pace import heard_after, spoken_until
from voiced import grammar
from voiced.daemon import _budgets, _Mute, _Orders, _Told, release_memory
from voiced.flow import FRAME_SAMPLES, Reason, Sentence
from voiced.foundations.relay import MOST_OFFERED, Relay
from voiced.foundations.signals import Signals
from voiced.foundations.systemd import Systemd
from voiced.foundations.today import today
from voiced.listening.events import Listening
from voiced.listening.requests import Requests
from voiced.mqtt.received import ListenNow, Query, SetEvidence, SetHotword, SetMute
from voiced.records.mute import MuteMemory
from voiced.records.state import Writer

if TYPE_CHECKING:
    from voiced.assistant import Heard
    from voiced.flow import Match
    from voiced.grammar import Grammar
    from voiced.mqtt.client import Mqtt
    from voiced.mqtt.received import Command

BLOCK, BLOCKS = 32 * 1024, 4_000  # bytes, below glibc's threshold for pages of their own; 125 MiB in all


def resident() -> int:
    """MiB of this process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) // 1024


def test_what_is_freed_goes_back() -> None:
    before = resident()
    held: list[np.ndarray[tuple[int], np.dtype[np.uint8]]] = []
    for number in release_memory(range(2)):
        if number == 0:
            blocks = [np.ones(BLOCK, np.uint8) for _ in range(BLOCKS)]
            held = blocks[::200]  # what stays lies between what does not, and keeps all of it from the system
            del blocks
        else:
            assert resident() < before + 30, "most of 125 MiB"
    assert held


def test_nothing_is_lost() -> None:
    assert list(release_memory("abc")) == ["a", "b", "c"]
    with pytest.raises(StopIteration):
        next(release_memory(iter(())))


def test_commands_over_mqtt_are_obeyed() -> None:
    requests, notes = Requests(), Notes()
    mute = _Mute(requests, cast("Mqtt", notes), None)
    heard: Relay[Heard] = Relay(iter(()), 1, "test")
    adjusted: list[Command] = []
    for command in (SetMute(muted=True), ListenNow(), Sentence("good night"), SetEvidence(0.7)):
        _Orders(heard, requests, cast("Mqtt", notes), mute, adjusted.append, no_grammar).obey(command)
    assert (requests.now.muted, requests.now.listen) == (True, True)
    assert list(heard) == [Sentence("good night")]
    assert adjusted == [SetEvidence(0.7)]
    assert notes.told == [("muted", False), ("muted", True)]  # at once: no frame has come


def no_grammar() -> Grammar:
    raise AssertionError("nobody asks for it")


def test_what_a_sentence_means_is_told_and_nothing_is_done() -> None:
    requests, notes = Requests(), Notes()
    heard: Relay[Heard] = Relay(iter(()), 1, "test")
    mute = _Mute(requests, cast("Mqtt", notes), None)
    tea = grammar.parse("intents: {Tea: {sentences: [tea please]}}")
    orders = _Orders(heard, requests, cast("Mqtt", notes), mute, print, lambda: tea)
    answers: list[Match | None] = []
    for text in ("tea please", "coffee please"):
        orders.obey(Query(text, answers.append))
    assert [match and match.intent for match in answers] == ["Tea", None]
    day = grammar.parse("intents: {Day: {sentences: ['{day}']}}\nlists: {day: {type: date}}")
    _Orders(heard, requests, cast("Mqtt", notes), mute, print, lambda: day).obey(Query("today", answers.append))
    assert answers[-1]
    assert answers[-1].slots == {"day": today().isoformat()}
    assert list(heard) == []


def test_who_holds_the_hotword_does_not_unmute_the_house() -> None:
    requests, notes = Requests(), Notes()
    heard: Relay[Heard] = Relay(iter(()), 1, "test")
    mute = _Mute(requests, cast("Mqtt", notes), None)
    orders = _Orders(heard, requests, cast("Mqtt", notes), mute, print, no_grammar)
    muted = []
    for command in (
        SetHotword(listens=False),
        SetMute(muted=True),
        SetHotword(listens=True),
        SetMute(muted=False),
        SetHotword(listens=False),
        SetMute(muted=False),
    ):
        orders.obey(command)
        muted.append(requests.now.muted)
    assert muted == [True, True, True, False, True, True]
    assert notes.told == [("muted", False), ("muted", True), ("muted", False), ("muted", False)]


def test_a_sentence_that_cannot_wait_is_told_so(caplog: pytest.LogCaptureFixture) -> None:
    notes, requests = Notes(), Requests()
    mute = _Mute(requests, cast("Mqtt", notes), None)
    heard: Relay[Heard] = Relay(iter(()), 1, "test")
    orders = _Orders(heard, requests, cast("Mqtt", notes), mute, print, no_grammar)
    for number in range(MOST_OFFERED + 2):
        orders.obey(Sentence(f"number {number}"))
    assert notes.told[1:] == [(None, Reason.BUSY, None, None)]
    assert f"'number {MOST_OFFERED + 1}' rejected: busy" in caplog.text


def test_who_waits_is_known_and_how_old_speech_is() -> None:
    clock = Clock()
    pace, signals = heard_after([0.0], clock), Signals()
    heard: Relay[Heard] = Relay(iter(()), 8, "test")
    clock.advance(1.5)
    budget = _budgets(pace, heard, signals)(spoken_until(FRAME_SAMPLES))
    assert budget.age() == pytest.approx(1.5)
    assert (budget.overtaken(), budget.awaited()) == (False, False)
    heard.offer(Sentence("good night"))
    assert (budget.overtaken(), budget.awaited()) == (False, True)
    heard.offer(Listening(None))
    assert (budget.overtaken(), budget.awaited()) == (True, True)
    list(heard)
    assert (budget.overtaken(), budget.awaited()) == (False, False)
    signals.stopping = True
    assert budget.overtaken()


def test_a_muted_house_does_not_listen_after_a_power_cut(tmp_path: Path) -> None:
    def started() -> tuple[bool, list[object]]:
        requests, notes, writer = Requests(), Notes(), Writer()
        mute = _Mute(requests, cast("Mqtt", notes), MuteMemory(tmp_path, "hall", writer))
        before = requests.now.muted
        mute.switch(muted=not before)
        writer.close()
        assert requests.now.muted is not before
        return before, notes.told

    assert started() == (False, [("muted", False), ("muted", True)])
    assert started() == (True, [("muted", True), ("muted", False)])
    assert started() == (False, [("muted", False), ("muted", True)])


class Manager(Systemd):
    """Notes what the service manager is told."""

    def __init__(self) -> None:
        super().__init__({})
        self.told: list[str] = []

    def _tell(self, message: str) -> None:
        self.told.append(message)


def test_a_missing_microphone_is_told() -> None:
    manager, notes = Manager(), Notes()
    told = _Told(cast("Mqtt", notes), manager, "hey_jarvis")
    told.ready()
    told.microphone(there=False)
    told.microphone(there=True)
    assert notes.told == [("microphone", True), ("microphone", False), ("microphone", True)]
    listening, missing = "STATUS=listening for hey_jarvis", "STATUS=the microphone is missing; waiting for it"
    assert manager.told == [listening, "READY=1", missing, listening]
