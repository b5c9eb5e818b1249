"""Compounds are searched only where a joining word is likely behind the best single command."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
import torch

from voiced import grammar
from voiced.grammar.constraint import Constraint
from voiced.grammar.token_tree import Vocabulary
from voiced.recognition.beam_search import Path, Written
from voiced.recognition.joined_search import Joining, goes_on, has_more_values, joining_tokens

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
    assert found.values == ()


HOUSE = """
intents: {A: {sentences: ["off {x} now"], action: {topic: "home/{x}"}}, B: {sentences: ["where is {x}"]}}
lists: {x: [tv, lamp]}
"""


class Likely(Told):
    """A tree in which one token is likely behind one node."""

    def __init__(self, node: int, token: int) -> None:
        super().__init__({})
        self.asked: list[int] = []
        self.likely = node, token

    def logprobs(self, node: int) -> Tensor:
        self.asked.append(node)
        return torch.tensor([-0.5 if (node, token) == self.likely else -20.0 for token in range(300)])


@pytest.mark.parametrize(
    ("said", "likely", "expected", "asked"),
    [
        ("off tv now", 6, True, [6]),  # behind "off tv"
        ("off tv now", 3, False, [6]),  # there no value has ended
        ("where is tv", 11, False, []),  # no action names the slot
    ],
)
def test_values_are_joined_where_the_grammar_allows_more(
    said: str, likely: int, *, expected: bool, asked: list[int]
) -> None:
    # Letters are tokens; " and" is one, too.
    ands = 256
    vocabulary = Vocabulary([*(bytes([byte]) for byte in range(256)), b" and"])
    joined = Constraint(grammar.parse(HOUSE).automaton, "en", vocabulary, 299)
    path = Path(tuple(Written(byte, node, 0.0, is_word=True) for node, byte in enumerate((said + ".").encode())), said)
    tree = Likely(likely, ands)
    joining = Joining((ands,), (), (ands,))
    assert has_more_values(cast("TextTree", tree), path, joined, joining) is expected
    assert tree.asked == asked
    assert not has_more_values(cast("TextTree", tree), path, joined, Joining((ands,), ()))
