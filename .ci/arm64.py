"""A 64-bit Raspberry Pi OS without a Raspberry Pi: what pip would install there, and a root to run it in by emulation.

Nothing of this machine changes: packages of Debian for ARM64 are fetched by apt into a folder, with lists of their own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

GLIBC = range(17, 37)  # minor versions; Debian 12 has 2.36
DEBIAN = ("python3", "libportaudio2")  # libc, the compilers' run-time libraries and more come with them
# As the kernel of a Raspberry Pi tells it: without, libraries read this machine's, and ONNX Runtime ends with SIGSEGV.
CPU_INFO = """processor\t: {number}
BogoMIPS\t: 108.00
Features\t: {features}
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: {variant:#x}
CPU part\t: {part:#x}
CPU revision\t: {revision}

"""
OF_V8 = "fp asimd evtstrm crc32 cpuid"
# --platform and --python-version choose the wheels, but pip reads markers such as `platform_machine == "aarch64"` off
# the machine that it runs on: it has to believe that it is there
PIP_ON_A_PI = """
import platform, sys
version = sys.argv.pop(1)
platform.machine = lambda: "aarch64"
platform.python_version = lambda: version + ".0"
platform.python_version_tuple = lambda: (*version.split("."), "0")
from pip._internal.cli.main import main
sys.exit(main())
"""


@dataclass(frozen=True)
class Pi:
    """A processor as Linux tells of it: ARM's main identification register, and what it can do."""

    cpu: str  # as qemu calls it
    machines: str
    part: int
    variant: int
    revision: int
    features: str = OF_V8

    def write_about(self, root: Path) -> None:
        """What Linux tells of the processor: `root`/cpuinfo, to be mounted in /proc, and a /sys."""
        cores = range(os.cpu_count() or 1)
        (root / "cpuinfo").write_text("".join(CPU_INFO.format(number=core, **asdict(self)) for core in cores))
        system = root / "sys/devices/system/cpu"
        for core in cores:
            place = system / f"cpu{core}/regs/identification"
            place.mkdir(parents=True)
            identity = 0x410F0000 | self.variant << 20 | self.part << 4 | self.revision
            (place / "midr_el1").write_text(f"{identity:#018x}\n")
        for name in ("possible", "present", "online"):
            (system / name).write_text(f"0-{cores[-1]}\n")


PIS = (
    Pi("cortex-a53", "Raspberry Pi 3, Zero 2", 0xD03, 0, 4),
    Pi("cortex-a72", "Raspberry Pi 4, 400", 0xD08, 0, 3),
    Pi(
        "cortex-a76",
        "Raspberry Pi 5",
        0xD0B,
        4,
        1,
        f"{OF_V8} aes pmull sha1 sha2 atomics fphp asimdhp asimdrdm lrcpc dcpop asimddp",
    ),
)


def as_on_a_pi(python: str, version: str, target: Path) -> list[str]:
    """The beginning of `pip install` into a folder, by pip of `python`, as if it ran on a Pi with Python `version`."""
    platforms = [f"manylinux_2_{minor}_aarch64" for minor in GLIBC] + ["manylinux2014_aarch64"]
    pip = [python, "-W", "ignore", "-c", PIP_ON_A_PI, version, "install", "-qq", "--target", str(target)]
    wheels = ["--implementation", "cp", "--python-version", version, "--only-binary", ":all:"]
    return [*pip, *wheels, *(word for tag in platforms for word in ("--platform", tag))]


def build_wheel(python: str, repository: Path, folder: Path) -> Path:
    """The wheel of this checkout."""
    build = [python, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(folder), str(repository)]
    subprocess.run(build, check=True)
    (wheel,) = folder.glob("voiced-*.whl")
    return wheel


def fetch_debian(folder: Path) -> list[Path]:
    """Packages of this machine's Debian for ARM64, in the order in which apt names them."""
    (folder / "state/lists/partial").mkdir(parents=True)
    (folder / "cache/archives/partial").mkdir(parents=True)
    (folder / "status").touch()  # nothing is installed yet
    options = {
        "APT::Architecture": "arm64",
        "APT::Architectures": "arm64",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "",  # the folder is ours alone
        "Dir::State": str(folder / "state"),
        "Dir::State::status": str(folder / "status"),
        "Dir::Cache": str(folder / "cache"),
    }
    apt = ["apt-get", "-qq", *(word for name, value in options.items() for word in ("-o", f"{name}={value}"))]
    subprocess.run([*apt, "update"], check=True)
    subprocess.run([*apt, "install", "-y", "--download-only", *DEBIAN], check=True, stdout=subprocess.DEVNULL)
    return sorted((folder / "cache/archives").glob("*.deb"))


def make_roots(folder: Path, wheel: Path, qemu: str) -> dict[Pi, Path]:
    """A root for each processor, with Python, qemu, and in /site what pip would install there of the wheel.

    Mounts: the caller has a mount namespace of its own, with which they go.
    """
    packages, site = fetch_debian(folder), folder / "site"
    site.mkdir()
    roots = {pi: folder / pi.cpu for pi in PIS}
    for pi, root in roots.items():
        _unpack(packages, root)
        pi.write_about(root)
        shutil.copy(qemu, root / "usr/bin")
        for name in ("dev", "proc", "site", "tmp"):
            (root / name).mkdir(exist_ok=True)
        _mount("-t", "proc", "proc", root / "proc")
        _mount("--bind", root / "cpuinfo", root / "proc/cpuinfo")
        _mount("--bind", "/dev", root / "dev")
        _mount("--bind", site, root / "site")
    python = (roots[PIS[0]] / "usr/bin/python3").readlink().name  # python3.11
    subprocess.run([*as_on_a_pi(sys.executable, python.removeprefix("python"), site), str(wheel)], check=True)
    return roots


def _unpack(packages: Sequence[Path], root: Path) -> None:
    """Unpacking is enough: nothing of what the packages would run when they are installed is needed."""
    root.mkdir()
    for package in packages:
        subprocess.run(["dpkg-deb", "-x", package, root], check=True)


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True)


if __name__ == "__main__":
    sys.exit("this file is for .ci/aarch64 and .ci/processors")
