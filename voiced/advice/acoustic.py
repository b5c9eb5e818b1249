"""All warnings of the ear, bounded: what `voiced check --acoustic` tells."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from voiced.advice import alike, meanings, rare_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.grammar import Grammar

MOST_TOLD = 20  # of each kind
MOST_COUNTED = 500  # beyond them


def warnings(grammar: Grammar, model: str) -> Iterator[str]:
    """Yield what is likely to be misheard or misunderstood, each as `file:line: what; what to do`."""
    kinds = {
        "values that are never reached": meanings.check_values(grammar),
        "sentences that mean something else": meanings.check_meanings(grammar),
        "values that sound nearly alike": alike.check_values(grammar),
        "sentences that sound nearly alike": alike.check_sentences(grammar),
        "words that Whisper hardly ever writes": rare_words.check_words(grammar, model),
    }
    for kind, found in kinds.items():
        yield from _bounded(kind, found)


def _bounded(kind: str, found: Iterable[str]) -> Iterator[str]:
    left = iter(found)
    yield from islice(left, MOST_TOLD)
    more = sum(1 for _ in islice(left, MOST_COUNTED))
    if more:
        yield f"{more}{' or more' if more == MOST_COUNTED else ''} more {kind}; mend these first"
