"""From clips to what is learnt: every window is where it should be."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.wake.speakers import SPEEDS, said
from voiced.wake import tuning
from voiced.wake.network import STEPS, scale_of
from voiced.wake.training import negatives
from voiced.wake.training.examples import Examples, make_examples
from voiced.wake.training.synthesis import Clips

CLIPS = [said("wake_jarvis", speed)[8_000:-8_000] for speed in np.linspace(0.9, 1.1, tuning.EXAMINED_EVERY)]


@cache
def learnt() -> tuple[Examples, int]:
    done: list[int] = []
    clips = Clips(CLIPS, [said("wake_alexa")], [said("no_command")[:48_000]])
    return make_examples(clips, [said("wake_jarvis", SPEEDS[1])[8_000:-8_000]], lambda: done.append(1)), len(done)


@pytest.mark.slow
def test_shapes() -> None:
    found, done = learnt()
    assert done == tuning.EXAMINED_EVERY + 1 + 2
    assert found.phrase.shape == (
        (tuning.EXAMINED_EVERY - 1) * tuning.SCENES_A_CLIP * len(tuning.LATE_FRAMES),
        STEPS,
        96,
    )
    assert found.takes.shape == (tuning.SCENES_A_TAKE * len(tuning.LATE_FRAMES), STEPS, 96)
    assert found.examined.shape == (tuning.SCENES_A_CLIP, len(tuning.LATE_FRAMES), STEPS, 96)
    assert found.near.shape[1:] == (STEPS, 96)


def test_windows_follow_one_another() -> None:
    scene = learnt()[0].examined[0]
    assert np.array_equal(scene[0, 1:], scene[1, :-1])


def test_phrases_are_like_each_other_and_unlike_the_rest() -> None:
    found, _ = learnt()

    def direction(windows: np.ndarray) -> np.ndarray:
        mean = scale_of(negatives.read(1).scale, windows[:, -6:]).mean(axis=0).ravel()
        return np.asarray(mean / np.linalg.norm(mean))

    phrase, takes, near = (direction(windows) for windows in (found.phrase, found.takes, found.near))
    assert phrase @ takes > phrase @ near
