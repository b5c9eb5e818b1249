"""Whether it sounds as if the speaker were done: what is measured in sound that is made for it, and what that means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from voiced.flow import SAMPLE_RATE, Ending, Utterance
from voiced.recognition.cadence import CLOSE, QUIET, Cadence, cadence, sounds_done

DONE = Cadence(stop=-0.5, sinking=-2.5, last=0.25, pause=-30.0)


def spoken(end: float, pause: float) -> Utterance:
    """A second of loud speech, an end and a pause of these loudnesses."""
    random = np.random.default_rng(1)
    parts = [(SAMPLE_RATE, 0.1), (CLOSE, end), (3_000, pause)]
    sound = np.concatenate([random.normal(scale=scale, size=length) for length, scale in parts]).astype(np.float32)
    return Utterance(sound, 5_000, (5_000, 5_000 + SAMPLE_RATE + CLOSE), Ending.SILENCE)


def test_a_voice_that_sinks_before_a_quiet_pause() -> None:
    how = cadence(spoken(0.05, 0.001), 0.3, -0.5)
    assert how.sinking == pytest.approx(20 * np.log10(0.05 / 0.1) + 1.1, abs=0.3)  # the whole is 1.1 dB quieter, too
    assert how.pause == pytest.approx(-39, abs=0.5)
    assert (how.last, how.stop) == (0.3, -0.5)


def test_a_voice_that_is_kept_up() -> None:
    assert cadence(spoken(0.1, 0.001), 0.3, -0.5).sinking == pytest.approx(0, abs=0.2)


def test_where_the_sound_ends_with_the_speech_nothing_is_known_of_the_pause() -> None:
    whole = spoken(0.05, 0.001)
    assert not sounds_done(cadence(replace(whole, samples=whole.samples[:-3_000]), 0.25, -0.1))


@pytest.mark.parametrize(
    ("other", "done"),
    [
        ({}, True),
        ({"stop": -4.0}, False),  # Whisper would write a comma
        ({"sinking": 1.0}, False),  # the voice is kept up
        ({"last": 0.6}, False),  # the last word is drawn out
        ({"last": 3.0, "sinking": -9.0, "stop": 0.0}, True),  # how much longer does not matter
        ({"pause": QUIET + 1}, False),  # no pause that could be relied upon
    ],
)
def test_sounds_done(other: dict[str, float], *, done: bool) -> None:
    assert sounds_done(replace(DONE, **other)) is done
