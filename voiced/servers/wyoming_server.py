"""The Wyoming server: speech to text, intents, and wake words for Home Assistant's Assist and other clients.

`transcribe` and sound → `transcript`; the end of the command is found here, unless the client says it before. A
`transcript` that comes in is a sentence to be carried out → `handled`; `recognize` only tells what it means → `intent`.
`detect` and sound → `detection`. See https://github.com/OHF-Voice/wyoming.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event, async_write_event
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe
from wyoming.intent import Entity, Intent, NotRecognized, Recognize
from wyoming.ping import Ping, Pong
from wyoming.wake import Detect, Detection, NotDetected

from voiced.errors import VoicedError
from voiced.flow import SAMPLE_RATE
from voiced.foundations.setting_types import host_and_port
from voiced.foundations.today import today
from voiced.grammar import dated, understand
from voiced.mqtt.received import sentence_of
from voiced.servers.announcing import announced
from voiced.servers.engine import BusyError
from voiced.servers.running import cannot_listen
from voiced.servers.transcribing import written
from voiced.servers.wyoming_ears import CommandEar, Pcm, WakeEar
from voiced.servers.wyoming_info import ANYTHING, info_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from voiced.flow import Utterance
    from voiced.recognition.end_of_turn import SoFar
    from voiced.servers.house import House

log = logging.getLogger(__name__)

MOST_CLIENTS = 50
LARGEST_DATA_BYTES, LARGEST_SOUND_BYTES = 1 << 18, 1 << 20  # of one event; clients send some kilobytes
PIECE_BYTES = 8_192  # a quarter of a second of usual sound
LONGEST_SILENCE_SECONDS = 300.0  # of a client
PARTING_SECONDS = 1.0
TAKING_SECONDS = 20.0  # of a client who does not read: no answer is larger than what the system keeps for it


class WyomingServer:
    """Serves the house over Wyoming at the address in its config."""

    name = "servers.wyoming"

    def __init__(self, house: House) -> None:
        self._house = house
        assert house.config.servers.wyoming, "asked for"
        self._host, self._port = host_and_port(house.config.servers.wyoming)
        self._clients: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Answer while the context lasts; VoicedError if the port cannot be had."""
        try:
            server = await asyncio.start_server(self._welcome, self._host, self._port, limit=LARGEST_DATA_BYTES)
        except OSError as error:
            raise cannot_listen(self._host, self._port, error) from error
        async with server, announced(self._house.topics.site, self._host, self._port):
            yield
            for client in self._clients:
                client.cancel()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.current_task()
        assert client, "a stream's callback is a task"
        self._clients.add(client)
        try:
            if len(self._clients) > MOST_CLIENTS:
                await async_write_event(Error(f"more than {MOST_CLIENTS} clients").event(), writer)
            else:
                await Conversation(self._house, reader, writer).hold()
        except TimeoutError:
            writer.transport.abort()  # it is silent, or takes nothing: what waits for it would keep the connection
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # gone, or we are
        except Exception:
            log.exception("an internal error ended the connection of a Wyoming client")
        finally:
            self._clients.discard(client)
            writer.close()


