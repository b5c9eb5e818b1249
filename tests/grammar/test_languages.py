"""Several languages under one roof: a grammar for each, one intent of one name, and what goes wrong with them."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from voiced import grammar
from voiced.acting.actions import actions_of, longest_good_for, messages
from voiced.errors import ConfigError
from voiced.flow import Action, Reason, Transcript

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voiced.grammar import Grammar

LIGHTS_EN = """\
intents:
  LightSet:
    sentences: ["turn {state} [the] {room} light"]
    action: {topic: "home/{room}/light/set", payload: "{state}", expires: 30}
    examples: {"turn on the kitchen light": {state: "on", room: kitchen}}
  Die:
    sentences: ["die"]
lists:
  room: [kitchen, bedroom]
  state: ["on", "off"]
"""
LIGHTS_DE = """\
language: de
intents:
  LightSet:
    sentences: ["schalte [das] licht [in der] {room} {state}"]
    examples: {"Schalte das Licht in der Küche aus": {state: "off", room: kitchen}}
  RadioOn:
    sentences: ["radio {0..30:channel}", "die"]
    action: {topic: home/radio, payload: "{channel}", expires: 40}
    slots: {channel: 1}
lists:
  room: [{in: küche, out: kitchen}]
  state: [{in: (an|ein), out: "on"}, {in: aus, out: "off"}]
