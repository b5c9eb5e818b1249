"""The recogniser with real weights, recordings and the intents that ship: what it understands, and what it rejects."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from voiced import grammar
from voiced.audio import sound_file
from voiced.audio.vad import Vad
from voiced.config import RecognizerSettings
from voiced.errors import ModelError
from voiced.flow import SAMPLE_RATE, Continuation, Ending, Match, Reason, Utterance
from voiced.foundations.resources import shipped
from voiced.listening.recording import as_utterance
from voiced.recognition.passes import PACES, look_once_more
from voiced.recognition.recognizer import Recognizer, _loop
from voiced.recognition.views import Look, Reader, View
from voiced.records.outcome import words_json
from voiced.whisper.log_mel import pad_or_trim

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voiced.grammar import Grammar

SOUNDS = Path(__file__).parents[1] / "sounds"
SECONDS = [
    "room", "shelf", "case", "house", "stand", "end", "side", "worm", "mark", "shop", "tub", "water", "weight", "ship",
    "bulb", "board", "works", "corner", "keeper", "maker",
]  # fmt: skip
COMMANDS = {
    "command_blinds": ("CoverSet", {"cover_action": "close", "room": "bedroom"}),
    "command_heating": ("TemperatureSet", {"room": "bedroom", "temperature": 21}),
    "command_lights": ("LightSet", {"state": "off", "room": "office"}),
    "command_timer": ("TimerStart", {"seconds": 300}),
}


@pytest.fixture(scope="module")
def household() -> Grammar:
    return grammar.load([shipped("intents")])


@pytest.fixture(scope="module")
def recognizer(household: Grammar) -> Recognizer:
    return Recognizer(RecognizerSettings(threads=1), household)


def utterance(name: str, prefix: str = "") -> Utterance:
    heard = as_utterance(sound_file.read(SOUNDS / f"{name}.ogg"), Vad())
    return Utterance(heard.samples, heard.start, heard.speech, heard.ending, prefix=prefix)


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_are_understood(recognizer: Recognizer, name: str) -> None:
    transcript = recognizer.recognize(utterance(name))
    assert transcript.match is not None
    assert (transcript.match.intent, transcript.match.slots) == COMMANDS[name]
    assert transcript.reason is None
    assert transcript.confidence <= 1
    assert transcript.window < 5, "the speech and a second, not half a minute"


def test_the_vocabulary_that_fits_is_shown(recognizer: Recognizer) -> None:
    """All of a house's words, and of a large vocabulary as much as Whisper reads: 223 tokens."""
    shown = recognizer._reader.prompt.removesuffix(".").split(", ")
    assert {"timer", "kitchen", "blind", "percent"} <= set(shown)
    names = [f"{first}{second}" for first in ("bed", "book", "bath", "light") for second in SECONDS]
    many = recognizer.under(grammar.parse(f"intents: {{Go: {{sentences: ['go to ({'|'.join(names)})']}}}}"))
    prompt = many.loaded.tokenizer.encode(" " + many._reader.prompt)
    assert 215 <= len(prompt) <= 223


def test_each_look_is_shown_other_prompts(recognizer: Recognizer) -> None:
    """What comes first and last in a prompt counts differently; views that differ there err differently."""
    reader = recognizer._reader
    (first,), (backwards, longer), (sentences,) = reader._prompts()
    assert (first, backwards) == (reader.prompt, grammar.backwards(reader.prompt))
    assert longer.startswith(f"{first} ")
    assert not sentences.startswith(first)
    assert recognizer.grammar.match(sentences.split(". ")[0])
    said = utterance("command_lights")
    start = reader.start(pad_or_trim(said.samples))
    _, *second = recognizer.look_again(said, recognizer.look(said)).views
    expected = [view for look in range(3) for view in reader.views(start, "", np.inf, look)]
    hidden = [view.tree.hidden([view.tree.root]) for view in (*expected, *second)]
    assert all(torch.equal(*pair) for pair in zip(hidden[1:3], hidden[4:], strict=True))
    assert not any(torch.equal(*pair) for pair in combinations(hidden[:4], 2))


