"""Where pieces of a template meet: whether a sentence is read as its pieces were.

Pieces of a template are brought to normal form one by one, a sentence as a whole. Both come to one thing, except where
a bracket cuts a number: after `[22]` the point of `.5` is a decimal point, and without it nothing at all. So what the
pieces come to is followed beside what `normalize` makes of the whole, in every order in which they may be said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from voiced.grammar.definitions import NumberRange, TextList, TypedList
from voiced.grammar.expression import Choice, ListReference, Permutation, RuleReference, Text
from voiced.grammar.normalize import NOTHING_YET, Writing, normalize, normalize_part, said_part, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.grammar.definitions import Scope
    from voiced.grammar.expression import Expression, Sequence

_BETWEEN_LETTERS = re.compile(r"(?<=[^\W_]).+(?=[^\W_])", re.DOTALL)


class Seam(NamedTuple):
    """What stands before a piece."""

    writing: Writing  # of the sentence so far
    is_space: bool  # whether the pieces so far end in a space


_GAP = Seam(Writing.GAP, is_space=True)  # behind a word and a space


Seams: TypeAlias = "frozenset[Seam]"
BEGINNING: Seams = frozenset([Seam(Writing.NOTHING, is_space=True)])


class Crossing(NamedTuple):
    """What comes of a piece."""

    behind: Seams
    cuts: tuple[str, ...] = ()  # pieces of the template at which a number is cut: texts, `{list`, `<rule`


class Crossings:
    """Follows templates of one scope; remembers what comes of its rules and lists."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._known: dict[tuple[str, Seam], Crossing] = {}

    def cross(self, expression: Expression, before: Seams) -> Crossing:
        """What may stand behind an expression, whatever stands before it; there must be no circles of rules."""
        match expression:
            case Text():
                return self._text(expression.text, before)
            case Choice():
                return _joined(self.cross(item, before) for item in expression.items)
            case Permutation():
                # Spaces stand around each part: it comes first, or behind a gap, whichever part is before it.
                return _joined(self.cross(item, before | {_GAP}) for item in expression.items)
            case ListReference() | RuleReference():
                return _joined(self._refer(expression, seam) for seam in before)
        return self._sequence(expression, before)

    def _sequence(self, sequence: Sequence, before: Seams) -> Crossing:
        crossing = Crossing(before)
        for item in sequence.items:
            behind, cuts = self.cross(item, crossing.behind)
            crossing = Crossing(behind, crossing.cuts + cuts)
        return crossing

    def _refer(self, reference: ListReference | RuleReference, seam: Seam) -> Crossing:
        # A rule is followed once for each seam, whoever refers to it; a cut inside it is one of the reference.
        piece = ("<" if isinstance(reference, RuleReference) else "{") + reference.name
        if (piece, seam) not in self._known:
            here = frozenset([seam])
            behind, cuts = _joined(self.cross(expression, here) for expression in self._said(reference))
            self._known[piece, seam] = Crossing(behind, (piece,) if cuts else ())
        return self._known[piece, seam]

    def _said(self, reference: ListReference | RuleReference) -> Iterator[Expression]:
        """Yield what is said of a list or a rule."""
        if isinstance(reference, RuleReference):
            yield self._scope.rules[reference.name].expression
            return
        definition = self._scope.list_named(reference.name)
        if isinstance(definition, TextList):
            # Of ten thousand names a few hundred are unlike at their ends; those without a word cannot be said.
            ends = {_ends(value.said.text) for value in definition.values if value.plain}
            yield from (Text(each) for each in ends if normalize(each).text)
            yield from (value.said.expression for value in definition.values if not value.plain)
        elif isinstance(definition, NumberRange):
            # All begin and end alike, but for the minus.
            yield from (Text(str(number)) for number in {definition.start, definition.stop})
        elif isinstance(definition, TypedList):
            # Inside, numbers are whole; at its ends there may be digits or words.
            yield from (Text("5"), Text("five"))
        else:
            yield Text("any words")

    def _text(self, text: str, before: Seams) -> Crossing:
        crossed = {_read(text, seam, self._scope.language) for seam in before}
        return Crossing(frozenset(seam for seam, _ in crossed), (text.strip(),) * any(is_cut for _, is_cut in crossed))


def _ends(text: str) -> str:
    """A text without what stands between its first letter and its last."""
    return _BETWEEN_LETTERS.sub("", text, count=1)


def _read(text: str, seam: Seam, language: str) -> tuple[Seam, bool]:
    """What stands behind a text, and whether it is read otherwise than it was written."""
    # As a piece of the sentence, …
    writing, said = seam.writing, ""
    for char in said_part(text):
        writing, letters = write(writing, char, language)
        said += letters
    # … and by itself. Without a word of its own it may still part the words on both sides.
    part = normalize_part(text, language)
    if not part.strip():
        return Seam(writing, seam.is_space or part == " "), False
    # Spaces that meet are one, and before the first word there is none.
    is_parted = seam.writing not in NOTHING_YET and (seam.is_space or part.startswith(" "))
    return Seam(writing, part.endswith(" ")), said != " " * is_parted + part.strip()


def _joined(crossings: Iterable[Crossing]) -> Crossing:
    every = list(crossings)
    return Crossing(
        frozenset[Seam]().union(*(each.behind for each in every)), tuple(cut for each in every for cut in each.cuts)
    )
