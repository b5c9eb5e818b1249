"""What cannot be used of Home Assistant's files is left out with a warning; the rest loads."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.errors import ConfigError

FILE = """
intents:
  Good: {data: [{sentences: ["good [<fine>] {room}"]}]}
  Bad:
    data:
      - sentences: ["BAD", "bad indeed"]
lists:
  room: {values: [hall, "VALUE"]}
expansion_rules:
  fine: fine
  broken: "RULE"
"""


def load(bad: str = "bad <broken>", rule: str = "rule", value: str = "attic") -> grammar.Grammar:
    return grammar.parse(FILE.replace("BAD", bad).replace("RULE", rule).replace("VALUE", value))


def understood(commands: grammar.Grammar, *texts: str) -> list[str]:
    return [text for text in texts if commands.match(text)]


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("bad (sentence", "intents.yaml:6:26: '(' is never closed; it is left out"),
        (
            "bad {nowhere}",
            "intents.yaml:6:26: there is no list 'nowhere'; define it, or use one of: room; it is left out",
        ),
        ("bad <brokn>", "intents.yaml:6:26: there is no rule 'brokn'; did you mean 'broken'?; it is left out"),
        ("bad {5..1}", "intents.yaml:6:26: the range goes from 5 down to 1; swap its ends; it is left out"),
        ("bad {room}[.5]", "a bracket parts a point, comma or minus from its number"),
    ],
)
def test_a_bad_sentence_is_left_out(bad: str, told: str) -> None:
    bad = bad.replace("{room}", "{1..5}") if ".5" in bad else bad
    commands = load(bad)
    assert understood(commands, "good hall", "good fine attic", "bad indeed", "bad") == [
        "good hall",
        "good fine attic",
        "bad indeed",
    ]
    [warning] = commands.warnings
    assert told in warning


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("a (rule", "'(' is never closed"),
        ("a {nowhere}", "there is no list 'nowhere'"),
        ("a <broken>", "the rule refers to itself (<broken> → <broken>)"),
        (f"a ({';'.join('abcdefgh')})({';'.join('abcdefgh')})({';'.join('abcdefgh')})", "has 3,"),
    ],
)
def test_a_bad_rule_takes_its_sentences_along(rule: str, told: str) -> None:
    commands = load(rule=rule)
    assert understood(commands, "good hall", "bad indeed", "bad a", "bad rule") == ["good hall", "bad indeed"]
    [warning] = commands.warnings
    assert warning.startswith("intents.yaml:11")
    assert told in warning


@pytest.mark.parametrize("value", ["{nowhere}", "at(tic", "<unknown> tic"])
def test_a_bad_value_never_matches(value: str) -> None:
    commands = load("bad", value=value)
    assert understood(commands, "good hall", "bad", "good attic") == ["good hall", "bad"]
    [warning] = commands.warnings
    assert warning.startswith("intents.yaml:8")


def test_a_sentence_may_be_silent() -> None:
    commands = load("[bad] [thing]")
    assert understood(commands, "bad", "thing", "bad thing", "") == ["bad", "thing", "bad thing"]
    [warning] = commands.warnings
    assert "every part is optional" in warning


def test_our_own_format_is_strict() -> None:
    own = "intents: {A: {sentences: ['a {nowhere}', 'b']}}"
    with pytest.raises(ConfigError, match="there is no list 'nowhere'"):
        grammar.parse(own)
    # Also beside Home Assistant's blocks.
    mixed = own.replace("intents: {", "intents: {B: {data: [{sentences: ['c <nothing>', d]}]}, ")
    with pytest.raises(ConfigError, match="there is no list 'nowhere'"):
        grammar.parse(mixed)


def test_lists_of_a_block_are_looked_at_too() -> None:
    block = "{sentences: ['a {x}', b], lists: {x: {values: ['{nowhere}', c]}}, expansion_rules: {y: '('}}"
    commands = grammar.parse(f"intents: {{A: {{data: [{block}]}}}}")
    assert understood(commands, "a c", "b") == ["a c", "b"]
    assert len(commands.warnings) == 2


def test_a_name_that_is_no_level_of_a_topic_takes_its_sentences_along() -> None:
    commands = grammar.parse(FILE + "\n").warnings
    odd = grammar.parse(FILE.replace("Good:", "Good/Bad: {data: [{sentences: [odd one]}]}\n  Good:"))
    assert odd.match("odd one") is None
    assert odd.match("good hall") is not None
    (told,) = set(odd.warnings) - set(commands)
    assert told == "intents.yaml:3: the intent's name holds '/', which MQTT topics cannot; rename it; it is left out"


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ('{a: "<b>", b: "<a>"}', "the rule refers to itself (<a> → <b> → <a>); write one of them out; it is left out"),
        ('{a: "x <a>", b: y}', "the rule refers to itself (<a> → <a>); write one of them out; it is left out"),
        ('{a: "<nowhere>", b: y}', "there is no rule 'nowhere'; define it, or use one of: a, b; it is left out"),
        ('{a: "{nowhere}", b: y}', "there is no list 'nowhere'; define the list first; it is left out"),
        ('{a: "2(2|3).5", b: y}', "a bracket parts a point, comma or minus from its number; "),
        (
            "{" + ", ".join(f'r{n}: "<r{n - 1}> <r{n - 1}>"' for n in range(1, 40)) + ', r0: "x", a: "<r39>"}',
            "the shortest sentence has 128 words, at most 100; make parts of it optional; it is left out",
        ),
    ],
)
def test_rules_of_home_assistants_beside_sentences_of_our_own(rules: str, told: str) -> None:
    """A wrong rule that nobody uses is left out; one that a sentence of our own needs is told with its reason."""
    text = f"expansion_rules: {rules}\nintents: {{A: {{sentences: ['SAID']}}}}"
    unused = grammar.parse(text.replace("SAID", "go"), "i.yaml")
    assert told in unused.warnings[0]
    assert unused.match("go")
    with pytest.raises(ConfigError) as refused:
        grammar.parse(text.replace("SAID", "go <a>"), "i.yaml")
    assert told in refused.value.problems[0]
    assert any("there is no rule 'a'" in problem for problem in refused.value.problems)
