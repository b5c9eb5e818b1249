"""Makes voiced/wake/training/bank.npz: embeddings of speech that is no wake word, from folders of recordings.

    python tests/benchmarks/speak.py tests/benchmarks/near_misses.yaml near --each 3
    voiced sample --json -n 160 --seed 5 >sampled.jsonl
    python tests/benchmarks/speak.py sampled.jsonl sampled --each 2
    python tests/sounds/make_bank_speech.py spoken
    apt-get download asterisk-core-sounds-{es,fr}-g722 asterisk-moh-opsound-g722   # unpack, and decode with FFmpeg
    python tests/sounds/make_bank.py near sampled spoken spanish french music

The announcements (Spanish, French) and the music are CC-BY-SA-3.0, and so is the bank. The rest is synthetic speech
(Kokoro, Piper's voice joe, Pico, espeak-ng) of this project's own sentences and of names in 51 languages. Every
recording is heard twice: as it is, and cut into single words with silence between them; each time at another speed,
with another timbre, and often in a room and in noise.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import sound_file
from voiced.audio.resampling import sped_up
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.wake import tuning
from voiced.wake.embedding import WARM_UP, Embedder, embedded
from voiced.wake.training import negatives
from voiced.wake.training.augmentation import disturbed, equalised

if TYPE_CHECKING:
    from voiced.flow import Samples

SOUND = {".flac", ".wav"}
LONGEST = 12.0  # seconds of a recording that are used: no speaker has too large a part
PIECE, GAP = (0.35, 1.3), (0.3, 1.4)  # seconds of a word, and of the silence after it
FRAMES_AN_HOUR = 3600 * SAMPLE_RATE / FRAME_SAMPLES


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the bank of speech that is no wake word.")
    parser.add_argument("folders", nargs="+", type=Path, help="with FLAC or WAV files, at any depth")
    parser.add_argument("--hours", type=float, default=3.8, help="of embeddings (3.8)")
    parser.add_argument("--out", type=Path, default=negatives.FILE)
    asked = parser.parse_args()
    files = sorted(file for folder in asked.folders for file in folder.rglob("*") if file.suffix in SOUND)
    random, embedder = np.random.default_rng(0), Embedder(longest=1)
    random.shuffle(files)
    babble = [_read(file, random) for file in files[:60]]
    streams, frames = list[np.ndarray](), 0
    for file in files:
        sound = _read(file, random)
        for heard in (sound, in_pieces(sound, random)):
            spoken = equalised(sped_up(heard, float(random.uniform(*tuning.SCENE_SPEEDS))), random)
            embedder.reset()
            streams.append(embedded(embedder, disturbed(spoken, babble, random))[WARM_UP:])
            frames += len(streams[-1])
        if frames >= asked.hours * FRAMES_AN_HOUR:
            break
    negatives.write(asked.out, streams)
    print(f"{asked.out.name}: {len(streams)} streams, {frames} frames, {asked.out.stat().st_size / 1e6:.1f} MB")


def in_pieces(sound: Samples, random: np.random.Generator) -> Samples:
    """Words, or what is as long as a word, each alone."""
    parts, at = [np.zeros(SAMPLE_RATE // 2, np.float32)], 0
    while at < len(sound):
        length, gap = (round(float(random.uniform(*seconds)) * SAMPLE_RATE) for seconds in (PIECE, GAP))
        piece = sound[at : at + length].copy()
        fade = np.linspace(0, 1, 160, dtype=np.float32)[: len(piece)]
        piece[: len(fade)] *= fade
        piece[len(piece) - len(fade) :] *= fade[::-1]
        parts += [piece, np.zeros(gap, np.float32)]
        at += length
    return np.concatenate(parts)


def _read(file: Path, random: np.random.Generator) -> Samples:
    """A recording, or as much of it as counts, with a little around it."""
    sound = sound_file.read(file)
    longest = round(LONGEST * SAMPLE_RATE)
    start = int(random.integers(max(1, len(sound) - longest)))
    return np.pad(sound[start : start + longest], SAMPLE_RATE // 2)


if __name__ == "__main__":
    main()
