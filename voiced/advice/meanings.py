"""Sentences that mean something else than their author thinks, found by saying them: the grammar alone is asked.

Each sentence is drawn a few times and matched. Knows no sound.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from voiced.grammar.definitions import TextList, Wildcard
from voiced.grammar.differences import lists_of
from voiced.grammar.sample import sample_sentence, sayable
from voiced.grammar.written import plainest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiced.flow import Match
    from voiced.grammar import Grammar
    from voiced.grammar.definitions import SentenceTemplate, TextValue

MOST_DRAWN = 1_500  # sentences of all templates together; some milliseconds each
LEAST_EACH, MOST_EACH = 2, 8  # of one template


def check_meanings(grammar: Grammar) -> Iterator[str]:
    """Yield a warning for each template that another intent takes, and for each that means two things at once."""
    sayable_ones = [each for each in grammar.sentences if sayable(each.template.expression, each.scope)]
    each = max(LEAST_EACH, min(MOST_EACH, MOST_DRAWN // max(1, len(sayable_ones))))
    told: set[str] = set()  # sentences that mean two things
    for number, sentence in enumerate(sayable_ones[: MOST_DRAWN // LEAST_EACH]):
        random = Random(number)  # noqa: S311 # the same sentences every time
        drawn = dict.fromkeys(sample_sentence(sentence, random).text for _ in range(each))
        yield from _of_template(grammar, sentence, list(drawn), told)


def _of_template(grammar: Grammar, sentence: SentenceTemplate, drawn: list[str], told: set[str]) -> Iterator[str]:
    understood = [(text, grammar.matches(text)) for text in drawn]
    where, text = sentence.template.where, understood[0][0]
    # A sentence that an intent shares with itself is no matter.
    if all(matches and matches[0].intent != sentence.intent for _, matches in understood):
        other = understood[0][1][0]
        yield (
            f"{where}: '{text}', and all else that this sentence says, is understood as '{other.intent}' "
            f"({_place(grammar, text, other.intent)}), not as '{sentence.intent}'; give it other words, or remove it"
        )
        return
    for text, matches in understood:
        if text not in told and _have_equals(grammar, text, matches):
            told.add(text)
            one, other = matches[:2]
            yield (
                f"{where}: '{text}' means '{_meaning(one)}', and as well '{_meaning(other)}' "
                f"({_place(grammar, text, other.intent)}), of which the first counts; change one of them"
            )
            return


def _have_equals(grammar: Grammar, text: str, matches: tuple[Match, ...]) -> bool:
    """Whether a text has two meanings, and nothing but the order in the files decides between them."""
    one, *others = matches or (None,)
    if not one or not others or one.literal_words != others[0].literal_words:
        return False
    other = others[0]
    # Two values of one list that are said alike are told as such.
    if one.intent == other.intent and one.slots.keys() == other.slots.keys():
        return False
    return not any(_is_wild(grammar, text, match) for match in (one, other))


def _is_wild(grammar: Grammar, text: str, match: Match) -> bool:
    # Of a wildcard it is known that it may take what others say.
    return any(
        isinstance(sentence.scope.list_named(name), Wildcard)
        for sentence in _sentences(grammar, text, match.intent)
        for slot in match.spans
        for name in lists_of(slot, sentence.template.expression, sentence)
    )


def _sentences(grammar: Grammar, text: str, intent: str) -> list[SentenceTemplate]:
    """The sentences of an intent that a text completes, in the order of the files."""
    sets = grammar.automaton.sets
    ended = sorted(sets.finish(sets.walk(grammar.normalize(text).text)).sentences)
    return [grammar.sentences[number] for number in ended if grammar.sentences[number].intent == intent]


def _place(grammar: Grammar, text: str, intent: str) -> str:
    found = _sentences(grammar, text, intent)
    return found[0].template.where if found else grammar.intents[intent].where


def _meaning(match: Match) -> str:
    return " ".join([match.intent, *(f"{slot}={value}" for slot, value in match.slots.items())])


def check_values(grammar: Grammar) -> Iterator[str]:
    """Yield a warning for each value of a list that is never reached: another value before it says the same."""
    seen: set[int] = set()
    told: set[tuple[str, str]] = set()  # places: a value may be in several lists
    for sentence in grammar.sentences:
        for name, definition in sentence.scope.lists.items():
            if isinstance(definition, TextList) and id(definition) not in seen:
                seen.add(id(definition))
                for pair, warning in _hidden(grammar, name, definition.values, sentence):
                    if pair not in told:
                        told.add(pair)
                        yield warning


def _hidden(
    grammar: Grammar, name: str, values: tuple[TextValue, ...], sentence: SentenceTemplate
) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield (file:line of both, warning) for each value that another one before it hides."""
    first: dict[str, TextValue] = {}
    for value in values:
        # A template has other ways to be said; only plain words have this one alone.
        said = plainest(value.said.expression, sentence.scope)
        known = first.setdefault(grammar.normalize(said).text, value)
        # What differs in its context is told apart by the sentence.
        if known is not value and value.plain and known.value != value.value and known.context == value.context:
            warning = (
                f"{value.said.where}: '{said}' of list {name} never means '{value.value or said}': {known.said.where} "
                f"says the same for '{known.value or said}'; give one of them other words in `in:`"
            )
            yield (f"{known.said.where} {known.value!r}", f"{value.said.where} {value.value!r}"), warning
