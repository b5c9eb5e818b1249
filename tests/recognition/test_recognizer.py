"""The recogniser with real weights, recordings and the intents that ship: what it understands, and what it rejects."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.recognition.spoken import COMMANDS, utterance
from voiced import grammar
from voiced.config import RecognizerSettings
from voiced.errors import ModelError
from voiced.flow import SAMPLE_RATE, Continuation, Ending, Match, Reason, Timings, Utterance
from voiced.recognition.budget import Budget
from voiced.recognition.prepared import prepare
from voiced.recognition.recognizer import Recognizer, loop
from voiced.recognition.rescoring import Rescored, Rescorer
from voiced.recognition.speed import Speed
from voiced.records.outcome import words_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from voiced.grammar import Grammar
    from voiced.recognition.prepared import Prepared
    from voiced.recognition.views import View
    from voiced.whisper.model import Cache


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_are_understood(recognizer: Recognizer, name: str) -> None:
    transcript = recognizer.recognize(utterance(name))
    assert transcript.match is not None
    assert (transcript.match.intent, transcript.match.slots) == COMMANDS[name]
    assert transcript.reason is None
    assert transcript.confidence <= 1
    assert transcript.window < 5, "the speech and a second, not half a minute"


def doubt(monkeypatch: pytest.MonkeyPatch, margin: float, words: float, later: float | None = None) -> list[int]:
    """First passes find unlikely words, later ones these, or with several views `later`; return how many views."""
    rescore, views_of_passes = Rescorer.rescore, list[int]()

    def doubtful(rescorer: Rescorer, views: Sequence[View], start: Cache, heard: Prepared, *, freely: bool) -> Rescored:
        views_of_passes.append(len(views))
        found = rescore(rescorer, views, start, heard, freely=freely)
        assert found.evidence
        free = replace(found.evidence.free, lead=0.0) if found.evidence.free else None
        known = words if len(views) == 1 or later is None else later
        told = replace(found.evidence, margin=margin, words=known if freely else -2.5, free=free)
        return replace(found, evidence=told)

    monkeypatch.setattr(Rescorer, "rescore", doubtful)
    return views_of_passes


@pytest.mark.parametrize(("age", "views"), [(0.0, [1, 1, 2, 3, 4]), (0.45, [1, 1, 2, 3]), (1.6, [1, 1]), (1.95, [1])])
def test_a_further_pass_is_begun_only_if_it_ends_within_the_patience(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch, age: float, views: list[int]
) -> None:
    taken = doubt(monkeypatch, margin=0.01, words=-0.1)
    # A machine so slow that the further passes take 0.1, 0.5 and 1.6 seconds, whatever is said.
    monkeypatch.setattr(recognizer, "speed", Speed((Timings(),) * 4, window=1, threads=1, beams=5))
    monkeypatch.setattr(Speed, "foretold", lambda _self, number, _before, _window: (0.0, 0.1, 0.5, 1.6)[number])
    recognizer.recognize(utterance("command_lights"), budget=Budget(age=lambda: age))
    assert taken == views


@pytest.mark.slow
def test_the_speed_is_measured_at_the_start(shipped_grammar: Grammar) -> None:
    """On a clock that ticks at each look: encoding takes one tick of every pass, decoding another."""
    ticking = Recognizer(RecognizerSettings(threads=1), shipped_grammar, clock=count().__next__)
    assert ticking.speed is None
    ticking.warm_up()
    assert ticking.speed
    assert ticking.speed.passes == (Timings(1, 1),) * 4
    assert ticking.under(shipped_grammar).speed is ticking.speed


@pytest.mark.parametrize(
    ("margin", "words", "views"),
    [
        (0.2, -0.1, [1, 1]),
        (0.09, -0.1, [1, 1, 2, 3, 4]),
        (0.01, -0.1, [1, 1, 2, 3, 4]),
        (0.2, -6, [1, 1, 2, 3, 4]),
        (0.2, -30, [1, 1]),
    ],
)
def test_what_is_doubtful_and_not_hopeless_gets_all_passes(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch, margin: float, words: float, views: list[int]
) -> None:
    taken = doubt(monkeypatch, margin, words)
    transcript = recognizer.recognize(utterance("command_lights"))
    assert taken == views
    assert transcript.match
    assert transcript.match.intent == "LightSet"


def test_without_hope_in_a_longer_window_it_is_searched_once(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = doubt(monkeypatch, 0.2, -6, later=-30)
    assert recognizer.recognize(utterance("command_lights")).reason is Reason.LOW_CONFIDENCE
    assert taken == [1, 1, 2]


def test_what_it_takes_to_search_it_twice_is_measured_all_the_same(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = doubt(monkeypatch, 0.2, -6, later=-30)
    recognizer.passes[2].take(replace(prepare(utterance("command_lights")), hopeless=-np.inf))
    assert taken == [1, 2, 3]


def test_where_only_the_free_text_is_a_command_a_longer_window_is_searched(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search of a short window may be given up early, and be right about the rest."""
    taken, rescore = list[int](), Rescorer.rescore

    def nothing_read(
        rescorer: Rescorer, views: Sequence[View], start: Cache, heard: Prepared, *, freely: bool
    ) -> Rescored:
        taken.append(len(views))
        found = rescore(rescorer, views, start, heard, freely=freely)
        return found if len(views) > 1 else Rescored(None, None, -4.0, "turn on the kitchen light")

    monkeypatch.setattr(Rescorer, "rescore", nothing_read)
    transcript = recognizer.recognize(utterance("command_lights"))
    assert taken[:4] == [1, 1, 2, 3]
    assert transcript.match
    assert transcript.reason is None


