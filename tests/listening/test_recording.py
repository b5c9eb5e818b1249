"""Recordings as utterances: the samples stay as they are, and the VAD marks the speech in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.listening.test_ear import ScriptVad
from voiced.audio.vad import STEP_SAMPLES as STEP
from voiced.flow import Ending
from voiced.listening.recording import as_utterance

if TYPE_CHECKING:
    from voiced.flow import Samples

QUIET, SPEECH = 0.0, 0.5


def sound(script: str) -> Samples:
    """'.' a step of quiet, 's' of speech."""
    return np.repeat(np.array([SPEECH if symbol == "s" else QUIET for symbol in script], np.float32), STEP)


@pytest.mark.parametrize(
    ("script", "speech", "ending"),
    [
        ("..sss....", (2, 5), Ending.END_OF_AUDIO),
        ("sss", (0, 3), Ending.END_OF_AUDIO),
        (".s..ss.", (1, 6), Ending.END_OF_AUDIO),  # pauses inside belong to it
        ("...s", (3, 4), Ending.END_OF_AUDIO),
        (".....", (0, 0), Ending.NO_SPEECH),
        ("", (0, 0), Ending.NO_SPEECH),
    ],
)
def test_speech_lies_between_the_first_and_the_last_step_of_it(
    script: str, speech: tuple[int, int], ending: Ending
) -> None:
    utterance = as_utterance(sound(script), ScriptVad())
    assert utterance.speech == (speech[0] * STEP, speech[1] * STEP)
    assert utterance.ending is ending
    assert utterance.detection is None


def test_nothing_is_cut_off() -> None:
    samples = np.append(sound("..ss.."), np.ones(STEP - 1, np.float32))  # the last step is not whole
    utterance = as_utterance(samples, ScriptVad())
    np.testing.assert_array_equal(utterance.samples, samples)
    assert utterance.start == 0


def test_the_vad_forgets_the_recording_before() -> None:
    vad = ScriptVad()
    as_utterance(np.ones(STEP - 1, np.float32), vad)  # waits for more
    assert as_utterance(sound("..s"), vad).speech == (2 * STEP, 3 * STEP)
