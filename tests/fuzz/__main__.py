"""Puts damaged inputs to everything that reads something from outside, and counts tracebacks, hangs and memory.

    python -m tests.fuzz [TARGET …] [--inputs 10000] [--first 0] [--processes 1]

An input is known by its target and its number: `--first 4711 --inputs 1` prints that one, and tries it again in this
process, with its traceback. Each target runs in a process of its own; an input that takes more than 5 s of processor
time, or sleeps as long, ends it, and the next process goes on behind it. Exits with 1 if anything was found. What was
found once stands among the `FOUND` of its target's file, and is tried by the tests.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.fuzz.harness import KNOWN, TARGETS, Fault, hunt, numbered, try_one


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; without any, all")
    parser.add_argument("--inputs", type=int, default=10_000, help="of each target")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--processes", type=int, default=1, help="targets at once")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)  # a process of its own, for `hunt`
    asked = parser.parse_args()
    names = asked.targets or list(TARGETS)
    if unknown := [name for name in names if name not in KNOWN]:
        parser.error(f"there is no target {unknown[0]!r}")
    numbers = range(asked.first, asked.first + asked.inputs)
    if asked.work:
        return work(names[0], numbers)
    if asked.inputs == 1:
        for name in names:
            print(f"{name} {asked.first}: {numbered(name, asked.first)!r}", flush=True)
            if fault := try_one(name, numbered(name, asked.first)):
                print(f"  {fault[0]}: {fault[1]}")
                return 1
        return 0
    with ThreadPoolExecutor(asked.processes) as several:
        found = [fault for faults in several.map(lambda name: told(name, numbers), names) for fault in faults]
    return 1 if found else 0


def told(name: str, numbers: range) -> list[Fault]:
    """Hunt through one target, and print what came of it as one line, and one for each kind of fault."""
    began = time.monotonic()
    faults = list(hunt(name, numbers))
    kinds = Counter(fault.kind for fault in faults)
    counts = ", ".join(f"{kinds[kind]} {kind}" for kind in ("tracebacks", "hangs", "over 1 GB"))
    print(f"{name}: {len(numbers):,} inputs in {time.monotonic() - began:.0f} s: {counts}", flush=True)
    first = {fault.what: fault for fault in reversed(faults)}
    for fault in first.values():
        again = f"python -m tests.fuzz {name} --first {fault.number} --inputs 1"
        print(f"  {fault.number}: {fault.kind}: {fault.what}; {again}", flush=True)
    return faults


def work(name: str, numbers: range) -> int:
    """Try inputs, and say before each which it is, and after it what was found; and at the end that it is the end."""
    target = KNOWN[name]()
    numbered(name, numbers.start)  # seeds may take long to make
    for number in numbers:
        print(json.dumps({"begins": number}), flush=True)
        if fault := try_one(name, numbered(name, number), target, catch=True):
            print(json.dumps({"number": number, "kind": fault[0], "what": fault[1]}), flush=True)
    print(json.dumps({"done": True}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
