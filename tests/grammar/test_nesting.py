"""What leads to what: circles, and sentences that are too large to be followed; each refused with what to do.

Nothing here is timed: without the bounds these grammars would take minutes or all memory.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from voiced import grammar
from voiced.errors import ConfigError
from voiced.grammar.continuation import continuation, goes_without_saying
from voiced.grammar.definitions import Scope
from voiced.grammar.expression import parse_template
from voiced.grammar.nesting import Nesting

EIGHT = "abcdefgh"
WILDCARD = {"w": {"wildcard": True}}


def parsed(template: str, rules: dict[str, str] | None = None, lists: dict[str, Any] | None = None) -> grammar.Grammar:
    """A grammar with one sentence, which stands in line 4."""
    content = {"rules": rules or {}, "lists": {**WILDCARD, **(lists or {})}}
    text = f"intents:\n  A:\n    sentences:\n    - {json.dumps(template)}\n"
    return grammar.parse(text + "\n".join(f"{key}: {json.dumps(value)}" for key, value in content.items()), "a.yaml")


def twice(levels: int, rule: str) -> dict[str, str]:
    """Rules that each name the next one twice."""
    rules = {f"r{level}": rule.replace("NEXT", f"<r{level + 1}>") for level in range(levels)}
    return {**rules, f"r{levels}": "a"}


def complaint(template: str, rules: dict[str, str] | None = None, lists: dict[str, Any] | None = None) -> str:
    with pytest.raises(ConfigError) as raised:
        parsed(template, rules, lists)
    (problem,) = raised.value.problems
    assert problem.startswith("a.yaml:")
    return problem.split("\n")[0].split(": ", 1)[1]


FEWER = "; refer to fewer rules, or make it several sentences"
ORDER = "; use fewer of them, or write out the orders that people say"


@pytest.mark.parametrize(
    ("template", "rules", "expected"),
    [
        (
            f"go ({';'.join(f'{{w:{slot}}}' for slot in EIGHT)})",
            {},
            "any word may stand in 1,024 wildcards, at most 32" + ORDER,
        ),
        (
            "go ({w:a};({w:b};({w:c};({w:d};({w:e};{w:f})))))",
            {},
            "any word may stand in 94 wildcards, at most 32" + ORDER,
        ),
        (
            "go <r0>",
            twice(23, "NEXT NEXT"),
            "the shortest sentence has 128 words, at most 100; make parts of it optional",
        ),
        (
            "go <r0>",
            twice(23, "[NEXT] [NEXT] a"),
            "with its rules written out the template has 5,116 parts, at most 3,000" + FEWER,
        ),
        (
            "go <r0>",
            {**{f"r{level}": f"<r{level + 1}>" for level in range(300)}, "r300": "a"},
            "rules and brackets are nested 51 deep, at most 50; write some of them out",
        ),
        (
            f"go ({';'.join(f'[the] (a|{{l:{slot}}}) [now]' for slot in EIGHT)})",
            {},
            "with its rules written out the template has 8,193 parts, at most 3,000" + FEWER,
        ),
    ],
)
def test_what_is_too_large_is_refused(template: str, rules: dict[str, str], expected: str) -> None:
    assert complaint(template, rules, {"l": ["x", "y"]}) == expected


def test_the_innermost_is_told_once() -> None:
    """Of rules that lead to one that is too large only that one is told, at its own place."""
    rules = {**twice(30, "NEXT NEXT"), "outer": "<r0> <r1>"}
    with pytest.raises(ConfigError) as raised:
        parsed("go <outer> [<r2>]", rules)
    (problem,) = raised.value.problems
    assert problem.endswith("<r24> <r24>\n    ^")


def test_circles_of_a_block_are_found() -> None:
    text = """
intents:
  A:
    data:
    - sentences: ["go <x>"]
      expansion_rules: {x: "a <y>", y: "b <x>"}
