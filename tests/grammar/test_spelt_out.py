"""What a grammar spells out, without its wildcards."""

from __future__ import annotations

from random import Random

import pytest

from voiced import grammar
from voiced.grammar.constraint import Constraint
from voiced.grammar.spelt_out import without_wildcards
from voiced.grammar.token_tree import Vocabulary

COMMANDS = """
lists: {item: {wildcard: true}, room: [kitchen, hall]}
intents:
  On: {sentences: ["lights on [in the {room}]"]}
  Put: {sentences: ["{item} on the list", "put {item} [on the list]", "say [{item}] again"]}
"""


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [
        *[("lights on", True), ("lights on in the hall", True), ("say again", True), ("milk on the list", False)],
        *[("put milk", False), ("put", False), ("say it again", False), ("lights on the list", False)],
    ],
)
def test_what_needs_no_wildcard(text: str, *, is_whole: bool) -> None:
    sets = without_wildcards(grammar.parse(COMMANDS).automaton.sets)
    there = sets.walk(text)
    assert bool(there and sets.finish(there).sentences) is is_whole


def test_the_machine_itself_is_as_before() -> None:
    sets = grammar.parse(COMMANDS).automaton.sets
    without_wildcards(sets)
    assert sets.finish(sets.walk("milk on the list")).sentences


def test_without_wildcards_it_is_the_same() -> None:
    sets = grammar.parse("intents: {On: {sentences: [lights on]}}").automaton.sets
    assert without_wildcards(sets) is sets


def test_whatever_is_written_so_is_allowed_and_ends_in_a_sentence() -> None:
    letters = [*"abcdefghijklmnopqrstuvwxyz", " ", " the", ",", " li", "ghts"]
    commands = grammar.parse(COMMANDS)
    constraint = Constraint(commands.automaton, "en", Vocabulary([each.encode() for each in letters]), len(letters))
    texts = set(filter(None, (written(constraint, letters, Random(seed)) for seed in range(200))))
    assert len(texts) > 5
    for text in texts:
        found = commands.match(text)
        assert found
        assert not found.free


def written(constraint: Constraint, letters: list[str], random: Random) -> str:
    """A text that needs no wildcard; empty if one must follow what was written."""
    spelt_out, text = constraint.spelt_out, ""
    position, there = spelt_out.start, constraint.start
    while len(allowed := spelt_out.allowed(position)):
        token = int(random.choice(allowed))
        if token == constraint.eot:
            return text
        step, its = spelt_out.advance(position, token), constraint.advance(there, token)
        assert step
        assert its, "what is spelt out is allowed"
        position, there, text = step.position, its.position, text + letters[token]
    return ""


def test_a_part_of_a_grammar_has_no_answers_of_the_whole() -> None:
    commands = grammar.parse(COMMANDS)
    constraint = Constraint(commands.automaton, "en", Vocabulary([b"a"]), 1)
    assert constraint.spelt_out.spelt_out is constraint.spelt_out
    assert constraint.single().spelt_out is not constraint.spelt_out
