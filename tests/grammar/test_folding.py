"""Spellings that are one in a language, and what a file says about it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiced import grammar
from voiced.errors import ConfigError
from voiced.grammar.constraint import Constraint
from voiced.grammar.folding import folding_of
from voiced.grammar.normalize import normalize
from voiced.grammar.token_tree import Vocabulary

EOT = 1_000
BYTES = Vocabulary([bytes([byte]) for byte in range(256)] + [" caf\u00e9".encode(), b" caf", "\u00e9".encode()])


def loaded(language: str, values: list[Any], folding: bool | None = None) -> grammar.Grammar:  # noqa: FBT001 # as a file says it
    said = {} if folding is None else {"folding": folding}
    intents = {"Set": {"sentences": ["set {value}"]}}
    return grammar.parse(json.dumps({"language": language, "intents": intents, "lists": {"value": values}, **said}))


def value_of(commands: grammar.Grammar, text: str) -> object:
    match = commands.match(text)
    return match and match.slots["value"]


@pytest.mark.parametrize(
    ("language", "value", "written"),
    [
        ("en", "caf\u00e9", ["cafe", "Caf\u00e9", "cafe\u0301"]),
        ("en", "cafe", ["caf\u00e9"]),
        ("en", "kid's room", ["kids' room", "kids room", "kid\u2019s room"]),
        ("de", "K\u00fcche", ["Kueche", "KUECHE", "k\u00fcche"]),
        ("de", "Kueche", ["K\u00fcche"]),
        ("de", "Fu\u00dfbad", ["Fussbad", "FU\u1e9eBAD"]),
        ("fr", "\u0153ufs", ["oeufs", "\u0152ufs"]),
        ("fr", "pr\u00e9f\u00e8re", ["prefere", "pr\u00e9f\u00e9r\u00e9"]),
        ("es", "ba\u00f1o", ["bano", "BA\u00d1O"]),
        ("da", "k\u00f8kken", ["koekken"]),
        ("nb", "p\u00e5", ["paa"]),
        ("pl", "\u0142azienka", ["lazienka"]),
        ("ro", "u\u0219i", ["u\u015fi", "usi"]),
        ("nl", "\u0133skast", ["ijskast", "IJskast"]),
        ("ca", "col\u00b7lecci\u00f3", ["col\u00b7leccio", "colleccio"]),
        ("el", "\u03c6\u03ce\u03c2", ["\u03c6\u03c9\u03c3", "\u03a6\u03a9\u03a3"]),
        ("lt", "i\u0161junk", ["I\u0160JUNK", "isjunk"]),
        ("ru", "\u0451\u043b\u043a\u0430", ["\u0435\u043b\u043a\u0430", "\u0415\u0301\u043b\u043a\u0430"]),
        ("ar", "\u0627\u0644\u0625\u0636\u0627\u0621\u0629", ["\u0627\u0644\u0627\u0636\u0627\u0621\u0647"]),
        ("ar", "\u0635\u0637\u0649", ["\u0635\u0637\u064a", "\u0635\u064f\u0640\u0637\u0649"]),
        ("fa", "\u06a9\u0645\u06cc", ["\u0643\u0645\u064a"]),
        ("he", "\u05e9\u05dc\u05dd", ["\u05e9\u05b8\u05c1\u05dc\u05b9\u05dd", "\u05e9\u05dc\u05dd\u200f"]),
        ("ja", "\u30ab\u30e9\u30fc", ["\uff76\uff97\uff70"]),
        ("ko", "\uac70\uc2e4", ["\u1100\u1165\u1109\u1175\u11af"]),
        ("th", "\u0e19\u0e49\u0e33", ["\u0e19\u0e49\u0e4d\u0e32"]),
        ("en", "22 \u00b0C", ["22\u2103", "\uff12\uff12\u2103"]),
        ("zh", "50 %", ["50\uff05"]),
        ("fa", "22.5", ["\u06f2\u06f2\u066b\u06f5"]),
    ],
)  # fmt: skip
def test_spellings_that_are_one(language: str, value: str, written: list[str]) -> None:
    commands = loaded(language, [value])
    for text in [value, *written]:
        assert value_of(commands, f"set {text}") == value, text


@pytest.mark.parametrize("folding", [None, True, False])
@pytest.mark.parametrize("language", ["tr", "az-Latn"])
def test_dotted_and_dotless_i_are_always_one(language: str, folding: bool | None) -> None:  # noqa: FBT001 # a table's column
    commands = loaded(language, ["\u0131\u015f\u0131klar\u0131", "\u0130\u00e7 kap\u0131"], folding)
    for written in ("I\u015f\u0131klar\u0131", "I\u015eIKLARI", "\u0131\u015f\u0131klar\u0131"):
        assert value_of(commands, f"set {written}") == "\u0131\u015f\u0131klar\u0131"
    for written in ("i\u00e7 kap\u0131", "\u0130\u00c7 KAPI", "\u0130\u00e7 kap\u0131"):
        assert value_of(commands, f"set {written}") == "\u0130\u00e7 kap\u0131"


@pytest.mark.parametrize(
    ("language", "value", "written"),
    [
        ("vi", "ph\u00f2ng", "phong"),  # a tone is another word
        ("de", "K\u00fcche", "Kuche"),
        ("ru", "\u043c\u043e\u0439", "\u043c\u043e\u0438"),
        ("ja", "\u304b", "\u304c"),
        ("hi", "\u0915\u0940", "\u0915"),
        ("en", "channel 10-20", "channel 1020"),
        ("en", "hot tub", "hottub"),
    ],
)
def test_words_that_stay_two(language: str, value: str, written: str) -> None:
    assert value_of(loaded(language, [value]), f"set {written}") is None


def test_a_file_may_switch_it_off_or_on() -> None:
    assert value_of(loaded("fr", ["caf\u00e9"], folding=False), "set cafe") is None
    assert value_of(loaded("fr", ["wi-fi"], folding=False), "set wifi") == "wi-fi"  # that word has two spellings
    assert value_of(loaded("fr", ["lit-bas"], folding=False), "set litbas") is None
    assert value_of(loaded("vi", ["ph\u00f2ng"], folding=True), "set phong") == "ph\u00f2ng"


def test_files_of_a_language_agree(tmp_path: Any) -> None:
    for name, folding in (("a", "true"), ("b", "false"), ("c", "true")):
        (tmp_path / f"{name}.yaml").write_text(f"folding: {folding}\nintents: {{{name}: {{sentences: [{name}]}}}}\n")
    with pytest.raises(ConfigError) as refused:
        grammar.load([tmp_path])
    [problem] = refused.value.problems
    assert "b.yaml:1: 'folding' is not what" in problem
    assert "a.yaml:1 says; say the same in both" in problem


def test_the_exact_spelling_wins() -> None:
    commands = loaded("fr", ["p\u00eache", "p\u00e9ch\u00e9", "peche"])
    for value in ("p\u00e9ch\u00e9", "peche", "p\u00eache"):
        assert value_of(commands, f"set {value}") == value
    assert len(commands.matches("set p\u00e8che")) == 3


def test_a_slot_keeps_what_was_written() -> None:
    commands = grammar.parse("intents: {Note: {sentences: ['note {text}']}}\nlists: {text: {wildcard: true}}")
    match = commands.match("note Caf\u00e9 cr\u00e8me")
    assert match is not None
    assert match.slots == {"text": "Caf\u00e9 cr\u00e8me"}


def test_nothing_is_left_of_a_text_without_letters() -> None:
    with pytest.raises(ConfigError, match="matches silence"):
        grammar.parse("language: ar\nintents: {A: {sentences: ['\u0640']}}")


@pytest.mark.parametrize("value", ["cafe", "caf\u00e9"])
def test_the_decoder_may_write_both(value: str) -> None:
    commands = loaded("en", [value])
    constraint = Constraint(commands.automaton, "en", BYTES, EOT)
    for tokens in ([*b" set", 256], [*b" set", 257, 258], [*b" set cafe"]):
        position = constraint.walk(tokens)
        assert position is not None
        assert constraint.accepts(position)
    # An accent by itself could be written for ever.
    assert constraint.walk([*b" set cafe", *"\u0301".encode()]) is None


def test_a_language_is_known_by_its_family() -> None:
    assert folding_of("de-AT") is folding_of("de_CH") is folding_of("DE")
    assert normalize("\u00dcber", "de", folding_of("de")).text == "ueber"
