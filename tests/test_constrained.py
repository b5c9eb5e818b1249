"""Which hypotheses the constrained search does not follow: texts that go round in circles."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.constrained import Branch, _continued, _goes_round, says_again
from voiced.grammar.constraint import Constraint
from voiced.grammar.token_tree import Vocabulary

WORDS = ("", " please", " lights", " on", " put", " milk", " on", " the", " list", " and", " row")
EOT = len(WORDS)


@pytest.fixture(scope="module")
def constraint() -> Constraint:
    commands = grammar.parse(
        "skip_words: [please]\n"
        "lists: {item: {wildcard: true}}\n"
        "intents: {On: {sentences: [lights on]}, Row: {sentences: [row row row]},"
        " Put: {sentences: ['put {item} on the list']}}"
    )
    return Constraint(commands.automaton, "en", Vocabulary([word.encode() for word in WORDS]), EOT)


def goes_round(constraint: Constraint, text: str) -> bool:
    """Whether a search that writes this text would give it up on the way."""
    branch = Branch(constraint.start, node=0)
    for word in text.split():
        token = EOT if word == "." else WORDS.index(" " + word)
        branch = _continued(branch, token, 0.0, constraint)
        if _goes_round(branch, constraint):
            return True
    return False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("please please lights on .", False),
        ("lights please on please .", False),
        ("please please please lights on .", True),
        ("lights on please please please .", True),
        ("row row row .", False),  # the grammar asks for it
        ("put milk on the list .", False),
        ("put milk and milk on the list .", False),
        ("put milk milk milk on the list .", True),
        ("put milk on the list put milk on the list .", True),
    ],
)
def test_nobody_says_the_same_over_and_over(constraint: Constraint, text: str, *, expected: bool) -> None:
    assert goes_round(constraint, text) is expected


@pytest.mark.parametrize(
    ("text", "whole", "expected"),
    [
        ("no no", True, False),
        ("no no no", True, True),
        ("no no no", False, False),  # it may become "nobody"
        ("oat milk and oat milk", True, False),
        ("buy milk and bread buy milk and bread", True, True),
        ("buy milk and bread buy milk and bread", False, False),
    ],
)
def test_a_text_that_says_something_again(text: str, *, whole: bool, expected: bool) -> None:
    assert says_again(text, whole=whole) is expected
