"""The composition root: open everything, wire it, say READY, run, and close in reverse order.

Two threads work. The ear's takes frames from the microphone, waits for the wake word and cuts out commands. The main
thread recognises and answers; the ear listens meanwhile. Shutdown is the end of the audio: a signal closes the
microphone, and what was heard before is still answered (see `foundations.signals`). Nothing but an error in the program
ends the daemon, and such an error ends the answer to one event: each thread goes on with the next. The watchdog is fed
while both threads move on.
"""

from __future__ import annotations

import ctypes
import logging
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from voiced.acting.doing import Doing
from voiced.acting.facts import at_site
from voiced.acting.feedback import Feedback, Player
from voiced.acting.missing import with_warnings
from voiced.acting.programs import Programs
from voiced.adjustments import Adjustments
from voiced.assistant import Assistant, awaits_an_answer, starts_over
from voiced.audio.microphone import Microphone
from voiced.audio.source import Recordings
from voiced.audio.vad import Vad
from voiced.flow import Action, Outcome, Reason, Sentence, State, Transcript
from voiced.foundations.relay import Relay
from voiced.foundations.systemd import Systemd, Watchdog
from voiced.foundations.today import today
from voiced.grammar import dated, understand
from voiced.home_assistant.home import Home
from voiced.listening.ear import listen
from voiced.listening.pace import Pace
from voiced.listening.recovery import recovering
from voiced.listening.requests import Requests
from voiced.listening.second_stage import SecondStage
from voiced.mqtt.client import Mqtt
from voiced.mqtt.received import (
    ListenNow,
    Query,
    SetEvidence,
    SetHotword,
    SetIntents,
    SetMinConfidence,
    SetMute,
    StopListening,
)
from voiced.mqtt.topics import Topics
from voiced.recognition.budget import Budget
from voiced.records.adjusted import AdjustmentMemory
from voiced.records.mute import MuteMemory
from voiced.records.state import Writer, folders
from voiced.records.wakes import WakeMemory
from voiced.reload import Reloader, followed
from voiced.servers.engine import Engine
from voiced.servers.house import House
from voiced.servers.hub import Hub
from voiced.servers.opening import require, servers_of
from voiced.servers.running import Servers
from voiced.wake.detector import WakeWordDetector, own_sounds, wake_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from voiced.assistant import Heard, Publisher
    from voiced.audio.source import Source
    from voiced.config import Config
    from voiced.flow import Utterance
    from voiced.foundations.signals import Signals
    from voiced.grammar import Grammar
    from voiced.home_assistant.answers import Answers
    from voiced.listening.second_stage import Keep
    from voiced.mqtt.received import Command
    from voiced.servers.running import Server

log = logging.getLogger(__name__)

AT_WORK = {State.LISTENING.value, State.THINKING.value}
EVENTS_WAITING = 8  # most events that the ear queues while a command is recognised; a full queue makes it wait

T = TypeVar("T")


def run(config: Config, files: Sequence[Path], signals: Signals) -> None:
    """Listen and answer until a signal comes or the `files` end; without files, listen to the microphone."""
    with ExitStack() as stack:
        _run(config, files, stack, signals)


