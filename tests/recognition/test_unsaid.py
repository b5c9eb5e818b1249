"""What the constrained search does not follow: texts that go round in circles, and commands joined by nothing heard."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.grammar.constraint import Constraint
from voiced.grammar.token_tree import Vocabulary
from voiced.recognition.beam_search import Branch, _continued
from voiced.recognition.unsaid import goes_round, joins_unheard

WORDS = (
    "",
    " please",
    " lights",
    " on",
    " put",
    " milk",
    " on",
    " the",
    " list",
    " and",
    " row",
    ",",
    " then",
    " call",
    " my",
    " me",
    " mother",
    " in",
    " law",
    " to",
    " drive",
)
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


def gives_up(constraint: Constraint, text: str) -> bool:
    """Whether a search that writes this text would give it up on the way."""
    branch = Branch(constraint.start, node=0)
    for word in text.split():
        token = EOT if word == "." else WORDS.index(" " + word)
        branch = _continued(branch, token, 0.0, constraint)
        if goes_round(branch, constraint):
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
        ("lights on and row row row and lights on .", False),
        ("row row row and lights on and row row row .", False),
        ("lights on and lights on and lights on and lights on .", True),
    ],
)
def test_nobody_says_the_same_over_and_over(constraint: Constraint, text: str, *, expected: bool) -> None:
    assert gives_up(constraint, text) is expected


@pytest.mark.parametrize(
    ("text", "logprobs", "expected"),
    [
        ("lights on and", (-9, -9, -0.5), False),
        ("lights on and", (0, 0, -4), True),
        ("lights on , and", (0, 0, -2, -2), True),  # the comma is part of it
        ("lights on , and", (0, 0, -1, -1), False),
        ("lights on and then", (0, 0, -2, -2), True),
        ("lights on and row", (0, 0, -4, 0), False),  # it was asked before
        ("put milk and", (0, 0, -9), False),  # in a wildcard
        ("lights on please and", (0, 0, -9, -1), False),
    ],
)
def test_and_has_to_be_heard(constraint: Constraint, text: str, logprobs: tuple[float, ...], *, expected: bool) -> None:
    branch = Branch(constraint.start, node=0)
    for word, logprob in zip(text.split(), logprobs, strict=True):
        token = WORDS.index("," if word == "," else " " + word)
        branch = _continued(branch, token, logprob, constraint)
    assert joins_unheard(branch, constraint) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lights on the list .", False),
        ("lights on milk lights on .", True),  # the wildcard has taken the command, said once more
        ("lights on milk row on milk .", True),  # … misheard
        ("lights on the list on .", False),
        ("call my mother in law .", False),
        ("call my mother in law call my mother .", True),
        ("call my mother in law call me mother in law .", True),  # misheard, the second time
        ("call my mother in law call mother in law .", True),
        ("call my mother in law call my in law .", True),
        ("call mother call mother .", True),
        ("call me on the list on the row and on the list .", False),
        ("call me to drive me to mother .", False),
        ("call me to drive me to law and me to mother in law .", False),
        ("milk on milk on the list .", False),  # a wildcard at the beginning may take anything
    ],
)
def test_a_wildcard_does_not_take_the_command_once_more(text: str, *, expected: bool) -> None:
    commands = grammar.parse(
        "lists: {item: {wildcard: true}}\n"
        "intents: {On: {sentences: ['lights on {item}', '{item} on the list', 'call [me to] {item}']}}"
    )
    constraint = Constraint(commands.automaton, "en", Vocabulary([word.encode() for word in WORDS]), EOT)
    branch = Branch(constraint.start, node=0, spelt=constraint.spelt_out.start)
    found = False
    for word in text.split():
        branch = _continued(branch, EOT if word == "." else WORDS.index(" " + word), 0.0, constraint)
        found = found or goes_round(branch, constraint)
    assert found is expected
