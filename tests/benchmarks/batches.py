"""Long recordings, several windows at once: our speed beside faster-whisper's batched pipeline, in one run.

    pip install '.[multilingual]' faster-whisper soundfile
    python -m tests.benchmarks.batches [--models tiny.en base] [--batch-size 8] [--rounds 3] [--python VENV/bin/python]

Both get equal weights, samples and threads, search greedily, find speech by Silero's network and cut at pauses. Each
engine is a process that has loaded its weights before; they take turns, and the median of the rounds counts. Words that
differ are counted against our transcription window after window, in percent of its words.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from tests.benchmarks.engine_weights import write_ctranslate2
from tests.benchmarks.engines import Entry, Worker, find
from tests.whisper.dialogues import long_dialogue

ENTRIES = (
    (Entry("voiced", "float32"), False),
    (Entry("voiced", "float32"), True),
    (Entry("voiced", "int8"), True),
    (Entry("faster-whisper", "float32"), False),
    (Entry("faster-whisper", "float32"), True),
    (Entry("faster-whisper", "int8"), True),
)


def main() -> None:
    asked = arguments()
    pythons = {"voiced": sys.executable, "faster-whisper": find("faster-whisper", asked.python)}
    if not pythons["faster-whisper"]:
        print("faster-whisper is not installed and left out: see --python\n")
    entries = [(entry, batched) for entry, batched in ENTRIES if pythons[entry.engine]]
    for model in asked.models:
        print(f"### {model}, {asked.seconds:.0f} s of dialogue, {asked.threads} threads\n", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            measure(model, entries, pythons, asked, Path(folder))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["tiny.en", "base"])
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--timestamps", action="store_true", help="within windows; faster-whisper leaves them out")
    parser.add_argument("--python", action="append", default=[], help="another interpreter to look for faster-whisper")
    return parser.parse_args()


def measure(
    model: str,
    entries: list[tuple[Entry, bool]],
    pythons: dict[str, str | None],
    asked: argparse.Namespace,
    folder: Path,
) -> None:
    """Print a row for each entry."""
    weights = str(write_ctranslate2(model, folder / "ctranslate2"))
    np.save(folder / "sound.npy", long_dialogue(asked.seconds))
    settings = {"model": model, "ctranslate2": weights, "threads": asked.threads, "recording": True}
    settings |= {"timestamps": asked.timestamps}
    workers = [
        Worker(pythons[entry.engine] or "", entry, settings | {"batch_size": asked.batch_size if batched else None})
        for entry, batched in entries
    ]
    answers: list[list[dict[str, Any]]] = [[] for _ in workers]
    for _ in range(asked.rounds):
        for heard, worker in zip(answers, workers, strict=True):
            heard.append(worker.hear(folder / "sound.npy"))
    for worker in workers:
        worker.close()
    print("| engine | windows at once | wall s | CPU s | times real time | peak MB | words that differ |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for (entry, batched), heard in zip(entries, answers, strict=True):
        wall, cpu, peak = (median(answer[key] for answer in heard) for key in ("wall", "cpu", "peak"))
        off = differing(answers[0][0]["text"], heard[0]["text"])
        at_once = asked.batch_size if batched else 1
        speed = asked.seconds / wall
        print(f"| {entry} | {at_once} | {wall:.1f} | {cpu:.1f} | {speed:.1f} | {peak:.0f} | {off:.1%} |", flush=True)
    print()


def differing(text: str, other: str) -> float:
    """Share of words of the first text that are different, missing, or too many in the other; as few as possible.

    The dialogue repeats itself: the longest blocks of equal words, as `difflib` finds them, may be of another round.
    """
    ours, theirs = (re.findall(r"[\w']+", it.lower()) for it in (text, other))
    row = list(range(len(theirs) + 1))  # Levenshtein's distance, row by row
    for number, word in enumerate(ours, start=1):
        before, row[0] = row[0], number
        for at, their in enumerate(theirs, start=1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != their))
    return row[-1] / max(1, len(ours))


if __name__ == "__main__":
    main()
