"""Hear → recognise → match → act: the whole story on one screen. Knows no audio, model, clock or broker.

At a pause it recognises the speech so far and tells the ear what may follow. The recogniser returns a value, `SoFar`,
which the assistant keeps until the command is over. If nothing was said since that pause, `SoFar` holds the transcript;
otherwise the recogniser gets it back and goes on from there.

A command is too late to be carried out once the shortest `expires` of its actions has passed since the end of the
speech: then none of them is sent, and it is rejected. What waited so long that no command could be carried out is
rejected unheard; and what is too old for usual commands, if somebody waits for an answer: on a machine that cannot keep
up, all would be late for ever. The recogniser's `Budget` says how old the speech is, and who waits meanwhile.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias
from uuid import uuid4

from voiced.acting.actions import NOTHING_KNOWN, actions_of, longest_good_for
from voiced.flow import (
    EXPIRES_SECONDS,
    Continuation,
    Delays,
    Ending,
    Outcome,
    Reason,
    Sentence,
    State,
    Transcript,
    Utterance,
)
from voiced.foundations.today import now, today
from voiced.grammar import dated, nearest, understand
from voiced.listening.events import Listening, Muted, Pause, Waiting
from voiced.records.outcome import nearest_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from voiced.acting.facts import Facts
    from voiced.flow import Action, Detection, Program
    from voiced.grammar import Grammar
    from voiced.recognition.budget import Budget
    from voiced.recognition.end_of_turn import SoFar

log = logging.getLogger(__name__)

NEAREST_SECONDS = 0.05  # at most, to look for the nearest sentence to one that was rejected: others may come


class Publisher(Protocol):
    """Publishes what happens, and carries out actions: `Doing` in the daemon."""

    def state(self, state: State) -> None: ...
    def wake(self, detection: Detection) -> None: ...
    def outcome(self, outcome: Outcome) -> None: ...
    def act(self, actions: Sequence[Action | Program]) -> None: ...


class Recognizing(Protocol):
    """Recognises utterances. Keeps nothing between calls: several assistants may share one."""

    def grammar_of(self, detection: Detection | None) -> Grammar:
        """Return the grammar that is valid after a wake word; None: without a wake word, or for text."""

    def recognize_so_far(self, utterance: Utterance, budget: Budget) -> SoFar:
        """Recognise an utterance up to a pause; return what was found, and what may follow."""

    def recognize(self, utterance: Utterance, so_far: SoFar | None, budget: Budget) -> Transcript:
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


def starts_over(event: Heard) -> bool:
    """Whether a recording has begun that is certainly meant: whoever spoke before does not wait for an answer."""
    return isinstance(event, Listening) and event.sound is None


def awaits_an_answer(event: Heard) -> bool:
    """Whether somebody waits for an answer to this: to a wake word, even a doubtful one, or to a sentence."""
    return isinstance(event, Listening | Sentence)


class Assistant:
    """Answers the events of the ear, one after the other."""

    def __init__(
        self,
        recognizer: Recognizing,
        publisher: Publisher,
        sounds: Sounds,
        budget_of: Callable[[Utterance | Sentence], Budget],
        answer_pause: Callable[[Utterance, Continuation], bool],
        place: Facts = NOTHING_KNOWN,
    ) -> None:
        """Wire an assistant of one room.

        `budget_of`: how old an utterance or a sentence is at any moment, and who waits. `answer_pause`: tells the ear
        what may follow an utterance up to a pause; returns whether that ends the recording, so that no whole utterance
        will come. `place`: what templates of actions may say of where it stands.
        """
        self._recognizer = recognizer
        self._publisher = publisher
        self._sounds = sounds
        self._budget_of = budget_of
        self._answer_pause = answer_pause
        self._place = place
        self.is_wanted: Callable[[str], bool] = lambda _intent: True  # whether what is said now may be of an intent
        self._so_far: SoFar | None = None  # what the recogniser found at the newest pause

    def run(self, events: Iterable[Heard]) -> None:
        """Answer each event until the events end; a bug ends the answer to one event."""
        for event in events:
            try:
                self._heed(event)
            except Exception:
                log.exception("an internal error ended the answer to: %s", type(event).__name__)
                self._publisher.state(State.WAITING)

    def _heed(self, event: Heard) -> None:
        match event:
            case Listening(detection):
                self._publisher.state(State.LISTENING)
                if detection:
                    self._publisher.wake(detection)
            case Muted(muted):
                self._publisher.state(State.MUTED if muted else State.WAITING)
            case Waiting(detection):
                self._sounds.woken(detection)
            case Pause(so_far):
                self._consider(so_far)
            case Utterance() as utterance:
                self._understand(utterance)
            case Sentence() as sentence:
                self._answer(self._read(sentence), sentence)
            case Reloaded(recognizer):
                self._recognizer, self._so_far = recognizer, None

    def _consider(self, utterance: Utterance) -> None:
        # Recognise while the speaker pauses, so that the ear knows how long a silence ends this command.
        self._so_far = self._think_so_far(utterance)
        continuation = self._so_far.continuation if self._so_far else Continuation.UNKNOWN
        if self._answer_pause(utterance, continuation):
            ending = Ending.COMPLETE if continuation is Continuation.COMPLETE else utterance.ending
            self._understand(replace(utterance, ending=ending))
        elif self._so_far:
            self._publisher.state(State.LISTENING)

    def _think_so_far(self, utterance: Utterance) -> SoFar | None:
        """Return what is recognised up to a pause; None if it is too late for that, or if a bug ended it."""
        try:
            if self._is_late(utterance):
                return None
            self._publisher.state(State.THINKING)
            return self._recognizer.recognize_so_far(utterance, self._budget_of(utterance))
        except Exception:  # the ear waits for an answer, whatever it is
            log.exception("an internal error ended the recognition at a pause")
            self._publisher.state(State.LISTENING)
            return None

    def _understand(self, utterance: Utterance) -> None:
        stopped = self._age(utterance)
        # Nothing said since the pause, nothing in doubt: the transcript is known. Otherwise recognise the whole.
        so_far, self._so_far = self._so_far, None
        transcript = (so_far and so_far.settled(utterance)) or self._think(utterance, so_far)
        recognized = self._age(utterance)
        self._answer(transcript, utterance, Delays(stopped, recognized, self._age(utterance)))
        self._publisher.state(State.WAITING)

    def _think(self, utterance: Utterance, so_far: SoFar | None) -> Transcript:
        if utterance.ending is not Ending.NO_SPEECH and self._is_late(utterance):
            return _unheard("")
        self._publisher.state(State.THINKING)
        return contained(lambda: self._recognizer.recognize(utterance, so_far, self._budget_of(utterance)), "")

    def _read(self, sentence: Sentence) -> Transcript:
        if self._is_late(sentence):
            return _unheard(sentence.text)
        return contained(lambda: understand(self._recognizer.grammar_of(None), sentence.text), sentence.text)

    def _answer(self, transcript: Transcript, heard: Utterance | Sentence, delays: Delays | None = None) -> None:
        utterance = heard if isinstance(heard, Utterance) else None
        if utterance and not all(self.is_wanted(command.intent) for command in transcript.commands):
            transcript = replace(transcript, reason=Reason.OUT_OF_GRAMMAR)
        name = (heard.id if isinstance(heard, Sentence) else "") or uuid4().hex
        word = utterance.detection.wake_word if utterance and utterance.detection else ""
        facts = replace(self._place, id=name, time=now(), wake_word=word)
        transcript, actions = self._with_actions(transcript, heard, facts)
        outcome = in_time(Outcome(name, transcript, actions, utterance, delays, age=self._age(heard)))
        outcome = self._explained(outcome, heard)
        _log(outcome)
        self._publisher.outcome(outcome)
        seconds_left = outcome.good_for - self._age(heard)
        self._publisher.act([replace(action, expires=seconds_left) for action in outcome.actions])
        self._sounds.answered(outcome)

    def _with_actions(
        self, transcript: Transcript, heard: Utterance | Sentence, facts: Facts
    ) -> tuple[Transcript, tuple[Action | Program, ...]]:
        """Return a transcript with its actions; as failed and without any, if a bug ended their making."""
        try:
            transcript = dated(transcript, today())
            return transcript, actions_of(self._grammar_of(heard), transcript, facts)
        except Exception:
            log.exception("an internal error ended the making of actions")
            return replace(transcript, reason=Reason.FAILED), ()

    def _explained(self, outcome: Outcome, heard: Utterance | Sentence) -> Outcome:
        """Return an outcome; of a rejected one, with the nearest sentence, if nobody waits and it is soon found."""
        budget = self._budget_of(heard)
        if outcome.accepted or budget.awaited():
            return outcome
        begun = budget.age()

        def go_on() -> bool:
            return budget.age() - begun < NEAREST_SECONDS and not budget.awaited()

        try:
            return replace(outcome, nearest=nearest(self._grammar_of(heard), outcome.transcript, go_on))
        except Exception:
            log.exception("an internal error ended the search for the nearest sentence")
            return outcome

    def _grammar_of(self, heard: Utterance | Sentence) -> Grammar:
        return self._recognizer.grammar_of(heard.detection if isinstance(heard, Utterance) else None)

    def _age(self, heard: Utterance | Sentence) -> float:
        return self._budget_of(heard).age()

    def _is_late(self, heard: Utterance | Sentence) -> bool:
        """Whether it is too old for any command of its grammar, or holds up somebody and is too old for most."""
        budget, longest = self._budget_of(heard), longest_good_for(self._grammar_of(heard))
        holds_up = isinstance(heard, Utterance) and budget.awaited()
        return budget.age() >= (min(longest, EXPIRES_SECONDS) if holds_up else longest)


def in_time(outcome: Outcome) -> Outcome:
    """Return an outcome; if it is a command that is too old to be carried out, return it as rejected."""
    if not outcome.accepted or outcome.age < outcome.good_for:
        return outcome
    return replace(outcome, transcript=replace(outcome.transcript, reason=Reason.LATE), actions=())


def _unheard(text: str) -> Transcript:
    return Transcript(text, None, Reason.LATE, confidence=0.0, avg_logprob=0.0)


def contained(recognition: Callable[[], Transcript], text: str) -> Transcript:
    """Return the transcript of a recognition; one that is rejected, with this text, if a bug ended it."""
    try:
        return recognition()
    except Exception:
        log.exception("an internal error ended a recognition")
        return Transcript(text, None, Reason.FAILED, confidence=0.0, avg_logprob=0.0)


def _log(outcome: Outcome) -> None:
    """Log one line for a command."""
    transcript = outcome.transcript
    figures = f"(confidence {transcript.confidence:.2f}{_spent(outcome)})"
    if transcript.commands:
        meant = " + ".join(f"{each.intent} {dict(each.slots)}" for each in transcript.commands)
        log.info("%r → %s %s", transcript.text, meant, figures)
    else:
        likeliest = f"; likeliest: {transcript.text!r}" if transcript.match and transcript.heard else ""
        near = f"; {nearest_line(outcome.nearest)}" if outcome.nearest else ""
        reason = transcript.reason and transcript.reason.value
        if transcript.reason is Reason.LATE:
            reason = f"late, {outcome.age:.1f} s old"
        log.info("%r rejected: %s%s%s %s", transcript.heard or transcript.text, reason, likeliest, near, figures)


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
