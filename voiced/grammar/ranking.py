"""Which way to understand a text is the best.

A parse has a price: a word that the template spells out is free, a value of a list costs one, however many words it
has, and a wildcard costs one for each word that it takes. The cheapest parse is the best: what is known beats what is
free, and what is spelled out beats what is one of many. A parse whose spaces stand otherwise than its template has them
comes behind all that have them and need no wildcard. Among parses of one price:

1. whose wildcards took fewer letters;
2. whose values hold the values of others. "turn off the bedroom lamp" has one price under `turn off [the] {name}` and
   under `turn off [the] {area} lamp`, and "bedroom lamp" holds "bedroom": whoever named a device so means it;
3. whose values are spelt as in the files, where folding makes them like others;
4. whose template spells out more words;
5. whose sentence stands first in the files;
6. whose slots end first.

Home Assistant decides by the name of the slot: a `name` beats everything else, the longest first; then whoever spells
out more; and of equals the name of the intent. Among its sentences that is done here, too (`name_first`), but for areas
and floors, the longest of which is meant.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from voiced.grammar.meaning import span_of
from voiced.grammar.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from voiced.grammar.definitions import SentenceTemplate
    from voiced.grammar.match import Parse
    from voiced.grammar.normalize import NormalText

NAMES = frozenset({"name", "area", "floor", "preferred_area_id"})  # slots for what a house's things are called
Span: TypeAlias = tuple[int, int]


def cost(parse: Parse) -> tuple[int, int, int, int, int, tuple[int, ...]]:
    """Sorts the best first, as far as it is known before the end, and by one parse alone."""
    price = _price(parse)
    return parse.further, *price, parse.respaced, -parse.literal_words, tuple(filled.end for filled in parse.filled)


def best_first(
    parses: Sequence[Parse], text: str, normal: NormalText, theirs: Sequence[SentenceTemplate] | None = None
) -> list[Parse]:
    """Parses of a whole text, `normal` in normal form, the best first, whatever order they come in.

    `theirs`: the grammar's sentences, if all that were understood are Home Assistant's.
    """
    # What is written as its template has it comes first, if all its words are known.
    as_written = any(not parse.respaced and not parse.wild_words for parse in parses)
    # Values are compared among parses of one price.
    equals: dict[tuple[bool, int, int, int], list[Parse]] = defaultdict(list)
    for parse in parses:
        equals[as_written and bool(parse.respaced), *_price(parse), parse.respaced].append(parse)
    # The order does not depend on how the sets were walked, for the key is total enough, and sorting is stable.
    return [parse for price in sorted(equals) for parse in _sorted(equals[price], text, normal, theirs)]


def _price(parse: Parse) -> tuple[int, int]:
    return parse.values + parse.wild_words, parse.wild_letters


def _sorted(
    parses: list[Parse], text: str, normal: NormalText, theirs: Sequence[SentenceTemplate] | None
) -> list[Parse]:
    # "bedroom lamp" holds "bedroom": one more for the one, one less for the other.
    spans = [_values(parse, NAMES if theirs else None) for parse in parses]
    # Few spans are many parses, so each two are compared once.
    distinct = set().union(*spans)
    balance = {span: sum(_holds(span, other) - _holds(other, span) for other in distinct) for span in distinct}
    # Each parse with what it is sorted by: longer names, exact spellings, then what one parse tells by itself.
    keyed = []
    for its, parse in zip(spans, parses, strict=True):
        intent = theirs[parse.sentence].intent if theirs else ""
        longest = -sum(balance[span] for span in its), -_exactness(parse, text, normal)
        keyed.append(((*longest, -parse.literal_words, intent, parse.sentence, cost(parse)), parse))
    return [parse for _, parse in sorted(keyed, key=lambda each: each[0])]


def _exactness(parse: Parse, text: str, normal: NormalText) -> int:
    """How many more values are spelt as in the files than otherwise, of those that folding changes."""
    spelt = [(each.value.spelt, text[slice(*span_of(each, normal))]) for each in parse.filled if each.value.spelt]
    return sum(1 if normalize(said).text == exactly else -1 for exactly, said in spelt)


def _values(parse: Parse, slots: Collection[str] | None) -> set[Span]:
    # Words of a wildcard are no name, however many they are.
    return {
        (filled.start, filled.end)
        for filled in parse.filled
        if not filled.value.wild and (slots is None or filled.slot in slots)
    }


def _holds(one: Span, other: Span) -> bool:
    # Strictly: no span holds itself.
    return one != other and one[0] <= other[0] and other[1] <= one[1]
