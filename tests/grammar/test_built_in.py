"""Lists and rules that Home Assistant defines, not its users' files."""

from __future__ import annotations

import sys

import pytest

from voiced import grammar
from voiced.foundations.built_in_sentences import built_in_sentences


@pytest.fixture(autouse=True)
def _forgetful() -> None:
    built_in_sentences.cache_clear()


def block(*sentences: str, rest: str = "") -> str:
    return f"intents: {{A: {{data: [{{sentences: {list(sentences)}}}]}}}}\n{rest}"


@pytest.fixture
def _package() -> None:
    pytest.importorskip("home_assistant_intents")


@pytest.mark.usefixtures("_package")
@pytest.mark.parametrize(
    ("sentence", "text", "slots"),
    [
        ("dim to {brightness} percent", "dim to fifty percent", {"brightness": 50}),
        ("paint it {color}", "paint it red", {"color": "red"}),
        ("paint it {color:shade}", "paint it red", {"shade": "red"}),
        ("call {message}", "call my mother", {"message": "my mother"}),
        ("<turn> on <the> light", "switch on my light", {}),
        ("<light> off", "lamps off", {}),
        ("rule of a rule: <are_all> set", "rule of a rule are all the set", {}),
    ],
)
def test_they_come_from_its_package(sentence: str, text: str, slots: dict[str, object]) -> None:
    commands = grammar.parse(block(sentence))
    match = commands.match(text)
    assert match
    assert match.slots == slots
    assert commands.warnings == ()


@pytest.mark.usefixtures("_package")
def test_in_the_language_of_the_file() -> None:
    commands = grammar.parse("language: de\n" + block("mach das {color}"))
    match = commands.match("mach das rot")
    assert match
    assert match.slots == {"color": "red"}


@pytest.mark.usefixtures("_package")
def test_what_the_files_define_comes_first() -> None:
    rest = "lists: {color: {values: [mauve]}}\nexpansion_rules: {the: (ye|olde)}"
    commands = grammar.parse(block("paint <the> wall {color}", rest=rest))
    assert [text for text in ("paint ye wall mauve", "paint the wall red") if commands.match(text)] == [
        "paint ye wall mauve"
    ]


@pytest.mark.usefixtures("_package")
def test_rules_that_it_once_had() -> None:
    commands = grammar.parse(block("light <area>", "<name> on", rest="lists: {area: {values: [hall]}, name: [lamp]}"))
    assert all(map(commands.match, ["light the hall", "light hall", "my lamp on"]))
    assert commands.warnings == ()


def test_names_that_nobody_wrote_out() -> None:
    commands = grammar.parse(block("light [in {area}]", "switch {name}", "{name} [on]", "go"))
    assert [text for text in ("light", "light in hall", "switch", "on", "go") if commands.match(text)] == [
        "light",
        "go",
    ]
    [warning] = commands.warnings
    assert warning == (
        "intents.yaml:1: 2 sentences cannot be said without the list name, which Home Assistant fills with the names "
        "of the house; write them out under 'lists'"
    )


def test_without_the_package_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "home_assistant_intents", None)
    commands = grammar.parse(block("dim to {brightness}", "<turn> on", "<turn> off", "go"))
    built_in_sentences.cache_clear()
    assert [text for text in ("dim to 5", "turn on", "go") if commands.match(text)] == ["go"]
    [warning] = commands.warnings
    assert warning == (
        "intents.yaml:1: {brightness}, <turn> may be Home Assistant's own; to use them: "
        "pip install 'voiced[home-assistant]'; until then sentences that refer to them are left out"
    )


def test_our_own_files_do_not_ask_for_it() -> None:
    commands = grammar.parse("intents: {A: {sentences: ['go {color}']}}\nlists: {color: [red]}")
    assert commands.match("go red")
    assert built_in_sentences.cache_info().misses == 0
