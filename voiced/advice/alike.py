"""Values and sentences that sound nearly alike: of one list, of lists that stand in the same place, of two intents."""

from __future__ import annotations

from itertools import combinations, islice, product
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from voiced.advice.pronunciation import difference, sounds_of, unlike_parts
from voiced.grammar.definitions import TextList
from voiced.grammar.expression import ListReference, Sequence
from voiced.grammar.normalize import normalize
from voiced.grammar.sample import sample_sentence, sayable
from voiced.grammar.ways import ways
from voiced.grammar.written import plainest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voiced.grammar import Grammar
    from voiced.grammar.definitions import Scope, SentenceTemplate, TextValue

MOST_VALUES = 300  # of a list that are compared
MOST_PAIRS = 60_000  # of all lists together: a few seconds
FEW_VALUES, MOST_NAMES = 60, 4  # of lists with no more values than these several names of each are compared
MOST_SENTENCES = 150  # that are compared with each other
ALIKE = 0.2  # share of the sounds that differ: kitchen and kitten 0.17, bedroom and bathroom 0.21
LEAST_SOUNDS = 3


class Spoken(NamedTuple):
    """A value of a list, or a sentence, and what belongs to it."""

    text: str
    meaning: str
    where: str  # file:line
    owner: str  # "list room", or the intent


def check_values(grammar: Grammar) -> Iterator[str]:
    """Yield a warning for each pair of values that sound nearly alike and may stand in the same place."""
    lists = _lists(grammar)
    sounds = _sounds([each.text for values in lists.values() for each in values], grammar.language)
    pairs = [pair for values in lists.values() for pair in combinations(values, 2)]
    pairs += [pair for one, other in _competing(grammar, lists) for pair in product(lists[one], lists[other])]
    seen: set[tuple[str, ...]] = set()
    for one, other in islice(pairs, MOST_PAIRS):
        # What is written the same, too, is told by `meanings`.
        if {one.meaning, one.text} & {other.meaning, other.text}:
            continue
        # Two values may be in several lists.
        if (pair := (one.where, one.text, other.where, other.text)) in seen:
            continue
        seen.add(pair)
        if heard := _heard_alike(one.text, other.text, sounds):
            yield (
                f"{other.where}: '{other.text}' of {other.owner} sounds nearly like '{one.text}' of {one.owner} "
                f"({one.where}): {heard[1]}, {heard[0]}; give one of them other words in `in:`"
            )


def check_sentences(grammar: Grammar) -> Iterator[str]:
    """Yield a warning for each pair of intents with sentences that sound nearly alike, the first that were drawn."""
    drawn = _drawn(grammar)
    sounds = _sounds([each.text for each in drawn], grammar.language)
    told: set[tuple[str, str]] = set()
    for one, other in combinations(drawn, 2):
        pair = (one.owner, other.owner)
        if one.owner == other.owner or one.meaning == other.meaning or pair in told:
            continue
        if _heard_alike(one.text, other.text, sounds):
            told.add(pair)
            yield (
                f"{other.where}: '{other.text}' ({other.owner}) sounds nearly like '{one.text}' ({one.owner}, "
                f"{one.where}); use another word in one of them"
            )


def _sounds(texts: Iterable[str], language: str) -> dict[str, str]:
    """The sounds of all words of texts."""
    return sounds_of(sorted({word for text in texts for word in text.split()}), language)


def _heard_alike(one: str, other: str, sounds: dict[str, str]) -> tuple[str, str] | None:
    """The sounds of what two texts do not have in common, if these are nearly alike; else None."""
    parts = unlike_parts(one, other)
    mine, theirs = ("".join(sounds[word] for word in part) for part in parts)
    # What is longer by a word is told apart by its length, and of two sounds hardly any are alike but the same two.
    if not mine or not theirs or (mine != theirs and max(len(mine), len(theirs)) < LEAST_SOUNDS):
        return None
    return (mine, theirs) if difference(mine, theirs, ALIKE) <= ALIKE else None


def _lists(grammar: Grammar) -> dict[int, list[Spoken]]:
    """The values of each list of words, by the identity of the list."""
    found: dict[int, list[Spoken]] = {}
    for sentence in grammar.sentences:
        for name, definition in sentence.scope.lists.items():
            if isinstance(definition, TextList) and id(definition) not in found:
                # Of a short list all that its values may be called, of a long one what they are called at first.
                few = len(definition.values) <= FEW_VALUES
                found[id(definition)] = [
                    Spoken(text, str(value.value or value.said.text), value.said.where, f"list {name}")
                    for value in definition.values[:MOST_VALUES]
                    for text in _called(value, sentence.scope, MOST_NAMES if few else 1)
                ]
    return found


def _called(value: TextValue, scope: Scope, most: int) -> list[str]:
    """What a value is called, its plainest name first; no more than `most` names."""
    names = [" ".join(plainest(value.said.expression, scope).split())]
    if most > 1 and not value.plain:
        names += ways(value, scope)
    return [name for name in dict.fromkeys(names) if name][:most]


def _competing(grammar: Grammar, known: Mapping[int, object]) -> Iterator[tuple[int, int]]:
    """Yield pairs of the lists `known` that stand behind the same words."""
    behind: dict[str, dict[int, None]] = {}
    for sentence in grammar.sentences:
        for words, name in _openings(sentence):
            definition = sentence.scope.list_named(name)
            # What a context leaves out of a list does not compete.
            if isinstance(definition, TextList) and not (sentence.requires or sentence.excludes):
                behind.setdefault(normalize(words, sentence.scope.language).text, {})[id(definition)] = None
    told: dict[tuple[int, int], None] = {}
    for lists in behind.values():
        # In the order of the files, whichever sentence has them first.
        told.update(dict.fromkeys(combinations((each for each in known if each in lists), 2)))
    yield from told


def _openings(sentence: SentenceTemplate) -> Iterable[tuple[str, str]]:
    """The lists of a template that stand in its outermost row, each with the words before it."""
    expression = sentence.template.expression
    items = expression.items if isinstance(expression, Sequence) else (expression,)
    words = ""
    for item in items:
        if isinstance(item, ListReference):
            yield words, item.name
            words += " … "
        else:
            words += plainest(item, sentence.scope)


def _drawn(grammar: Grammar) -> list[Spoken]:
    """Sentences of all templates in turn, each understood as its own intent."""
    random = Random(0)  # noqa: S311 # the same sentences every time
    templates = [each for each in grammar.sentences if sayable(each.template.expression, each.scope)]
    random.shuffle(templates)
    found: dict[str, Spoken] = {}
    for sentence in templates[:MOST_SENTENCES]:
        text = sample_sentence(sentence, random).text
        match = grammar.match(text)
        if match and match.intent == sentence.intent:
            meaning = f"{match.intent} {sorted(match.slots.items())}"
            found.setdefault(text, Spoken(text, meaning, sentence.template.where, match.intent))
    return list(found.values())
