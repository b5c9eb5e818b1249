"""What voiced takes of a machine: to download, on disk, until it listens, and of memory.

    python -m tests.benchmarks.footprint [--site FOLDER]... [--rounds 5]

Downloads are asked of the index, with and without this machine's own settings of pip, which may name a place with CPU
builds of PyTorch; and, as a Raspberry Pi would ask, for ARM64. Nothing is fetched but the sizes. On disk counts what is
installed here, or lies in each FOLDER. Start-up and memory are those of the daemon on this machine, its files in the
cache, medians of so many rounds. Knows nothing of how fast other machines are: see `instructions`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.broker import Broker
from tests.daemon import READY, Daemon

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY / ".ci"))
from arm64 import as_on_a_pi, build_wheel  # noqa: E402 # it lies beside .ci/run, which is no package

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "3.11"
INDEX_ALONE = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": "", "PIP_CONSTRAINT": ""}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, nargs="*", default=[Path(sysconfig.get_path("purelib"))])
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    print("| `pip install .` | packages | of them for CUDA | download, MB |\n|---|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as temporary:
        wheel = build_wheel(sys.executable, REPOSITORY, Path(temporary))
        here = [sys.executable, "-m", "pip", "install"]
        there = as_on_a_pi(sys.executable, VERSION, Path(temporary, "nowhere"))
        for name, pip, settings in (
            (f"{platform.machine()}, the index alone", here, INDEX_ALONE),
            (f"{platform.machine()}, pip as it is set up here", here, {}),
            (f"aarch64, Python {VERSION}, the index alone", there, INDEX_ALONE),
        ):
            print(f"| {name} | {' | '.join(map(str, downloads(pip, wheel, settings)))} |", flush=True)
    print("\n| installed | on disk, MB |\n|---|--:|")
    for site in asked.site:
        print(f"| {site.name} | {size_of(site) / 1e6:.0f} |", flush=True)
    found = [start() for _ in range(asked.rounds)]
    seconds, cpu, memory = (median(each) for each in zip(*found, strict=True))
    print(f"\nlistening after {seconds:.1f} s, {cpu:.1f} CPU s; {memory:.0f} MiB resident")


def downloads(pip: list[str], wheel: Path, settings: Mapping[str, str]) -> tuple[int, int, int]:
    """How many packages, how many of them for CUDA, and how many MB that are."""
    with tempfile.TemporaryDirectory() as temporary:
        report = Path(temporary, "report.json")
        ask = ["-qq", "--dry-run", "--ignore-installed", "--only-binary", ":all:", "--report", str(report)]
        environment = {name: value for name, value in (os.environ | dict(settings)).items() if value}
        subprocess.run([*pip, *ask, str(wheel)], env=environment, check=True)
        places = [each["download_info"]["url"] for each in json.loads(report.read_text())["install"]]
    for_cuda = [place for place in places if re.search(r"/(nvidia|cuda|triton)[^/]*$", place)]
    return len(places), len(for_cuda), round(sum(map(bytes_at, places)) / 1e6)


def bytes_at(place: str) -> int:
    """How long what lies at an address is, without fetching it."""
    request = urllib.request.Request(place, method="HEAD")  # pip named it
    with urllib.request.urlopen(request, timeout=60) as answer:
        return int(answer.headers["Content-Length"])


def size_of(folder: Path) -> int:
    """Bytes of all its files."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def start() -> tuple[float, float, float]:
    """Seconds until the daemon listens, processor seconds, and MiB that are resident then."""
    silence = REPOSITORY / "tests/sounds/no_command.ogg"
    with Broker() as broker:
        began = time.monotonic()
        with Daemon(broker.port, "--source", str(silence)) as daemon:
            daemon.wait_until_told(READY)
            seconds = time.monotonic() - began
            about = Path(f"/proc/{daemon.process.pid}")
            user, system = (int(ticks) for ticks in (about / "stat").read_text().rsplit(")")[1].split()[11:13])
            (resident,) = re.findall(r"VmRSS:\s*(\d+)", (about / "status").read_text())
            return seconds, (user + system) / os.sysconf("SC_CLK_TCK"), int(resident) / 1024


if __name__ == "__main__":
    main()
