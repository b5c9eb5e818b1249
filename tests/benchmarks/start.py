"""What `voiced transcribe` takes: memory for a short and a long recording, and the time until its first token.

    python -m tests.benchmarks.start [--model tiny.en] [--compute float32 int8] [--seconds 300] [--rounds 3]
    python -m tests.benchmarks.start --quick [--rounds 20]

The latter tells what the commands take that recognise nothing: processor time, the least of all rounds, and as a
multiple of what Python takes that does nothing. The commands take turns, so that all are disturbed alike.

Each run is a process of its own, on one thread, with its files in the cache. Times count from the start of the
interpreter; "loaded" is when everything that is needed is imported and the model is there. How many pages of libraries'
files count as resident is up to the kernel, and to how they came into its cache; "own" is the peak without them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import soundfile

from tests.whisper.clips import SAMPLE_RATE, SOUNDS
from tests.whisper.dialogues import long_dialogue

SHORT = SOUNDS / "speech_en.flac"
PROGRAM = """
import json, re, sys, time
from pathlib import Path
begin = time.time() - float(Path("/proc/uptime").read_text().split()[0])
began = begin + int(Path("/proc/self/stat").read_text().rsplit(")")[1].split()[19]) / 100
seen = {}
def note(name):
    seen.setdefault(name, {"cpu": time.process_time(), "wall": time.time() - began})
from voiced import cli
from voiced.commands import transcribe
from voiced.whisper.model import Whisper
load, logits = transcribe._load, Whisper.logits
def loaded(*given):
    found = load(*given)
    note("loaded")
    return found
def first(*given):
    found = logits(*given)
    note("first token")
    return found
transcribe._load, Whisper.logits = loaded, first
sys.stdout = open("/dev/null", "w")
assert cli.main(["transcribe", *sys.argv[1:]]) == 0
numbers = re.findall(r"(?:VmHWM|RssFile):\\s*(\\d+)", Path("/proc/self/status").read_text())
peak, of_files = (int(number) / 1024 for number in numbers)
print(json.dumps({**seen, "peak": peak, "own": peak - of_files}), file=sys.stderr)
"""
NOTHING = "-c pass"
QUICK = (NOTHING, "-m voiced --help", "-m voiced say good night", "-m voiced sample", "-m voiced check")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--compute", nargs="+", default=["float32", "int8"])
    parser.add_argument("--seconds", type=float, default=300.0, help="of the long recording")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="measure the commands that recognise nothing")
    asked = parser.parse_args()
    if asked.quick:
        print_quick(asked.rounds)
        return
    print("| compute | recording | peak MiB | own | loaded, CPU s | first token, CPU s | first token, wall s |")
    print("|---|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        long = Path(folder, "long.wav")
        soundfile.write(long, long_dialogue(asked.seconds), SAMPLE_RATE)
        for compute in asked.compute:
            for name, path, rounds in (("9 s", SHORT, asked.rounds), (f"{asked.seconds:.0f} s", long, 1)):
                found = [run(path, compute, asked.model) for _ in range(rounds)]
                peak, own = (max(one[key] for one in found) for key in ("peak", "own"))
                loaded, cpu, wall = (
                    median(one[point][kind] for one in found)
                    for point, kind in (("loaded", "cpu"), ("first token", "cpu"), ("first token", "wall"))
                )
                print(
                    f"| {compute} | {name} | {peak:.0f} | {own:.0f} | {loaded:.2f} | {cpu:.2f} | {wall:.2f} |",
                    flush=True,
                )


def run(recording: Path, compute: str, model: str) -> dict[str, Any]:
    given = [str(recording), "--compute", compute, "--model", model, "--threads", "1"]
    done = subprocess.run([sys.executable, "-c", PROGRAM, *given], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stderr.splitlines()[-1])
    return found


def print_quick(rounds: int) -> None:
    spent: dict[str, list[float]] = {command: [] for command in QUICK}
    for number in range(rounds + 1):
        for command, seconds in spent.items():
            found = processor_time(command)
            if number:  # the first run writes byte code
                seconds.append(found)
    print("| python … | CPU s | times |")
    print("|---|--:|--:|")
    for command, seconds in spent.items():
        print(f"| `{command}` | {min(seconds):.3f} | {min(seconds) / min(spent[NOTHING]):.1f} |")


def processor_time(command: str) -> float:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command.split()], env=environment, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
