"""Which words join commands, how they are written, and which sentences they may not join."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.grammar.joining_words import joining_forms


def test_forms_of_the_languages() -> None:
    assert joining_forms(None, "en")[:2] == (" and ", " & ")
    assert " und dann " in joining_forms(None, "de-AT")
    assert " och " in joining_forms(None, "sv")
    assert set(joining_forms(("-然后-",), "zh")) == {"然后", " 然后", "然后 ", " 然后 "}
    assert set(joining_forms(("و-",), "ar")) == {" و", " و "}
    assert joining_forms(None, "tlh") == ()


def test_own_words() -> None:
    assert joining_forms(("Plus!", "...", "as well as"), "en") == (" plus ", " as well as ")
    assert joining_forms((), "en") == ()


FILE = """
intents:
  Stop: {sentences: [stop]}
  Note: {sentences: ["note {text}"]}
  Add: {sentences: ["add {text} to the list", "{text} please", "<open> [<it>]"]}
  Say: {sentences: ["say {what} now", "(say|tell) ({text};loudly)"]}
  Never: {sentences: [never mind], compound: false}
lists: {text: {wildcard: true}, what: [hello, "a {text}"]}
rules: {open: "open the door", it: "for {text}"}
"""


def test_no_wildcard_touches_them() -> None:
    commands = grammar.parse(FILE)
    [joined] = commands.automaton.joined
    text = [sentence.template.text for sentence in commands.sentences]
    before, behind = ({text[each] for each in which} for which in (joined.joint.before, joined.joint.behind))
    assert before == {"stop", "add {text} to the list", "{text} please", "say {what} now"}
    assert behind == set(text) - {"{text} please", "never mind"}


@pytest.mark.parametrize(
    "text",
    [
        "intents: {A: {sentences: [a], compound: false}}",
        "intents: {A: {sentences: ['note {x}']}}\nlists: {x: {wildcard: true}}",
        "language: tlh\nintents: {A: {sentences: [a]}}",
        "joining_words: []\nintents: {A: {sentences: [a]}}",
        "intents: {A: {data: [{sentences: [a]}]}}",
    ],
    ids=["switched off", "nothing may come behind", "an unknown language", "no words", "Home Assistant's"],
)
def test_nothing_is_joined(text: str) -> None:
    assert grammar.parse(text).automaton.joined == ()


def test_home_assistants_intents_are_joined_where_that_is_asked_for() -> None:
    commands = grammar.parse("intents: {A: {data: [{sentences: [a, b]}], compound: true}}")
    assert [each.intent for match in commands.matches("a and b") for each in match.commands] == ["A", "A"]


def test_each_language_has_its_own_words() -> None:
    commands = grammar.parse("joining_words: [plus]\nintents: {A: {sentences: [a]}}")
    assert commands.match("a plus a")
    assert commands.match("a and a") is None
