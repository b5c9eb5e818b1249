"""Compounds are searched only where a joining word is likely behind the best single command."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
import torch

from voiced import grammar
from voiced.recognition.beam_search import Path, Written
from voiced.recognition.joined_search import Joining, goes_on, joining_tokens

if TYPE_CHECKING:
    from torch import Tensor

    from voiced.whisper.text_tree import TextTree
    from voiced.whisper.tokenizer import Tokenizer

STOP, COMMA, POINT, AND, CAPITAL = range(5)
JOINING = Joining((AND, CAPITAL), (COMMA, POINT))


class Spelling:
    """A tokenizer of whole words."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def encode(self, text: str) -> list[int]:
        self.words.append(text)
        return [len(self.words) - 1]


class Told:
    """A tree whose log probabilities are written down: behind the command, and behind each mark."""

    def __init__(self, behind: dict[int, dict[int, float]]) -> None:
        self.behind = behind
        self.read: list[int] = []

    def logprobs(self, node: int) -> Tensor:
        return torch.tensor([self.behind[node].get(token, -20.0) for token in range(5)])

    def knows(self, _after: int, token: int) -> int | None:
        return token + 10 if token in self.read else None

    def read_on(self, tokens: list[int], _after: int) -> list[int]:
        self.read += tokens
        return [token + 10 for token in tokens]


@pytest.mark.parametrize(
    ("behind", "expected", "read"),
    [
        ({5: {AND: -0.5}}, -0.5, []),
        ({5: {AND: -6.0, COMMA: -0.25}, 11: {AND: -0.25}}, -0.5, [COMMA]),
        ({5: {COMMA: -2.0, POINT: -0.25}, 11: {AND: -5.0}, 12: {CAPITAL: -1.0}}, -1.25, [COMMA, POINT]),
        ({5: {AND: -7.0, COMMA: -4.0, POINT: -9.0}}, -7.0, []),  # unlikely marks are not read
    ],
)
def test_how_likely_another_command_is(behind: dict[int, dict[int, float]], expected: float, read: list[int]) -> None:
    tree = Told(behind)
    path = Path((Written(STOP, 0, 0.0, is_word=True), Written(9, 5, 0.0, is_word=False)), "stop")
    assert goes_on(cast("TextTree", tree), path, JOINING) == pytest.approx(expected)
    assert tree.read == read


def test_tokens_by_which_commands_are_joined() -> None:
    spelling = Spelling()
    commands = grammar.parse("joining_words: [and, 'as well as']\nintents: {A: {sentences: [a]}}")
    found = joining_tokens(commands.automaton, cast("Tokenizer", spelling))
    assert spelling.words == [" and", " And", " &", " &", " as well as", " As Well As", ",", "."]
    assert len(found.words) == len(found.marks) + 4
    alone = grammar.parse("joining_words: []\nintents: {A: {sentences: [a]}}")
    assert joining_tokens(alone.automaton, cast("Tokenizer", spelling)).words == ()
