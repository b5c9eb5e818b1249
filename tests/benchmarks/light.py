"""Seconds from the end of what is said until a light of a real Home Assistant is switched.

    HOME_ASSISTANT=ENVIRONMENT python -m tests.benchmarks.light [--times 30]

"Turn off the office lights", said in four ways: (a) to the daemon after the wake word, in a recording at the pace of
speech, with an automation on its event; (b) into an Assist pipeline with voiced's ears and agent, where Home Assistant
finds the end of the speech, as up to 2026.4; (b') the same as since 2026.5, which leaves that to voiced and takes what
it hears as soon as it comes; (c) as (a), in a house whose names and sentences are Home Assistant's, without any YAML.
When the light was switched is told by Home Assistant's state; the other columns tell when the command was over and when
it was recognised: medians all, from the last sample that is louder than a twentieth of the loudest.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import soundfile
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart
from wyoming.client import AsyncTcpClient

from tests.broker import wait_until
from tests.peers.assist import BLOCK, Assist
from tests.peers.houses import LIGHT, SWITCH, with_device, without_yaml
from voiced.audio import sound_file
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.peers.houses import House
    from voiced.flow import Samples

SOUNDS = Path(__file__).parents[1] / "sounds"
WAKE, COMMAND = (sound_file.read(SOUNDS / f"{name}.ogg") for name in ("wake_jarvis", "command_lights"))
SAID = "turn off the office lights"
SILENCE = np.zeros(3 * SAMPLE_RATE, np.float32)
LOUD = 0.05  # of the loudest sample: softer ones at the end are silence
SPOKEN = float(np.flatnonzero(np.abs(COMMAND) > LOUD * np.abs(COMMAND).max())[-1]) / SAMPLE_RATE  # end of the speech
ANSWERING = 60.0  # seconds, at the most


class Taken(NamedTuple):
    """Seconds from the end of the speech."""

    light: float
    over: float  # the command, as whoever decides that found
    recognized: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=30)
    options = parser.parse_args(arguments)
    print("| way | times | light: median | worst | command over | recognised |\n|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        period = np.concatenate([WAKE, COMMAND, SILENCE, SILENCE])
        # Silence first, while all are connected; one command more than is wanted, since the daemon ends with the sound.
        whole = np.concatenate([np.zeros_like(period), np.tile(period, options.times + 1)])
        soundfile.write(sound := Path(folder) / "said.flac", whole, SAMPLE_RATE)
        source = ("--source", str(sound))
        with with_device(*source) as house:
            tell("a: discovery and automation", spoken(house, SWITCH, options.times, len(period)))
        with with_device() as house:
            assist = Assist(house.home)
            tell("b: Assist ends the command", [in_assist(house, assist) for _ in range(options.times)])
            tell("b': voiced ends it", [as_assist_will(house) for _ in range(options.times)])
        with without_yaml(*source) as house:
            tell("c: no YAML", spoken(house, LIGHT, options.times, len(period)))


def tell(way: str, all_taken: Sequence[Taken]) -> None:
    """Print a row."""
    light, over, recognized = (median(each) for each in zip(*all_taken, strict=True))
    worst = max(taken.light for taken in all_taken)
    print(f"| {way} | {len(all_taken)} | {light:.2f} | {worst:.2f} | {over:.2f} | {recognized:.2f} |", flush=True)


def spoken(house: House, entity: str, times: int, period: int) -> list[Taken]:
    """Switch it on before each command that the daemon's source says; the source is as long as one more of them."""
    events, lights = list[dict[str, Any]](), list[float]()
    while len(lights) < times:
        light_up(house, entity)
        house.ears.messages.clear()
        lights.append(went_out(house, entity))
        assert wait_until(lambda: bool(intents(house)), ANSWERING)
        events += intents(house)
    # The source's first sample was spoken, as each event tells; what it took to make the event makes that later.
    zero = min(datetime.fromisoformat(each["time"]).timestamp() - each["age"] - each["speech"][1] for each in events)
    return [_taken(event, light - zero, period) for event, light in zip(events, lights, strict=True)]


def _taken(event: dict[str, Any], light: float, period: int) -> Taken:
    """`light`: seconds after the source's first sample."""
    # The wake word, then the command, then silence.
    heard = event["speech"][1]
    end = (round(heard * SAMPLE_RATE) // period * period + len(WAKE)) / SAMPLE_RATE + SPOKEN
    return Taken(light - end, heard + event["stopped"] - end, heard + event["recognized"] - end)


def intents(house: House) -> list[dict[str, Any]]:
    """Events of commands that have come."""
    return [json.loads(each.payload) for each in list(house.ears.messages) if "/intent/" in each.topic]


def in_assist(house: House, assist: Assist) -> Taken:
    """Say it into a pipeline."""
    light_up(house, SWITCH)
    run = assist.hear(np.concatenate([COMMAND, SILENCE]))
    end = run.began + SPOKEN
    return Taken(went_out(house, SWITCH) - end, run.told["stt-vad-end"] - end, run.told["stt-end"] - end)


def as_assist_will(house: House) -> Taken:
    """Say it to the Wyoming server, and hand what comes to the conversation agent."""
    light_up(house, SWITCH)
    began, text = asyncio.run(asked(house.wyoming, np.concatenate([COMMAND, SILENCE])))
    heard, end = time.time(), began + SPOKEN
    assert text.lower().strip(" .") == SAID
    house.home.ask("/api/conversation/process", {"text": text, "agent_id": "conversation.voiced", "language": "en"})
    return Taken(went_out(house, SWITCH) - end, heard - end, heard - end)


async def asked(port: int, samples: Samples) -> tuple[float, str]:
    """Send sound in real time until a transcript comes; return when the sound began, and the transcript."""
    form = {"rate": SAMPLE_RATE, "width": 2, "channels": 1}
    blocks = np.split((samples * 32_767).astype("<i2"), range(BLOCK, len(samples), BLOCK))
    async with AsyncTcpClient("127.0.0.1", port) as client, asyncio.timeout(ANSWERING):
        await client.write_event(Transcribe(language="en").event())
        await client.write_event(AudioStart(**form).event())
        began = time.time()

        async def send() -> None:
            for number, block in enumerate(blocks, 1):
                await asyncio.sleep(began + number * BLOCK / SAMPLE_RATE - time.time())
                await client.write_event(AudioChunk(audio=block.tobytes(), **form).event())

        sending = asyncio.create_task(send())
        while event := await client.read_event():
            if Transcript.is_type(event.type):
                sending.cancel()
                return began, Transcript.from_event(event).text
    raise AssertionError("no transcript")


def light_up(house: House, entity: str) -> None:
    """Switch it on by hand."""
    house.home.call(f"{entity.partition('.')[0]}/turn_on", entity)
    house.home.wait_for(entity, "on")


def went_out(house: House, entity: str) -> float:
    """When it went out; waits for that."""
    house.home.wait_for(entity, "off", ANSWERING)
    return house.home.changed(entity)


if __name__ == "__main__":
    main()