"""


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Grammar]:
    def loaded(*files: str, languages: tuple[str, ...] = ("en", "de"), partly: bool = False) -> Grammar:
        for number, text in enumerate(files):
            (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
        return grammar.load([tmp_path], languages=languages, partly=partly)

    return loaded


def problems(load: Callable[..., Grammar], *files: str, **options: object) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load(*files, **options)
    return [problem.rpartition("/")[2] for problem in raised.value.problems]


def test_each_language_has_a_grammar_in_the_order_of_the_config(load: Callable[..., Grammar]) -> None:
    assert [each.language for each in load(LIGHTS_EN, LIGHTS_DE).every] == ["en", "de"]
    assert [each.language for each in load(languages=("de", "en")).every] == ["de", "en"]


def test_without_languages_all_files_make_one_grammar(load: Callable[..., Grammar]) -> None:
    one = load(LIGHTS_EN, LIGHTS_DE.replace("LightSet", "LichtSetzen"), languages=())
    assert one.every == (one,)
    assert {"LightSet", "LichtSetzen"} < set(one.intents)


def test_lists_and_words_of_one_language_are_not_those_of_the_other(load: Callable[..., Grammar]) -> None:
    english, german = load(LIGHTS_EN, LIGHTS_DE).every
    assert english.match("turn on the küche light") is None
    assert german.match("turn on the kitchen light") is None
    match = german.match("radio einundzwanzig")
    assert match
    assert match.slots == {"channel": 21}


def test_an_intent_of_one_name_acts_alike_where_only_one_language_says_how(load: Callable[..., Grammar]) -> None:
    house = load(LIGHTS_EN, LIGHTS_DE)
    acts = [actions_of(house, grammar.understand(house, text)) for text in ("turn on the kitchen light", "licht")]
    assert acts == [(Action("home/kitchen/light/set", "on", expires=30.0),), ()]
    german = actions_of(house, grammar.understand(house, "Schalte das Licht in der Küche ein"))
    assert german == (Action("home/kitchen/light/set", "on", expires=30.0),)


def test_a_language_may_also_lend_its_actions_to_one_before_it(load: Callable[..., Grammar]) -> None:
    house = load(LIGHTS_EN, LIGHTS_DE, languages=("de", "en"))
    german = actions_of(house, grammar.understand(house, "schalte licht küche ein"))
    assert german == (Action("home/kitchen/light/set", "on", expires=30.0),)


def test_each_language_may_have_an_action_of_its_own(load: Callable[..., Grammar]) -> None:
    own = LIGHTS_DE.replace("    examples:", "    action: {topic: haus/licht}\n    examples:", 1)
    house = load(LIGHTS_EN, own)
    topics = [
        [action.topic for action in messages(actions_of(house, grammar.understand(house, text)))]
        for text in ("turn on the kitchen light", "schalte licht küche ein")
    ]
    assert topics == [["home/kitchen/light/set"], ["haus/licht"]]


def test_an_action_that_is_lent_is_checked_where_it_is_used(load: Callable[..., Grammar]) -> None:
    told = problems(load, LIGHTS_EN, LIGHTS_DE.replace("{state}", "{zustand}").replace("state:", "zustand:"))
    assert len(told) == 1
    assert told[0].startswith("1.yaml:3: ")
    assert "state" in told[0]


def test_the_longest_action_of_any_language_counts(load: Callable[..., Grammar]) -> None:
    assert longest_good_for(load(LIGHTS_EN, LIGHTS_DE)) == 40


def test_a_written_sentence_is_tried_in_every_language_the_first_counts(load: Callable[..., Grammar]) -> None:
    house = load(LIGHTS_EN, LIGHTS_DE)
    said = ("turn off the bedroom light", "schalte licht küche aus", "die", "guten tag")
    heard = [grammar.understand(house, text) for text in said]
    assert [(each.match and each.match.intent, each.language) for each in heard] == [
        ("LightSet", "en"),
        ("LightSet", "de"),
        ("Die", "en"),
        (None, ""),
    ]
    assert heard[-1].reason is Reason.OUT_OF_GRAMMAR
    other = load(languages=("de", "en"))
    assert grammar.understand(other, "die").language == "de"


def test_examples_are_those_of_their_language(load: Callable[..., Grammar]) -> None:
    assert grammar.check_examples(load(LIGHTS_EN, LIGHTS_DE)) == []
    complaints = grammar.check_examples(load(LIGHTS_EN, LIGHTS_DE.replace("in der Küche aus", "im Keller aus")))
    assert len(complaints) == 1
    assert "Keller" in complaints[0]


def test_what_means_two_things_is_told(load: Callable[..., Grammar]) -> None:
    (told,) = grammar.two_meanings(load(LIGHTS_EN, LIGHTS_DE))
    remedy = "in writing the first counts; word one of them otherwise"
    assert told.rpartition("/")[2] == f"0.yaml:6: 'die' means Die in en and RadioOn in de: {remedy}"
    assert grammar.two_meanings(load(LIGHTS_EN, LIGHTS_DE.replace(', "die"', ""))) == []


def test_what_means_the_same_in_both_is_fine(load: Callable[..., Grammar]) -> None:
    radio = 'intents:\n  Radio:\n    sentences: ["radio"]\n'
    assert grammar.two_meanings(load(radio, f"language: de\n{radio}")) == []


def test_sentences_are_drawn_of_every_language_in_turn(load: Callable[..., Grammar]) -> None:
    house = load(LIGHTS_EN, LIGHTS_DE)
    drawn = list(grammar.sampled(house, Random(1), 5))
    assert [language for language, _ in drawn] == ["en", "de", "en", "de", "en"]
    assert all(house.spoken(language).match(sample.text) for language, sample in drawn)


def test_a_file_in_a_language_that_nobody_speaks_is_refused(load: Callable[..., Grammar]) -> None:
    told = problems(load, LIGHTS_EN, LIGHTS_DE, languages=("en",))
    assert told == [
        "1.yaml:1: 'de' is not among the languages of the config; add it there, or take the file away",
    ]


def test_a_language_without_files_is_refused_unless_it_may_be_missing(load: Callable[..., Grammar]) -> None:
    told = problems(load, LIGHTS_EN)
    assert told == ["languages: there is no intents file in 'de'; write one that says 'language: de'"]
    assert [each.language for each in load(partly=True).every] == ["en"]


def test_problems_of_all_languages_are_told_at_once(load: Callable[..., Grammar]) -> None:
    told = problems(load, LIGHTS_EN.replace("{room} light", "{rom} light"), LIGHTS_DE.replace("{room} {", "{rom} {"))
    assert [problem.partition(":")[0] for problem in told] == ["0.yaml", "1.yaml"]


def test_the_nearest_sentence_is_one_of_the_language_that_was_heard(load: Callable[..., Grammar]) -> None:
    house = load(LIGHTS_EN, LIGHTS_DE)
    written = Transcript("schalte das licht in der kueche", None, Reason.OUT_OF_GRAMMAR, 0.0, 0.0)
    near = grammar.nearest(house, written)
    assert near
    assert near.text.startswith("schalte das licht in der")
    english = replace(written, text="turn on the garage light", language="en")
    told = [grammar.nearest(house, replace(english, language=code)) for code in ("en", "de")]
    assert [bool(each and each.text) for each in told] == [True, False]
