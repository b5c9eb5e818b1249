"""Which hypotheses the constrained search does not follow: those that begin too badly."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
import torch

from voiced import grammar
from voiced.grammar.constraint import Constraint
from voiced.grammar.token_tree import Vocabulary
from voiced.recognition.beam_search import Beams, constrained_search
from voiced.whisper.blocks import N_FREQUENT

if TYPE_CHECKING:
    from torch import Tensor

    from voiced.whisper.text_tree import TextTree

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


class Told:
    """A decoder that thinks what it is told after each word; a tree and its model in one. Nodes are the last tokens."""

    root = -1

    def __init__(self, thoughts: dict[int, dict[int, float]]) -> None:
        self.model = self
        self._thoughts = thoughts

    def hidden(self, nodes: list[int]) -> Tensor:
        return torch.tensor(nodes)

    def read(self, tokens: list[int], _after: list[int]) -> list[int]:
        return tokens

    def frequent_logits(self, hidden: Tensor) -> Tensor:
        logits = torch.full((len(hidden), N_FREQUENT), -100.0)
        for row, node in enumerate(hidden.tolist()):
            for token, logit in self._thoughts.get(node, {}).items():
                logits[row, token] = logit
        return logits

    def logits_of(self, hidden: Tensor, tokens: Tensor) -> Tensor:
        return torch.zeros(len(hidden), len(tokens))


@pytest.mark.parametrize(("behind", "text"), [(4.0, "row row row"), (8.0, "lights on")])
def test_what_begins_badly_is_found_by_a_wide_search(constraint: Constraint, behind: float, text: str) -> None:
    """It sounds like "row lights on": with "lights" given up, there is nothing left but to row."""
    row, lights, on, milk = (WORDS.index(f" {word}") for word in ("row", "lights", "on", "milk"))
    after_row = {milk: 0.0, row: -20.0, EOT: -20.0}
    tree = Told({-1: {row: 0.0, lights: -6.0}, row: after_row, lights: {on: 0.0}, on: {EOT: 0.0}})
    (best, *_) = constrained_search(cast("TextTree", tree), constraint, Beams(5, behind), 10)
    assert best.normal.strip() == text


@pytest.mark.parametrize(("letters", "text"), [(float("inf"), "row row row"), (9, "row row row"), (8, "lights on")])
def test_what_there_was_no_time_for_is_not_read(constraint: Constraint, letters: float, text: str) -> None:
    row, lights, on = (WORDS.index(f" {word}") for word in ("row", "lights", "on"))
    after_row = {row: 0.0, EOT: 0.0}
    tree = Told({-1: {row: 0.0, lights: -2.0}, row: after_row, lights: {on: 0.0}, on: {EOT: 0.0}})
    (best, *_) = constrained_search(cast("TextTree", tree), constraint, Beams(5, 4.0, letters), 10)
    assert best.normal.strip() == text


def test_words_of_a_wildcard_do_not_drive_out_what_the_grammar_spells_out() -> None:
    """It sounds like "row on"; only "{item} on the list" begins so, and nobody has said that."""
    commands = grammar.parse(
        "lists: {item: {wildcard: true}}\n"
        "intents: {On: {sentences: [lights on]}, Put: {sentences: ['{item} on the list', 'put {item}']}}"
    )
    constraint = Constraint(commands.automaton, "en", Vocabulary([word.encode() for word in WORDS]), EOT)
    row, lights, on, milk = (WORDS.index(f" {word}") for word in ("row", "lights", "on", "milk"))
    heard = {row: 0.0, milk: -0.5, on: -1.0, lights: -6.0}
    tree = Told({-1: heard, row: {on: 0.0}, milk: {on: 0.0}, lights: {on: 0.0}, on: {EOT: 0.0, milk: -3.0}})
    found = constrained_search(cast("TextTree", tree), constraint, Beams(2, 4.0), 10)
    assert [path.normal.strip() for path in found] == ["lights on"]


def test_a_wildcard_is_heard_all_the_same() -> None:
    commands = grammar.parse(
        "lists: {item: {wildcard: true}}\n"
        "intents: {On: {sentences: [lights on]}, Put: {sentences: ['{item} on the list']}}"
    )
    constraint = Constraint(commands.automaton, "en", Vocabulary([word.encode() for word in WORDS]), EOT)
    milk, lights, on, the, last = (WORDS.index(f" {word}") for word in ("milk", "lights", "on", "the", "list"))
    tree = Told({-1: {milk: 0.0, lights: -3.0}, milk: {on: 0.0}, on: {the: 0.0}, the: {last: 0.0}, last: {EOT: 0.0}})
    (best, *_) = constrained_search(cast("TextTree", tree), constraint, Beams(2, 4.0), 10)
    assert best.normal.strip() == "milk on the list"


def test_what_strays_late_is_not_driven_out_by_what_strayed_early() -> None:
    """It was "put milk"; "row on" and "the on" sound more like it, and only "{item} on the list" begins so."""
    commands = grammar.parse(
        "lists: {item: {wildcard: true}}\n"
        "intents: {On: {sentences: [lights on]}, Put: {sentences: ['{item} on the list', 'put {item}']}}"
    )
    constraint = Constraint(commands.automaton, "en", Vocabulary([word.encode() for word in WORDS]), EOT)
    row, the, put, on, milk = (WORDS.index(f" {word}") for word in ("row", "the", "put", "on", "milk"))
    heard = {row: 0.0, the: -0.2, put: -0.5}
    tree = Told({-1: heard, row: {on: 0.0}, the: {on: 0.0}, put: {milk: 0.0}, milk: {EOT: 0.0}, on: {on: 0.0}})
    found = constrained_search(cast("TextTree", tree), constraint, Beams(2, 4.0), 10)
    assert [path.normal.strip() for path in found] == ["put milk"]
