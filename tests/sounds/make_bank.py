"""Makes voiced/wake/bank.npz: embeddings of speech that is no wake word, from folders of recordings.

    python tests/benchmarks/speak.py tests/benchmarks/near_misses.yaml near --each 3
    voiced sample --json -n 160 --seed 5 >sampled.jsonl
    python tests/benchmarks/speak.py sampled.jsonl sampled --each 2
    python tests/sounds/make_bank.py near sampled

The speech is synthetic (Piper's voice joe, Pico, espeak-ng) and the sentences are this project's own, so nobody else's
rights are in it. Every other recording gets a coloured noise of its own making, 4 to 20 dB below the speech.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiced import sound_file
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.noise import key_of, mixed
from voiced.wake import bank
from voiced.wake.embedding import WARM_UP, Embedder

if TYPE_CHECKING:
    from voiced.flow import Samples
    from voiced.wake.embedding import Features

COLOURS = (0.0, 0.5, 1.0)  # of the noise: its amplitude falls with the frequency to this power
ROOM = 4e-4  # of full scale


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the bank of speech that is no wake word.")
    parser.add_argument("folders", nargs="+", type=Path, help="with FLAC files, at any depth")
    parser.add_argument("--minutes", type=float, default=25, help="of embeddings (25)")
    asked = parser.parse_args()
    files = sorted(file for folder in asked.folders for file in folder.rglob("*.flac"))
    random = np.random.default_rng(0)
    random.shuffle(files)
    streams, frames = list[np.ndarray](), 0
    wanted = asked.minutes * 60 * SAMPLE_RATE / FRAME_SAMPLES
    for number, file in enumerate(files):
        sound = sound_file.read(file)
        if number % 2:
            noise = coloured(len(sound) + SAMPLE_RATE, COLOURS[number // 2 % len(COLOURS)], random)
            snr = float(random.uniform(4, 20))
            sound = mixed(sound, noise, snr, key_of(0, file.name, snr))
        streams.append(embedded(sound))
        frames += len(streams[-1])
        if frames >= wanted:
            break
    bank.write(bank.FILE, streams)
    print(f"{bank.FILE.name}: {len(streams)} recordings, {frames} frames, {bank.FILE.stat().st_size / 1e6:.1f} MB")


def coloured(length: int, colour: float, random: np.random.Generator) -> Samples:
    spectrum = np.fft.rfft(random.normal(size=length))
    spectrum /= np.maximum(np.arange(len(spectrum)), 10) ** colour
    return np.fft.irfft(spectrum, length).astype(np.float32)


def embedded(sound: Samples) -> Features:
    """Once the networks' window is filled with sound."""
    embedder = Embedder(longest=1)
    whole = len(sound) // FRAME_SAMPLES * FRAME_SAMPLES
    return np.concatenate([embedder.hear(frame) for frame in sound[:whole].reshape(-1, FRAME_SAMPLES)])[WARM_UP:]


if __name__ == "__main__":
    main()
