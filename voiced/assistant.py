"""Hear → recognise → match → act: the whole story on one screen. Knows no audio, model, clock or broker.

At a pause it recognises the speech so far and tells the ear what may follow. The recogniser returns a value, `SoFar`,
which the assistant keeps until the command is over. If nothing was said since that pause, `SoFar` holds the transcript;
otherwise the recogniser gets it back and goes on from there.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias
from uuid import uuid4

from voiced.acting.actions import actions_of
from voiced.flow import Continuation, Delays, Ending, Outcome, Sentence, State, Utterance
from voiced.grammar import understand
from voiced.listening.events import Listening, Muted, Pause, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from voiced.flow import Action, Detection, Transcript
    from voiced.grammar import Grammar
    from voiced.recognition.end_of_turn import SoFar

log = logging.getLogger(__name__)


class Publisher(Protocol):
    """Publishes what happens, and sends actions: `Mqtt` in the daemon."""

    def state(self, state: State) -> None: ...
    def muted(self, *, muted: bool) -> None: ...
    def wake(self, detection: Detection) -> None: ...
    def outcome(self, outcome: Outcome) -> None: ...
    def act(self, action: Action) -> None: ...


class Recognizing(Protocol):
    """Recognises utterances. Keeps nothing between calls: several assistants may share one."""

    def grammar_of(self, detection: Detection | None) -> Grammar:
        """Return the grammar that is valid after a wake word; None: without a wake word, or for text."""

    def recognize_so_far(self, utterance: Utterance) -> SoFar:
        """Recognise an utterance up to a pause; return what was found, and what may follow."""

    def recognize(self, utterance: Utterance, so_far: SoFar | None = None) -> Transcript:
        """Recognise a whole utterance; `so_far`: what `recognize_so_far` returned at the newest pause."""


class Sounds(Protocol):
    """Plays short sounds for the speaker: `Feedback` in the daemon."""

    def woken(self, detection: Detection | None) -> None: ...
    def answered(self, outcome: Outcome) -> None: ...


@dataclass(frozen=True, eq=False, slots=True)
class Reloaded:
    """New intents were loaded: this recogniser answers all events that follow."""

    recognizer: Recognizing


Heard: TypeAlias = Listening | Muted | Waiting | Pause | Utterance | Sentence | Reloaded


class Assistant:
    """Answers the events of the ear, one after the other."""

    def __init__(
        self,
        recognizer: Recognizing,
        publisher: Publisher,
        sounds: Sounds,
        since: Callable[[Utterance], float],
        answer_pause: Callable[[Utterance, Continuation], bool],
    ) -> None:
        """Wire an assistant of one room.

        `since`: seconds since the speech of an utterance ended. `answer_pause`: tells the ear what may follow an
        utterance up to a pause; returns whether that ends the recording, so that no whole utterance will come.
        """
        self._recognizer = recognizer
        self._publisher = publisher
        self._sounds = sounds
        self._since = since
        self._answer_pause = answer_pause
        self._so_far: SoFar | None = None  # what the recogniser found at the newest pause

    def run(self, events: Iterable[Heard]) -> None:
        """Answer each event until the events end."""
        for event in events:
            match event:
                case Listening(detection):
                    self._publisher.state(State.LISTENING)
                    if detection:
                        self._publisher.wake(detection)
                case Muted(muted):
                    self._publisher.muted(muted=muted)
                    self._publisher.state(State.MUTED if muted else State.WAITING)
                case Waiting(detection):
                    self._sounds.woken(detection)
                case Pause(so_far):
                    self._consider(so_far)
                case Utterance() as utterance:
                    self._understand(utterance)
                case Sentence(text):
                    self._answer(understand(self._recognizer.grammar_of(None), text))
                case Reloaded(recognizer):
                    self._recognizer, self._so_far = recognizer, None

    def _consider(self, utterance: Utterance) -> None:
        # Recognise while the speaker pauses, so that the ear knows how long a silence ends this command.
        self._so_far = self._recognizer.recognize_so_far(utterance)
        if self._answer_pause(utterance, self._so_far.continuation):
            ending = Ending.COMPLETE if self._so_far.continuation is Continuation.COMPLETE else utterance.ending
            self._understand(replace(utterance, ending=ending))

    def _understand(self, utterance: Utterance) -> None:
        stopped = self._since(utterance)
        # Nothing said since the pause, nothing in doubt: the transcript is known. Otherwise recognise the whole.
        so_far, self._so_far = self._so_far, None
        transcript = (so_far and so_far.settled(utterance)) or self._think(utterance, so_far)
        recognized = self._since(utterance)
        self._answer(transcript, utterance, Delays(stopped, recognized, self._since(utterance)))
        self._publisher.state(State.WAITING)

    def _think(self, utterance: Utterance, so_far: SoFar | None) -> Transcript:
        self._publisher.state(State.THINKING)
        return self._recognizer.recognize(utterance, so_far)

    def _answer(self, transcript: Transcript, utterance: Utterance | None = None, delays: Delays | None = None) -> None:
        grammar = self._recognizer.grammar_of(utterance.detection if utterance else None)
        outcome = Outcome(uuid4().hex, transcript, actions_of(grammar, transcript), utterance, delays)
        _log(outcome)
        self._publisher.outcome(outcome)
        for action in outcome.actions:
            self._publisher.act(action)
        self._sounds.answered(outcome)


def _log(outcome: Outcome) -> None:
    """Log one line for a command."""
    transcript = outcome.transcript
    figures = f"(confidence {transcript.confidence:.2f}{_spent(outcome)})"
    if transcript.match and not transcript.reason:
        log.info("%r → %s %s %s", transcript.text, transcript.match.intent, dict(transcript.match.slots), figures)
    else:
        nearest = f"; nearest: {transcript.text!r}" if transcript.match and transcript.heard else ""
        reason = transcript.reason and transcript.reason.value
        log.info("%r rejected: %s%s %s", transcript.heard or transcript.text, reason, nearest, figures)


def _spent(outcome: Outcome) -> str:
    """Return where the time went, for the log; empty for a command that came as text."""
    utterance, delays = outcome.utterance, outcome.delays
    if utterance is None or delays is None:
        return ""
    return (
        f", {utterance.seconds:.1f} s heard; {utterance.ending.value}: {delays.stopped:.2f} s after the speech, "
        f"recognised at {delays.recognized:.2f} s in {outcome.transcript.timings.total:.2f} s, "
        f"answered at {delays.published:.2f} s"
    )
