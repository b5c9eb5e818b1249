"""An Assist pipeline of Home Assistant over its WebSocket API: sound goes in as from a phone, in real time.

https://developers.home-assistant.io/docs/voice/pipelines: events tell what is going on; blocks of sound follow a byte
that says which run they belong to.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from voiced.flow import SAMPLE_RATE
from voiced.home_assistant.connection import Connection

if TYPE_CHECKING:
    from tests.peers.home_assistant import HomeAssistant
    from voiced.flow import Samples

BLOCK = 512  # samples
RUNNING = 60.0  # seconds, at the most; the tests share two cores with other work
OURS = {"stt_engine": "stt.voiced", "conversation_engine": "conversation.voiced"}


@dataclass
class Run:
    """What a pipeline told, and when: seconds of `time.time()`."""

    events: dict[str, Any] = field(default_factory=dict)  # type → data; the newest of each
    told: dict[str, float] = field(default_factory=dict)  # type → when
    began: float = 0.0  # the sound

    @property
    def text(self) -> str:
        """What was heard."""
        assert "stt-end" in self.events, self.events
        return str(self.events["stt-end"]["stt_output"]["text"])

    @property
    def answer(self) -> Any:
        """What the conversation agent answered."""
        return self.events["intent-end"]["intent_output"]["response"]

    def note(self, event: dict[str, Any]) -> None:
        """Keep an event."""
        self.events[event["type"]], self.told[event["type"]] = event.get("data"), time.time()


class Assist:
    """A pipeline with voiced in it; `others` name engines that are not ours."""

    def __init__(self, home: HomeAssistant, **others: Any) -> None:
        wake = {"wake_word_entity": "wake_word.voiced", "wake_word_id": "hey_jarvis"}
        silent = {"tts_engine": None, "tts_language": None, "tts_voice": None}
        languages = {"language": "en", "stt_language": "en", "conversation_language": "en"}
        engines = OURS | wake | silent | languages | others
        self._home = home
        self._id = home.command("assist_pipeline/pipeline/create", name="Ours", **engines)["id"]

    def hear(self, samples: Samples, start: str = "stt", **settings: Any) -> Run:
        """Play a sound into the pipeline, from its stage `start` to the intent; return what it told."""
        with Connection(self._home.url, self._home.token) as connection:
            settings = {"sample_rate": SAMPLE_RATE, **settings}
            connection.ask(
                "assist_pipeline/run", start_stage=start, end_stage="intent", input=settings, pipeline=self._id
            )
            return _Playing(connection, samples).run()


class _Playing:
    """One run."""

    def __init__(self, connection: Connection, samples: Samples) -> None:
        self._connection, self._run = connection, Run()
        self._pcm = (samples * 32_767).astype("<i2")

    def run(self) -> Run:
        """Play until Home Assistant wants no more sound; return when it is done."""
        assert self._heard_until("run-start", time.time() + RUNNING), self._run
        handler = bytes([self._run.events["run-start"]["runner_data"]["stt_binary_handler_id"]])
        self._run.began = time.time()
        for number, block in enumerate(np.split(self._pcm, range(BLOCK, len(self._pcm), BLOCK)), 1):
            if self._heard_until("stt-end", self._run.began + number * BLOCK / SAMPLE_RATE):
                break
            if "stt-vad-end" not in self._run.events:
                self._connection._socket.send(handler + block.tobytes())
        self._connection._socket.send(handler)
        assert self._heard_until("run-end", time.time() + RUNNING), self._run
        return self._run

    def _heard_until(self, kind: str, until: float) -> bool:
        """Keep what is told until then; return whether it was this, or is over."""
        while kind not in self._run.events and "error" not in self._run.events:
            try:
                message = json.loads(self._connection._socket.recv(max(until - time.time(), 0.0)))
            except TimeoutError:
                return False
            self._run.note(message["event"])
        return True
