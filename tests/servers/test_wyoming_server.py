"""The daemon over Wyoming, by the protocol's own client: commands, sentences, wake words, and bad manners."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.handle import Handled
from wyoming.info import Describe, Info
from wyoming.intent import Intent, NotRecognized, Recognize
from wyoming.ping import Ping, Pong
from wyoming.wake import Detect, Detection, NotDetected

from tests.broker import wait_until
from voiced.audio import sound_file

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wyoming.event import Event, Eventable

    from tests.servers.conftest import House

SOUNDS = Path(__file__).parents[1] / "sounds"
COMMAND, OTHER = SOUNDS / "command_lights.ogg", SOUNDS / "no_command.ogg"
LONG = 60.0  # seconds, at the most; the tests share two cores with other work
BLOCK = 1_024  # samples


def talk(house: House, conversation: Callable[[AsyncTcpClient], Awaitable[None]]) -> None:
    """Hold a conversation with the server."""

    async def hold() -> None:
        async with asyncio.timeout(LONG), AsyncTcpClient("127.0.0.1", house.wyoming) as client:
            await conversation(client)

    asyncio.run(hold())


async def tell(client: AsyncTcpClient, *told: Eventable) -> None:
    for each in told:
        await client.write_event(each.event())


async def hear(client: AsyncTcpClient, kind: str) -> Event:
    """Wait for an event of this kind, whatever comes before."""
    while event := await client.read_event():
        if event.type == kind:
            return event
    raise AssertionError(f"no {kind}")


async def speak(
    client: AsyncTcpClient,
    file: Path,
    rate: int = 16_000,
    channels: int = 1,
    *,
    silence: float = 0.0,
    start: bool = True,
) -> None:
    """Send the sound of a file as a microphone would."""
    samples = np.concatenate([sound_file.read(file), np.zeros(round(silence * 16_000), np.float32)])
    sound = np.repeat(np.repeat(samples, rate // 16_000)[:, None], channels, axis=1)
    pcm = (sound * 32_767).astype("<i2").tobytes()
    if start:
        await tell(client, AudioStart(rate, 2, channels))
    for begin in range(0, len(pcm), BLOCK):
        await tell(client, AudioChunk(rate, 2, channels, pcm[begin : begin + BLOCK]))


def plain(text: str) -> str:
    return text.lower().strip(" .")


def test_it_says_truly_what_it_is(house: House) -> None:
    async def conversation(client: AsyncTcpClient) -> None:
        await tell(client, Describe())
        info = Info.from_event(await hear(client, "info"))
        [asr], [handle], [intent], [wake] = info.asr, info.handle, info.intent, info.wake
        assert [model.name for model in asr.models] == ["tiny.en", "commands", "anything"]
        assert asr.models[0].languages == handle.models[0].languages == intent.models[0].languages == ["en"]
        assert (asr.requires_external_vad, asr.supports_transcript_streaming) == (False, True)
        assert [(word.name, word.phrase) for word in wake.models] == [("hey_jarvis", "hey jarvis")]
        assert info.satellite is None

    talk(house, conversation)


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (48_000, 2)])
def test_a_command_is_written(house: House, rate: int, channels: int) -> None:
    async def conversation(client: AsyncTcpClient) -> None:
        await tell(client, Transcribe())
        await speak(client, COMMAND, rate, channels)
        await tell(client, AudioStop())
        transcript = Transcript.from_event(await hear(client, "transcript"))
        assert plain(transcript.text) == "turn off the office lights"
        assert transcript.language == "en"

    talk(house, conversation)


def test_the_end_of_a_command_is_found_without_being_told(house: House) -> None:
    async def conversation(client: AsyncTcpClient) -> None:
        await tell(client, Transcribe(name="commands"))
        await speak(client, COMMAND, silence=2.0)
        assert plain(Transcript.from_event(await hear(client, "transcript")).text) == "turn off the office lights"

    talk(house, conversation)


def test_a_command_that_sounds_done_ends_sooner(house: House) -> None:
    """As for the daemon's own microphone, what was said tells how long a silence ends it."""

    async def conversation(client: AsyncTcpClient) -> None:
        await tell(client, Transcribe())
        await speak(client, COMMAND, silence=0.3)  # `listening.silence` is 0.8
        assert plain(Transcript.from_event(await hear(client, "transcript")).text) == "turn off the office lights"

    talk(house, conversation)


def test_what_is_no_command_is_written_freely_unless_commands_alone_are_wanted(house: House) -> None:
    async def conversation(client: AsyncTcpClient) -> None:
        for model, is_written in (("tiny.en", True), ("anything", True), ("commands", False)):
            await tell(client, Transcribe(name=model))
            await speak(client, OTHER)
            await tell(client, AudioStop())
            assert bool(Transcript.from_event(await hear(client, "transcript")).text) is is_written

    talk(house, conversation)


def test_a_sentence_is_carried_out(house: House) -> None:
    before = len(house.ears.payloads("home/bedroom/light/set"))

    async def conversation(client: AsyncTcpClient) -> None:
        await tell(client, Transcript("turn on the bedroom lights"))
        assert Handled.from_event(await hear(client, "handled")).text == ""
        await tell(client, Transcript("make me a sandwich"))
        assert NotRecognized.from_event(await hear(client, "not-recognized")).text

    talk(house, conversation)
    assert wait_until(lambda: len(house.ears.payloads("home/bedroom/light/set")) == before + 1, 5)


