"""Recordings of wake words, and of everything else, as continuous streams with their embeddings.

A stream is each clip followed by 1.5 s of quiet and a little more, so that words fall anywhere in the 80 ms of a frame;
over all of it lies a noise floor of -65 dBFS, or kitchen noise 10 dB below each clip, mixed as the Picovoice benchmark
does. Knows no wake word model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import sound_file
from voiced.errors import AudioError
from voiced.evaluation.noise import key_of, mixed
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.wake.embedding import Embedder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from voiced.flow import Samples
    from voiced.wake.embedding import Features

WORDS = ("alexa", "computer", "jarvis", "smart_mirror", "snowboy", "view_glass")
SNR = 10.0  # dB
GAP = 1.5  # seconds after each clip
FLOOR = 10 ** (-65 / 20)  # of full scale, root mean square
SOUND = {".flac", ".wav", ".ogg"}


@dataclass(frozen=True, eq=False, slots=True)
class Stream:
    """Sound without a break, and where in it the clips are."""

    name: str
    samples: Samples
    clips: tuple[tuple[int, int], ...]  # first and last+1 sample of each
    embeddings: Features  # (frames, 96): one for every whole frame

    @property
    def hours(self) -> float:
        return len(self.samples) / SAMPLE_RATE / 3600


def load(name: str, files: Sequence[Path], noise: Samples | None, cache: Path) -> Stream:
    """Make a stream, or read it where it was made before."""
    path = cache / f"{name}-{'noisy' if noise is not None else 'clean'}.npz"
    if not path.is_file():
        samples, clips = _joined(files, noise)
        embeddings = embedded(samples)
        cache.mkdir(parents=True, exist_ok=True)
        pcm = np.round(samples * 32_767).astype(np.int16)
        np.savez(path, pcm=pcm, clips=np.array(clips), embeddings=embeddings)
    with np.load(path, allow_pickle=False) as stored:
        where = tuple((int(start), int(end)) for start, end in stored["clips"])
        return Stream(name, stored["pcm"].astype(np.float32) / 32_767, where, stored["embeddings"])


def embedded(samples: Samples) -> Features:
    """The embedding of every whole frame."""
    embedder = Embedder(longest=1)
    whole = len(samples) // FRAME_SAMPLES * FRAME_SAMPLES
    frames = samples[:whole].reshape(-1, FRAME_SAMPLES)
    return np.concatenate([embedder.hear(frame) for frame in frames])


def recordings(folder: Path) -> list[Path]:
    """All of a folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.suffix in SOUND and path.stem != "kitchen")


def _joined(files: Sequence[Path], noise: Samples | None) -> tuple[Samples, list[tuple[int, int]]]:
    random = np.random.default_rng(0)
    parts, clips, at = list[np.ndarray](), list[tuple[int, int]](), 0
    for file, clip in _read(files):
        gap = round(GAP * SAMPLE_RATE) + int(random.integers(FRAME_SAMPLES))
        part = np.concatenate((clip, np.zeros(gap, np.float32)))
        if noise is not None:
            part = mixed(part, noise, SNR, key_of(0, file.name, SNR))
        clips.append((at, at + len(clip)))
        parts.append(part)
        at += len(part)
    samples = np.concatenate(parts).astype(np.float32)
    samples += random.normal(scale=FLOOR, size=len(samples)).astype(np.float32)
    return np.clip(samples, -1, 1), clips


def _read(files: Sequence[Path]) -> Iterator[tuple[Path, Samples]]:
    for file in files:
        try:
            clip = sound_file.read(file)
        except AudioError:  # a few of the published recordings are damaged
            continue
        if len(clip) and np.abs(clip).max() > 0:
            yield file, clip