def _run(config: Config, files: Sequence[Path], stack: ExitStack, signals: Signals) -> None:
    (systemd := Systemd()).status("loading")
    # Open.
    require(config.servers)
    watchdog = Watchdog(systemd)
    microphone = Microphone(config.microphone.device, watchdog.feed, lambda *, there: told.microphone(there=there))
    if not files:
        microphone.require()  # before seconds of loading
    detector, vad = WakeWordDetector(wake_words(config.wake_word)), Vad()
    requests, writer = Requests(), Writer()
    stack.callback(writer.close)
    changed = AdjustmentMemory(folders()[0], config.site_name, writer)
    adjustments = Adjustments(config, detector.phrases, None if files else changed)
    home = stack.enter_context(Home(config, folders()[0], writer))
    pipelines = adjustments.open(detector.phrases, lambda folder: with_warnings(home.read(folder), config))
    pipelines.warm_up()
    source: Source = Recordings(files) if files else stack.enter_context(microphone)
    # Wire: frames → ear, in its thread → second stage → assistant → MQTT and sounds.
    mqtt = Mqtt(config.mqtt, config.site_name, lambda command: orders.obey(command), (hub := Hub()).tell)  # noqa: PLW0108 # known later
    adjustments.tell(mqtt)
    doing = Doing(home.publishing(mqtt), _programs(config, mqtt))
    told = _Told(mqtt, systemd, ", ".join(word.model for word in config.wake_word.models))
    pace = Pace(source.frames(), watchdog, told.ready)
    ear = partial(listen, detector=detector, vad=vad, settings=config.listening, requests=requests)
    heard: Relay[Heard] = Relay(recovering(pace.frames(), ear, requests, detector.reset), EVENTS_WAITING, "ear")
    mute = _Mute(requests, mqtt, None if files else MuteMemory(folders()[0], config.site_name, writer))
    reloader = Reloader(config.intents, lambda: adjustments.read(pipelines.again), heard.offer, systemd)
    adjust = partial(adjustments.adjust, reload=reloader.ask)
    orders = _Orders(heard, requests, mqtt, mute, adjust, lambda: adjustments.serving().grammar_of(None))
    home.follow(reloader.ask)
    stack.enter_context(mqtt)
    stack.enter_context(doing)
    stack.enter_context(Servers(_servers(config, hub, adjustments, orders.obey, doing, home.answers)))
    stack.callback(systemd.stopping)
    second_stage = SecondStage(pipelines.opinion, adjustments.thresholds, _kept(config, writer, files))
    verified = second_stage.verified(followed(watchdog.watched(heard), second_stage), requests, mqtt)
    place, budgets = at_site(config.site_name, config.room), _budgets(pace, heard, signals)
    assistant = Assistant(pipelines, doing, _sounds(config, detector, mqtt), budgets, requests.answer_pause, place)
    assistant.is_wanted = mqtt.is_wanted
    # Run, until the sound ends; with its first frame comes READY.
    stack.push(signals.closing)
    signals.close_on_stop(source)
    signals.reload_on_hang_up(reloader.ask)
    assistant.run(release_memory(verified))


@dataclass(frozen=True, eq=False, slots=True)
class _Orders:
    """Carries out what comes over MQTT and from servers; called from their threads."""

    heard: Relay[Heard]
    requests: Requests
    mqtt: Mqtt
    mute: _Mute
    adjust: Callable[[SetEvidence | SetMinConfidence | SetIntents], None]
    grammar: Callable[[], Grammar]

    def obey(self, command: Command) -> None:
        """Carry out a command; returns at once."""
        match command:
            case Sentence():
                self._offer(command)
            case ListenNow(lifts_hold):
                if lifts_hold:
                    self.mute.hold(held=False)
                self.requests.listen_now()
            case StopListening(dropped):
                self.requests.stop_listening(dropped=dropped)
            case SetMute(muted):
                self.mute.switch(muted=muted)
            case SetHotword(listens):
                self.mute.hold(held=not listens)
            case Query(text, answer):
                answer(dated(understand(self.grammar(), text), today()).match)
            case SetEvidence() | SetMinConfidence() | SetIntents():
                self.adjust(command)

    def _offer(self, sentence: Sentence) -> None:
        if not self.heard.offer(sentence):
            log.warning("%r rejected: busy, too many sentences came at once", sentence.text)
            busy = Transcript(sentence.text, None, Reason.BUSY, 0.0, 0.0)
            self.mqtt.outcome(Outcome(sentence.id or uuid4().hex, busy))


