"""Clips of a phrase and of other speech → windows of embeddings to learn from: each clip is staged a few times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voiced.flow import FRAME_SAMPLES
from voiced.wake import tuning
from voiced.wake.embedding import WARM_UP, Embedder, embedded
from voiced.wake.network import STEPS, windows_of
from voiced.wake.training.augmentation import Scene, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voiced.flow import Samples
    from voiced.wake.embedding import Features
    from voiced.wake.training.synthesis import Clips


@dataclass(frozen=True, eq=False, slots=True)
class Examples:
    """What is learnt from, and what is examined."""

    phrase: Features  # (n, STEPS, 96): windows right after the phrase
    takes: Features  # (n, STEPS, 96): the same of the user's own takes
    near: Features  # (n, STEPS, 96): windows of what is something else
    examined: Features  # (scenes, LATE_FRAMES, STEPS, 96): after the phrase, by voices that were not learnt


def make_examples(clips: Clips, takes: Sequence[Samples], done: Callable[[], None]) -> Examples:
    """The same for the same clips; `done` is called after each clip."""
    random, embedder = np.random.default_rng(0), Embedder(longest=1)
    others = [*clips.near, *clips.around]
    phrase, examined, own, near = (list[np.ndarray]() for _ in range(4))
    for number, clip in enumerate(clips.phrase):
        scenes = [staged(clip, others, random) for _ in range(tuning.SCENES_A_CLIP)]
        is_examined = number % tuning.EXAMINED_EVERY == tuning.EXAMINED_EVERY - 1
        (examined if is_examined else phrase).extend(_after(scene, embedder) for scene in scenes)
        done()
    for take in takes:
        own += [_after(staged(take, others, random), embedder) for _ in range(tuning.SCENES_A_TAKE)]
        done()
    for clip in others:
        for _ in range(tuning.SCENES_A_CLIP):
            stream = _heard(staged(clip, others, random).sound, embedder)
            near.append(windows_of(stream[WARM_UP:]))
        done()
    empty = np.zeros((0, STEPS, stream.shape[1]), np.float32)
    return Examples(np.concatenate(phrase), np.concatenate([empty, *own]), np.concatenate(near), np.stack(examined))


def _after(scene: Scene, embedder: Embedder) -> Features:
    """The windows (tuning.LATE_FRAMES, STEPS, 96) right after the phrase."""
    last = (scene.end - 1) // FRAME_SAMPLES
    windows = windows_of(_heard(scene.sound, embedder))
    return np.stack([windows[last + late - STEPS + 1] for late in tuning.LATE_FRAMES])


def _heard(sound: Samples, embedder: Embedder) -> Features:
    embedder.reset()
    return embedded(embedder, sound)
