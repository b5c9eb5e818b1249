"""What the servers take of the daemon's memory.

    python -m tests.benchmarks.servers [--rounds 3]

A daemon understands a spoken command and rejects what is none, once with nothing but its own topics and once with all
that speaks to other programs: Home Assistant's discovery, Hermes, HTTP, Wyoming. Then each server is asked for one
transcription. Resident memory is read from /proc, of which what was mapped from files (`RssFile`) is told apart, since
other processes may share it; medians of so many rounds. Knows nothing of how fast the answers are.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import re
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient

from tests.broker import Broker, Subscriber, free_port, wait_until
from tests.daemon import READY, SITE, Daemon
from voiced.audio import sound_file
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voiced.flow import Samples

SOUNDS = Path(__file__).parents[1] / "sounds"
SPOKEN = ("wake_jarvis", "command_lights", "no_command")
PAUSE_SECONDS, QUIET_SECONDS = 5, 120
ANSWERING = 60.0  # seconds, at the most
SETTLING_SECONDS = 3.0  # what an answer leaves behind is given back after it
MIB = 1024  # kB


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    wake, command, other = (sound_file.read(SOUNDS / f"{name}.ogg") for name in SPOKEN)
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "spoken.wav"
        pause, quiet = np.zeros(PAUSE_SECONDS * SAMPLE_RATE), np.zeros(QUIET_SECONDS * SAMPLE_RATE)
        soundfile.write(source, np.concatenate([pause, wake, command, pause, wake, other, quiet]), SAMPLE_RATE)
        rounds = [[*_memory(source, None), *_memory(source, command)] for _ in range(options.rounds)]
    print("| | resident, MiB | of it from files |\n|---|--:|--:|")
    for name, of_all in zip(("all off", "all on", "asked by HTTP and Wyoming"), zip(*rounds, strict=True), strict=True):
        resident, files = (median(each) / MIB for each in zip(*of_all, strict=True))
        print(f"| {name} | {resident:.0f} | {files:.0f} |")


def _memory(source: Path, asked: Samples | None) -> list[tuple[int, int]]:
    """After a spoken command; with servers, where there is something to ask of them, once more after that."""
    http, wyoming = free_port(), free_port()
    settings: Mapping[str, Any] = {"mqtt": {"home_assistant": False}}
    if asked is not None:
        servers = {"http": f"127.0.0.1:{http}", "wyoming": f"tcp://127.0.0.1:{wyoming}"}
        settings = {"mqtt": {"home_assistant": True, "hermes": True}, "servers": servers}
    with (
        Broker() as broker,
        Subscriber(broker.port, f"voiced/{SITE}/#") as ears,
        Daemon(broker.port, "--source", str(source), settings=settings) as daemon,
    ):
        daemon.wait_until_told(READY)
        wait_until(lambda: bool(ears.payloads(f"voiced/{SITE}/unmatched")), ANSWERING)
        assert ears.payloads(f"voiced/{SITE}/intent/LightSet"), daemon.log
        assert ears.payloads(f"voiced/{SITE}/unmatched"), daemon.log
        found = [_resident(daemon.process.pid)]
        if asked is not None:
            assert _by_http(http, asked)
            assert asyncio.run(_by_wyoming(wyoming, asked))
            found.append(_resident(daemon.process.pid))
        return found


def _resident(pid: int) -> tuple[int, int]:
    """Kilobytes, and those of them that are mapped from files."""
    time.sleep(SETTLING_SECONDS)
    status = Path(f"/proc/{pid}/status").read_text()
    total, files = (int(re.findall(rf"{name}:\s*(\d+)", status)[0]) for name in ("VmRSS", "RssFile"))
    return total, files


def _by_http(port: int, samples: Samples) -> str:
    """Ask for a transcription as a form does."""
    sound = io.BytesIO()
    soundfile.write(sound, samples, SAMPLE_RATE, format="WAV")
    field = "--end\r\nContent-Disposition: form-data; name={}\r\n\r\n"
    head = field.format('"model"') + "whisper-1\r\n" + field.format('"file"; filename="a.wav"')
    body = head.encode() + sound.getvalue() + b"\r\n--end--\r\n"
    place = f"http://127.0.0.1:{port}/v1/audio/transcriptions"
    request = urllib.request.Request(place, body, {"Content-Type": "multipart/form-data; boundary=end"})
    with urllib.request.urlopen(request, timeout=ANSWERING) as answer:
        return str(answer.read().decode())


async def _by_wyoming(port: int, samples: Samples) -> str:
    """Ask for a transcript."""
    sound: dict[str, int] = {"rate": SAMPLE_RATE, "width": 2, "channels": 1}
    pcm = (samples * 32767).astype("<i2").tobytes()
    async with AsyncTcpClient("127.0.0.1", port) as client, asyncio.timeout(ANSWERING):
        for event in (Transcribe(), AudioStart(**sound), AudioChunk(audio=pcm, **sound), AudioStop()):
            await client.write_event(event.event())
        while told := await client.read_event():
            if Transcript.is_type(told.type):
                return Transcript.from_event(told).text
    return ""


if __name__ == "__main__":
    main()
