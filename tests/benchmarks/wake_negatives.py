"""Half an hour of speech without a wake word, spoken to the running daemon: how often does it wake?

    python -m tests.benchmarks.wake_negatives FOLDER… --words alexa hey_jarvis computer.npz

Recordings are drawn at random from the folders, one after the other with a short pause, every other with kitchen-like
noise 10 dB below it, until they last `--minutes`; they are heard as they would be from a microphone, at the pace of
speech. Nobody may say any of the words in them. Needs Mosquitto.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from tests.broker import Broker, Subscriber
from tests.daemon import SITE, Daemon
from voiced.audio import sound_file
from voiced.evaluation.noise import key_of, mixed
from voiced.flow import SAMPLE_RATE
from voiced.wake.training.augmentation import clatter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.flow import Samples

SOUND = {".flac", ".wav", ".ogg"}
PAUSE = 0.7  # seconds between recordings
SNR = 10.0  # dB


def main() -> None:
    """Print how often each word was heard, refused, and published."""
    parser = argparse.ArgumentParser(description="Speech without a wake word, spoken to the running daemon.")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--words", nargs="+", default=["alexa", "hey_jarvis"], help="names or files of wake words")
    parser.add_argument("--minutes", type=float, default=30)
    asked = parser.parse_args()
    words = [str(Path(word).resolve()) if Path(word).suffix else word for word in asked.words]
    with tempfile.TemporaryDirectory() as folder:
        stream = Path(folder, "stream.wav")
        soundfile.write(stream, spoken(asked.folders, asked.minutes), SAMPLE_RATE)
        settings = {"wake_word": {"models": words}}
        with (
            Broker() as broker,
            Subscriber(broker.port) as ears,
            Daemon(broker.port, "--source", str(stream), settings=settings) as daemon,
        ):
            daemon.wait(asked.minutes * 60 + 300)
            told = {topic: ears.payloads(f"voiced/{SITE}/{topic}") for topic in ("wake", "wake/rejected")}
    counted = {topic: Counter(json.loads(event)["wake_word"] for event in events) for topic, events in told.items()}
    print(json.dumps({"minutes": asked.minutes, "words": asked.words, **counted}))
    for event in told["wake"]:
        print(event)


def spoken(folders: Sequence[Path], minutes: float) -> Samples:
    """The recordings of each folder in turn, in random order."""
    random = np.random.default_rng(0)
    noise = clatter(30 * SAMPLE_RATE, random)
    files = [[file for file in sorted(folder.rglob("*")) if file.suffix in SOUND] for folder in folders]
    parts, length = list[np.ndarray](), 0
    while length < minutes * 60 * SAMPLE_RATE:
        kind = files[len(parts) % len(files)]
        file = kind[int(random.integers(len(kind)))]
        sound = np.pad(sound_file.read(file), (0, round(PAUSE * SAMPLE_RATE)))
        if len(parts) // len(files) % 2:
            sound = mixed(sound, noise, SNR, key_of(0, file.name, SNR))
        parts.append(sound)
        length += len(sound)
    return np.concatenate(parts)[: round(minutes * 60 * SAMPLE_RATE)]


if __name__ == "__main__":
    main()
