"""What a command and a long recording cost: our Whisper beside others, with the same weights, clips and threads.

    pip install '.[multilingual]' openai-whisper==20250625 faster-whisper pywhispercpp matplotlib soundfile
    python -m tests.benchmarks.engines [--models tiny.en base] [--threads 1 2] [--python VENV/bin/python]... [-o DIR]

Each engine runs in its own process, which has loaded its weights before anything is measured. They take turns, clip by
clip, so that a machine that is busy for a while is busy for all; medians are compared, of processor time first. An
engine that is not installed is left out; `--python` names further interpreters to look for it. Printed are tables in
Markdown; into DIR go all figures as `engines.json` and, with matplotlib, the commands' as `engines.png`.

The others get our weights in their own formats, written into a temporary folder. faster-whisper's int8 is
CTranslate2's; whisper.cpp has float16 weights. Nobody but us is told the sentence in advance: where our window is
short, nothing but the sentence may be written, as under a grammar.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks.engine_weights import write_ctranslate2, write_ggml, write_openai
from tests.whisper.clips import SAMPLE_RATE, SOUNDS
from tests.whisper.dialogues import long_dialogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

WORKER = Path(__file__).with_name("engine_worker.py")
ROOT = Path(__file__).parents[2]
MODULES = {"openai-whisper": "whisper", "faster-whisper": "faster_whisper", "whisper.cpp": "pywhispercpp"}

# As the endpointer cuts them: with 0.3 s before and 0.8 s after the speech, 2.8 and 3.7 s.
COMMANDS = {
    "command_timer": "Start a timer for 5 minutes.",
    "command_heating": "Set the bedroom temperature to 21 degrees.",
}
BEFORE, AFTER = 0.3, 0.8  # seconds


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table."""

    engine: str
    compute: str
    short: bool = False  # the window is as long as the command

    def __str__(self) -> str:
        return f"{self.engine} {self.compute}{', short window' if self.short else ''}"


JUDGE = Entry("faster-whisper", "int8")
ENTRIES = (
    Entry("voiced", "float32"),
    Entry("voiced", "int8"),
    Entry("voiced", "bfloat16"),
    Entry("voiced", "float32", short=True),
    Entry("voiced", "int8", short=True),
    Entry("openai-whisper", "float32"),
    Entry("faster-whisper", "float32"),
    JUDGE,
    Entry("whisper.cpp", "float16"),
    Entry("whisper.cpp", "float16", short=True),
)


@dataclass(frozen=True, slots=True)
class Result:
    """Medians for one entry; seconds and MB."""

    entry: str
    cpu: float
    wall: float
    peak: float  # of resident memory
    load: float
    texts: tuple[str, ...]


