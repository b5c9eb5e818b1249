"""Hear → recognise → match → act: the whole story on one screen. Knows no audio, model, clock or broker.

At a pause it recognises what was said so far, and tells the ear what may follow. If nothing may, that was the command.
If nothing does, it was too, and nothing has to be recognised again, unless in doubt.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias
from uuid import uuid4

from voiced.acting.meaning import actions_of, read
from voiced.flow import Delays, Ending, Outcome, Outlook, Sentence, State, Transcript, Utterance
from voiced.listening.events import Listening, Muted, Pause, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from voiced.flow import Action, Detection
    from voiced.grammar import Grammar

log = logging.getLogger(__name__)


class Publisher(Protocol):
    """Where what happens is told, and actions are sent."""

    def state(self, state: State) -> None: ...
    def muted(self, *, muted: bool) -> None: ...
    def wake(self, detection: Detection) -> None: ...
    def outcome(self, outcome: Outcome) -> None: ...
    def act(self, action: Action) -> None: ...


class Recognizing(Protocol):
    """Tells what was said."""

    def grammar_of(self, utterance: Utterance | None) -> Grammar:
        """What may be said there; None: in writing."""

    def recognize(self, utterance: Utterance) -> Transcript: ...
    def recognize_so_far(self, utterance: Utterance) -> tuple[Transcript, Outlook]:
        """In the middle of a recording; and what may follow."""


class Sounds(Protocol):
    """Short sounds for the speaker."""

    def woken(self, detection: Detection | None) -> None: ...
    def answered(self, outcome: Outcome) -> None: ...


@dataclass(frozen=True, eq=False, slots=True)
class Reloaded:
    """From here on other things may be said."""

    recognizer: Recognizing


Heard: TypeAlias = Listening | Muted | Waiting | Pause | Utterance | Sentence | Reloaded


class Assistant:
    """Answers what is heard, one event after the other."""

    def __init__(
        self,
        recognizer: Recognizing,
        publisher: Publisher,
        sounds: Sounds,
        since: Callable[[Utterance], float],
        expect: Callable[[Utterance, Outlook], bool],
    ) -> None:
        """`since` tells how many seconds ago the speech of an utterance ended, `expect` the ear what may follow.

        `expect` answers whether the recording is over therefore: no utterance will come.
        """
        self._recognizer = recognizer
        self._publisher = publisher
        self._sounds = sounds
        self._since = since
        self._expect = expect
        self._considered: tuple[Utterance, Transcript] | None = None  # what was said until the newest pause

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
                case Waiting(detection):
                    self._sounds.woken(detection)
                case Pause(so_far):
                    self._consider(so_far)
                case Utterance() as utterance:
                    self._understand(utterance)
                case Sentence(text):
                    self._answer(read(self._recognizer.grammar_of(None), text))
                case Reloaded(recognizer):
                    self._recognizer, self._considered = recognizer, None

    def _consider(self, so_far: Utterance) -> None:
        transcript, outlook = self._recognizer.recognize_so_far(so_far)
        self._considered = so_far, transcript
        if self._expect(so_far, outlook):
            ending = Ending.COMPLETE if outlook is Outlook.COMPLETE else so_far.ending
            self._understand(replace(so_far, ending=ending))

    def _understand(self, utterance: Utterance) -> None:
        stopped = self._since(utterance)
        transcript = self._known(utterance) or self._think(utterance)
        recognized = self._since(utterance)
        self._answer(transcript, utterance, Delays(stopped, recognized, self._since(utterance)))
        self._publisher.state(State.WAITING)

    def _think(self, utterance: Utterance) -> Transcript:
        self._publisher.state(State.THINKING)
        return self._recognizer.recognize(utterance)

    def _known(self, utterance: Utterance) -> Transcript | None:
        """What was recognised already, if nothing was said since and nothing is in doubt."""
        if self._considered is None or utterance.ending is Ending.NO_SPEECH:
            return None
        so_far, transcript = self._considered
        if transcript.doubtful:
            return None
        return transcript if (so_far.start, so_far.speech) == (utterance.start, utterance.speech) else None

    def _answer(self, transcript: Transcript, utterance: Utterance | None = None, delays: Delays | None = None) -> None:
        outcome = Outcome(
            uuid4().hex, transcript, actions_of(self._recognizer.grammar_of(utterance), transcript), utterance, delays
        )
        _log(outcome)
        self._publisher.outcome(outcome)
        for action in outcome.actions:
            self._publisher.act(action)
        self._sounds.answered(outcome)


def _log(outcome: Outcome) -> None:
    """One line per command."""
    transcript = outcome.transcript
    figures = f"(confidence {transcript.confidence:.2f}{_spent(outcome)})"
    if transcript.match and not transcript.reason:
        log.info("%r → %s %s %s", transcript.text, transcript.match.intent, dict(transcript.match.slots), figures)
    else:
        nearest = f"; nearest: {transcript.text!r}" if transcript.match and transcript.heard else ""
        reason = transcript.reason and transcript.reason.value
        log.info("%r rejected: %s%s %s", transcript.heard or transcript.text, reason, nearest, figures)


def _spent(outcome: Outcome) -> str:
    """Where the time went."""
    utterance, delays = outcome.utterance, outcome.delays
    if utterance is None or delays is None:
        return ""
    return (
        f", {utterance.seconds:.1f} s heard; {utterance.ending.value}: {delays.stopped:.2f} s after the speech, "
        f"recognised at {delays.recognized:.2f} s in {outcome.transcript.timings.total:.2f} s, "
        f"answered at {delays.published:.2f} s"
    )