def test_what_a_sentence_means_is_told_and_not_done(house: House) -> None:
    before = len(house.ears.payloads("home/hall/light/set"))

    async def conversation(client: AsyncTcpClient) -> None:
        await tell(client, Recognize("turn on the hall lights"))
        intent = Intent.from_event(await hear(client, "intent"))
        assert intent.name == "LightSet"
        assert {entity.name: entity.value for entity in intent.entities} == {"state": "on", "room": "hall"}
        await tell(client, Recognize("make me a sandwich"))
        await hear(client, "not-recognized")

    talk(house, conversation)
    assert len(house.ears.payloads("home/hall/light/set")) == before


def test_wake_words_are_detected(house: House) -> None:
    dialogue = SOUNDS / "wake_jarvis.ogg"
    seconds = soundfile.info(dialogue).duration

    async def conversation(client: AsyncTcpClient) -> None:
        await tell(client, Detect(names=["hey_jarvis"]))
        sending = asyncio.create_task(speak(client, dialogue, silence=2.0))
        detection = Detection.from_event(await hear(client, "detection"))
        assert detection.name == "hey_jarvis"
        assert detection.timestamp is not None
        assert 0 < detection.timestamp < 1000 * seconds
        await sending
        await tell(client, Detect(names=["alexa"]))
        await speak(client, COMMAND)
        await tell(client, AudioStop())
        assert NotDetected.is_type((await hear(client, "not-detected")).type)

    talk(house, conversation)


def test_a_satellite_begins_without_a_word_and_asks_again(house: House) -> None:
    """It sends no `audio-start` and no `audio-stop` to a wake word service, but `detect` for each wake word."""

    async def conversation(client: AsyncTcpClient) -> None:
        for _ in range(2):
            await tell(client, Detect(names=["hey_jarvis"]))
            await speak(client, SOUNDS / "wake_jarvis.ogg", silence=1.0, start=False)
            assert Detection.from_event(await hear(client, "detection")).name == "hey_jarvis"
        await tell(client, AudioStop(), AudioStop(), Ping())  # nothing is heard any more
        assert (await hear(client, "pong")).type == "pong"

    talk(house, conversation)


def test_two_clients_at_once_and_a_ping(house: House) -> None:
    async def conversation(client: AsyncTcpClient) -> None:
        async with AsyncTcpClient("127.0.0.1", house.wyoming) as other:
            for each in (client, other):
                await tell(each, Transcribe(name="commands"))
                await speak(each, COMMAND)
            await tell(client, Ping("still there"))
            assert Pong.from_event(await hear(client, "pong")).text == "still there"
            for each in (client, other):
                await tell(each, AudioStop())
                assert Transcript.from_event(await hear(each, "transcript")).text

    talk(house, conversation)


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"[]\n",
        b"{}\n",
        b'{"type": "transcribe", "data_length": 99999999999}\n',
        b'{"type": "audio-chunk", "payload_length": -1}\n',
        b'{"type": "audio-start", "data": {"rate": 1, "width": 2, "channels": 1}}\n',
        b'{"type": "audio-start", "data": {"rate": 16000, "width": 4, "channels": 1}}\n',
        b'{"type": "audio-start"}\n',
        b'{"type": "transcript", "data": {"text": ""}}\n',
        b'{"type": "recognize", "data": {"text": "a\\u0000b"}}\n',
        b'{"type": "transcript", "data": {"text": 7000}, "data_length": 2}\n[]',
        b"x" * 300_000 + b"\n",
        b"\xff\xfe\n",
    ],
)
def test_what_is_no_event_ends_the_conversation_with_a_word(house: House, line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", house.wyoming), timeout=LONG) as client:
        client.sendall(line)
        answered = b"".join(iter(lambda: client.recv(4_096), b""))
    assert b"not understood" in answered
    assert "Traceback" not in house.daemon.log


def test_what_is_wrong_with_an_event_is_told_in_words(house: House) -> None:
    told = {
        b"null\n": "an event is a JSON object",
        b"{}\n": "'type' is missing",
        b'{"type": "transcript", "data": {"text": 5}}\n': "a field holds a value of another kind",
        b"{a}\n": "it is no JSON: Expecting property name enclosed in double quotes",
    }
    for line, words in told.items():
        with socket.create_connection(("127.0.0.1", house.wyoming), timeout=LONG) as client:
            client.sendall(line)
            answered = b"".join(iter(lambda: client.recv(4_096), b""))
        assert f"not understood: {words}".encode() in answered, line


def test_who_sends_what_is_no_event_and_is_gone_at_once(house: House) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", house.wyoming), timeout=LONG) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, no goodbye
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
    talk(house, lambda client: tell(client, Describe()))
    assert "Traceback" not in house.daemon.log


def test_half_a_client_costs_nothing(house: House) -> None:
    for part in (b"", b'{"type": "descr', b'{"type": "audio-chunk", "payload_length": 1000}\nabc'):
        with socket.create_connection(("127.0.0.1", house.wyoming), timeout=LONG) as client:
            client.sendall(part)
    talk(house, lambda client: tell(client, Describe()))
    assert "Traceback" not in house.daemon.log


def test_too_many_clients_are_told_so(house: House) -> None:
    clients = [socket.create_connection(("127.0.0.1", house.wyoming), timeout=LONG) for _ in range(50)]
    try:
        with socket.create_connection(("127.0.0.1", house.wyoming), timeout=LONG) as client:
            told = json.loads(client.makefile().readline())
        assert told["type"] == "error"
    finally:
        for each in clients:
            each.close()
    assert Error.is_type("error")
