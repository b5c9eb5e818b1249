"""The units in a real systemd: a command is heard, reload and stop work, and what is closed to voiced is closed."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.broker import wait_until
from tests.machine import REPOSITORY, Machine
from tests.system_parts import require_program
from tests.virtual_microphone import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

APT = "apt-get install pulseaudio pulseaudio-utils libasound2-plugins mosquitto-clients"
SOUND = "/run/sound/native"  # the socket that the system service hears through; a login session has its own
SERVER = f"""\
load-module module-native-protocol-unix
load-module module-native-protocol-unix socket={SOUND} auth-anonymous=1
load-module module-null-sink sink_name=speaker rate=16000 channels=2
load-module module-remap-source master=speaker.monitor source_name=microphone channels=1 remix=yes
set-default-sink speaker
set-default-source microphone
"""
PAGE = (REPOSITORY / "voiced/manual/service.md").read_text()
SETTINGS = "intents: intents\nrecognizer: {threads: 1}\n"
KERNELS = "import torch; print(torch.backends.cpu.get_cpu_capability())"
LISTENING = 180.0  # seconds until a command was heard and carried out; the tests share two cores with other work


@dataclass(frozen=True, slots=True)
class Service:
    """One of the units, installed in the machine as the manual says."""

    machine: Machine
    of_user: bool

    @property
    def shipped(self) -> Path:
        return REPOSITORY / "systemd" / ("voiced-user.service" if self.of_user else "voiced.service")

    @property
    def folder(self) -> str:
        """Where units are."""
        return f"/home/{self.machine.user}/.config/systemd/user" if self.of_user else "/etc/systemd/system"

    @property
    def settings(self) -> str:
        """Where settings are."""
        return f"/home/{self.machine.user}/.config/voiced" if self.of_user else "/etc/voiced"

    @property
    def state(self) -> str:
        """Where state is kept."""
        return f"/home/{self.machine.user}/.local/state/voiced" if self.of_user else "/var/lib/voiced"

    def install(self) -> None:
        """As the manual says, with example intents."""
        self.run("/opt/voiced/bin/voiced", "init", self.settings)
        self.write(f"{self.settings}/config.yaml", SETTINGS)
        self.write(f"{self.folder}/voiced.service", self.shipped.read_text())

    def run(self, *command: str, check: bool = True) -> str:
        """As the owner of the service."""
        return (self.machine.run_as_user if self.of_user else self.machine.run)(*command, check=check)

    def control(self, *arguments: str, check: bool = True) -> str:
        return self.run("systemctl", *(["--user"] if self.of_user else []), *arguments, check=check)

    def shown(self, name: str) -> str:
        return self.control("show", "--property", name, "--value", "voiced").strip()

    def write(self, path: str, text: str) -> None:
        self.machine.write(path, text)
        if self.of_user:
            home = f"/home/{self.machine.user}"
            self.machine.run("chown", "-R", f"{self.machine.user}:", f"{home}/.config")

    def drop_in(self, text: str) -> None:
        """As `systemctl edit` would; an empty text takes it away."""
        self.write(f"{self.folder}/voiced.service.d/override.conf", text)
        self.control("daemon-reload")

    @property
    def log(self) -> str:
        unit = "_SYSTEMD_USER_UNIT" if self.of_user else "_SYSTEMD_UNIT"
        return self.machine.run("journalctl", "--output=cat", "--no-pager", f"{unit}=voiced.service", check=False)

    def start(self) -> None:
        self.control("start", "voiced", check=False)
        status = self.control("status", "voiced", check=False)
        assert self.shown("ActiveState") in {"active", "inactive"}, status + self.log
        assert self.shown("Result") == "success", status + self.log


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with a loudspeaker that is heard by its microphone, and with a sound card that has no driver."""
    for program in ("pulseaudio", "paplay", "mosquitto", "mosquitto_sub"):
        require_program(program, APT)
    devices = tmp_path_factory.mktemp("devices")
    devices.chmod(0o755)
    card = devices / "pcmC0D0c"
    os.mknod(card, stat.S_IFCHR, os.makedev(116, 24))
    card.chmod(0o660)
    shutil.chown(card, "root", "audio")
    with Machine(snd=devices) as booted:
        booted.run("mkdir", "/dev/snd")
        booted.run("mount", "--bind", "/opt/snd", "/dev/snd")
        booted.run("install", "-d", "-o", booted.user, str(Path(SOUND).parent))
        booted.write("/opt/sound.pa", SERVER)
        booted.run_as_user("systemctl", "--user", "mask", "--now", "pulseaudio.socket", "pulseaudio.service")
        booted.run_as_user("systemd-run", "--user", "--unit=sound", "pulseaudio", *OPTIONS, "-F", "/opt/sound.pa")
        for of_user in (False, True):
            Service(booted, of_user).install()
        yield booted


@pytest.fixture(params=[False, True], ids=["system", "user"])
def service(request: pytest.FixtureRequest, machine: Machine) -> Iterator[Service]:
    """One of the units, not started."""
    made = Service(machine, request.param)
    made.drop_in("" if made.of_user else f"[Service]\nEnvironment=PULSE_SERVER=unix:{SOUND}\n")
    yield made
    made.control("stop", "voiced", check=False)