def test_without_a_prompt_there_is_one_other_view(household: grammar.Grammar) -> None:
    plain = Recognizer(RecognizerSettings(threads=1, prompt=False), household)
    said = utterance("command_lights")
    second = plain.look_again(said, plain.look(said))
    assert len(second.views) == 2
    assert look_once_more(second, said) is second


def test_the_search_knows_how_long_was_spoken(recognizer: Recognizer) -> None:
    said = utterance("command_timer")
    whole = recognizer.look(said)
    begin, _ = said.speech
    hurried = recognizer.look(replace(said, speech=(begin, begin + SAMPLE_RATE // 10)))
    assert whole.look.match
    assert not hurried.views[0].paths, "no command is said in a tenth of a second"


@pytest.mark.parametrize(
    ("heard", "left_out", "made_up", "implied"),
    [
        ("Don't turn off the office lights.", 4, 0, 0),
        ("Turn", 0, 18, 0),
        ("Off the office lights.", 0, 0, 1),
        ("The office lights.", 0, 7, 0),
    ],
)
def test_a_second_look_compares_with_what_is_heard_freely(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch, heard: str, left_out: int, made_up: int, implied: int
) -> None:
    said = utterance("command_lights")
    first = recognizer.look(said)
    monkeypatch.setattr(Reader, "_write_freely", lambda *_: (heard, -0.1))
    evidence = recognizer.look_again(said, first).look.evidence
    assert evidence
    assert evidence.free
    assert (evidence.free.left_out, evidence.free.made_up, evidence.free.implied) == (left_out, made_up, implied)


def doubt(monkeypatch: pytest.MonkeyPatch, margin: float, words: float) -> list[int]:
    """Every first look finds unlikely words, every later one these; how many views each look has."""
    look, views_of_looks = Reader.look, list[int]()

    def doubtful(reader: Reader, views: Sequence[View], unexplained: Callable[[Match], float], *, freely: bool) -> Look:
        views_of_looks.append(len(views))
        seen = look(reader, views, unexplained, freely=freely)
        assert seen.evidence
        return replace(seen, evidence=replace(seen.evidence, margin=margin, words=words if freely else -9.0))

    monkeypatch.setattr(Reader, "look", doubtful)
    return views_of_looks


@pytest.mark.parametrize(
    ("margin", "words", "views"),
    [(0.2, -0.1, [1, 3]), (0.09, -0.1, [1, 3, 4]), (0.01, -0.1, [1, 3, 4]), (0.2, -4, [1, 3, 4]), (0.2, -30, [1, 3])],
)
def test_what_is_doubtful_at_the_second_look_and_not_hopeless_gets_a_third(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch, margin: float, words: float, views: list[int]
) -> None:
    looks = doubt(monkeypatch, margin, words)
    transcript = recognizer.recognize(utterance("command_lights"))
    assert looks == views
    assert transcript.match
    assert transcript.match.intent == "LightSet"


def test_a_multilingual_model_hears_the_same_at_other_paces(household: Grammar) -> None:
    recognizer = Recognizer(RecognizerSettings(model="base", threads=1), household)
    said = utterance("command_heating")
    second = recognizer.look_again(said, recognizer.look(said))
    third = look_once_more(second, said)
    assert len(third.views) == len(second.views) + 1 + len(PACES)
    for view in third.views[len(second.views) :]:
        match = recognizer.grammar.match(recognizer.loaded.tokenizer.decode(view.paths[0].tokens).strip())
        assert match
        assert (match.intent, match.slots) == COMMANDS["command_heating"]
    features = [view.tree.hidden([view.tree.root]) for view in third.views]
    assert not any(torch.equal(*pair) for pair in combinations(features, 2))


@pytest.mark.parametrize(
    ("state", "margin", "is_rival"), [("on", 0.05, True), ("on", 0.04, False), ("off", 0.5, False)]
)
def test_a_third_look_settles_what_is_close_and_overturns_nothing(
    recognizer: Recognizer, state: str, margin: float, *, is_rival: bool
) -> None:
    said = utterance("command_lights")  # "turn off"
    second = recognizer.look_again(said, recognizer.look(said))
    look = second.look
    assert look.match
    assert look.evidence
    match = replace(look.match, slots={**look.match.slots, "state": state})
    look = replace(look, match=match, evidence=replace(look.evidence, margin=margin))
    third = look_once_more(second._replace(look=look), said).look
    assert third.match
    assert third.evidence
    assert third.match.slots["state"] == "off"
    assert (third.evidence.margin == 0) is is_rival


def test_at_a_pause_there_are_two_looks_and_the_third_when_it_was_the_end(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who goes on speaking need not wait for it."""
    looks = doubt(monkeypatch, 0.2, -4)
    said = utterance("command_lights")
    longer = replace(said, speech=(said.speech[0], said.speech[1] + 1600))
    so_far = recognizer.recognize_so_far(said)
    assert so_far.doubt
    assert so_far.settled(said) is None
    recognizer.recognize(said, so_far)
    assert looks == [1, 3, 4]
    recognizer.recognize(said)
    assert looks[3:] == [1, 3, 4], "the recogniser keeps nothing itself"
    recognizer.recognize(longer, so_far)
    assert looks[6:] == [1, 3, 4], "it went on"


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


def test_only_in_doubt_is_there_a_second_look(household: Grammar) -> None:
    """A command in hiss, and one that goes on with what no command goes on with."""
    plain = utterance("command_lights")
    hiss = 0.02 * np.random.default_rng(0).standard_normal(len(plain.samples)).astype(np.float32)
    doubtful = replace(plain, samples=plain.samples * 0.05 + hiss)
    recognizer = Recognizer(RecognizerSettings(threads=1), household)
    first = recognizer.look(doubtful)
    second = recognizer.look_again(doubtful, first)
    assert (len(first.views), len(second.views)) == (1, 3)
    assert first.look.evidence is None or first.look.evidence.free is None
    assert second.look.evidence is None or second.look.evidence.free
    assert recognizer.recognize(plain).window < 5
    assert recognizer.recognize(doubtful).window == 30
    hasty = Recognizer(RecognizerSettings(threads=1, second_look=False), household)
    assert hasty.recognize(doubtful).window < 5


def test_what_is_no_command_is_rejected(recognizer: Recognizer) -> None:
    assert recognizer.recognize(utterance("no_command")).reason is not None


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


def test_free_mode_transcribes_and_matches(household: Grammar) -> None:
    recognizer = Recognizer(RecognizerSettings(threads=1, mode="free", beam_size=1), household)
    transcript = recognizer.recognize(utterance("command_lights"))
    assert transcript.match is not None
    assert (transcript.match.intent, transcript.match.slots) == COMMANDS["command_lights"]
    assert transcript.window == 30
    assert recognizer.recognize(utterance("no_command")).reason is Reason.OUT_OF_GRAMMAR


def test_a_language_that_the_model_does_not_know() -> None:
    with pytest.raises(ModelError, match="use a multilingual model such as base"):
        Recognizer(RecognizerSettings(threads=1), grammar.parse("language: de\nintents: {A: {sentences: [licht an]}}"))


def test_a_model_that_is_not_there(household: Grammar) -> None:
    with pytest.raises(ModelError, match="no_such_model"):
        Recognizer(RecognizerSettings(model="no_such_model"), household)


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        ("put oat milk on the shopping list", False),
        ("set the living room brightness to twenty percent please", False),
        ("put " + "seven apples to my shopping list, and " * 5 + "on the shopping list", True),
    ],
)
def test_a_text_that_goes_round_in_circles_is_not_believed(text: str, *, repeats: bool) -> None:
    assert _loop(Match("A", {}, text, {})) is (Reason.LOW_CONFIDENCE if repeats else None)
