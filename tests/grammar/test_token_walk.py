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


def seen_by(walk: TokenWalk, vocabulary: Vocabulary, text: str) -> frozenset[int]:
    surface, here = Surface(), walk._sets.start
    for char in text:
        seen = append(surface, char, "en")
        assert seen is not None
        surface, here = seen.surface, walk._sets.walk(seen.written, here)
    return walk.tokens(vocabulary.root, surface, here)


def test_what_wildcards_take_is_held_once_for_all_surfaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiced.grammar.token_walk._MANY_TOKENS", len(TOKENS) // 2)
    walk, vocabulary = TokenWalk(grammar.parse(INTENTS).automaton.sets, "en"), Vocabulary(list(map(str.encode, TOKENS)))
    texts = ("note a", "note ab", "note a.b", "note 5", "note 55", "note 5 %")
    found = [seen_by(walk, vocabulary, text) for text in texts]
    large = [spelt for spelt in walk._spelt.values() if len(spelt) >= len(TOKENS) // 2]
    assert len(large) > len(set(large)) == len(set(map(id, large)))
    assert set(map(id, found)) <= set(map(id, large))


def test_walks_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiced.grammar.token_walk._REMEMBERED_TOKENS", 40)
    sets, vocabulary = grammar.parse(INTENTS).automaton.sets, Vocabulary(list(map(str.encode, TOKENS)))
    walk = TokenWalk(sets, "en")
    for text in ("turn on the", "dim", "turn on the ", "dim ", "turn on the hall", "dim hall", "turn on the hall "):
        assert seen_by(walk, vocabulary, text) == seen_by(TokenWalk(sets, "en"), vocabulary, text)
        assert sum(10 + len(known.tokens) + len(known.exits) for known in walk._walks.values()) <= 40 + 20