def test_a_command_is_heard_and_carried_out(service: Service) -> None:
    service.start()
    assert service.shown("ActiveState") == "active"
    subscribe = service.machine.command("mosquitto_sub", "-v", "-C", "1", "-W", str(round(LISTENING)), "-t", "home/#")
    with subprocess.Popen(subscribe, stdout=subprocess.PIPE, text=True) as subscriber:
        service.machine.run_as_user("paplay", "/opt/source/tests/sounds/wake_one_breath.ogg")
        heard, _ = subscriber.communicate(timeout=LISTENING + 10)
    assert heard == "home/kitchen/light/set on\n", service.log
    wait_until(lambda: "wakes.npz" in service.machine.run("ls", service.state), 10)
    assert "hey_jarvis" in service.run("/opt/voiced/bin/voiced", "wake", "bad")


def test_reload_and_stop(service: Service) -> None:
    service.start()
    process = service.shown("MainPID")
    service.control("reload", "voiced")
    assert (service.shown("ActiveState"), service.shown("MainPID")) == ("active", process), service.log
    service.control("stop", "voiced")
    assert (service.shown("Result"), service.shown("NRestarts")) == ("success", "0"), service.log


def probed(service: Service, more: str = "") -> dict[str, Any]:
    """What a probe may do in place of voiced."""
    credential = f"{service.settings}/mqtt-password"
    service.write(credential, "secret")
    service.drop_in(
        "[Service]\nType=oneshot\nRestart=no\nExecStart=\n"
        f"ExecStart=/opt/voiced/bin/python /opt/source/tests/unit_probe.py {service.state}\n"
        f"StandardOutput=truncate:%t/probe.json\nLoadCredential=mqtt-password:{credential}\n{more}"
    )
    service.start()
    told = service.run("cat", f"/run/user/{service.machine.uid}/probe.json" if service.of_user else "/run/probe.json")
    found: dict[str, Any] = json.loads(told)
    return found


def test_what_is_closed(service: Service) -> None:
    told = probed(service)
    outside = subprocess.check_output([sys.executable, "-c", KERNELS], text=True)
    assert told.pop("kernels") == outside.strip(), "PyTorch sees another processor"
    assert told.pop("processors") == os.cpu_count()
    assert not told.pop("processes of others") or service.of_user  # a container refuses a user's own view of /proc
    assert told == {
        "capabilities": ["0" * 16] * 2,
        "no new privileges": "1",
        "filter of system calls": "2",
        "credential": "secret",
        "write /etc": "EROFS",
        "write home": "EROFS",
        "write state": None,
        "read home of root": "EACCES",
        "write /proc/sys": "EROFS",
        "raw socket": "EPERM",
        "netlink socket": "EAFNOSUPPORT",
        "internet socket": None,
        "namespace": "EPERM",
        "priority": "EPERM",
        "affinity": "EPERM",
        "change owner": "EPERM",
        "sound card": "EACCES" if service.of_user else "ENXIO",  # may be opened, but there is no driver
        "disk": "ENOENT",
    }


PROBE = """
intents:
  Probe:
    sentences: [probe]
    action:
      run: [sh, -c, 'ls /tmp/.X11-unix; touch ~/x || echo closed; touch /tmp/x && echo open; env | grep -c ^CREDEN']
"""


def test_what_a_program_may_do(service: Service) -> None:
    """Of an intent: it sees the display of a desktop, writes to /tmp alone, and is not told where secrets are."""
    machine = service.machine
    machine.run("install", "-d", "-m", "1777", "/tmp/.X11-unix")
    machine.run("touch", "/tmp/.X11-unix/X5")
    service.write(f"{service.settings}/intents/probe.yaml", PROBE)
    service.start()
    machine.run("mosquitto_pub", "-t", f"voiced/{machine.run('hostname').strip()}/say/set", "-m", "probe")
    assert wait_until(lambda: "sh failed with exit code 1; it printed: " in service.log, 20), service.log
    printed = re.findall(r"it printed: (.*)", service.log)[-1].split(" | ")
    assert printed[-3:] == ["closed", "open", "0"]
    assert (printed[0] == "X5") == service.of_user


def test_a_kernel_without_user_namespaces(machine: Machine) -> None:
    """The unit fails as the manual says, and works with the lines that the manual gives."""
    service = Service(machine, of_user=True)
    manager = f"user@{machine.uid}"
    machine.write(f"/run/systemd/system/{manager}.service.d/none.conf", "[Service]\nRestrictNamespaces=~user\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", manager)
    (remedy,) = re.findall(r"^```ini\n\[Service\]\n(PrivateUsers=.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    service.drop_in("[Service]\nRestart=no\n")
    service.control("start", "voiced", check=False)
    assert "status=217/USER" in service.control("status", "voiced", check=False)
    told = probed(service, remedy)
    assert (told["filter of system calls"], told["no new privileges"]) == ("2", "1")
    assert told["namespace"] == "EPERM"
