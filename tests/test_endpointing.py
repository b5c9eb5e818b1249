"""Endpointing, told as text: '.' 80 ms of quiet, 's' 80 ms of speech; what ends the recording, and when."""

from __future__ import annotations

import pytest

from voiced.config import ListeningSettings
from voiced.endpointing import Endpointer
from voiced.flow import Ending

STEP = 1_280  # samples, 80 ms
SETTINGS = ListeningSettings(min_speech=0.25, silence=0.8, start_timeout=4.0, longest=10.0)
START = 16_000  # where in the stream the endpointer begins to listen


def play(script: str, settings: ListeningSettings = SETTINGS) -> tuple[Ending | None, int, tuple[int, int]]:
    """The ending, how many steps it took, and the speech in steps since the start."""
    endpointer = Endpointer(settings, START)
    for step, symbol in enumerate(script, start=1):
        ending = endpointer.hear(STEP, is_speech=symbol == "s")
        if ending:
            return ending, step, speech(endpointer)
    return None, len(script), speech(endpointer)


def speech(endpointer: Endpointer) -> tuple[int, int]:
    first, last = endpointer.speech
    return (first - START) // STEP, (last - START) // STEP


@pytest.mark.parametrize(
    ("script", "ending", "steps", "said"),
    [
        ("...", None, 3, (0, 0)),
        ("..." + "s" * 10 + "." * 10, Ending.SILENCE, 23, (3, 13)),
        ("..." + "s" * 10 + "." * 9, None, 22, (3, 13)),  # not yet quiet for long enough
        ("s" * 4 + "." * 10, Ending.SILENCE, 14, (0, 4)),  # "stop"
        ("s" * 10 + "." * 9 + "s" * 5 + "." * 10, Ending.SILENCE, 34, (0, 24)),  # a pause for thought
        ("." * 60, Ending.NO_SPEECH, 50, (0, 0)),
        ("." * 48 + "s" * 10 + "." * 10, Ending.SILENCE, 68, (48, 58)),  # begins just before the time is up
        ("." * 48 + "ss" + "." * 10, Ending.NO_SPEECH, 52, (0, 0)),  # nearly did: heard out, then nothing
        ("s.s.s.s." * 6 + "." * 10, Ending.NO_SPEECH, 50, (0, 0)),  # clicks are not speech
        ("sss.ss" + "." * 10, Ending.SILENCE, 16, (0, 6)),  # the closure before a "t" is no pause
        ("ss" + ".s" * 60, Ending.NO_SPEECH, 57, (0, 0)),  # crackling that never lets the sum run empty
        ("ss" + "." * 30 + "s" * 5 + "." * 10, Ending.SILENCE, 47, (32, 37)),  # the tail of the wake word leaks away
        ("s" * 200, Ending.TOO_LONG, 125, (0, 125)),
        ("." * 40 + "s" * 200, Ending.TOO_LONG, 165, (40, 165)),  # who hesitates has as long as any other
    ],
)
def test_script(script: str, ending: Ending | None, steps: int, said: tuple[int, int]) -> None:
    assert play(script) == (ending, steps, said)


def test_nothing_said_is_an_empty_stretch_at_the_start() -> None:
    assert Endpointer(SETTINGS, START).speech == (START, START)


@pytest.mark.parametrize(("silence", "steps"), [(0.4, 15), (0.8, 20), (1.2, 25)])
def test_silence_is_as_long_as_the_setting(silence: float, steps: int) -> None:
    patient = SETTINGS.model_copy(update={"silence": silence})
    assert play("s" * 10 + "." * 40, patient) == (Ending.SILENCE, steps, (0, 10))


def test_the_size_of_the_steps_does_not_matter() -> None:
    endpointer = Endpointer(SETTINGS, 0)
    assert endpointer.hear(8_000, is_speech=True) is None
    assert endpointer.hear(12_799, is_speech=False) is None
    assert endpointer.hear(1, is_speech=False) is Ending.SILENCE
