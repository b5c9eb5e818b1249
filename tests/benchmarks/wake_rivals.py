"""Wake words for one phrase, compared on the same recordings: missed, woken by mistake.

    python -m tests.benchmarks.wake_rivals hey_jarvis FILE.onnx --said FOLDER… --negatives FOLDER… \
        --noise kitchen.flac --cache CACHE

WORDS are names or files. In each FOLDER of `--said` the phrase is spoken in every recording, in none of `--negatives`.
Everything is heard clean and with noise at 10 dB, as `tests.benchmarks.wake` does it: a row for each word and folder,
with and without the second stage.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.wake import LATE, Bench, Found, bound
from voiced.wake import tuning

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KINDS: dict[str, Callable[[Found], bool]] = {
    f"score {tuning.CANDIDATE_SCORE:g}": lambda found: found.score >= tuning.CANDIDATE_SCORE,
    f"score {tuning.SURE_SCORE:g}": lambda found: found.score >= tuning.SURE_SCORE,
    f"score {tuning.ALONE_SCORE:g}": lambda found: found.score >= tuning.ALONE_SCORE,
    "second stage": lambda found: found.evidence >= tuning.EVIDENCE_THRESHOLD,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Wake words for one phrase, compared on the same recordings.")
    parser.add_argument("words", nargs="+", help="names or files of wake words")
    parser.add_argument("--phrase", default="hey jarvis")
    parser.add_argument("--said", type=Path, nargs="+", required=True, help="folders of recordings of the phrase")
    parser.add_argument("--negatives", type=Path, nargs="+", required=True, help="folders of other speech")
    parser.add_argument("--noise", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="where streams and embeddings are kept")
    asked = parser.parse_args()
    bench = Bench({folder.name: folder for folder in [*asked.said, *asked.negatives]}, asked.noise, asked.cache)
    print(f"| word | recordings | {' | '.join(KINDS)} |")
    for word in asked.words:
        for folder in asked.said:
            print(f"| {Path(word).stem} | {folder.name}, missed | {missed(bench, folder.name, word, asked.phrase)} |")
        false, hours = list[Found](), 0.0
        for folder in asked.negatives:
            found, of = heard(bench, folder.name, word, asked.phrase)
            false, hours = [*false, *found], hours + of
            print(f"| {Path(word).stem} | {folder.name}, {of:.1f} h | {counts(found)} |", flush=True)
        print(f"| {Path(word).stem} | all, {hours:.1f} h: false | {counts(false)} |")
        rates = [f"{n / hours:.2f}, below {bound(n, hours):.2f}" for n in numbers(false)]
        print(f"| {Path(word).stem} | an hour, with 95 % | {' | '.join(rates)} |", flush=True)


def missed(bench: Bench, name: str, word: str, phrase: str) -> str:
    """Clips of a folder in which the word was not detected, in percent: clean, and in noise."""
    shares: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for (of, condition), stream in bench.streams.items():
        if of == name:
            found = list(bench.detections(stream, condition, word, phrase))
            for kind, counts_as in KINDS.items():
                clips = [any(a <= each.at <= b + LATE and counts_as(each) for each in found) for a, b in stream.clips]
                shares[kind].append(f"{100 * (1 - sum(clips) / len(clips)):.1f}")
    return " | ".join(f"{', '.join(each)} %" for each in shares.values())


def heard(bench: Bench, name: str, word: str, phrase: str) -> tuple[list[Found], float]:
    """Detections in a folder, clean and in noise, and its hours."""
    chosen = [(stream, condition) for (of, condition), stream in bench.streams.items() if of == name]
    found = [each for stream, condition in chosen for each in bench.detections(stream, condition, word, phrase)]
    return found, sum(stream.hours for stream, _ in chosen)


def numbers(found: Sequence[Found]) -> list[int]:
    """How many detections count, of each kind."""
    return [sum(counts_as(each) for each in found) for counts_as in KINDS.values()]


def counts(found: Sequence[Found]) -> str:
    return " | ".join(map(str, numbers(found)))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
