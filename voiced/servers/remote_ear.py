"""A microphone somewhere else: its sound is heard as the daemon's own is, by an ear and an assistant of its own.

The models are the daemon's; the threads are as nice to it as the engine's. Commands are published by the daemon.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from voiced.acting.facts import at_site
from voiced.assistant import Assistant, Reloaded
from voiced.audio.resampling import Framer
from voiced.audio.vad import Vad
from voiced.foundations.relay import Relay, start_thread
from voiced.home_assistant.answers import Answer
from voiced.listening.ear import listen
from voiced.listening.pace import Pace
from voiced.listening.requests import Requests
from voiced.listening.second_stage import SecondStage
from voiced.recognition.budget import Budget
from voiced.records.outcome import outcome_json
from voiced.servers.engine import be_nice
from voiced.wake.detector import WakeWordDetector, wake_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from voiced.assistant import Heard
    from voiced.flow import Action, AudioFrame, Detection, Opinion, Outcome, Program, Sentence, State, Utterance
    from voiced.recognition.pipelines import Pipelines
    from voiced.servers.house import House

log = logging.getLogger(__name__)

MOST_EARS = 4  # each costs a wake word detector, a twentieth of a slow core
MOST_WAITING, LARGEST_BLOCK = 500, 8_192  # blocks of sound that are not heard yet, two minutes; more is lost; bytes
EVENTS_WAITING = 8  # as in the daemon
MOST_EVENTS = 100  # that the other side has not taken
FULL_SCALE = 32_768.0  # of 16 bit


class _Block(NamedTuple):
    """Sound as it came."""

    pcm: bytes
    muted: bool  # as the house was then


class RemoteEar:
    """Hears blocks of PCM; `events` are what it tells the other side, as JSON values."""

    def __init__(self, house: House, *, needs_wake_word: bool) -> None:
        """Begin to hear; for the event loop that runs."""
        self.events: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(MOST_EVENTS)  # None: it has ended
        self._loop = asyncio.get_running_loop()
        self._blocks: queue.Queue[_Block | None] = queue.Queue(MOST_WAITING)
        self._house = house
        self._needs_wake_word = needs_wake_word
        self._requests = Requests()
        self._thread = start_thread(self._run, "remote ear")

    def hear(self, block: bytes) -> None:
        """Take a block of PCM; returns at once."""
        muted = self._house.muted()
        with contextlib.suppress(queue.Full):
            for begin in range(0, len(block), LARGEST_BLOCK):
                self._blocks.put_nowait(_Block(block[begin : begin + LARGEST_BLOCK], muted))

    @property
    def hears(self) -> bool:
        """Whether it still hears, or answers what it has heard."""
        return self._thread.is_alive()

    def close(self) -> None:
        """End: what was heard is still answered."""
        while True:
            try:
                return self._blocks.put_nowait(None)
            except queue.Full:  # a sender who was too quick loses one more block; the end must not be lost
                with contextlib.suppress(queue.Empty):
                    self._blocks.get_nowait()

    # ---- in a thread of its own

    def _run(self) -> None:
        try:
            self._hear_and_answer()
        except Exception:  # a bug costs one ear
            log.exception("an internal error ended a remote microphone")
        self._in_loop(self._put_end)

    def _hear_and_answer(self) -> None:
        be_nice()
        house, requests = self._house, self._requests
        pace = Pace(self._frames(), self, lambda: None)
        detector = WakeWordDetector(wake_words(house.config.wake_word))
        ear = listen(pace.frames(), detector, Vad(), house.config.listening, requests)
        heard = Relay(ear, EVENTS_WAITING, "remote ear")
        pipelines = house.pipelines()
        second_stage = SecondStage(pipelines.opinion, house.thresholds)
        verified = second_stage.verified(self._followed(heard, pipelines, second_stage), requests, self)
        if not self._needs_wake_word:
            requests.listen_now()

        def budget_of(what: Utterance | Sentence) -> Budget:
            return Budget(partial(pace.since, what))

        place = at_site(house.config.site_name, house.config.room)
        Assistant(pipelines, self, self, budget_of, requests.answer_pause, place).run(verified)

    def _followed(self, events: Iterable[Heard], served: Pipelines, second_stage: SecondStage) -> Iterator[Heard]:
        """Yield all events; where the daemon's pipelines have changed since the last one, those first."""
        for event in events:
            if (now := self._house.pipelines()) is not served:
                served, second_stage.opinion = now, now.opinion
                yield Reloaded(now)
            yield event

    def _frames(self) -> Iterator[AudioFrame]:
        framer, odd, muted = Framer("stream"), b"", False
        while (block := self._blocks.get()) is not None:
            if block.muted != muted:
                muted = block.muted
                self._follow(muted=muted)
            # A sample may be cut by the end of a block.
            pcm = odd + block.pcm
            whole = len(pcm) // 2 * 2
            odd = pcm[whole:]
            samples = np.frombuffer(pcm[:whole], "<i2").astype(np.float32) / FULL_SCALE
            yield from framer.frames(samples)

    def _follow(self, *, muted: bool) -> None:
        """Be muted as the daemon's own ear is: who mutes a house does not think of which microphone."""
        self._requests.mute(muted=muted)
        if not (muted or self._needs_wake_word):
            self._requests.listen_now()

    def _tell(self, **event: Any) -> None:
        def put() -> None:
            with contextlib.suppress(asyncio.QueueFull):
                self.events.put_nowait(event)

        self._in_loop(put)

    def _in_loop(self, put: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended with the daemon
            self._loop.call_soon_threadsafe(put)

    def _put_end(self) -> None:
        if self.events.full():  # one event more is lost; the end must not be
            self.events.get_nowait()
        self.events.put_nowait(None)

    # ---- as the assistant's publisher and sounds, and the second stage's

    def state(self, state: State) -> None:
        """Tell the other side what the ear does."""
        self._tell(event="state", state=state.value)

    def wake(self, detection: Detection) -> None:
        """Tell both of the wake word."""
        self._house.publisher.wake(detection)
        self._tell(event="wake", wake_word=detection.wake_word, score=round(detection.score, 4))

    def wake_rejected(self, detection: Detection, opinion: Opinion) -> None:
        """Tell the other side that it was none after all."""
        self._tell(event="wake_rejected", wake_word=detection.wake_word, evidence=round(opinion.evidence, 4))

    def outcome(self, outcome: Outcome) -> None:
        """Tell both what was understood."""
        if self._house.answers and outcome.accepted:
            self._house.answers.expect(outcome.id, self._answer)
        self._house.publisher.outcome(outcome)
        self._tell(event="outcome", **outcome_json(outcome))
        if not self._needs_wake_word:
            self._requests.listen_now()

    def _answer(self, answer: Answer) -> None:
        if answer != Answer():  # Home Assistant has done nothing, or done it without a word
            self._tell(event="answer", text=answer.text, done=answer.done)

    def act(self, actions: Sequence[Action | Program]) -> None:
        """Have them done."""
        self._house.publisher.act(actions)

    def feed(self) -> None:
        """The daemon's watchdog is none of its business."""

    def woken(self, detection: Detection | None) -> None:
        """The other side has sounds of its own."""

    def answered(self, outcome: Outcome) -> None:
        """The other side has sounds of its own."""
