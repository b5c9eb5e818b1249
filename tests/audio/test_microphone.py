"""The microphone: real PortAudio on a private sound server, which is also killed, frozen and restarted."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiced.audio import microphone, portaudio, sound_file
from voiced.audio.microphone import Microphone, list_devices
from voiced.errors import AudioError
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.virtual_microphone import VirtualMicrophone
    from voiced.flow import AudioFrame, Samples

CLIP = Path(__file__).parents[1] / "sounds" / "command_heating.ogg"


@pytest.fixture
def server(virtual_microphone: VirtualMicrophone) -> VirtualMicrophone:
    """A running sound server that PortAudio has looked at."""
    portaudio.look_again()
    return virtual_microphone


def meanwhile(do: Callable[[], object], after: float = 0.0) -> threading.Timer:
    timer = threading.Timer(after, do)
    timer.start()
    return timer


def record(sound: Iterator[AudioFrame], server: VirtualMicrophone) -> tuple[Samples, Samples]:
    """Play the clip; return it, and the stretch of what was heard that fits it best."""
    clip = sound_file.read(CLIP)
    next(sound)  # until the device is awake
    playing = meanwhile(lambda: server.play(CLIP))
    frames = list(islice(sound, 50))
    playing.join()
    assert [frame.start - frames[0].start for frame in frames] == [FRAME_SAMPLES * index for index in range(50)]
    heard = np.concatenate([frame.samples for frame in frames])
    padded = np.zeros_like(heard)
    padded[: len(clip)] = clip
    at = int(np.fft.irfft(np.fft.rfft(heard) * np.fft.rfft(padded).conj()).argmax())  # best fit, by correlation
    return clip, heard[at : at + len(clip)]


def test_sound_arrives_sample_by_sample(server: VirtualMicrophone) -> None:
    with Microphone() as ear:
        clip, heard = record(ear.frames(), server)
    assert heard.dtype == np.float32
    assert np.corrcoef(clip, heard)[0, 1] > 0.9999
    assert heard.std() == pytest.approx(clip.std(), rel=0.01)


@pytest.mark.slow
def test_a_device_that_does_not_speak_16_khz(server: VirtualMicrophone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone, "_rate", lambda _device: 44_100)
    with Microphone() as ear:
        clip, heard = record(ear.frames(), server)
    assert np.corrcoef(clip, heard)[0, 1] > 0.95  # less than a sample of delay is left between the two


def test_devices_are_listed_and_the_one_used_is_marked(server: VirtualMicrophone) -> None:  # noqa: ARG001
    devices = list_devices()
    assert {"default", "pulse"} <= {device.name for device in devices}
    assert [device.name for device in devices if device.chosen] == ["default"]
    assert all(device.host_api == "ALSA" and device.channels > 0 and device.rate > 0 for device in devices)


def test_devices_by_name_part_of_it_or_number(server: VirtualMicrophone) -> None:  # noqa: ARG001
    for wanted in ("pulse", "PULS", 0):
        [chosen] = [device for device in list_devices(wanted) if device.chosen]
        assert chosen.name == "pulse"
    with Microphone("PULS") as ear:
        assert len(next(ear.frames()).samples) == FRAME_SAMPLES


@pytest.mark.parametrize("wanted", ["beamforming array", 99])
def test_an_unknown_device(server: VirtualMicrophone, wanted: str | int) -> None:  # noqa: ARG001
    assert not any(device.chosen for device in list_devices(wanted))
    with (
        pytest.raises(AudioError, match=rf"no microphone {wanted!r}; there are 0 'pulse', 1 'default'"),
        Microphone(wanted),
    ):
        pass


def test_closing_ends_the_frames_at_once(server: VirtualMicrophone) -> None:  # noqa: ARG001
    with Microphone() as ear:
        sound = ear.frames()
        next(sound)
        began = time.monotonic()
        meanwhile(ear.close, after=0.3)
        assert len(list(sound)) >= 2
        assert time.monotonic() - began < 0.8
        assert list(ear.frames()) == []


@pytest.mark.slow
def test_frames_that_nobody_takes_are_dropped_and_leave_a_gap(
    server: VirtualMicrophone, monkeypatch: pytest.MonkeyPatch
) -> None:
    del server
    monkeypatch.setattr(microphone, "MOST_WAITING", 5)
    with Microphone() as ear:
        sound = ear.frames()
        first = next(sound)
        time.sleep(1.2)
        frames = [first, *islice(sound, 9)]
    gaps = [later.start - earlier.end for earlier, later in pairwise(frames)]
    assert sum(gap > 0 for gap in gaps) == 1
    assert max(gaps) % FRAME_SAMPLES == 0
    assert 0.4 < max(gaps) / SAMPLE_RATE < 1.2


@pytest.mark.slow
def test_a_device_that_vanishes_and_comes_back(server: VirtualMicrophone) -> None:
    away: list[float] = []
    with Microphone(while_away=lambda: away.append(time.monotonic())) as ear:
        sound = ear.frames()
        before = next(sound)
        meanwhile(server.kill, after=0.2)
        back = meanwhile(server.start, after=1.2)
        gone = time.monotonic() + 0.2
        for after in sound:
            if after.start > before.end:
                break
            before = after
        heard_again = time.monotonic()
        back.join()
        assert (after.start - before.end) / SAMPLE_RATE == pytest.approx(heard_again - gone, abs=0.5)
        assert len(list(islice(sound, 5))) == 5
    assert len(away) > 5
    assert max(np.diff(away), default=0) < 3


@pytest.mark.slow
def test_closing_while_the_device_is_away(server: VirtualMicrophone) -> None:
    with Microphone() as ear:
        sound = ear.frames()
        next(sound)
        server.kill()
        meanwhile(ear.close, after=1.0)
        began = time.monotonic()
        list(sound)
        assert time.monotonic() - began < 1.5


@pytest.mark.slow
def test_a_short_freeze_loses_nothing(server: VirtualMicrophone) -> None:
    with Microphone() as ear:
        sound = ear.frames()
        next(sound)
        server.freeze()
        meanwhile(server.thaw, after=1.5)
        frames = list(islice(sound, 30))
    assert all(later.start == earlier.end for earlier, later in pairwise(frames))


# -- in a process of its own, since it breaks PortAudio, or must not have met it -------------------------


def run(program: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return done.stdout


@pytest.mark.slow
def test_a_device_that_hangs_for_good_is_given_up_and_does_not_hang_the_program(
    virtual_microphone: VirtualMicrophone,
) -> None:
    program = (
        "import sys\n"
        "from voiced.errors import AudioError\n"
        "from voiced.audio.microphone import Microphone\n"
        "with Microphone() as ear:\n"
        "    sound = ear.frames()\n"
        "    next(sound)\n"
        "    print('awake', flush=True)\n"
        "    try:\n"
        "        list(sound)\n"
        "    except AudioError as error:\n"
        "        print(error)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env={**virtual_microphone.environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "awake\n"
        virtual_microphone.freeze()
        try:
            said, _ = process.communicate(timeout=15)
        finally:
            virtual_microphone.thaw()
            process.kill()
    assert said == "microphone 'default' hangs and cannot be closed; start again\n"
    assert process.returncode == 0


@pytest.mark.parametrize("is_closed_meanwhile", [True, False])
def test_a_device_that_cannot_be_closed_is_no_error_of_who_ends_anyway(*, is_closed_meanwhile: bool) -> None:
    ear = Microphone()

    class Hanging:
        name, why, newest = "hanging", "it hangs", None

        def blocks(self, _closed: Callable[[], bool]) -> Iterator[tuple[int, Samples, float]]:
            return iter(())

        def close(self) -> bool:
            if is_closed_meanwhile:
                ear.close()
            return False

    ear._capture = Hanging()  # type: ignore[assignment]
    if is_closed_meanwhile:
        assert list(ear.frames()) == []
    else:
        with pytest.raises(AudioError, match="hangs and cannot be closed"):
            list(ear.frames())


@pytest.mark.slow
def test_a_sound_server_that_is_frozen_at_the_start_is_one_sentence(virtual_microphone: VirtualMicrophone) -> None:
    program = (
        "from voiced.audio import microphone, portaudio\n"
        "from voiced.errors import AudioError\n"
        "from voiced.foundations.signals import leave\n"
        "portaudio.ANSWER_SECONDS = 3.0\n"
        "try:\n"
        "    microphone.Microphone().require()\n"
        "    microphone.Microphone().__enter__()\n"
        "except AudioError as error:\n"
        "    print(error)\n"
        "leave(0)\n"  # anything else waits for PortAudio
    )
    virtual_microphone.freeze()
    try:
        said = run(program, virtual_microphone.environment)
    finally:
        virtual_microphone.thaw()
    assert said == "the sound server has not answered for 3 s; is it frozen?\n"


@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine has sound devices; run it on one without")
def test_no_microphone() -> None:
    program = (
        "from voiced.errors import AudioError\n"
        "from voiced.audio.microphone import Microphone, list_devices\n"
        "print(list_devices())\n"
        "try:\n"
        "    Microphone().__enter__()\n"
        "except AudioError as error:\n"
        "    print(error)\n"
    )
    said = run(program, {**os.environ, "PULSE_SERVER": "unix:/nowhere"})
    assert said == "[]\nno microphone found: plug one in, or start the sound server\n"


def test_portaudio_is_missing(tmp_path: Path) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from voiced.errors import AudioError\n"
        "from voiced.audio.microphone import Microphone\n"
        "try:\n"
        "    Microphone().__enter__()\n"
        "except AudioError as error:\n"
        "    print(error)\n"
    )
    said = run(program, dict(os.environ))
    assert said == "PortAudio is not installed, which records sound: apt-get install libportaudio2\n"
