"""The protocol between the ear and the recogniser: who may do what when, as tables.

**Who plays.** The ear hears frames, in a thread of its own, and never waits for the recogniser. The recogniser works in
another thread, needs between a tenth of a second and several, and answers questions in the order in which they were
asked. People switch mute and ask for listening, from a third. No side reads the variables of another: all that one may
know of another is in a `Situation`, and only the events below change it.

**What is asked.** The ear asks two kinds of questions, and each is answered exactly once:

* *What may follow?* At a pause it hands out what was said so far. The answer decides how long a silence ends the
  recording. One question is asked at a time, so that no queue builds up in front of a slow recogniser: while an answer
  is due, even one that nobody needs any more, no other question is asked.
* *Was that the wake word?* A doubtful detection begins a recording at once, so that a command in one breath is heard
  whole; a refusal drops it. During another recording it is *deferred*: that recording goes on, but is neither asked
  about nor handed out; the detection's own begins once it is believed. Several may be in doubt at a time.

**Why the moment matters.** Between two frames the ear sleeps for up to a tenth of a second. An answer that ends the
command must not wait that long. So before it sleeps, the ear says which answers would end the recording (`Rest`), and
such an answer ends it there and then (`Question.OVER`): the speech that was asked about is the command, no utterance
will come. While the ear works on a frame it may be ending the recording itself; so an answer that comes then counts
from the next frame on. Either the ear ends a recording or an answer does, never both: each event is one step.

**How it is written down.** Three things have a state and a table each: state → event → next state. An event that stands
anywhere in a table concerns that thing; where the row of the present state lacks it, it is illegal: `ProtocolError`,
and nothing has changed. Nothing but the tables decides what is legal. Nothing here knows sound, threads or clocks;
`requests` makes it safe to use from several threads.

    question   NONE ─Ask─▶ ASKED ─Rest─▶ OPEN ─Frame─▶ ASKED …    the ear works, sleeps, works
                             │Answer       ├─Answer──▶ ANSWERED ─Frame─▶ TOLD ─Ask─▶ ASKED …
                             ▼             └─LastAnswer─▶ OVER ─Frame─▶ NONE
                          ANSWERED
               its recording goes: ASKED ─▶ VOID ─Answer─▶ LATE ─Frame─▶ NONE;  ANSWERED ─▶ LATE;  TOLD ─▶ NONE

    doubt      SETTLED ─Begin─▶ DOUBTED ──Believe─▶ SETTLED
                  │                 └─────Refuse──▶ REFUSED ─Frame─▶ SETTLED
                  └────Defer──▶ DEFERRED ─Believe─▶ BELIEVED ─Begin─▶ SETTLED
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from voiced.flow import Continuation
from voiced.listening.protocol_events import (
    Answer,
    Ask,
    Begin,
    Believe,
    Defer,
    End,
    Forget,
    Frame,
    LastAnswer,
    Listen,
    Mute,
    Overtaken,
    Refuse,
    Rest,
    Stop,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiced.flow import Detection
    from voiced.listening.protocol_events import Event


class ProtocolError(Exception):
    """One side does what it may not do now: an error in the program, not of anything outside."""


# -- states and tables --------------------------------------------------------------------------------


class Recording(Enum):
    """Whether the ear records a command."""

    NONE = "none"
    UNDER_WAY = "under way"


class Question(Enum):
    """What has become of the newest question about what may follow."""

    NONE = "none"  # nothing is asked, nothing is known
    ASKED = "asked"  # the ear works on a frame
    OPEN = "open"  # the ear sleeps; an answer may end the recording at once
    ANSWERED = "answered"  # the ear will learn it with the next frame
    TOLD = "told"  # the ear knows what may follow; another may be asked
    OVER = "over"  # the answer has ended the recording; the ear will learn it with the next frame
    VOID = "void"  # its recording is gone, but the answer is still due
    LATE = "late"  # the answer to a question that had become void came; so another may be asked from the next frame on


class Doubt(Enum):
    """What has become of a doubtful detection."""

    SETTLED = "settled"  # nothing is open; nor is it with one that has not been heard yet
    DOUBTED = "doubted"  # its recording has begun, or does not matter any more
    DEFERRED = "deferred"  # its recording begins if it is believed
    BELIEVED = "believed"  # the ear will begin its recording with the next frame
    REFUSED = "refused"  # the ear will drop its recording with the next frame, if it is still that


State = TypeVar("State", Recording, Question, Doubt)
Table: TypeAlias = "Mapping[State, Mapping[type, State]]"


def _its_recording_goes(after: Question) -> dict[type, Question]:
    """Cells of a row: whatever ends the recording, the question comes to this."""
    return dict.fromkeys((Begin, End, Forget), after)


RECORDINGS: Table[Recording] = {
    Recording.NONE: {
        Begin: Recording.UNDER_WAY,
        Forget: Recording.NONE,
    },
    Recording.UNDER_WAY: {
        Begin: Recording.UNDER_WAY,  # somebody starts over
        Defer: Recording.UNDER_WAY,
        Ask: Recording.UNDER_WAY,
        End: Recording.NONE,
        Forget: Recording.NONE,
        LastAnswer: Recording.NONE,
    },
}

QUESTIONS: Table[Question] = {
    Question.NONE: {
        Frame: Question.NONE,
        Ask: Question.ASKED,
        Rest: Question.NONE,
        **_its_recording_goes(Question.NONE),
    },
    Question.ASKED: {
        Rest: Question.OPEN,
        Answer: Question.ANSWERED,
        **_its_recording_goes(Question.VOID),
    },
    Question.OPEN: {
        Frame: Question.ASKED,
        Answer: Question.ANSWERED,
        LastAnswer: Question.OVER,
    },
    Question.ANSWERED: {
        Frame: Question.TOLD,
        Rest: Question.ANSWERED,
        **_its_recording_goes(Question.LATE),
    },
    Question.TOLD: {
        Frame: Question.TOLD,
        Ask: Question.ASKED,
        Rest: Question.TOLD,
        **_its_recording_goes(Question.NONE),
    },
    Question.OVER: {
        Frame: Question.NONE,
    },
    Question.VOID: {
        Frame: Question.VOID,
        Rest: Question.VOID,
        Answer: Question.LATE,
        **_its_recording_goes(Question.VOID),
    },
    Question.LATE: {
        Frame: Question.NONE,
        Rest: Question.LATE,
        **_its_recording_goes(Question.LATE),
    },
}

DOUBTS: Table[Doubt] = {
    Doubt.SETTLED: {
        Begin: Doubt.DOUBTED,
        Defer: Doubt.DEFERRED,
    },
    Doubt.DOUBTED: {
        Believe: Doubt.SETTLED,
        Refuse: Doubt.REFUSED,
        Frame: Doubt.DOUBTED,
        Overtaken: Doubt.DOUBTED,
        Forget: Doubt.DOUBTED,
    },
    Doubt.DEFERRED: {
        Frame: Doubt.DEFERRED,
        Believe: Doubt.BELIEVED,
        Refuse: Doubt.REFUSED,
        Overtaken: Doubt.DOUBTED,  # who has started over since does not mean the older word
        Forget: Doubt.DOUBTED,  # there is no sound to begin a recording with
    },
    Doubt.BELIEVED: {
        Frame: Doubt.BELIEVED,  # until the ear has begun its recording, or cannot any more
        Begin: Doubt.SETTLED,
        Overtaken: Doubt.SETTLED,
        Forget: Doubt.SETTLED,
    },
    Doubt.REFUSED: {
        Frame: Doubt.SETTLED,
        Overtaken: Doubt.REFUSED,
        Forget: Doubt.REFUSED,
    },
}


# -- the machine --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Situation:
    """All that one side may know of another at one moment."""

    recording: Recording = Recording.NONE
    question: Question = Question.NONE
    asked: Ask | None = None  # the newest question
    ended_by: frozenset[Continuation] = frozenset()  # answers that end the recording, while the question is OPEN
    continuation: Continuation = Continuation.UNKNOWN  # the newest answer
    doubts: Mapping[Detection, Doubt] = field(default_factory=dict)  # without the settled
    muted: bool = False  # as people want it
    listen: bool = False  # somebody has asked for a recording since the last frame
    stop: Stop | None = None  # somebody has asked for the end of one since the last frame

    @property
    def answer(self) -> Answer | None:
        """What may follow the speech so far, if the ear knows."""
        return Answer(self.asked.until, self.continuation) if self.asked and self.question is Question.TOLD else None

    def in_doubt(self, state: Doubt) -> list[Detection]:
        """Detections in this state, the oldest first."""
        return sorted((each for each, its in self.doubts.items() if its is state), key=lambda each: each.at)


def after(now: Situation, event: Event) -> Situation:
    """The situation after an event. ProtocolError if a table has no cell for it, or it answers what was not asked."""
    column: type = type(event)
    match event:
        case Mute(muted):
            return replace(now, muted=muted)
        case Listen():
            return replace(now, listen=True)
        case Stop():
            return replace(now, listen=False, stop=event)
        case Answer(until, continuation):
            if not now.asked or until != now.asked.until:
                raise ProtocolError(f"{event}, but asked was {now.asked}")
            column = LastAnswer if now.question is Question.OPEN and continuation in now.ended_by else Answer
    return replace(
        _noted(now, event),
        recording=next_state(RECORDINGS, now.recording, column),
        question=next_state(QUESTIONS, now.question, column),
        doubts=_doubts(now.doubts, event),
    )


def _noted(now: Situation, event: Event) -> Situation:
    """What an event says, kept for whoever asks."""
    match event:
        case Frame():
            return replace(now, listen=False, stop=None)
        case Rest(ended_by):
            return replace(now, ended_by=ended_by)
        case Ask():
            return replace(now, asked=event, continuation=Continuation.UNKNOWN)
        case Answer(_, continuation):
            return replace(now, continuation=continuation)
    return now


def _doubts(doubts: Mapping[Detection, Doubt], event: Event) -> dict[Detection, Doubt]:
    """Each detection in its next state, without those that are settled."""
    after_ = dict(doubts)
    match event:
        case Believe(detection) | Refuse(detection) | Defer(detection):
            after_[detection] = next_state(DOUBTS, doubts.get(detection, Doubt.SETTLED), type(event))
        case Begin(detection):
            if detection and detection.doubtful:
                after_[detection] = next_state(DOUBTS, doubts.get(detection, Doubt.SETTLED), Begin)
            for other, state in doubts.items():
                if not detection or other.at < detection.at:
                    after_[other] = next_state(DOUBTS, state, Overtaken)
        case _:
            after_ = {each: next_state(DOUBTS, state, type(event)) for each, state in doubts.items()}
    return {each: state for each, state in after_.items() if state is not Doubt.SETTLED}


def next_state(table: Table[State], state: State, column: type) -> State:
    """The cell of a table. ProtocolError if there is none, and the event stands in other rows."""
    if not any(column in row for row in table.values()):
        return state  # of no concern
    if column not in table[state]:
        raise ProtocolError(f"{column.__name__} while {type(state).__name__.lower()} is {state.value!r}")
    return table[state][column]
