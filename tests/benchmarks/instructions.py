"""How many instructions a command takes on the processors of a Raspberry Pi 4 and 5: ours beside faster-whisper's.

    python -m tests.benchmarks.instructions --root ROOT --site SITE [--peer-site PEER] [--cpus cortex-a72 cortex-a76]

For machines that are not at hand. qemu emulates the processor and counts by a plugin, `count_instructions.c`, which gcc
compiles; Debian's package qemu-user can load it, qemu-user-static cannot. ROOT is an ARM64 Debian with a Python in it,
SITE a folder with the packages that voiced needs, PEER one with faster-whisper 1.2.1, all for ARM64 and as pip installs
them with `--target`. Everything runs on one thread; a kernel takes minutes.

Instructions are no seconds. How many a processor executes in a cycle depends on the instructions, and on how long it
waits for memory, of which nothing is known here; more so where kinds of kernels differ. What can be said: the same kind
of work in half of the instructions takes about half of the time.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.engine_weights import write_ctranslate2
from tests.benchmarks.engines import COMMANDS, save, utterance
from tests.benchmarks.instruction_worker import BEGIN, END, KERNELS, PEERS, WORK

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / ".ci"))
from arm64 import PIS, Pi  # noqa: E402 # it lies beside .ci/run, which is no package

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Counts = dict[str, int]  # of pieces of work

PLUGIN = Path(__file__).with_name("count_instructions.c")
WORKER = "tests.benchmarks.instruction_worker"
COMMAND = "command_heating"  # 2.6 s of speech, 3.7 s with the quiet around it
JUDGE = "faster-whisper int8"
SECOND_PLUGIN_INTERFACE = 9  # qemu's major version
PROCESSORS = {pi.cpu: pi for pi in PIS}


@dataclass(frozen=True, slots=True)
class Emulator:
    """qemu, and where it finds things."""

    qemu: str
    plugin: Path
    root: Path
    site: Path
    peer_site: Path | None

    def count(self, cpu: str, kernel: str, settings: Mapping[str, object]) -> Counts:
        with tempfile.TemporaryDirectory() as folder:
            root = disguised(self.root, PROCESSORS[cpu], Path(folder))
            qemu = [self.qemu, "-cpu", cpu, "-plugin", str(self.plugin), "-L", str(root), *self._environment()]
            work = [str(root / "usr/bin/python3"), "-m", WORKER, kernel, json.dumps(settings)]
            done = subprocess.run([*qemu, *work], stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
        if done.returncode:
            raise RuntimeError(f"{kernel} on {cpu} ended with {done.returncode}: {done.stderr}")
        return counted(done.stderr)

    def _environment(self) -> Iterator[str]:
        """Of the emulated program."""
        path = [ROOT, self.site, *([self.peer_site] if self.peer_site else [])]
        yield from ("-U", "LD_LIBRARY_PATH", "-E", "PYTHONPATH=" + ":".join(map(str, path)))
        yield from ("-E", "OMP_NUM_THREADS=1", "-E", "OMP_WAIT_POLICY=passive")


def main() -> None:
    asked = arguments()
    kernels = [kernel for kernel in asked.kernels if kernel in KERNELS or asked.peer_site]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        settings = {
            "model": asked.model,
            "ctranslate2": str(write_ctranslate2(asked.model, folder / "ctranslate2")),
            "samples": str(save(folder / "samples.npy", utterance(COMMAND))),
            "sentence": COMMANDS[COMMAND],
            "work": asked.work,
        }
        emulator = Emulator(asked.qemu, compiled(asked.qemu, folder), asked.root, asked.site, asked.peer_site)
        for cpu in asked.cpus:
            found = {}
            for kernel in kernels:
                found[kernel] = emulator.count(cpu, kernel, settings)
                print(f"{cpu}, {kernel}: {found[kernel]}", file=sys.stderr)  # the rest may take an hour
            print(f"### {cpu}, {asked.model}, a command of 3.7 s, 10⁶ instructions\n\n{table(found)}\n", flush=True)
    print("Instructions are no seconds.")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, help="an ARM64 Debian with Python")
    parser.add_argument("--site", type=Path, required=True, help="voiced's dependencies for ARM64")
    parser.add_argument("--peer-site", type=Path, help="faster-whisper for ARM64")
    parser.add_argument("--cpus", nargs="+", choices=PROCESSORS, default=["cortex-a72", "cortex-a76"])
    parser.add_argument("--kernels", nargs="+", choices=[*KERNELS, *PEERS], default=[*KERNELS, *PEERS])
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--work", nargs="+", choices=WORK, default=WORK, help="of ours; a whole window takes long")
    parser.add_argument("--qemu", default="qemu-aarch64", help="one that takes plugins")
    return parser.parse_args()


def compiled(qemu: str, folder: Path) -> Path:
    said = subprocess.run([qemu, "--version"], capture_output=True, text=True, check=True).stdout
    major = re.search(r"version (\d+)", said)
    assert major, f"{qemu} does not tell its version"
    interface = 2 if int(major[1]) >= SECOND_PLUGIN_INTERFACE else 1
    plugin = folder / "count_instructions.so"
    gcc = ["gcc", "-shared", "-fPIC", "-O2", f"-DVERSION={interface}", str(PLUGIN), "-o", str(plugin)]
    subprocess.run(gcc, check=True)
    return plugin


def disguised(root: Path, processor: Pi, folder: Path) -> Path:
    """The root, with files that tell of the processor: qemu looks here first, then on this machine."""
    for part in ("bin", "etc", "lib", "sbin", "usr", "var"):
        (folder / part).symlink_to(root.resolve() / part)
    processor.write_about(folder)
    (folder / "proc").mkdir()
    (folder / "cpuinfo").rename(folder / "proc/cpuinfo")
    return folder


def counted(said: str) -> Counts:
    """What stands between where a piece of work began and where it ended."""
    found, begun = {}, 0
    for line in said.splitlines():
        count, _, what = line.partition(" ")
        if what == BEGIN:
            begun = int(count)
        elif what.startswith(END):
            found[what.removeprefix(END)] = int(count) - begun
    return found


# -- what comes of it --------------------------------------------------------------------------------


def table(found: Mapping[str, Counts]) -> str:
    return "\n".join(rows(found))


def rows(found: Mapping[str, Counts]) -> Iterator[str]:
    """Behind the chain and whole windows, the ratio to faster-whisper's int8."""
    judge = found.get(JUDGE, {}).get("whole window")
    yield "| | layer, 250 positions | 1 position | chain | short window: encoder | decoder | whole window | encoder |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for kernel, counts in found.items():
        encoder, decoder = counts.get("encoder, whole"), counts.get("decoder, whole")
        whole = encoder + decoder if encoder and decoder else counts.get("whole window")
        cells = [
            *(short(counts.get(f"layer, {positions}")) for positions in (250, 1)),
            compared(counts.get("chain"), judge),
            *(short(counts.get(f"{part}, short")) for part in ("encoder", "decoder")),
            compared(whole, judge),
            short(encoder),
        ]
        yield f"| {kernel} | {' | '.join(cells)} |"


def short(count: int | None) -> str:
    """In millions."""
    return "" if count is None else f"{count / 1e6:,.1f}"


def compared(count: int | None, judge: int | None) -> str:
    return short(count) + (f" ({count / judge:.2f})" if count is not None and judge else "")


if __name__ == "__main__":
    main()
