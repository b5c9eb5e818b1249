"""A real systemd as PID 1, to try units in: a container over this machine's own files, whose changes are thrown away.

systemd-nspawn refuses the root folder, so it is bound to an empty one first, in a mount namespace of its own. On top
lies an overlay in memory. The network is a loopback of its own, so that brokers do not meet. It has voiced in
/opt/voiced, where README.md puts it: this interpreter, its packages and this repository, bound to places that a unit
may see (`ProtectHome` hides homes).
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Self

from tests.broker import wait_until
from tests.system_parts import missing, require_program

REPOSITORY = Path(__file__).resolve().parent.parent
BOOT = """\
set -e
mount --make-rprivate /
mount --bind / {root}
exec systemd-nspawn --directory={root} --volatile=overlay --private-network --register=no --keep-unit --quiet \
    --machine=voiced-test {binds} --boot -- systemd.unit=basic.target systemd.show_status=0
"""
VOICED = """\
#!/bin/sh
export PYTHONHOME=/opt/python PYTHONPATH=/opt/source:/opt/site LD_LIBRARY_PATH=/opt/python/lib
exec /opt/python/bin/python{version} {arguments} "$@"
"""
BOOTING, STOPPING = 60.0, 20.0  # seconds, at the most; the tests share two cores with other work
STATES = {"running", "degraded"}  # of a system that has booted; degraded: some unit of this machine's has failed


class Machine:
    """The container, as a context manager; `user` is an account with a login session that lasts."""

    user, uid = "resident", 4321

    def __init__(self, **binds: Path) -> None:
        """`binds` are files and folders to see there as /opt/NAME."""
        for program in ("systemd-nspawn", "nsenter", "unshare"):
            require_program(program, "apt-get install systemd-container")
        if os.getuid():
            missing("to boot a container takes root")
        places = {
            "python": Path(sys.base_prefix),
            "site": Path(sysconfig.get_path("purelib")),
            "source": REPOSITORY,
            **binds,
        }
        self._binds = [f"--bind-ro={path}:/opt/{name}" for name, path in places.items()]
        self._root = tempfile.TemporaryDirectory(prefix="machine-")
        self._log = Path(self._root.name + ".log")
        self._leader = 0

    def __enter__(self) -> Self:
        script = BOOT.format(root=shlex.quote(self._root.name), binds=shlex.join(self._binds))
        with self._log.open("wb") as log:
            command = ["unshare", "--mount", "bash", "-c", script]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self._has_booted, BOOTING)
        if not self._has_booted():
            self.__exit__()
            missing(f"this machine boots no container: {self._log.read_text(errors='replace')[-1_000:]}")
        self._furnish()
        return self

    def _has_booted(self) -> bool:
        """Whether its systemd answers that it has started; finds its process at first."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        if self._process.poll() is not None:
            return True  # nothing more to wait for
        for child in children.read_text().split():
            if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                self._leader = int(child)
        return bool(self._leader) and self.run("systemctl", "is-system-running", check=False).strip() in STATES

    def _furnish(self) -> None:
        """Put voiced and an account there, and start the broker."""
        version = sysconfig.get_python_version()
        self.write("/opt/voiced/bin/voiced", VOICED.format(version=version, arguments="-m voiced"), mode=0o755)
        self.write("/opt/voiced/bin/python", VOICED.format(version=version, arguments=""), mode=0o755)
        self.run("umount", "/proc/kmsg")  # the container's own stand-in, over which units cannot lay theirs
        self.run("useradd", "--create-home", "--uid", str(self.uid), self.user)
        self.run("systemctl", "start", "mosquitto")
        self.run("loginctl", "enable-linger", self.user)
        self.run("systemctl", "start", f"user@{self.uid}")

    def run(self, *command: str, check: bool = True) -> str:
        """Run a command as root there; return what it prints, its errors too. Fails if it fails, unless told not to."""
        done = subprocess.run(
            self.command(*command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        said = done.stdout.decode(errors="replace")
        assert not check or done.returncode == 0, f"{shlex.join(command)} ended with {done.returncode}:\n{said}"
        return said

    def run_as_user(self, *command: str, check: bool = True) -> str:
        """Run a command as `user`, in the session; otherwise like `run`."""
        return self.run(*self.as_user(*command), check=check)

    def as_user(self, *command: str) -> list[str]:
        """Return the command that runs a command as `user`, in the session."""
        home = f"/home/{self.user}"
        session = [f"XDG_RUNTIME_DIR=/run/user/{self.uid}", f"HOME={home}"]
        return ["runuser", "-u", self.user, "--", "env", "--chdir=" + home, *session, *command]

    def command(self, *command: str) -> list[str]:
        """Return the command of this machine that runs a command there."""
        return ["nsenter", "--target", str(self._leader), "--all", "--", *command]

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Write a file there, and the folders above it, as root."""
        self.run("install", "-D", "-m", f"{mode:o}", "/dev/null", path)
        subprocess.run(self.command("tee", path), input=text.encode(), stdout=subprocess.DEVNULL, check=True)

    def __exit__(self, *_exception: object) -> None:
        if self._leader:
            self.run("systemctl", "poweroff", "--force", check=False)
        give_up = time.monotonic() + STOPPING
        while self._process.poll() is None and time.monotonic() < give_up:
            time.sleep(0.1)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._root.cleanup()
        self._log.unlink()
