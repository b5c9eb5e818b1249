"""Sentences of a grammar as a prompt for Whisper: what it has just read, it rather writes, and in the same way.

After a list of words Whisper doubts at every word whether a comma follows; after whole sentences it does not, and is
surer of commands than of what is none. Knows nothing of tokens but how many there are.
"""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, TypeAlias

from voiced.grammar.normalize import normalize
from voiced.grammar.prompts import PROMPT_TOKENS
from voiced.grammar.sample import sample_sentence, sayable

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.grammar.grammar import Grammar

Part: TypeAlias = "str | tuple[str, str]"  # a word, or two that follow each other

_DRAWN = 60  # sentences, of which the best is taken


def with_examples(
    prompt: str, grammar: Grammar, count_tokens: Callable[[str], int], limit: int = PROMPT_TOKENS, *, seed: int = 0
) -> str:
    """The prompt, and after it as many sentences as fit in all; those go first that say most that none before does.

    Another `seed` gives other sentences, the same always the same ones.
    """
    random, known = Random(seed), frozenset[Part]()  # noqa: S311 # it need not be secret
    sentences = [each for each in grammar.sentences if sayable(each.template.expression, each.scope)]
    while sentences:
        drawn = (sample_sentence(random.choice(sentences), random).text for _ in range(_DRAWN))
        sentence, parts = max(((text, _parts(text, grammar)) for text in drawn), key=lambda one: _news(one[1], known))
        longer = f"{prompt} {sentence[:1].upper()}{sentence[1:]}.".strip()
        if known.issuperset(parts) or count_tokens(f" {longer}") > limit:
            return prompt
        known |= parts
        prompt = longer
    return prompt


def _parts(sentence: str, grammar: Grammar) -> frozenset[Part]:
    """Its words, and the pairs of them that follow each other."""
    words = normalize(sentence, grammar.language).text.split()
    return frozenset((*words, *pairwise(words)))


def _news(parts: frozenset[Part], known: frozenset[Part]) -> float:
    """Share of the parts that were in none before."""
    return len(parts - known) / max(1, len(parts))