class Conversation:
    """What one client asks, one event after the other."""

    def __init__(self, house: House, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._house, self._reader, self._writer = house, reader, writer
        self._model = ""  # of speech to text that was asked for
        self._wanted: Detect | None = None  # wake words that were asked for; None: a command is to be written
        self._ear: CommandEar | WakeEar | None = None  # while sound comes, and nothing was found in it
        self._begun = False  # whether sound comes; satellites say no `audio-start` to a wake word service

    async def hold(self) -> None:
        """Answer until the client leaves, or sends what is no event."""
        while True:
            try:
                async with asyncio.timeout(LONGEST_SILENCE_SECONDS):
                    event = await read(self._reader)
                if event is None:
                    return
                await self._heed(event)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                # Whatever stands in an event of others: what it lacks is told, and nothing is guessed.
                await self._tell(Error(f"not understood: {_wrong(error)}", "bad-event").event())
                await self._part()
                return
            except VoicedError as error:
                await self._tell(Error(str(error)).event())

    async def _heed(self, event: Event) -> None:
        match event.type:
            case "describe":
                assert Describe.is_type(event.type)
                await self._tell(info_of(self._house).event())
            case "transcribe":
                self._model, self._wanted, self._begun = Transcribe.from_event(event).name or "", None, False
            case "detect":
                self._wanted, self._begun = Detect.from_event(event), False
            case "audio-start":
                start = AudioStart.from_event(event)
                await self._begin(start.rate, start.width, start.channels)
            case "audio-chunk":
                await self._hear(AudioChunk.from_event(event))
            case "audio-stop":
                assert AudioStop.is_type(event.type)
                await self._end()
            case "transcript":
                await self._carry_out(sentence_of(Transcript.from_event(event).text))
            case "recognize":
                await self._recognize(sentence_of(Recognize.from_event(event).text))
            case "ping":
                await self._tell(Pong(Ping.from_event(event).text).event())

    # ---- sound

    async def _begin(self, rate: int, width: int, channels: int) -> None:
        house, wanted, self._begun = self._house, self._wanted, True
        pcm = Pcm(rate, width, channels)
        if wanted is None:
            self._ear = CommandEar(house.config.listening, pcm)
        else:
            self._ear = await house.engine.run(lambda: WakeEar(house, wanted.names or (), pcm))

    async def _hear(self, chunk: AudioChunk) -> None:
        if not self._begun:
            await self._begin(chunk.rate, chunk.width, chunk.channels)
        ear = self._ear
        if isinstance(ear, CommandEar):
            if utterance := await _heard(ear, chunk.audio):
                self._ear = None
                await self._write(utterance, ear.so_far)
            elif self._model != ANYTHING and (so_far := ear.pause()):
                await self._consider(ear, so_far)
        elif ear:
            detection = await self._house.engine.run(lambda: ear.hear(chunk.audio))
            if detection:
                milliseconds = round(1000 * detection.at / SAMPLE_RATE)
                await self._tell(Detection(detection.wake_word, milliseconds).event())

    async def _end(self) -> None:
        ear, self._ear, self._begun = (self._ear if self._begun else None), None, False
        if isinstance(ear, CommandEar):
            await self._write(await self._house.engine.run(ear.all), ear.so_far)
        elif ear:
            await self._tell(NotDetected().event())

    async def _consider(self, ear: CommandEar, utterance: Utterance) -> None:
        """Recognise while the speaker pauses, as the daemon does; what comes meanwhile is heard after that."""
        pipelines, asked = self._house.pipelines(), time.monotonic()
        with suppress(BusyError):  # then the end is found by silence alone
            so_far = await self._house.engine.run(lambda: pipelines.recognize_so_far(utterance))
            ear.answered(so_far, time.monotonic() - asked)

    async def _write(self, utterance: Utterance, so_far: SoFar | None) -> None:
        """Send what was said, as it is and in the events of those who want it as it comes."""
        text, language = await self._house.engine.run(lambda: written(self._house, utterance, self._model, so_far))
        for told in (TranscriptStart(language=language), TranscriptChunk(text), Transcript(text, language=language)):
            await self._tell(told.event())
        await self._tell(TranscriptStop().event())

    # ---- sentences

    async def _carry_out(self, text: str) -> None:
        await self._tell((await self._carried_out(text)).event())

    async def _carried_out(self, text: str) -> Handled | NotHandled | NotRecognized:
        try:
            told = await self._house.say(text)
        except VoicedError as error:  # whoever waits for an answer to a sentence knows these only
            return NotHandled(str(error))
        if not told.get("intent"):
            return NotRecognized(told.get("difference") or told.get("reason"))
        answer = told.get("answer", "")
        return Handled(answer) if told.get("done", True) else NotHandled(answer)

    async def _recognize(self, text: str) -> None:
        grammar = self._house.pipelines().grammar_of(None)
        match = await self._house.engine.run(lambda: dated(understand(grammar, text), today()).match)
        if match is None:
            await self._tell(NotRecognized().event())
        else:
            entities = [Entity(slot, value) for slot, value in match.slots.items()]
            await self._tell(Intent(match.intent, entities).event())

    async def _part(self) -> None:
        """Say that no more comes, and let what is under way arrive: a close before that takes our last word back."""
        self._writer.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(PARTING_SECONDS):
                while await self._reader.read(LARGEST_DATA_BYTES):
                    pass

    async def _tell(self, event: Event) -> None:
        """Send an event. TimeoutError if the client does not take it."""
        async with asyncio.timeout(TAKING_SECONDS):
            await async_write_event(event, self._writer)


async def _heard(ear: CommandEar, sound: bytes) -> Utterance | None:
    """Hear a block piece by piece: whoever sends large ones does not hold up the others."""
    for begin in range(0, len(sound), PIECE_BYTES):
        if utterance := ear.hear(sound[begin : begin + PIECE_BYTES]):
            return utterance
        await asyncio.sleep(0)
    return None


async def read(reader: asyncio.StreamReader) -> Event | None:
    """Return the next event; None at the end. ValueError if it is none, or too large.

    The library's own function would take as many bytes as a header says.
    """
    line = await reader.readline()
    if not line:
        return None
    header = json.loads(line)
    if not isinstance(header, dict):
        raise ValueError("an event is a JSON object")  # noqa: TRY004 # as all that is wrong with an event
    data, payload = header.get("data") or {}, None
    if n_bytes := _size(header, "data_length", LARGEST_DATA_BYTES):
        data = {**data, **json.loads(await reader.readexactly(n_bytes))}
    if n_bytes := _size(header, "payload_length", LARGEST_SOUND_BYTES):
        payload = await reader.readexactly(n_bytes)
    return Event(str(header["type"]), data, payload)


def _wrong(error: Exception) -> str:
    """Return what is wrong with an event, in words."""
    match error:
        case UnicodeDecodeError():
            return "it is no UTF-8 text"
        case json.JSONDecodeError():
            return f"it is no JSON: {error.msg}"
        case KeyError():
            return f"{error.args[0]!r} is missing"
        case TypeError() | AttributeError():
            return "a field holds a value of another kind"
        case RecursionError():
            return "it is nested too deeply"
    return str(error)


def _size(header: dict[str, object], name: str, most: int) -> int:
    size = header.get(name) or 0
    if not isinstance(size, int) or not 0 <= size <= most:
        raise ValueError(f"{name} must be from 0 to {most}")
    return size
