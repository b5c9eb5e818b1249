"""Turns clips into training examples: each is augmented several times, embedded, and cut into windows."""

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
    """Windows of embeddings to train and to evaluate with."""

    phrase: Features  # (n, STEPS, 96): windows right after the phrase
    takes: Features  # (n, STEPS, 96): windows right after the phrase in the user's own takes
    near: Features  # (n, STEPS, 96): windows of confusable phrases and other speech
    examined: Features  # (scenes, LATE_FRAMES, STEPS, 96): held out, right after the phrase in unseen voices


def make_examples(clips: Clips, takes: Sequence[Samples], done: Callable[[], None]) -> Examples:
    """Return the examples of clips and takes, reproducibly; `done` is called after each clip."""
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
    """Return the windows (LATE_FRAMES, STEPS, 96) that end right after the phrase."""
    last = (scene.end - 1) // FRAME_SAMPLES
    windows = windows_of(_heard(scene.sound, embedder))
    return np.stack([windows[last + late - STEPS + 1] for late in tuning.LATE_FRAMES])


def _heard(sound: Samples, embedder: Embedder) -> Features:
    embedder.reset()
    return embedded(embedder, sound)
