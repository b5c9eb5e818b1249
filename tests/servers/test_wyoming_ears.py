"""A Wyoming client's command: its end, found sooner by what was recognised at a pause."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from voiced.audio import sound_file
from voiced.config import Config, ListeningSettings
from voiced.flow import SAMPLE_RATE, Continuation, Detection, Ending, Opinion, Transcript, Utterance
from voiced.recognition.end_of_turn import SoFar
from voiced.servers.wyoming_ears import CommandEar, Pcm, WakeEar

LIGHTS = sound_file.read(Path(__file__).parents[1] / "sounds/command_lights.ogg")
SECOND = np.zeros(SAMPLE_RATE, np.float32)
BLOCK = 1_024  # samples
UNHEARD = Transcript("", None, None, 0.0, 0.0)


def hear(settings: ListeningSettings, continuation: Continuation | None, seconds: float = 0.1) -> tuple[int, int]:
    """How much silence was heard until the command was over, in samples, and how often the ear asked.

    At each pause it is told `continuation`, after so many seconds; None: it is told nothing.
    """
    ear, n_asked = CommandEar(settings, Pcm(SAMPLE_RATE, 2, 1)), 0
    sound = np.concatenate([LIGHTS, SECOND, SECOND])
    pcm = (sound * 32_767).astype("<i2")
    for begin in range(0, len(pcm), BLOCK):
        if utterance := ear.hear(pcm[begin : begin + BLOCK].tobytes()):
            return begin + BLOCK - utterance.speech[1], n_asked
        if continuation and (so_far := ear.pause()):
            n_asked += 1
            ear.answered(SoFar(so_far, UNHEARD, continuation), seconds)
    raise AssertionError("no end")


def test_the_silence_that_ends_it_is_told_by_what_may_follow() -> None:
    settings = ListeningSettings()
    silences = [hear(settings, each)[0] for each in (Continuation.COMPLETE, Continuation.CONCLUDED, None)]
    assert silences == sorted(silences)
    assert silences[0] < 0.35 * SAMPLE_RATE < silences[1] + 0.2 * SAMPLE_RATE
    assert 0.75 * SAMPLE_RATE < silences[2] < SAMPLE_RATE


def test_slow_answers_are_asked_for_later_or_not_at_all() -> None:
    quick, slow = (hear(ListeningSettings(), Continuation.UNKNOWN, seconds)[1] for seconds in (0.1, 5.0))
    assert slow <= quick
    assert hear(ListeningSettings(recognize_pauses=False), Continuation.COMPLETE)[1] == 0


def test_what_was_recognised_at_the_pause_holds_when_the_client_says_that_it_is_over() -> None:
    ear = CommandEar(ListeningSettings(), Pcm(SAMPLE_RATE, 2, 1))
    sound = np.concatenate([LIGHTS, SECOND[: SAMPLE_RATE // 5]])
    ear.hear((sound * 32_767).astype("<i2").tobytes())
    so_far, whole = ear.pause(), ear.all()
    assert whole.ending is Ending.END_OF_AUDIO
    assert so_far
    assert SoFar(so_far, UNHEARD, Continuation.UNKNOWN).settled(whole) is UNHEARD


@pytest.mark.parametrize("seconds", [0.0, 0.05, 1.0])
def test_silence_is_nothing_said(seconds: float) -> None:
    ear = CommandEar(ListeningSettings(), Pcm(SAMPLE_RATE, 2, 1))
    ear.hear(bytes(2 * round(seconds * SAMPLE_RATE)))
    whole: Utterance = ear.all()
    assert whole.ending is Ending.NO_SPEECH


def test_a_wake_word_is_judged_by_the_settings_as_they_are_now() -> None:
    thresholds, evidence = {"hey_jarvis": 0.5}, {"is": 0.6}
    pipelines = SimpleNamespace(opinion=lambda *_: Opinion(evidence["is"], -1.0))
    house = SimpleNamespace(config=Config(), thresholds=thresholds, pipelines=lambda: pipelines)
    ear = WakeEar(cast("Any", house), (), Pcm(SAMPLE_RATE, 2, 1))
    ear.hear(bytes(2_560))
    doubtful = Detection("hey_jarvis", 0.5, 1_280, doubtful=True)
    assert ear._is_real(doubtful)
    thresholds["hey_jarvis"] = 0.7
    assert not ear._is_real(doubtful)
    pipelines = SimpleNamespace(opinion=lambda *_: Opinion(0.8, -1.0))  # intents were reloaded
    assert ear._is_real(doubtful)
