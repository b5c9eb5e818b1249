"""The tree of tokens and the automaton walked together: across the ends of lists, and the same whoever calls them."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.grammar.surface import Surface, append
from voiced.grammar.token_tree import Vocabulary
from voiced.grammar.token_walk import TokenWalk

TOKENS = [" hall", " hall light", " hallway", " hall lamp li", " hall lamp lamp", " lig", "Hall", " hall on"]
INTENTS = """
intents:
  A: {sentences: ["turn on the {lamp} light", "dim {lamp} on"]}
  B: {sentences: ["note {text}"]}
lists: {lamp: [hall, hall lamp], text: {wildcard: true}}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("turn on the", [" hall", " hall light", " hall lamp li"]),
        ("dim", [" hall", " hall on"]),
        ("turn on the hall", [" lig"]),
        ("turn", []),
        ("note", [token for token in TOKENS if token[0] == " "]),
    ],
)
def test_tokens_that_may_come_next(text: str, expected: list[str]) -> None:
    sets = grammar.parse(INTENTS).automaton.sets
    walk = TokenWalk(sets, "en")
    vocabulary = Vocabulary([token.encode() for token in TOKENS])
    surface, here = Surface(), sets.start
    for char in text:
        seen = append(surface, char, "en")
        assert seen is not None
        surface, here = seen.surface, sets.walk(seen.written, here)
    for _ in range(2):  # the second time out of memory
        found = walk.tokens(vocabulary.root, surface, here)
        assert sorted(TOKENS[token] for token in found) == sorted(expected)
    walk.forget()
    assert walk.tokens(vocabulary.root, surface, here) == found