class Worker:
    """An engine at work."""

    def __init__(self, python: str, entry: Entry, settings: dict[str, Any]) -> None:
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        environment |= {"OMP_NUM_THREADS": str(settings["threads"]), "OMP_WAIT_POLICY": "passive"}  # waiting is no work
        command = [python, str(WORKER), entry.engine, json.dumps({**settings, "compute": entry.compute})]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.load: float = self._answer()["load"]

    def hear(self, clip: Path) -> dict[str, Any]:
        assert self.process.stdin
        self.process.stdin.write(f"{clip}\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("{"):  # some engines print what they think
                answer: dict[str, Any] = json.loads(line)
                return answer
        raise RuntimeError("the engine has ended; what it says about that stands above")

    def close(self) -> None:
        self.process.communicate()


def main() -> None:
    asked = arguments()
    pythons = {"voiced": sys.executable} | {engine: find(engine, asked.python) for engine in MODULES}
    for engine, python in pythons.items():
        if not python:
            print(f"{engine} is not installed and left out: pip install {MODULES[engine]}, or see --python\n")
    entries = [entry for entry in ENTRIES if pythons[entry.engine]]
    found: dict[str, list[Result]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for model in asked.models:
            weights = write_weights(model, Path(folder, model))
            for threads in asked.threads:
                settings = {"model": model, "threads": threads, **weights}
                title = f"{model}, a command, {threads} thread{'s' * (threads > 1)}"
                found[title] = commands(entries, pythons, settings, Path(folder), asked.rounds)
                print(f"### {title}\n\n{table(found[title])}\n", flush=True)
                if asked.recording:
                    title = f"{model}, {asked.recording:.0f} s of dialogue, {threads} thread{'s' * (threads > 1)}"
                    found[title] = recording(entries, pythons, settings, Path(folder), asked.recording)
                    print(f"### {title}\n\n{table(found[title])}\n", flush=True)
                if asked.output:
                    write(found, asked.output)
    if asked.output:
        plot(found, asked.output / "engines.png")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["tiny.en", "base"])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=7, help="times that each clip is heard")
    parser.add_argument("--recording", type=float, metavar="SECONDS", help="of dialogue, too, once; 300 says a lot")
    parser.add_argument("--python", action="append", default=[], help="another interpreter to look for engines")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR")
    return parser.parse_args()


def find(engine: str, pythons: Sequence[str]) -> str | None:
    """The first interpreter that has an engine."""
    for python in (sys.executable, *pythons):
        program = f"from importlib.util import find_spec; raise SystemExit(find_spec({MODULES[engine]!r}) is None)"
        if subprocess.run([python, "-c", program], check=False).returncode == 0:
            return python
    return None


def write_weights(model: str, folder: Path) -> dict[str, str]:
    folder.mkdir()
    return {
        "ctranslate2": str(write_ctranslate2(model, folder / "ctranslate2")),
        "openai": str(write_openai(model, folder / "openai.pt")),
        "ggml": str(write_ggml(model, folder / "ggml.bin")),
    }


def commands(
    entries: Sequence[Entry], pythons: dict[str, str | None], settings: dict[str, Any], folder: Path, rounds: int
) -> list[Result]:
    """The mean of the commands' medians; every entry hears a clip before the next clip comes."""
    clips = {name: save(folder / f"{name}.npy", utterance(name)) for name in COMMANDS}
    answers: dict[tuple[Entry, str], list[dict[str, Any]]] = {}
    workers = {}
    for entry in entries:
        for name, sentence in COMMANDS.items() if entry.short else [("", None)]:
            workers[entry, name] = start(entry, pythons, {**settings, "recording": False, "sentence": sentence})
    for turn in range(rounds + 1):
        for name, clip in clips.items():
            for entry in entries:
                answer = workers[entry, name if entry.short else ""].hear(clip)
                if turn:  # the first warms up
                    answers.setdefault((entry, name), []).append(answer)
    for worker in workers.values():
        worker.close()
    return [
        summary(entry, [answers[entry, name] for name in clips], workers[entry, name if entry.short else ""].load)
        for entry in entries
    ]


def recording(
    entries: Sequence[Entry], pythons: dict[str, str | None], settings: dict[str, Any], folder: Path, seconds: float
) -> list[Result]:
    clip = save(folder / "recording.npy", long_dialogue(seconds))
    results = []
    for entry in entries:
        if not entry.short:
            worker = start(entry, pythons, {**settings, "recording": True})
            results.append(summary(entry, [[worker.hear(clip)]], worker.load))
            worker.close()
    return results


def start(entry: Entry, pythons: dict[str, str | None], settings: dict[str, Any]) -> Worker:
    python = pythons[entry.engine]
    assert python, "engines that are not installed are left out"
    return Worker(python, entry, settings)


def summary(entry: Entry, clips: Sequence[list[dict[str, Any]]], load: float) -> Result:
    def mean_median(key: str) -> float:
        return mean(median(float(answer[key]) for answer in answers) for answers in clips)

    peak = max(answer["peak"] for answers in clips for answer in answers)
    return Result(
        str(entry), mean_median("cpu"), mean_median("wall"), peak, load, tuple(answers[0]["text"] for answers in clips)
    )


def utterance(name: str) -> npt.NDArray[np.float32]:
    import soundfile

    samples, rate = soundfile.read(SOUNDS / f"{name}.ogg", dtype="float32")
    assert rate == SAMPLE_RATE
    return np.pad(samples, (round(BEFORE * SAMPLE_RATE), round(AFTER * SAMPLE_RATE)))


def save(path: Path, samples: npt.NDArray[np.float32]) -> Path:
    np.save(path, samples)
    return path


# -- what comes of it --------------------------------------------------------------------------------


def table(results: Sequence[Result]) -> str:
    return "\n".join(rows(results))


def rows(results: Sequence[Result]) -> Iterator[str]:
    judge = next((result for result in results if result.entry == str(JUDGE)), None)
    yield "| engine | CPU s | wall s | CPU / faster-whisper int8 | peak MB | text as the first |"
    yield "|---|--:|--:|--:|--:|:-:|"
    for result in results:
        ratio = f"{result.cpu / judge.cpu:.2f}" if judge else ""
        same = "yes" if plain(result.texts) == plain(results[0].texts) else "no"
        yield f"| {result.entry} | {result.cpu:.3f} | {result.wall:.3f} | {ratio} | {result.peak:.0f} | {same} |"


def plain(texts: Sequence[str]) -> list[str]:
    """Case and punctuation do not count."""
    return ["".join(filter(str.isalnum, text.lower())) for text in texts]


def write(found: dict[str, list[Result]], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    figures = {title: [asdict(result) for result in results] for title, results in found.items()}
    (folder / "engines.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False), encoding="utf-8")


def plot(found: dict[str, list[Result]], path: Path) -> None:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("no picture: pip install 'voiced[plots]'")
        return
    shown = {title: results for title, results in found.items() if "a command" in title}
    figure = Figure(figsize=(8, 0.5 + 2.6 * len(shown)), layout="constrained")
    axes = figure.subplots(len(shown), squeeze=False)
    for axis, (title, results) in zip(axes[:, 0], shown.items(), strict=True):
        colours = ["tab:orange" if result.entry.startswith("voiced") else "tab:gray" for result in results]
        bars = axis.barh([result.entry for result in results], [result.cpu for result in results], color=colours)
        axis.bar_label(bars, fmt="%.2f", padding=2)
        axis.invert_yaxis()
        axis.set(title=title, xlabel="seconds of processor time")
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
