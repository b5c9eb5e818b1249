"""Clips of a phrase and of other speech → windows of embeddings to learn from: each clip is staged a few times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voiced.flow import FRAME_SAMPLES
from voiced.wake.embedding import WARM_UP, Embedder, embedded
from voiced.wake.network import STEPS, windows_of
from voiced.wake.training.augmentation import Scene, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voiced.flow import Samples
    from voiced.wake.embedding import Features
    from voiced.wake.training.synthesis import Clips

COPIES = 4  # scenes of each clip …
OF_TAKES = 24  # … and of each take of the user's own
LATE = (0, 1, 2, 3)  # frames after the one in which the phrase ends: there it should be heard
EXAMINED = 7  # one clip of so many is not learnt from, but for the examination


@dataclass(frozen=True, eq=False, slots=True)
class Examples:
    """What is learnt from, and what is examined."""

    phrase: Features  # (n, STEPS, 96): windows right after the phrase
    takes: Features  # (n, STEPS, 96): the same of the user's own takes
    near: Features  # (n, STEPS, 96): windows of what is something else
    examined: Features  # (scenes, LATE, STEPS, 96): windows right after the phrase, by voices that were not learnt from


def make_examples(clips: Clips, takes: Sequence[Samples], done: Callable[[], None]) -> Examples:
    """The same for the same clips; `done` is called after each clip."""
    random, embedder = np.random.default_rng(0), Embedder(longest=1)
    others = [*clips.near, *clips.around]
    phrase, examined, own, near = (list[np.ndarray]() for _ in range(4))
    for number, clip in enumerate(clips.phrase):
        scenes = [staged(clip, others, random) for _ in range(COPIES)]
        (examined if number % EXAMINED == EXAMINED - 1 else phrase).extend(_after(scene, embedder) for scene in scenes)
        done()
    for take in takes:
        own += [_after(staged(take, others, random), embedder) for _ in range(OF_TAKES)]
        done()
    for clip in others:
        for _ in range(COPIES):
            stream = _heard(staged(clip, others, random).sound, embedder)
            near.append(windows_of(stream[WARM_UP:]))
        done()
    empty = np.zeros((0, STEPS, stream.shape[1]), np.float32)
    return Examples(np.concatenate(phrase), np.concatenate([empty, *own]), np.concatenate(near), np.stack(examined))


def _after(scene: Scene, embedder: Embedder) -> Features:
    """The windows (LATE, STEPS, 96) right after the phrase."""
    last = (scene.end - 1) // FRAME_SAMPLES
    windows = windows_of(_heard(scene.sound, embedder))
    return np.stack([windows[last + late - STEPS + 1] for late in LATE])


def _heard(sound: Samples, embedder: Embedder) -> Features:
    embedder.reset()
    return embedded(embedder, sound)
