"""Our Whisper against openai-whisper's, live, on the same weights and sounds: what differs, and what it costs.

    pip install openai-whisper==20250625 '.[multilingual]' soundfile
    PYTHONPATH=. python tests/benchmarks/parity.py                      # every case of the fixtures
    PYTHONPATH=. python tests/benchmarks/parity.py --seconds 300 --threads 1 2
    PYTHONPATH=. python tests/benchmarks/parity.py --model base --recordings de es it nl --each 12

First single windows are compared, from log-mel to tokens, then whole recordings. With --seconds a dialogue of that
length is transcribed instead, by both, once for each number of threads; with --recordings the sound files given, or
those in folders, with the times of words: a row for each, and how many are equal in each folder. Times of the reference
that lie behind the end of the sound count as its end, as here. Exits with 1 if anything differs. Seconds of CPU are
counted over all threads, so that other work on the machine hardly matters.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import whisper

from tests.whisper.clips import clip
from tests.whisper.dialogues import long_dialogue, sound
from tests.whisper.fixtures import make_reference
from tests.whisper.fixtures.make_transcriptions import CASES, SEED, reference_with_heads
from tests.whisper.transcription.test_segments import options as our_options
from voiced.audio import sound_file
from voiced.whisper.decoding import DecodingOptions, decode, detect_language
from voiced.whisper.loading.weights import load
from voiced.whisper.log_mel import HOP, log_mel, pad_or_trim
from voiced.whisper.transcription.segments import transcribe
from voiced.whisper.transcription.values import FRAMES_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.whisper.clips import Samples
    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.transcription.values import Transcription

WINDOW_HEAD = ("model", "clip", "options", "tokens", "log-mel off by", "features off by", "language", "logprob off by")
SOUNDS = {".flac", ".wav", ".ogg", ".mp3"}
CLOSE = 0.02  # seconds by which times may differ
HEAD = (
    "model",
    "sound",
    "options",
    "text",
    "segments",
    "words",
    "times off by",
    "CPU s: ours",
    "theirs",
    "ratio",
    "wall",
)


@dataclass(frozen=True)
class Models:
    ours: LoadedModel
    theirs: whisper.Whisper

    @classmethod
    def load(cls, name: str) -> Models:
        return cls(load(name), reference_with_heads(name))


@dataclass(frozen=True)
class Cost:
    cpu: float  # seconds
    wall: float


def measured(work: Callable[[], Any]) -> tuple[Any, Cost]:
    torch.manual_seed(SEED)
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return result, Cost(time.process_time() - cpu, time.perf_counter() - wall)


def compare(models: Models, samples: Samples, asked: dict[str, Any]) -> tuple[list[str], bool]:
    """A row of the table from "text" on, and whether all is equal."""
    their_options = asked if models.ours.tokenizer.is_multilingual else asked | {"language": "en"}
    ours, our_cost = measured(lambda: transcribe(models.ours, samples, our_options(asked)))
    theirs, their_cost = measured(lambda: whisper.transcribe(models.theirs, samples, fp16=False, **their_options))
    segments = [segment for segment in theirs["segments"] if segment["text"]]
    our_times, our_words = times_of(ours)
    duration = len(samples) // HOP / FRAMES_PER_SECOND
    their_times = [
        (min(it["start"], duration), min(it["end"], duration))
        for segment in segments
        for it in (segment, *segment.get("words", ()))
    ]
    their_words = [it["word"] for segment in segments for it in segment.get("words", ())]
    same_text = ours.text == theirs["text"] and ours.language == theirs["language"]
    same_words = len(our_times) == len(their_times) and our_words == their_words
    pairs = zip(our_times, their_times, strict=False)
    off = max((abs(a - b) for mine, other in pairs for a, b in zip(mine, other, strict=True)), default=0.0)
    row = [
        "equal" if same_text else "DIFFERS",
        f"{len(ours.segments)} {len(segments)}",
        f"{len(our_words)} {len(their_words)}",
        f"{off:.3f}" if same_words else "-",
        f"{our_cost.cpu:.2f}",
        f"{their_cost.cpu:.2f}",
        f"{our_cost.cpu / their_cost.cpu:.2f}",
        f"{our_cost.wall:.1f} {their_cost.wall:.1f}",
    ]
    return row, same_text and same_words and off <= CLOSE


def compare_window(models: Models, name: str, asked: dict[str, Any]) -> tuple[list[str], bool]:
    """The same for one window."""
    ours = models.ours
    mel, their_mel = log_mel(pad_or_trim(clip(name)), ours.model.dims.n_mels), make_reference.mel_of(name)
    features = ours.model.encode(mel)
    with torch.inference_mode():
        their_features = models.theirs.encoder(their_mel[None])
    given: dict[str, Any] = {key: tuple(it) if isinstance(it, list) else it for key, it in asked.items()}
    found = decode(ours.model, ours.tokenizer, features, DecodingOptions(**given))
    theirs = make_reference.decoded(models.theirs, name, asked)
    same = list(found.tokens) == theirs["tokens"] and found.text == theirs["text"]
    mel_off, features_off = float((mel - their_mel).abs().max()), float((features - their_features).abs().max())
    language_off = 0.0
    if ours.tokenizer.is_multilingual:
        probs, their_probs = detect_language(ours.model, ours.tokenizer, features), make_reference.language_probs
        language_off = max(abs(probs[code] - prob) for code, prob in their_probs(models.theirs, name).items())
    offs = [mel_off, features_off, language_off, abs(found.avg_logprob - theirs["avg_logprob"])]
    row = ["equal" if same else "DIFFERS", *(f"{off:.1e}" for off in offs)]
    return row, same and mel_off < 1e-4 and max(offs) < CLOSE


def compare_recordings(models: Models, files: list[Path]) -> bool:
    """Print a row for each recording as it is done, and how many of each folder are equal."""
    equal: dict[str, list[bool]] = {}
    for file in files:
        row, same = compare(models, sound_file.read(file), {"word_timestamps": True})
        equal.setdefault(file.parent.name, []).append(same)
        print("| " + " | ".join([models.ours.name, str(file), "word_timestamps=True", *row]) + " |", flush=True)
    for folder, found in equal.items():
        print(f"{folder}: {sum(found)} of {len(found)} equal", flush=True)
    every = [same for found in equal.values() for same in found]
    print(f"all: {sum(every)} of {len(every)} equal")
    return all(every)


def recordings(paths: list[Path], each: int | None) -> list[Path]:
    """Files as they are given; of folders the first `each` sound files."""
    found = []
    for path in paths:
        inside = sorted(it for it in path.glob("*") if it.suffix in SOUNDS) if path.is_dir() else [path]
        found += inside[:each] if path.is_dir() else inside
    return found


def times_of(found: Transcription) -> tuple[list[tuple[float, float]], list[str]]:
    times = []
    for segment in found.segments:
        times += [(segment.start, segment.end), *((word.start, word.end) for word in segment.words)]
    return times, [word.text for segment in found.segments for word in segment.words]


def compare_windows(name: str, models: Models) -> bool:
    print(table_head(WINDOW_HEAD))
    all_equal = True
    for model, heard, options in make_reference.CASES:
        if model == name:
            row, equal = compare_window(models, heard, options)
            all_equal &= equal
            print("| " + " | ".join([name, heard, shown(options), *row]) + " |", flush=True)
    return all_equal


def table_head(names: tuple[str, ...]) -> str:
    return "\n| " + " | ".join(names) + " |\n|" + "---|" * len(names)


def shown(options: dict[str, Any]) -> str:
    return ", ".join(f"{key}={str(value)[:20]}" for key, value in options.items())


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare with openai-whisper.")
    parser.add_argument("--model", choices=["tiny.en", "base"], help="only this one")
    parser.add_argument("--seconds", type=float, help="of dialogue, instead of the fixtures' cases")
    parser.add_argument("--recordings", type=Path, nargs="+", metavar="PATH", help="sound files, or folders of them")
    parser.add_argument("--each", type=int, metavar="N", help="of every folder only the first N")
    parser.add_argument("--word-timestamps", action="store_true", help="of the dialogue")
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    asked = parser.parse_args()
    all_equal = True
    for name in [asked.model] if asked.model else ["tiny.en", "base"]:
        models = Models.load(name)
        if asked.recordings:
            torch.set_num_threads(asked.threads[0])
            print(table_head(HEAD))
            all_equal &= compare_recordings(models, recordings(asked.recordings, asked.each))
            continue
        cases = [(heard, sound(heard), options) for model, heard, options in CASES if model == name]
        if asked.seconds:
            options = {"language": "en", "word_timestamps": asked.word_timestamps}
            cases = [(f"dialogue {asked.seconds:.0f} s", long_dialogue(asked.seconds), options)]
        if not asked.seconds:
            all_equal &= compare_windows(name, models)
        print(table_head(HEAD))
        transcribe(models.ours, sound("en"), our_options({}))  # the first run costs more than any other
        whisper.transcribe(models.theirs, sound("en"), fp16=False, language="en", word_timestamps=True)
        for threads in asked.threads:
            torch.set_num_threads(threads)
            for heard, samples, options in cases:
                row, equal = compare(models, samples, options)
                all_equal &= equal
                print("| " + " | ".join([name, heard, shown(options | {"threads": threads}), *row]) + " |", flush=True)
    return 0 if all_equal else 1


if __name__ == "__main__":
    sys.exit(main())
