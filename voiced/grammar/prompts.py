"""Prompts for Whisper, made of a grammar: its words, and example sentences. Whisper prefers what it has just read.

*Words*: a plain list, single words first and then the phrases that add a word. What is said in one piece stays
together: after "iced, mocha" Whisper writes "ice mocha", with commas where nobody pauses. The end of a prompt counts
most, so the order matters, and the reversed list makes Whisper mishear other things: two views that differ in that know
more together. The full stop keeps Whisper from continuing the list ("a timer for" would become "five minutes").

*Sentences*: after a list of words Whisper doubts at every word whether a comma follows; after whole sentences it does
not, and is surer both of commands and of what is none.

Knows of tokens only how many there are: `count_tokens` is handed in.
"""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, TypeAlias

from voiced.grammar.definitions import TextList, TypedList
from voiced.grammar.expression import ListReference, RuleReference, Text, references
from voiced.grammar.normalize import normalize
from voiced.grammar.sample import sample_sentence, sayable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from voiced.grammar.definitions import Scope, SentenceTemplate
    from voiced.grammar.expression import Expression
    from voiced.grammar.grammar import Grammar

WordOrPair: TypeAlias = "str | tuple[str, str]"  # a word, or two that follow each other

PROMPT_TOKENS = 223  # Whisper reads half its context of 448 minus one; it drops the beginning of a longer prompt
# For a grammar with `turn {state} [the] {room} light[s]` the word list is, for instance,
#   "turn, on, off, the, kitchen, bedroom, light, living room."
# and the sentences behind it
#   "Turn off the bedroom light. Turn on living room lights."
_SHORTEST_LETTERS = 2  # "a" needs no reminding
_DRAWN_SENTENCES = 60  # candidates for each place in the prompt, of which the newest is taken


def vocabulary_prompt(grammar: Grammar, count_tokens: Callable[[str], int], limit: int = PROMPT_TOKENS) -> str:
    """A comma-separated list of the grammar's words, at most `limit` tokens; "" if there are none.

    Where not everything fits, the words that take most tokens stay: a recogniser knows the others by itself.
    """
    phrases = list(_with_new_words(vocabulary(grammar)))
    # A word that the tokenizer cuts into many pieces is rare, and Whisper is likely to miss it.
    hardest_first = sorted(phrases, key=lambda phrase: (count_tokens(f" {phrase}"), len(phrase)), reverse=True)
    chosen = _fitting(hardest_first, count_tokens, limit)
    # What was chosen by difficulty stands in the order of the vocabulary: short phrases first.
    return ", ".join(phrase for phrase in phrases if phrase in chosen) + "." * bool(chosen)


def backwards(prompt: str) -> str:
    """A vocabulary prompt with its phrases in reverse order."""
    return ", ".join(reversed(prompt.removesuffix(".").split(", "))) + "." * bool(prompt)


def vocabulary(grammar: Grammar) -> tuple[str, ...]:
    """Each literal phrase of the grammar once, as written there; those of fewest words first."""
    phrases: dict[str, str] = {}  # normal form → as written
    seen: set[tuple[int, str]] = set()
    for sentence in grammar.sentences:
        for text in _texts(sentence.template.expression, sentence.scope, seen):
            # Two ways to write a phrase count once; the first one stays as its author wrote it.
            normal = normalize(text).text
            if len(normal) >= _SHORTEST_LETTERS and not normal.isdigit():
                phrases.setdefault(normal, text.strip())
    return tuple(sorted(phrases.values(), key=lambda phrase: len(phrase.split())))


def _with_new_words(phrases: Sequence[str]) -> Iterator[str]:
    """Phrases that hold a word which no phrase before them has: "iced mocha" after "mocha", then no "iced coffee"."""
    known: set[str] = set()
    for phrase in phrases:
        words = {normalize(word).text for word in phrase.split()}
        if not words <= known:
            known |= words
            yield phrase


def _fitting(phrases: Iterable[str], count_tokens: Callable[[str], int], limit: int) -> set[str]:
    """Greedy choice from the front: each phrase that still fits, with its comma."""
    chosen: set[str] = set()
    for phrase in phrases:
        # Whisper's tokens begin with the space before a word, so it is counted with it.
        cost = count_tokens(f" {phrase},")
        if cost <= limit:
            chosen.add(phrase)
            limit -= cost
    return chosen


def _texts(expression: Expression, scope: Scope, seen: set[tuple[int, str]]) -> Iterator[str]:
    """The literal texts of an expression, those of its lists and rules included; each list and rule once."""
    match expression:
        case Text():
            yield expression.text
        case ListReference() | RuleReference():
            # A name means another list in another scope, so both make the key.
            key = (id(scope), repr(expression))
            if key not in seen:
                seen.add(key)
                for inner in _referred(expression, scope):
                    yield from _texts(inner, scope, seen)
        case _:
            # Sequences, choices and permutations hold others.
            for item in expression.items:
                yield from _texts(item, scope, seen)


def _referred(reference: ListReference | RuleReference, scope: Scope) -> tuple[Expression, ...]:
    if isinstance(reference, RuleReference):
        return (scope.rules[reference.name].expression,)
    # Numbers and wildcards spell nothing out, and words of types are those that a recogniser knows best.
    definition = scope.list_named(reference.name)
    return tuple(value.said.expression for value in definition.values) if isinstance(definition, TextList) else ()


def with_examples(
    prompt: str, grammar: Grammar, count_tokens: Callable[[str], int], limit: int = PROMPT_TOKENS, *, seed: int = 0
) -> str:
    """The prompt with example sentences after it, at most `limit` tokens in all; each adds words or pairs of words.

    One `seed` always gives the same sentences; another gives others.
    """
    random, known = Random(seed), frozenset[WordOrPair]()  # noqa: S311 # it need not be secret
    sayings = [each for each in grammar.sentences if sayable(each.template.expression, each.scope)]
    sentences = [each for each in sayings if not _is_spelt(each)]
    # Greedy cover: of sixty random sentences the one with the largest share of new words and pairs comes next.
    while sentences:
        drawn = (sample_sentence(random.choice(sentences), random).text for _ in range(_DRAWN_SENTENCES))
        sentence, parts = max(((text, _parts(text, grammar)) for text in drawn), key=lambda one: _news(one[1], known))
        longer = f"{prompt} {sentence[:1].upper()}{sentence[1:]}.".strip()
        # Enough, once nothing is new or the next one does not fit.
        if known.issuperset(parts) or count_tokens(f" {longer}") > limit:
            return prompt
        known |= parts
        prompt = longer
    return prompt


def _is_spelt(sentence: SentenceTemplate) -> bool:
    """Whether letters are spelt in a sentence: they would be news in every example, and help with nothing."""
    names = [each.name for each in references(sentence.template.expression) if isinstance(each, ListReference)]
    lists = [sentence.scope.list_named(name) for name in names]
    return any(isinstance(each, TypedList) and each.kind == "spelling" for each in lists)


def _parts(sentence: str, grammar: Grammar) -> frozenset[WordOrPair]:
    """The words of a sentence, and its pairs of neighbouring words."""
    # Pairs, too: Whisper learns which words follow each other, not only which there are.
    words = normalize(sentence, grammar.language).text.split()
    return frozenset((*words, *pairwise(words)))


def _news(parts: frozenset[WordOrPair], known: frozenset[WordOrPair]) -> float:
    """The share of `parts` that are not known, 0 to 1."""
    return len(parts - known) / max(1, len(parts))
