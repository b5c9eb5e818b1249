"""The protocol, told as text: a letter for each event, and what comes of a script of them.

The ear, at work and at rest:   f frame comes   r rests   R rests, and COMPLETE would end the recording
                                b begins   e ends   x forgets   ? asks
                                1 2 3 begins a recording of a detection: 1 and 2 doubtful, 3 not;  d defers 2
The recogniser:                 u answers UNKNOWN   c answers COMPLETE   + - believes, refuses 1   p m the same of 2
People:                         L ask for listening   M mute   U unmute
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from voiced.flow import Continuation, Detection
from voiced.listening.protocol import (
    DOUBTS,
    QUESTIONS,
    RECORDINGS,
    Doubt,
    ProtocolError,
    Question,
    Recording,
    Situation,
    after,
    next_state,
)
from voiced.listening.protocol_events import (
    Answer,
    Ask,
    Begin,
    Believe,
    Defer,
    End,
    Event,
    Forget,
    Frame,
    Listen,
    Mute,
    Refuse,
    Rest,
    Stop,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST, SECOND = (Detection("hey_jarvis", 0.3, at, doubtful=True) for at in (100, 200))
THIRD = Detection("alexa", 0.9, 300)
EVENTS: dict[str, Event] = {
    "f": Frame(),
    "r": Rest(),
    "R": Rest(frozenset({Continuation.COMPLETE})),
    "b": Begin(),
    "1": Begin(FIRST),
    "2": Begin(SECOND),
    "3": Begin(THIRD),
    "d": Defer(SECOND),
    "e": End(),
    "x": Forget(),
    "?": Ask(50, 60),
    "u": Answer(50, Continuation.UNKNOWN),
    "c": Answer(50, Continuation.COMPLETE),
    "+": Believe(FIRST),
    "-": Refuse(FIRST),
    "p": Believe(SECOND),
    "m": Refuse(SECOND),
    "L": Listen(),
    "s": Stop(dropped=False),
    "M": Mute(muted=True),
    "U": Mute(muted=False),
}
NONE, ASKED, OPEN, ANSWERED, TOLD, OVER, VOID, LATE = Question
SETTLED, DOUBTED, DEFERRED, BELIEVED, REFUSED = Doubt


def played(script: str, now: Situation | None = None) -> Situation:
    now = now or Situation()
    for letter in script:
        now = after(now, EVENTS[letter])
    return now


# -- questions: what may follow? ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "question", "recording"),
    [
        ("", NONE, False),
        ("frfr", NONE, False),
        ("fb", NONE, True),
        ("fbb", NONE, True),  # somebody starts over
        ("fbrfer", NONE, False),
        ("fb?", ASKED, True),
        ("fb?r", OPEN, True),
        ("fb?rf", ASKED, True),
        ("fb?rfr", OPEN, True),
        ("fb?u", ANSWERED, True),  # the ear still works
        ("fb?c", ANSWERED, True),  # the same, though it would have ended the recording
        ("fb?cR", ANSWERED, True),  # it counts from the next frame on
        ("fb?ru", ANSWERED, True),
        ("fb?rc", ANSWERED, True),  # the ear has not said that this would end it
        ("fb?Ru", ANSWERED, True),
        ("fb?Rc", OVER, False),
        ("fb?Rcf", NONE, False),
        ("fb?Rcfb?", ASKED, True),  # another command
        ("fb?Rfrc", ANSWERED, True),  # what the ear said last is what counts
        ("fb?uf", TOLD, True),
        ("fb?urf", TOLD, True),
        ("fb?ufr", TOLD, True),
        ("fb?ufrf", TOLD, True),
        ("fb?uf?", ASKED, True),  # the next pause
        ("fb?e", VOID, False),  # the ear has ended it by itself
        ("fb?b", VOID, True),  # somebody starts over
        ("fb?x", VOID, False),
        ("fb?erfrfr", VOID, False),  # however long it takes
        ("fb?erfbrfrfer", VOID, False),
        ("fb?eu", LATE, False),
        ("fb?ec", LATE, False),  # of no interest any more
        ("fb?bc", LATE, True),
        ("fb?eurf", NONE, False),
        ("fb?bur", LATE, True),
        ("fb?burf?", ASKED, True),
        ("fb?ue", LATE, False),  # the ear has ended it before it knew the answer
        ("fb?ub", LATE, True),
        ("fb?ufe", NONE, False),
        ("fb?ufb", NONE, True),
        ("fb?ufx", NONE, False),
    ],
)
def test_questions(script: str, question: Question, *, recording: bool) -> None:
    now = played(script)
    assert (now.question, now.recording is Recording.UNDER_WAY) == (question, recording)


@pytest.mark.parametrize(
    ("script", "wrong"),
    [
        ("f", "?"),  # nobody speaks
        ("f", "e"),
        ("f", "d"),
        ("fb", "u"),  # nothing was asked
        ("fb?", "?"),  # one question at a time
        ("fb?", "f"),  # the ear has not finished its work
        ("fb?r", "r"),
        ("fb?r", "?"),
        ("fb?r", "b"),  # the ear sleeps
        ("fb?r", "e"),
        ("fb?r", "x"),
        ("fb?u", "u"),  # once is enough
        ("fb?uf", "c"),
        ("fb?u", "?"),  # the ear has not heeded the answer
        ("fb?Rc", "c"),
        ("fb?Rc", "b"),  # the ear does not know yet that the recording is over
        ("fb?Rc", "R"),
        ("fb?b", "?"),  # an answer is due, though nobody needs it
        ("fb?bu", "?"),
        ("fb?bu", "u"),
    ],
)
def test_illegal_questions(script: str, wrong: str) -> None:
    now = played(script)
    before = repr(now)
    with pytest.raises(ProtocolError):
        after(now, EVENTS[wrong])
    assert repr(now) == before


def test_what_the_ear_knows_is_about_the_speech_that_was_asked_about() -> None:
    assert played("fb?u").answer is None
    assert played("fb?cf").answer == Answer(50, Continuation.COMPLETE)
    assert played("fb?cf?").answer is None


@pytest.mark.parametrize("script", ["fb?", "fb?R", "fb?e"])
def test_what_was_not_asked_cannot_be_answered(script: str) -> None:
    with pytest.raises(ProtocolError, match="51"):
        after(played(script), Answer(51, Continuation.UNKNOWN))


# -- doubts: was that the wake word? ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "doubts"),
    [
        ("f1", {FIRST: DOUBTED}),
        ("f3", {}),  # nobody doubts it
        ("fb", {}),
        ("f1+", {}),  # its recording goes on
        ("f1-", {FIRST: REFUSED}),
        ("f1-rf", {}),
        ("f1e-rfr", {}),  # its recording was over
        ("f1x+", {}),
        ("f1x-", {FIRST: REFUSED}),  # the detector is to know
        ("f1d", {FIRST: DOUBTED, SECOND: DEFERRED}),
        ("fbd", {SECOND: DEFERRED}),
        ("fbdp", {SECOND: BELIEVED}),
        ("fbdprfr", {SECOND: BELIEVED}),
        ("fbdprf2", {}),
        ("fbdprfx", {}),  # its sound was thrown away before the ear could begin
        ("fbdm", {SECOND: REFUSED}),
        ("fbdmrf", {}),
        ("fbderf", {SECOND: DEFERRED}),  # the other recording is over: its own may still begin
        ("fbdep", {SECOND: BELIEVED}),
        ("fbdx", {SECOND: DOUBTED}),  # nothing is left to record
        ("fbdxp", {}),
        ("fbd3", {SECOND: DOUBTED}),  # who has started over since does not mean the older word
        ("fbd3p", {}),
        ("fbd3m", {SECOND: REFUSED}),
        ("fbdp3", {}),
        ("fbdeb", {SECOND: DOUBTED}),  # somebody asked for a recording since
        ("fbd1", {FIRST: DOUBTED, SECOND: DEFERRED}),  # the older one begins: the younger one may still
        ("f1-3", {FIRST: REFUSED}),
    ],
)
def test_doubts(script: str, doubts: Mapping[Detection, Doubt]) -> None:
    assert played(script).doubts == doubts


@pytest.mark.parametrize(
    ("script", "wrong"),
    [
        ("f", "+"),  # never heard
        ("f1+", "+"),  # once is enough
        ("f1+", "-"),
        ("f1-", "+"),
        ("f1-rf", "-"),
        ("f1", "1"),  # its recording has begun
        ("fbd", "d"),
        ("fbd", "2"),  # not before it is believed
        ("fbdp", "m"),
    ],
)
def test_illegal_verdicts(script: str, wrong: str) -> None:
    now = played(script)
    before = repr(now)
    with pytest.raises(ProtocolError):
        after(now, EVENTS[wrong])
    assert repr(now) == before


def test_detections_are_told_the_oldest_first() -> None:
    late = Detection("alexa", 0.3, 150, doubtful=True)
    now = after(after(played("fbd"), Defer(late)), Believe(late))
    assert after(now, Believe(SECOND)).in_doubt(BELIEVED) == [late, SECOND]


# -- people -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "muted", "listen"),
    [
        ("L", False, True),
        ("fL", False, True),  # while the ear works: for the next frame
        ("Lf", False, False),  # heeded
        ("LfrLr", False, True),
        ("M", True, False),
        ("MU", False, False),  # the newest counts
        ("Mfrfr", True, False),
        ("MLf", True, False),  # not remembered
        ("fb?RcML", True, True),
    ],
)
def test_people_may_ask_at_any_time(script: str, *, muted: bool, listen: bool) -> None:
    now = played(script)
    assert (now.muted, now.listen) == (muted, listen)


# -- the tables ---------------------------------------------------------------------------------------

TABLES: list[Mapping[Any, Mapping[type, Any]]] = [RECORDINGS, QUESTIONS, DOUBTS]
CELLS = [
    pytest.param(table, state, column, id=f"{type(state).__name__} {state.value}, {column.__name__}")
    for table in TABLES
    for state in table
    for column in sorted({column for row in table.values() for column in row}, key=lambda column: column.__name__)
]


@pytest.mark.parametrize(("table", "state", "column"), CELLS)
def test_each_cell(table: Mapping[Any, Mapping[type, Any]], state: Any, column: type) -> None:
    if column in table[state]:
        assert next_state(table, state, column) is table[state][column]
    else:
        with pytest.raises(ProtocolError, match=rf"{column.__name__} while .* is '{state.value}'"):
            next_state(table, state, column)


def test_each_state_has_a_row() -> None:
    assert [list(table) for table in TABLES] == [list(Recording), list(Question), list(Doubt)]


def reachable() -> list[Situation]:
    """Every situation that any sequence of events leads to; on the way, that an illegal event changes nothing."""
    found = {repr(Situation()): Situation()}
    waiting = list(found.values())
    while waiting:
        now = waiting.pop()
        before = repr(now)
        for event in EVENTS.values():
            with suppress(ProtocolError):
                new = after(now, event)
                if repr(new) not in found:
                    found[repr(new)] = new
                    waiting.append(new)
            assert repr(now) == before
    return list(found.values())


def legal(now: Situation, event: Event) -> bool:
    try:
        after(now, event)
    except ProtocolError:
        return False
    return True


def test_the_laws_hold_in_every_situation_that_can_be() -> None:
    every = reachable()
    assert {now.question for now in every} == set(Question)
    assert {doubt for now in every for doubt in now.doubts.values()} == set(Doubt) - {SETTLED}
    for now in every:
        due = now.question in {ASKED, OPEN, VOID}
        if now.question in {ASKED, OPEN, ANSWERED, TOLD}:
            assert now.recording is Recording.UNDER_WAY
        if now.question is OVER:
            assert now.recording is Recording.NONE
        assert legal(now, EVENTS["u"]) == due, "what is due can be answered, and only that"
        assert legal(now, EVENTS["f"]) or legal(now, EVENTS["r"]), "the ear is never stuck"
        for detection, doubt in now.doubts.items():
            judged = {legal(now, Believe(detection)), legal(now, Refuse(detection))}
            assert judged == {doubt in {DOUBTED, DEFERRED}}, "the same of verdicts"
        assert legal(now, Listen())
        assert legal(now, Mute(muted=True)), "people may do anything at any time"
