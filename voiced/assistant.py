"""Hear → recognise → match → act: the whole story on one screen. Knows no audio, model, clock or broker."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol, TypeAlias
from uuid import uuid4

from voiced.actions import actions_for
from voiced.flow import Outcome, Reason, Sentence, State, Transcript, Utterance
from voiced.listening import Listening, Muted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from voiced.flow import Action, Detection
    from voiced.grammar import Grammar

log = logging.getLogger(__name__)

Heard: TypeAlias = Listening | Muted | Utterance | Sentence


class Publisher(Protocol):
    """Where what happens is told, and actions are sent."""

    def state(self, state: State) -> None: ...
    def muted(self, *, muted: bool) -> None: ...
    def wake(self, detection: Detection) -> None: ...
    def outcome(self, outcome: Outcome) -> None: ...
    def act(self, action: Action) -> None: ...


class Assistant:
    """Answers what is heard, one event after the other."""

    def __init__(
        self,
        grammar: Grammar,
        recognize: Callable[[Utterance], Transcript],
        publisher: Publisher,
        latency: Callable[[Utterance], float | None],
    ) -> None:
        """`latency` tells how many seconds ago the speech of an utterance ended, where sound has a pace."""
        self._grammar = grammar
        self._recognize = recognize
        self._publisher = publisher
        self._latency = latency

    def run(self, events: Iterable[Heard]) -> None:
        """Answer everything that is heard, until nothing more comes."""
        for event in events:
            match event:
                case Listening(detection):
                    self._publisher.state(State.LISTENING)
                    if detection:
                        self._publisher.wake(detection)
                case Muted(muted):
                    self._publisher.muted(muted=muted)
                    self._publisher.state(State.MUTED if muted else State.WAITING)
                case Utterance() as utterance:
                    self._publisher.state(State.THINKING)
                    self._answer(self._recognize(utterance), utterance)
                    self._publisher.state(State.WAITING)
                case Sentence(text):
                    self._answer(read(self._grammar, text), None)

    def _answer(self, transcript: Transcript, utterance: Utterance | None) -> None:
        outcome = Outcome(
            id=uuid4().hex,
            transcript=transcript,
            actions=actions_of(self._grammar, transcript),
            utterance=utterance,
            latency=self._latency(utterance) if utterance else None,
        )
        _log(outcome)
        self._publisher.outcome(outcome)
        for action in outcome.actions:
            self._publisher.act(action)


def actions_of(grammar: Grammar, transcript: Transcript) -> tuple[Action, ...]:
    """What to send because of a transcript; nothing if it was rejected."""
    if transcript.match is None or transcript.reason is not None:
        return ()
    return actions_for(grammar.intents[transcript.match.intent].actions, transcript.match)


def read(grammar: Grammar, text: str) -> Transcript:
    """What a sentence that came as text means."""
    match = grammar.match(text)
    reason = None if match else Reason.OUT_OF_GRAMMAR
    return Transcript(text=text, match=match, reason=reason, confidence=1.0 if match else 0.0, avg_logprob=0.0)


def _log(outcome: Outcome) -> None:
    """One line per command."""
    transcript, utterance = outcome.transcript, outcome.utterance
    heard = utterance.seconds if utterance else 0.0
    figures = (
        f"({heard:.1f} s heard, {transcript.timings.total:.2f} s to recognise, logprob {transcript.avg_logprob:.2f})"
    )
    if transcript.match and not transcript.reason:
        log.info("%r → %s %s %s", transcript.text, transcript.match.intent, dict(transcript.match.slots), figures)
    else:
        log.info("%r rejected: %s %s", transcript.text, transcript.reason and transcript.reason.value, figures)
