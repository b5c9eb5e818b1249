"""What a process confined by a unit may do: runs there in place of voiced, and prints a JSON object."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

NEW_USER = 0x10000000  # CLONE_NEWUSER of sched.h


def refused(what: Callable[[], object]) -> str | None:
    """Return the name of the error that it raises, as EPERM; None if it is allowed."""
    try:
        what()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return None


def new_namespace() -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_USER):
        raise OSError(ctypes.get_errno(), "unshare")


def processes_of_others() -> int:
    return sum(path.name.isdecimal() and path.stat().st_uid != os.getuid() for path in Path("/proc").iterdir())


def status() -> dict[str, str]:
    lines = Path("/proc/self/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def credential() -> str | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder, "mqtt-password").read_text() if folder else None


def main() -> None:
    """Try all; the last argument is a folder in which files may be written."""
    kept = status()
    told: dict[str, object] = {
        "capabilities": [kept["CapBnd"], kept["CapEff"]],
        "no new privileges": kept["NoNewPrivs"],
        "filter of system calls": kept["Seccomp"],
        "kernels": torch.backends.cpu.get_cpu_capability(),
        "processors": Path("/proc/cpuinfo").read_text().count("processor"),
        "processes of others": processes_of_others(),
        "credential": credential(),
        "write /etc": refused(lambda: Path("/etc/voiced-was-here").write_text("")),
        "write home": refused(lambda: Path("~/voiced-was-here").expanduser().write_text("")),
        "write state": refused(lambda: Path(sys.argv[1], "probe").write_text("")),
        "read home of root": refused(lambda: list(Path("~root").expanduser().iterdir())),
        "write /proc/sys": refused(lambda: Path("/proc/sys/kernel/domainname").write_text("x")),
        "raw socket": refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()),
        "netlink socket": refused(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()),
        "internet socket": refused(lambda: socket.socket(socket.AF_INET).close()),
        "namespace": refused(new_namespace),
        "priority": refused(lambda: os.setpriority(os.PRIO_PROCESS, 0, 1)),
        "affinity": refused(lambda: os.sched_setaffinity(0, {0})),
        "change owner": refused(lambda: os.chown("/", 0, 0)),
        "sound card": refused(lambda: os.close(os.open("/dev/snd/pcmC0D0c", os.O_RDONLY | os.O_NONBLOCK))),
        "disk": refused(lambda: os.close(os.open("/dev/disk-of-the-test", os.O_RDONLY))),
    }
    torch.nn.functional.conv1d(torch.ones(1, 80, 100), torch.ones(384, 80, 3))  # oneDNN generates code for it
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
