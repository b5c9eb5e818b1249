"""A microphone without hardware: a private PulseAudio whose null sink is what the default source hears.

Works for any user, root too, without D-Bus. While it lives, PULSE_SERVER in the environment points at it, so that
programs started meanwhile, and PortAudio when it is initialised, find it as ALSA's `default`. A capture's first frame
comes 0.65 to 2.1 s after its start, when the sink has woken up: wait for it before playing.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.system_parts import missing, require_program

APT = "apt-get install libportaudio2 pulseaudio pulseaudio-utils libasound2-plugins"
SCRIPT = """\
load-module module-native-protocol-unix socket={socket} auth-anonymous=1
load-module module-null-sink sink_name=speaker rate={rate} channels=2
load-module module-remap-source master=speaker.monitor source_name=microphone channels=1 remix=yes
set-default-sink speaker
set-default-source microphone
"""
OPTIONS = ("-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit=no", "--use-pid-file=no")


class VirtualMicrophone:
    """The server and its null sink, as a context manager; at 16 kHz what is played arrives sample by sample."""

    def __init__(self, rate: int = 16_000) -> None:
        self._server = require_program("pulseaudio", APT)
        self._player = require_program("paplay", APT)
        self._control = require_program("pactl", APT)
        if not any(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")):
            missing(f"ALSA's PulseAudio plug-in is not installed: {APT}")
        self._folder = Path(tempfile.mkdtemp(prefix="microphone-"))
        self._socket = self._folder / "native"
        self._script = self._folder / "default.pa"
        self._script.write_text(SCRIPT.format(socket=self._socket, rate=rate))
        self._process: subprocess.Popen[bytes] | None = None
        self._server_before: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which a program finds this microphone."""
        return {**os.environ, "PULSE_SERVER": f"unix:{self._socket}"}

    def start(self) -> None:
        """Start the server, or start it again; returns when it answers."""
        assert self._process is None, "already running"
        self._socket.unlink(missing_ok=True)
        own = {"XDG_RUNTIME_DIR": str(self._folder), "PULSE_RUNTIME_PATH": str(self._folder), "HOME": str(self._folder)}
        others = {name: value for name, value in os.environ.items() if name != "PULSE_SERVER"}
        with (self._folder / "log").open("ab") as log:
            command = [self._server, *OPTIONS, "-F", str(self._script)]
            self._process = subprocess.Popen(command, env=others | own, stdout=log, stderr=log)
        give_up = time.monotonic() + 20
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"PulseAudio does not answer: {(self._folder / 'log').read_text()}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        command = [self._control, "info"]
        return subprocess.run(command, env=self.environment, capture_output=True, check=False).returncode == 0

    def play(self, sound: Path) -> None:
        """Play a sound file into the microphone; returns when it has been played."""
        subprocess.run([self._player, "--device=speaker", str(sound)], env=self.environment, check=True)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the server: every capture ends with it."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """No more frames, and no error either."""
        assert self._process is not None, "not running"
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Frames again: those missed arrive at once."""
        assert self._process is not None, "not running"
        self._process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        self.start()
        self._server_before = os.environ.get("PULSE_SERVER")
        os.environ["PULSE_SERVER"] = self.environment["PULSE_SERVER"]
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._server_before is None:
            os.environ.pop("PULSE_SERVER", None)
        else:
            os.environ["PULSE_SERVER"] = self._server_before
        with suppress(ProcessLookupError):
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