"""
    # Home Assistant's: what cannot be used is left out.
    commands = grammar.parse(text)
    assert commands.sentences == ()
    assert "the rule refers to itself (<x> → <y> → <x>)" in commands.warnings[0]
    assert "it is left out" in commands.warnings[0]


def test_all_ranges_together_are_bounded() -> None:
    ranges = " ".join(f"[{{{begin}..{begin + 8000}:x{begin}}}]" for begin in (0, 10_000, 20_000))
    assert complaint(f"go {ranges}") == "all ranges together hold more than 20,000 numbers; use larger steps"
    assert complaint("go <r>", {"r": ranges}).startswith("all ranges together")


@pytest.mark.parametrize(
    ("template", "parts", "wildcards", "words"),
    [
        ("turn on [the] {l}", 4, 0, 3),
        ("(a;b;c)", 12, 0, 3),
        ("(a|b c|d)", 1, 0, 1),
        ("(<r>|<r>) {w}", 14, 1, 3),
        ("{t}", 5, 0, 1),
    ],
)
def test_sizes(template: str, parts: int, wildcards: int, words: int) -> None:
    rules = {"r": "a [b] [c|<s>] d", "s": "e"}
    lists = {"l": ["x", "y z"], "t": ["[the] [old] lamp", "lamp", "big lamp"], "w": {"wildcard": True}}
    rest = f"rules: {json.dumps(rules)}\nlists: {json.dumps(lists)}"
    scope = grammar.parse(f"intents: {{A: {{sentences: [go]}}}}\n{rest}").sentences[0].scope
    nesting = Nesting(scope)
    assert list(nesting.too_large([])) == []
    size = nesting.size(parse_template(template))
    assert (size.parts, size.wildcards, size.words) == (parts, wildcards, words)
    assert isinstance(scope, Scope)


# What stays allowed, however it is nested, is understood, and costs its length.


def slots(commands: grammar.Grammar, text: str) -> dict[str, Any]:
    match = commands.match(text)
    assert match is not None, text
    return dict(match.slots)


def test_rules_named_twice() -> None:
    commands = parsed("go <r0>", twice(8, "(NEXT NEXT|a)"))
    assert slots(commands, "go " + "a " * 40) == {}
    assert commands.match("go " + "a " * 257) is None
    assert continuation(commands, "go a a").name == "COMPLETE"


def test_sixty_optional_parts() -> None:
    commands = parsed("go " + " ".join(["[a]"] * 60))
    assert slots(commands, "go " + "a " * 60) == {}
    assert commands.match("go " + "a " * 61) is None
    assert goes_without_saying(commands, "go", "a a a")


def test_wildcards_beside_each_other() -> None:
    commands = parsed("go {w:a} {w:b} {w:c} {w:d}")
    assert slots(commands, "go one two three four") == {"a": "one", "b": "two", "c": "three", "d": "four"}
    assert commands.match("go one two three") is None
    assert slots(commands, "go " + "x " * 200)["d"] == "x " * 196 + "x"


def test_a_permutation_of_wildcards() -> None:
    commands = parsed("go ({w:a};{w:b};{w:c};{w:d})")
    assert len(commands.matches("go one two three four")) >= 8
    assert commands.match("go one two three") is None


def test_lists_of_templates_inside_rules_inside_permutations() -> None:
    lists = {"l": [f"[the] [big] lamp {number}" for number in range(50)]}
    commands = parsed("go (<r>;{l:b};[now])", {"r": "light {l:a}"}, lists)
    text = "go now the big lamp 7 light lamp 49"
    assert slots(commands, text) == {"a": "lamp 49", "b": "the big lamp 7"}
    assert commands.match("go now the big lamp 7 light lamp 50") is None


def test_a_long_text_under_two_wildcards() -> None:
    commands = parsed("note {w:a} and {w:b}")
    text = "note " + "milk " * 1500 + "and " + "eggs " * 1500
    assert slots(commands, text.strip()) == {"a": ("milk " * 1500).strip(), "b": ("eggs " * 1500).strip()}
    assert commands.match("note " + "milk " * 3000) is None


def test_many_alternatives() -> None:
    commands = parsed(f"go ({'|'.join(f'to {number} x' for number in range(200, 3000))}) {{w}}")
    assert slots(commands, "go to 2999 x well") == {"w": "well"}
    assert commands.match("go to 3000 x well") is None
    assert len(list(commands.sample(Random(1), 3))) == 3


def test_thirty_brackets() -> None:
    commands = parsed(f"go {'([' * 15}a{'] b)' * 15}")
    assert commands.match("go a" + " b" * 15) is not None
    assert commands.match("go" + " b" * 15) is not None
    assert commands.match("go a" + " b" * 16) is None
