"""The words of a grammar as a prompt for Whisper."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.grammar.grammar import Grammar


def vocabulary_prompt(grammar: Grammar, count_tokens: Callable[[str], int], limit: int = 223) -> str:
    """A comma-separated list of the grammar's words that `count_tokens` counts as at most `limit` tokens."""
    raise AssertionError((grammar, count_tokens, limit))
