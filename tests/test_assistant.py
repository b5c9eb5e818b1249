"""The story, told with real classes in place of model and broker: what is heard is answered, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, TypeGuard, cast

import numpy as np
import pytest

from tests.fakes import Notes, always
from voiced import grammar
from voiced.acting.actions import actions_of
from voiced.acting.facts import at_site
from voiced.assistant import Assistant, Heard, Reloaded, awaits_an_answer, starts_over
from voiced.flow import (
    Continuation,
    Detection,
    Ending,
    Match,
    Nearest,
    Outcome,
    Reason,
    Sentence,
    State,
    Transcript,
    Utterance,
)
from voiced.foundations.resources import shipped
from voiced.grammar import NOTHING_NEAR, understand
from voiced.grammar.continuation import continuation
from voiced.listening.events import Listening, Muted, Pause, Waiting
from voiced.recognition.budget import Budget
from voiced.recognition.end_of_turn import SoFar

if TYPE_CHECKING:
    from voiced.grammar import Grammar
    from voiced.recognition.passes import Found

DOUBT = cast("Found", object())  # of what a recogniser has found, an assistant knows only that it is there
WOKEN = Listening(Detection("alexa", 0.9, 16_000))


@pytest.fixture(scope="module")
def commands() -> Grammar:
    return grammar.load([shipped("intents")])


def utterance() -> Utterance:
    return Utterance(np.zeros(16_000, np.float32), 16_000, (20_000, 30_000), Ending.SILENCE, WOKEN.detection)


@dataclass
class Recognizer:
    """Hears what the test says."""

    commands: Grammar
    texts: list[str] = field(default_factory=list)
    doubt: Found | None = None  # at pauses
    handed_back: list[SoFar | None] = field(default_factory=list)

    def grammar_of(self, _detection: Detection | None) -> Grammar:
        return self.commands

    def recognize(self, _utterance: Utterance, so_far: SoFar | None, _budget: Budget) -> Transcript:
        self.handed_back.append(so_far)
        return understand(self.commands, self.texts.pop(0))

    def recognize_so_far(self, utterance: Utterance, _budget: Budget) -> SoFar:
        transcript = understand(self.commands, self.texts.pop(0))
        return SoFar(utterance, transcript, continuation(self.commands, transcript.text), doubt=self.doubt)


def told(
    commands: Grammar,
    events: list[Heard],
    *texts: str,
    ends_at_once: bool = False,
    doubt: Found | None = None,
    age: float = 0.4,
) -> list[object]:
    notes = Notes(ends_at_once=ends_at_once)
    recognizer = Recognizer(commands, list(texts), doubt)
    Assistant(recognizer, notes, notes, lambda _heard: always(age), notes.answer_pause).run(events)
    assert recognizer.texts == [], "less was recognised than is heard"
    return notes.told


def test_new_intents_answer_what_comes_after_them(commands: Grammar) -> None:
    others = grammar.parse('intents: {Tea: {sentences: ["tea please"], action: {topic: kettle, payload: "on"}}}')
    events: list[Heard] = [Sentence("tea please"), Reloaded(Recognizer(others)), Sentence("tea please")]
    rejected, understood, action = told(commands, events)
    assert rejected == (None, Reason.OUT_OF_GRAMMAR, None, None)
    assert understood == ("Tea", {}, None, None)
    assert action == ("kettle", "on")


def test_a_command_is_answered(commands: Grammar) -> None:
    listening, wake, thinking, outcome, action, waiting = told(
        commands, [WOKEN, utterance()], "Turn on the kitchen lights."
    )
    assert (listening, thinking, waiting) == (State.LISTENING, State.THINKING, State.WAITING)
    assert wake == WOKEN.detection
    assert outcome == ("LightSet", {"state": "on", "room": "kitchen"}, "alexa", 0.4)
    assert action == ("home/kitchen/light/set", "on")


def test_what_nobody_wants_to_hear_just_now_is_no_command(commands: Grammar) -> None:
    notes = Notes()
    recognizer = Recognizer(commands, ["turn on the kitchen lights", "good night"])
    assistant = Assistant(recognizer, notes, notes, lambda _heard: always(0.4), notes.answer_pause)
    assistant.is_wanted = lambda intent: intent == "GoodNight"
    assistant.run([utterance(), utterance(), Sentence("turn on the kitchen lights")])
    outcomes = [each for each in notes.told if isinstance(each, tuple) and len(each) == 4]
    assert [each[:2] for each in outcomes if each[0] or each[1]][:1] == [(None, Reason.OUT_OF_GRAMMAR)]
    assert [each[0] for each in outcomes] == [None, "GoodNight", "LightSet"]


def test_actions_know_where_and_after_which_wake_word_a_command_came() -> None:
    tea = grammar.parse(
        "intents: {Tea: {sentences: [tea], action: {topic: '{site}/{room}/{wake_word}', payload: ['{id}', '{time}']}}}"
    )
    notes = Notes()
    assistant = Assistant(
        Recognizer(tea, ["tea"]), notes, notes, lambda _heard: always(0.4), notes.answer_pause, at_site("pi", "hall")
    )
    assistant.run([utterance(), Sentence("tea", id="7f")])
    sent = [(topic, json.loads(payload)) for topic, payload in (each for each in notes.told if is_action(each))]
    assert [(topic, len(name)) for topic, (name, _) in sent] == [("pi/hall/alexa", 32), ("pi/hall/", 2)]
    assert sent[1][1][0] == "7f"
    assert all(datetime.fromisoformat(time).tzinfo for _, (_, time) in sent)


def is_action(told_: object) -> TypeGuard[tuple[str, str]]:
    return isinstance(told_, tuple) and len(told_) == 2 and all(isinstance(each, str) for each in told_)


def pause(last: int = 30_000) -> Pause:
    return Pause(Utterance(np.zeros(16_000, np.float32), 16_000, (20_000, last), Ending.SILENCE, WOKEN.detection))


def test_what_was_recognised_at_the_pause_is_not_recognised_again(commands: Grammar) -> None:
    thinking, answered, listening, *rest = told(commands, [pause(), utterance()], "Turn on the kitchen lights.")
    outcome, action, state = rest
    assert (thinking, listening) == (State.THINKING, State.LISTENING)
    assert answered == ((20_000, 30_000), Continuation.COMPLETE)
    assert outcome == ("LightSet", {"state": "on", "room": "kitchen"}, "alexa", 0.4)
    assert action == ("home/kitchen/light/set", "on")
    assert state == State.WAITING


@pytest.mark.parametrize("ends_at_once", [False, True])
def test_what_was_doubtful_at_the_pause_is_recognised_again(commands: Grammar, *, ends_at_once: bool) -> None:
    texts = ("turn on the kitchen lights", "turn on the office lights")
    events: list[Heard] = [pause()] if ends_at_once else [pause(), utterance()]
    states, outcome = apart(told(commands, events, *texts, ends_at_once=ends_at_once, doubt=DOUBT))
    assert states == [State.THINKING, *([] if ends_at_once else [State.LISTENING]), State.THINKING, State.WAITING]
    assert outcome == ("LightSet", {"state": "on", "room": "office"}, "alexa", 0.4)


def apart(told_: list[object]) -> tuple[list[State], object]:
    """The states, in order, and the first outcome."""
    outcomes = [one for one in told_ if isinstance(one, tuple) and len(one) == 4]
    return [one for one in told_ if isinstance(one, State)], outcomes[0]


def test_what_was_found_at_the_pause_is_handed_back_once(commands: Grammar) -> None:
    """Two rooms that share a recogniser do not meet in it: whoever asked keeps what was found."""
    recognizer, notes = Recognizer(commands, ["good night", "good night", "stop"], DOUBT), Notes()
    assistant = Assistant(recognizer, notes, notes, lambda _heard: always(0.4), notes.answer_pause)
    assistant.run([pause(), utterance(), utterance()])
    first, second = recognizer.handed_back
    assert first
    assert first.doubt is DOUBT
    assert second is None


def test_nothing_is_waited_for_where_nothing_may_follow(commands: Grammar) -> None:
    """The ear leaves the answer to the assistant, and hands out no utterance."""
    _, answered, outcome, action, state = told(commands, [pause()], "Turn on the kitchen lights.", ends_at_once=True)
    assert answered == ((20_000, 30_000), Continuation.COMPLETE)
    assert outcome == ("LightSet", {"state": "on", "room": "kitchen"}, "alexa", 0.4)
    assert (action, state) == (("home/kitchen/light/set", "on"), State.WAITING)


def test_what_was_recognised_at_a_pause_is_forgotten_if_speech_goes_on(commands: Grammar) -> None:
    _, answered, _, thinking, outcome, *_ = told(
        commands, [pause(25_000), utterance()], "good night", "pause the music"
    )
    assert answered == ((20_000, 25_000), Continuation.COMPLETE)
    assert thinking == State.THINKING
    assert isinstance(outcome, tuple)
    assert outcome[0] != "GoodNight"


def test_a_pause_before_nothing_was_said(commands: Grammar) -> None:
    """After a drawled wake word the recogniser is asked, and finds nothing; later the time is up."""
    nothing = Utterance(np.zeros(16_000, np.float32), 16_000, (20_000, 20_000), Ending.NO_SPEECH, WOKEN.detection)
    states, outcome = apart(told(commands, [pause(), nothing], "Hey Jarvis", ""))
    assert states == [State.THINKING, State.LISTENING, State.THINKING, State.WAITING]
    assert outcome == (None, Reason.OUT_OF_GRAMMAR, "alexa", 0.4)


def test_what_is_no_command_is_told_and_not_acted_on(commands: Grammar) -> None:
    assert told(commands, [utterance()], "It is going to rain.") == [
        State.THINKING,
        (None, Reason.OUT_OF_GRAMMAR, "alexa", 0.4),
        State.WAITING,
    ]


class Outcomes(Notes):
    """Keeps what happened as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: list[Outcome] = []

    def outcome(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)