class _Told:
    """Tells systemd and the broker whether the daemon listens, and whether its microphone is there."""

    def __init__(self, mqtt: Mqtt, systemd: Systemd, words: str) -> None:
        self._mqtt = mqtt
        self._systemd = systemd
        self._words = words

    def ready(self) -> None:
        """The first sound has come."""
        log.info("listening for %s", self._words)
        self.microphone(there=True)
        self._systemd.ready()

    def microphone(self, *, there: bool) -> None:
        """The microphone went away, or came back."""
        self._mqtt.microphone(there=there)
        self._systemd.status(f"listening for {self._words}" if there else "the microphone is missing; waiting for it")


class _Mute:
    """Mutes the ear and tells so at once, whatever the ear does; remembers it over restarts."""

    def __init__(self, requests: Requests, mqtt: Mqtt, memory: MuteMemory | None) -> None:
        """Mute as it was when the daemon ended; without a `memory` it begins unmuted."""
        self._requests = requests
        self._mqtt = mqtt
        self._memory = memory
        self._held = False  # another program wants nothing to be heard for a moment
        muted = memory.muted() if memory else False
        if muted:
            log.info("the microphone is muted, as it was before")
        self._set(muted=muted)

    def switch(self, *, muted: bool) -> None:
        """Mute or unmute."""
        self._set(muted=muted)
        log.info("the microphone is %s", "muted" if muted else "no longer muted")
        if self._memory:
            self._memory.remember(muted=muted)

    def hold(self, *, held: bool) -> None:
        """Throw all sound away, or listen again, for another program: what people chose stays, and is what is told."""
        self._held = held
        self._requests.mute(muted=self._muted or held)

    def _set(self, *, muted: bool) -> None:
        self._muted = muted
        self._requests.mute(muted=muted or self._held)
        self._mqtt.muted(muted=muted)


def _kept(config: Config, writer: Writer, files: Sequence[Path]) -> Keep | None:
    """Return what stores detections, if they are to be stored."""
    return WakeMemory(folders()[0], writer).remember if config.wake_word.remember and not files else None


def _sounds(config: Config, detector: WakeWordDetector, mqtt: Mqtt) -> Feedback:
    own = own_sounds(config.wake_word, detector.phrases)
    return Feedback(config.feedback, own, Player(config.feedback).play, lambda: mqtt.connected)


def _programs(config: Config, mqtt: Mqtt) -> Programs:
    """Return what runs programs, and tells in words what went wrong."""
    answer = Topics(config.site_name).answer
    return Programs(lambda told: mqtt.act(Action(answer, told)), as_root=config.run_as_root)


def _servers(
    config: Config,
    hub: Hub,
    adjustments: Adjustments,
    obey: Callable[[Command], None],
    publisher: Publisher,
    answers: Answers | None,
) -> list[Server]:
    """Return the servers that the config names; they see the daemon as a `House`."""
    topics = Topics(config.site_name)
    engine = Engine(lambda: hub.retained(topics.state) in AT_WORK)
    serving, thresholds = adjustments.serving, adjustments.thresholds
    return servers_of(House(config, topics, hub, engine, serving, obey, publisher, thresholds, answers))


def release_memory(work: Iterable[T]) -> Iterator[T]:
    """Yield each item; when the consumer asks for the next one, return freed memory to the system.

    Recognition frees thousands of small blocks. glibc keeps them, and takes new memory for the next large block, so
    that the process grows. `malloc_trim` takes milliseconds, after the answer. Other C libraries lack it, and need
    none. Measured by tests/benchmarks/footprint.py.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    for each in work:
        yield each
        if trim:
            trim(0)


def _budgets(pace: Pace, heard: Relay[Heard], signals: Signals) -> Callable[[Utterance | Sentence], Budget]:
    """Return a function that tells how old an utterance or a sentence is, and whether somebody waits meanwhile."""

    def overtaken() -> bool:
        return signals.stopping or heard.holds(starts_over)

    def awaited() -> bool:
        return heard.holds(awaits_an_answer)

    return lambda what: Budget(lambda: pace.since(what), overtaken, awaited)
