"""Endpointing, told as text: '.' 80 ms of quiet, 's' 80 ms of speech; what ends the recording, and when.

A capital is 80 ms of quiet as well; just before it the recogniser has told what may follow: Complete, Extendable,
Done (extendable, but it sounds so), Begun, or nothing that it Knows of.
"""

from __future__ import annotations

import pytest

from voiced.config import ListeningSettings
from voiced.flow import Continuation, Ending
from voiced.listening.endpointing import Endpointer

STEP = 1_280  # samples, 80 ms
SETTINGS = ListeningSettings(
    min_speech=0.25,
    silence=0.8,
    silence_complete=0.4,
    silence_concluded=0.3,
    silence_unfinished=1.2,
    start_timeout=4.0,
    longest=10.0,
)
TOLD = {
    "C": Continuation.COMPLETE,
    "D": Continuation.CONCLUDED,
    "E": Continuation.EXTENDABLE,
    "B": Continuation.UNFINISHED,
    "K": Continuation.UNKNOWN,
}
START = 16_000  # where in the stream the endpointer begins to listen


def play(script: str, settings: ListeningSettings = SETTINGS) -> tuple[Ending | None, int, tuple[int, int]]:
    """The ending, how many steps it took, and the speech in steps since the start."""
    endpointer, continuation = Endpointer(settings, START), Continuation.UNKNOWN
    for step, symbol in enumerate(script, start=1):
        continuation = Continuation.UNKNOWN if symbol == "s" else TOLD.get(symbol, continuation)
        ending = endpointer.hear(STEP, is_speech=symbol == "s", continuation=continuation)
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
        ("s" * 10 + "." * 6 + "s" * 5 + "." * 10, Ending.SILENCE, 31, (0, 21)),  # a pause for thought
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


@pytest.mark.parametrize(
    ("script", "ending", "steps"),
    [
        ("s" * 10 + "..C", Ending.COMPLETE, 13),  # nothing can follow: at once
        ("s" * 10 + "..s..C", Ending.COMPLETE, 16),
        ("s" * 10 + "..E" + "." * 9, Ending.SILENCE, 15),  # a command, but it may go on: 0.4 s
        ("s" * 10 + "......E" + "." * 9, Ending.SILENCE, 17),  # told late: at once
        ("s" * 10 + "..E.s" + "." * 20, Ending.SILENCE, 25),  # it did go on, and nobody knows how: 0.8 s
        ("s" * 10 + "..B" + "." * 20, Ending.SILENCE, 25),  # no command yet: 1.2 s
        ("s" * 10 + "..B" + "." * 11 + "s" * 5 + "..C", Ending.COMPLETE, 32),
        ("s" * 10 + "..K" + "." * 20, Ending.SILENCE, 20),
        ("s" * 10 + "..E.K" + "." * 20, Ending.SILENCE, 20),  # the newer answer counts
        ("ss..C" + "." * 60, Ending.NO_SPEECH, 50),  # too short to be speech: the endpointer has heard nothing
        ("ssss" + "." + "ssss" + "..E" + "." * 20, Ending.SILENCE, 14),  # 0.08 s between words: as fluent as any
        ("ssss" + ".." + "ssss" + "..E" + "." * 20, Ending.SILENCE, 17),  # 0.16 s between words: 0.56 s at the end
        ("ssss" + "." * 8 + "ssss" + "..E" + "." * 20, Ending.SILENCE, 28),  # as if nobody had told: 0.96 s
        ("s" * 10 + "..D" + "." * 9, Ending.SILENCE, 14),  # it sounds as if it were all: 0.3 s
        ("s" * 10 + "..Ds" + "." * 20, Ending.SILENCE, 24),  # it was not
        ("ssss" + "." * 4 + "ssss" + "..D" + "." * 20, Ending.SILENCE, 17),  # 0.32 s between words: 0.38 s at the end
        ("ssss" + "." * 8 + "ssss" + "." * 20, Ending.SILENCE, 28),  # 0.64 s between words, and nobody told: 0.96 s
        ("ssss" + "." * 8 + "ssss" + "..C", Ending.COMPLETE, 19),
        ("s" * 124 + ".", Ending.TOO_LONG, 125),
    ],
)
def test_what_may_follow_decides_how_long_it_waits(script: str, ending: Ending, steps: int) -> None:
    assert play(script)[:2] == (ending, steps)


def test_who_goes_on_is_not_ended_by_what_might_have_been_all() -> None:
    endpointer = Endpointer(SETTINGS, 0)
    endpointer.hear(8_000, is_speech=True)
    assert endpointer.hear(1, is_speech=True, continuation=Continuation.COMPLETE) is None


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