def explained(commands: Grammar, text: str, budget: Budget) -> Nearest | None:
    notes = Outcomes()
    Assistant(Recognizer(commands), notes, notes, lambda _heard: budget, notes.answer_pause).run([Sentence(text)])
    (outcome,) = notes.outcomes
    return outcome.nearest


def test_what_is_no_command_is_told_with_the_nearest_sentence(
    commands: Grammar, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    near = explained(commands, "turn on the kichen lights", always(0.4))
    assert near == Nearest("turn on the kitchen lights", "'kichen' is not in list room, but 'kitchen' is")
    assert "did you mean 'turn on the kitchen lights'?" in caplog.text
    assert explained(commands, "make me a sandwich", always(0.4)) == NOTHING_NEAR
    assert explained(commands, "turn on the kitchen lights", always(0.4)) is None


def test_nobody_waits_for_the_nearest_sentence(commands: Grammar, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "turn on the kichen lights"
    assert explained(commands, text, Budget(lambda: 0.4, awaited=lambda: True)) is None
    seconds = count(step=0.01)
    found = explained(commands, text, Budget(lambda: next(seconds)))
    assert next(seconds) < 0.2  # it asked the clock, and ended
    assert found is None
    monkeypatch.setattr("voiced.assistant.nearest", lambda *_: 1 / 0)
    assert explained(commands, text, always(0.4)) is None


def test_who_waits_for_a_sign_gets_one(commands: Grammar) -> None:
    assert told(commands, [Waiting(None)]) == ["woken"]


def test_listening_without_a_wake_word_tells_of_none(commands: Grammar) -> None:
    assert told(commands, [Listening(None)]) == [State.LISTENING]


def test_a_sentence_is_treated_as_if_spoken(commands: Grammar) -> None:
    outcome, lights, lock = told(commands, [Sentence("good night")])
    assert outcome == ("GoodNight", {}, None, None)
    assert (lights, lock) == (("home/scene", "night"), ("home/front_door/lock/set", "lock"))


def test_mute_is_told(commands: Grammar) -> None:
    assert told(commands, [Muted(muted=True), Muted(muted=False)]) == [State.MUTED, State.WAITING]


# -- errors in the program ------------------------------------------------------------------------------


class Broken(Recognizer):
    """Fails each time."""

    def recognize(self, utterance: Utterance, _so_far: SoFar | None, _budget: Budget) -> Transcript:
        raise IndexError(utterance.start)

    def recognize_so_far(self, utterance: Utterance, _budget: Budget) -> SoFar:
        raise RecursionError(utterance.start)


def test_a_bug_costs_one_command_and_is_told(commands: Grammar, caplog: pytest.LogCaptureFixture) -> None:
    events: list[Heard] = [WOKEN, pause(), utterance(), Reloaded(Recognizer(commands, ["good night"])), utterance()]
    notes = Notes()
    Assistant(Broken(commands), notes, notes, lambda _heard: always(0.4), notes.answer_pause).run(events)
    outcomes = [one for one in notes.told if isinstance(one, tuple) and len(one) == 4]
    assert outcomes == [(None, Reason.FAILED, "alexa", 0.4), ("GoodNight", {}, "alexa", 0.4)]
    assert ((20_000, 30_000), Continuation.UNKNOWN) in notes.told, "the ear waits for an answer"
    assert notes.told.count(State.WAITING) == 2
    assert caplog.text.count("an internal error ended") == 2


class NoGrammar(Recognizer):
    def grammar_of(self, _detection: Detection | None) -> Grammar:
        raise KeyError("no grammar")


def test_a_bug_with_any_event_costs_that_event(commands: Grammar, caplog: pytest.LogCaptureFixture) -> None:
    notes = Notes()
    events: list[Heard] = [Sentence("good night"), Reloaded(Recognizer(commands)), Sentence("good night")]
    Assistant(NoGrammar(commands), notes, notes, lambda _heard: always(0.4), notes.answer_pause).run(events)
    assert notes.told[-3] == ("GoodNight", {}, None, None)
    assert "an internal error ended the answer to: Sentence" in caplog.text


# -- what is too late ----------------------------------------------------------------------------------

HOUSE = grammar.parse("""
intents:
  Light: {sentences: [light on], action: [{topic: light, payload: "on", expires: 2}, {topic: log, expires: 60}]}
  Night: {sentences: [good night]}
  Note: {sentences: [note it], action: {topic: note, expires: 30}}
""")


def acted(events: list[Heard], *texts: str, age: float) -> tuple[list[object], list[float]]:
    """What is told, and for how many more seconds each action is good."""
    notes, recognizer = Notes(), Recognizer(HOUSE, list(texts))
    Assistant(recognizer, notes, notes, lambda _heard: always(age), notes.answer_pause).run(events)
    assert recognizer.texts == [], "less was recognised than is heard"
    return notes.told, [action.expires for action in notes.acted]


@pytest.mark.parametrize("events", [[utterance()], [Sentence("light on")]], ids=["spoken", "written"])
def test_an_action_is_good_for_what_is_left(events: list[Heard]) -> None:
    """All actions of a command or none: the shortest `expires` counts for each."""
    told_, seconds_left = acted(events, *["light on"] * isinstance(events[0], Utterance), age=1.5)
    assert ("light", "on") in told_
    assert ("log", "") in told_
    assert seconds_left == [0.5, 0.5]


@pytest.mark.parametrize(
    ("text", "age", "is_done"),
    [
        ("light on", 1.9, True),
        ("light on", 2.0, False),
        ("good night", 9.9, True),  # people automate on the event
        ("good night", 10.0, False),
        ("note it", 29.9, True),
        ("note it", 30.0, False),
    ],
)
def test_what_is_too_old_is_not_done(text: str, age: float, *, is_done: bool) -> None:
    kinds: list[tuple[Heard, str | None, float | None]] = [(utterance(), "alexa", age), (Sentence(text), None, None)]
    for event, word, latency in kinds:
        unheard = age >= 30 or not isinstance(event, Utterance)
        told_, seconds_left = acted([event], *[] if unheard else [text], age=age)
        assert ((None, Reason.LATE, word, latency) in told_) == (not is_done)
        assert is_done or seconds_left == []


def test_what_is_too_old_for_any_command_is_not_recognised() -> None:
    assert acted([utterance()], age=30.0) == ([(None, Reason.LATE, "alexa", 30.0), State.WAITING], [])
    assert acted([Sentence("nobody reads it")], age=68.0) == ([(None, Reason.LATE, None, None)], [])


@pytest.mark.parametrize(("age", "waits", "unheard"), [(9.9, True, False), (10.0, True, True), (10.0, False, False)])
def test_what_is_too_old_for_most_commands_holds_up_nobody(age: float, *, waits: bool, unheard: bool) -> None:
    notes, recognizer = Notes(), Recognizer(HOUSE, ["note it"])
    budget = Budget(lambda: age, awaited=lambda: waits)
    Assistant(recognizer, notes, notes, lambda _heard: budget, notes.answer_pause).run([utterance()])
    assert (recognizer.texts == ["note it"]) == unheard
    assert ((None, Reason.LATE, "alexa", age) in notes.told) == unheard


def test_at_a_pause_what_is_too_old_is_answered_and_not_recognised() -> None:
    assert acted([pause()], age=30.0) == ([((20_000, 30_000), Continuation.UNKNOWN)], [])


def test_a_pause_that_was_recognised_in_time_may_be_answered_too_late() -> None:
    """The ear hands out the utterance when everything has become old."""
    ages, notes = iter([1.0, *[40.0] * 9]), Notes()
    recognizer = Recognizer(HOUSE, ["light on"])
    assistant = Assistant(recognizer, notes, notes, lambda _heard: always(next(ages)), notes.answer_pause)
    assistant.run([pause(), utterance()])
    assert [told_ for told_ in notes.told if isinstance(told_, tuple)][1:] == [(None, Reason.LATE, "alexa", 40.0)]


def test_what_is_no_command_stays_that_however_late() -> None:
    nothing = Utterance(np.zeros(16_000, np.float32), 16_000, (20_000, 20_000), Ending.NO_SPEECH, WOKEN.detection)
    told_, _ = acted([nothing], "", age=68.0)
    assert (None, Reason.OUT_OF_GRAMMAR, "alexa", 68.0) in told_
    told_, _ = acted([utterance()], "how are you", age=20.0)
    assert (None, Reason.OUT_OF_GRAMMAR, "alexa", 20.0) in told_


def test_a_late_command_is_logged_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        acted([Sentence("light on")], age=2.5)
    assert caplog.text.count("\n") == 1
    assert "'light on' rejected: late, 2.5 s old" in caplog.text


# -- who waits -----------------------------------------------------------------------------------------

DOUBTFUL = Listening(Detection("alexa", 0.3, 16_000, doubtful=True), np.zeros(9, np.float32))


@pytest.mark.parametrize(
    ("event", "over", "answer"),
    [
        (WOKEN, True, True),
        (Listening(None), True, True),  # somebody asked to listen
        (DOUBTFUL, False, True),
        (Sentence("good night"), False, True),
        (utterance(), False, False),
        (pause(), False, False),
        (Waiting(None), False, False),
        (Muted(muted=True), False, False),
    ],
)
def test_for_whom_a_pass_is_given_up(event: Heard, *, over: bool, answer: bool) -> None:
    assert (starts_over(event), awaits_an_answer(event)) == (over, answer)


def test_what_was_given_up_at_a_pause_is_recognised_when_the_command_is_over(commands: Grammar) -> None:
    class Interrupted(Recognizer):
        def recognize_so_far(self, utterance: Utterance, _budget: Budget) -> SoFar:
            nothing = Transcript("", None, Reason.LOW_CONFIDENCE, 0.0, 0.0)
            return SoFar(utterance, nothing, Continuation.UNKNOWN, is_given_up=True)

    notes, recognizer = Notes(), Interrupted(commands, ["good night"])
    Assistant(recognizer, notes, notes, lambda _heard: always(0.4), notes.answer_pause).run([pause(), utterance()])
    assert ("GoodNight", {}, "alexa", 0.4) in notes.told


def test_a_rejected_match_has_no_actions(commands: Grammar) -> None:
    match = Match("LightSet", {"state": "on", "room": "kitchen"}, "turn on the kitchen lights", {})
    unsure = Transcript(match.text, match, Reason.LOW_CONFIDENCE, 0.1, -2.0)
    assert actions_of(commands, unsure) == ()