@pytest.mark.slow
def test_in_other_languages_a_short_window_proves_nothing(tmp_path: Path) -> None:
    """A small Whisper often writes something else there, although a longer window has the command."""
    intents = tmp_path / "de.yaml"
    intents.write_text("language: de\nintents:\n  Licht:\n    data:\n      - sentences: [mach das Licht an]\n")
    german = Recognizer(RecognizerSettings(model="base", threads=1), grammar.load([intents]))
    one, two, three, four = german.passes
    assert (one.hopeless, two.hopeless) == (0, 0)
    assert 0 < three.hopeless == four.hopeless
    transcript = german.recognize(utterance("no_command"))
    assert transcript.reason is Reason.OUT_OF_GRAMMAR
    assert transcript.window > 5


def test_what_is_hopeless_costs_one_pass_and_is_told_as_it_was_heard(recognizer: Recognizer) -> None:
    transcript = recognizer.recognize(utterance("no_command"))
    assert transcript.reason is Reason.OUT_OF_GRAMMAR
    assert transcript.heard == "I think it is going to rain tomorrow.", "once, though the window is short"
    assert transcript.window < 5


def test_at_a_pause_the_last_pass_waits_until_it_was_the_end(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who goes on speaking need not wait for it."""
    taken = doubt(monkeypatch, 0.2, -6)
    said = utterance("command_lights")
    longer = replace(said, speech=(said.speech[0], said.speech[1] + 1600))
    so_far = recognizer.recognize_so_far(said)
    assert so_far.doubt
    assert so_far.settled(said) is None
    recognizer.recognize(said, so_far)
    assert taken == [1, 1, 2, 3, 4]
    recognizer.recognize(said)
    assert taken[5:] == [1, 1, 2, 3, 4], "the recogniser keeps nothing itself"
    recognizer.recognize(longer, so_far)
    assert taken[10:] == [1, 1, 2, 3, 4], "it went on"


def test_what_is_sure_at_a_pause_is_sure_at_the_end(recognizer: Recognizer) -> None:
    said = utterance("command_lights")
    so_far = recognizer.recognize_so_far(said)
    assert so_far.settled(said) is so_far.transcript
    longer = replace(said, speech=(said.speech[0], said.speech[1] + 1600))
    assert so_far.settled(longer) is None
    assert so_far.settled(replace(said, ending=Ending.NO_SPEECH)) is None


def test_another_grammar_beside_the_first(recognizer: Recognizer) -> None:
    other = recognizer.under(grammar.parse('intents: {Rain: {sentences: ["turn off the office lights tomorrow"]}}'))
    transcript = other.recognize(utterance("command_lights"))
    assert transcript.match is None or transcript.reason is not None
    before = recognizer.recognize(utterance("command_lights"))
    assert before.match is not None
    assert before.match.intent == "LightSet"
    with pytest.raises(ModelError, match="does not know the intents' language 'de'"):
        recognizer.under(grammar.parse('language: de\nintents: {An: {sentences: ["an"]}}'))


def so_far(name: str, share: float) -> Utterance:
    """The beginning of a command, up to this share of the speech, and a short pause."""
    whole = utterance(name)
    first, last = whole.speech
    end = first + round(share * (last - first))
    pause = np.zeros(SAMPLE_RATE * 15 // 100, np.float32)
    return Utterance(np.concatenate((whole.samples[:end], pause)), 0, (first, end), Ending.SILENCE)


@pytest.mark.parametrize(
    ("name", "share", "continuation"),
    [
        ("command_lights", 0.5, Continuation.UNFINISHED),  # turn off the
        ("command_lights", 0.8, Continuation.UNFINISHED),  # turn off the office; the grammar makes it "office light"
        ("command_lights", 1.0, Continuation.COMPLETE),
        ("command_heating", 0.5, Continuation.UNFINISHED),  # set the bedroom temperature
        ("command_heating", 1.0, Continuation.COMPLETE),
        ("command_timer", 0.6, Continuation.UNFINISHED),  # start a timer for
        ("no_command", 1.0, Continuation.UNKNOWN),
    ],
)
def test_what_may_follow(recognizer: Recognizer, name: str, share: float, continuation: Continuation) -> None:
    found = recognizer.recognize_so_far(so_far(name, share))
    assert found.continuation is continuation, found.transcript


def test_words_have_times(recognizer: Recognizer) -> None:
    said = "Turn off the office lights."
    words = recognizer.words(utterance("command_lights"), said)
    assert [word.text.strip(" .,").lower() for word in words] == ["turn", "off", "the", "office", "lights"]
    assert [told["word"].strip(".,") for told in words_json(words)][-2:] == ["office", "lights"]
    assert [word.start for word in words] == sorted(word.start for word in words)
    assert words[-1].end <= len(utterance("command_lights").samples) / SAMPLE_RATE + 0.3
    assert recognizer.words(Utterance(np.zeros(16_000, np.float32), 0, (0, 0), Ending.NO_SPEECH), said) == []


@pytest.mark.slow
def test_only_in_doubt_is_there_a_second_pass(shipped_grammar: Grammar) -> None:
    """A command in hiss, and one that goes on with what no command goes on with."""
    plain = utterance("command_lights")
    hiss = 0.008 * np.random.default_rng(0).standard_normal(len(plain.samples)).astype(np.float32)
    doubtful = replace(plain, samples=plain.samples * 0.05 + hiss)
    recognizer = Recognizer(RecognizerSettings(threads=1), shipped_grammar)
    one, _, two, _ = recognizer.passes
    first = one.take(prepare(doubtful))
    second = two.take(prepare(doubtful), first)
    assert (len(first.views), len(second.views)) == (1, 3)
    assert first.rescored.evidence is None or first.rescored.evidence.free is None
    assert second.rescored.evidence is None or second.rescored.evidence.free
    assert recognizer.recognize(plain).window < 5
    assert recognizer.recognize(doubtful).window == 15
    hasty = Recognizer(RecognizerSettings(threads=1, second_look=False), shipped_grammar)
    assert hasty.recognize(doubtful).window < 5


def test_what_is_no_command_is_rejected(recognizer: Recognizer) -> None:
    assert recognizer.recognize(utterance("no_command")).reason is not None


@pytest.mark.slow
def test_other_peoples_orders_are_rejected() -> None:
    """Commands of one household are no commands in another."""
    commands = grammar.parse("intents: {Order: {sentences: ['make me a (coffee|tea) [with (milk|sugar)]']}}")
    recognizer = Recognizer(RecognizerSettings(threads=1), commands)
    for name in COMMANDS:
        assert recognizer.recognize(utterance(name)).reason is not None, name


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("name", ["command_heating", "command_timer"])
def test_what_else_is_said_speaks_against_a_command(recognizer: Recognizer, name: str, *, before: bool) -> None:
    """It may have been meant for somebody else."""
    said = [utterance(each) for each in (name, "no_command")]
    speech = [each.samples[each.speech[0] - each.start : each.speech[1] - each.start] for each in said]
    quiet = np.zeros(SAMPLE_RATE // 5, np.float32)
    first, second = reversed(speech) if before else speech
    samples = np.concatenate((quiet, first, quiet, second, quiet))
    both = Utterance(samples, 0, (len(quiet), len(samples) - len(quiet)), Ending.SILENCE)
    assert recognizer.recognize(both).reason is not None


@pytest.mark.slow
@pytest.mark.parametrize("loudness", [0.0, 0.5, 2.0])
@pytest.mark.parametrize(("name", "first", "last"), [("command_lights", 0.15, 0.55), ("command_blinds", 0.0, 0.45)])
def test_opposites_are_not_guessed(
    recognizer: Recognizer, name: str, first: float, last: float, loudness: float
) -> None:
    """Where "off" or "close" was drowned, the lights do not go on and the blinds do not open."""
    whole = utterance(name)
    drowned = whole.samples.copy()
    masked = slice(round(first * SAMPLE_RATE), round(last * SAMPLE_RATE))
    noise = np.random.default_rng(0).standard_normal(len(drowned[masked]))
    drowned[masked] = loudness * drowned.std() * noise
    transcript = recognizer.recognize(replace(whole, samples=drowned))
    assert transcript.reason is not None or (transcript.match and transcript.match.slots == COMMANDS[name][1])


@pytest.mark.parametrize("kind", ["silence", "noise"])
def test_without_speech_there_is_no_command(recognizer: Recognizer, kind: str) -> None:
    random = np.random.default_rng(0)
    loudness = 0.0 if kind == "silence" else 0.05
    samples = (loudness * random.standard_normal(2 * SAMPLE_RATE)).astype(np.float32)
    heard = Utterance(samples, 0, (0, 2 * SAMPLE_RATE), Ending.SILENCE)
    assert recognizer.recognize(heard).reason is not None
    unheard = Utterance(samples, 0, (0, 0), Ending.NO_SPEECH)
    assert recognizer.recognize(unheard).reason is Reason.NO_SPEECH


def test_a_language_that_the_model_does_not_know() -> None:
    with pytest.raises(ModelError, match="use a multilingual model such as base"):
        Recognizer(RecognizerSettings(threads=1), grammar.parse("language: de\nintents: {A: {sentences: [licht an]}}"))


def test_a_model_that_is_not_there(shipped_grammar: Grammar) -> None:
    with pytest.raises(ModelError, match="no_such_model"):
        Recognizer(RecognizerSettings(model="no_such_model"), shipped_grammar)


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        ("put oat milk on the shopping list", False),
        ("set the living room brightness to twenty percent please", False),
        ("put " + "seven apples to my shopping list, and " * 5 + "on the shopping list", True),
    ],
)
def test_a_text_that_goes_round_in_circles_is_not_believed(text: str, *, repeats: bool) -> None:
    assert loop(Match("A", {}, text, {})) is (Reason.LOW_CONFIDENCE if repeats else None)
