"""Matches a text with the sentences that it completes: collects the marks on the way.

Three walks. *Which sentences?* The deterministic machine (`set_machine`) reads the text at one look a letter; most
texts that are no command end here, before this file is asked (`compound`). *By which places?* In those sentences alone
all places are followed forward, and those that do not lead to the end are dropped backward. *What does it mean?* Over
the places that are left parses collect marks.

A *parse* is one way to understand the text so far: its slots, and how good it is. All parses advance together, one
character at a time: the cost is the length of the text times the number of places, not the number of parses. Where
several meet in one place, whatever follows is equal for them, so only the best few stay (Viterbi's argument). "turn on
the kitchen light" has one parse; "note buy milk for me" under `note {text} [for me]` has two.

Which parse is the best is said in `ranking`, what a parse means in `meaning`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from voiced.grammar.automaton import Close, Compute, Ended, Further, Gather, Open, Respaced, Value
from voiced.grammar.loose_spaces import n_words
from voiced.grammar.meaning import Filled, to_match
from voiced.grammar.name_first import are_home_assistants, name_first
from voiced.grammar.ranking import best_first, cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voiced.flow import Match, SlotValue
    from voiced.grammar.automaton import Automaton, Mark, Move, Parts, Place
    from voiced.grammar.definitions import SentenceTemplate
    from voiced.grammar.normalize import NormalText

_MOST_PARSES = 8  # in one place: as many meanings of one text as anybody needs

Parses: TypeAlias = "dict[Place, list[Parse]]"
Layer: TypeAlias = "dict[Place, tuple[Move, ...]]"  # before one character: places, and the moves that it allows


# One text, step by step, for `set {room} to {n}` and "set hall to 5" (indices are those of the normal form):
#   "set "    literal_words=1
#   Open      opened=(("room", 4),)
#   "hall"    nothing to count: a slot is open
#   Value     value="hall"
#   Close     filled=(Filled("room", "hall", 4, 8),), opened=()
#   " to "    literal_words=2, and so on until Ended sets the sentence


class Parse(NamedTuple):
    """One way to understand the text so far."""

    further: int = 0  # values that were said behind others of their slot
    literal_words: int = 0  # words that the template spells out, outside slots
    values: int = 0  # values of lists that are not inside other values
    wild_words: int = 0  # words that wildcards took
    wild_letters: int = 0  # characters that wildcards took
    respaced: int = 0  # spaces that stand otherwise than in the template
    filled: tuple[Filled, ...] = ()
    opened: tuple[tuple[str | None, int], ...] = ()  # slots that are being said, each with its first character
    value: Value | Parts | None = None  # of the last of them: its mark stands just before the end
    sentence: int = -1  # known when it has ended

    def read(self, char: str, place: Place) -> Parse:
        """The parse after one more character, read from `place`."""
        # A literal word is counted at its first letter: the place stands at a boundary, and no slot is open.
        if self.opened or char == " " or not place[1]:
            return self
        return self._replace(literal_words=self.literal_words + 1)

    def pass_mark(self, mark: Mark, position: int, text: str) -> Parse:
        """The parse after a mark that stands before the character of `text` with index `position`."""
        # Parses are values: each mark makes a new one, and others that share its past are not touched.
        match mark:
            case Open():
                return self._replace(opened=(*self.opened, (mark.slot, position)), value=None)
            case Value() | Gather() | Compute():
                return self._replace(value=self._valued(mark))
            case Further():
                return self._replace(further=self.further + 1)
            case Respaced():
                return self._replace(respaced=self.respaced + 1)
            case Ended():
                return self._replace(sentence=mark.sentence)
            case Close():
                return self._close(position, text)

    def _valued(self, mark: Value | Gather | Compute) -> Value | Parts | None:
        # Parts of one value are gathered in a tuple, until it is computed.
        if isinstance(mark, Gather):
            return ()
        if isinstance(self.value, tuple):
            return Value(mark.value(self.value)) if isinstance(mark, Compute) else (*self.value, *_given(mark.value))
        # A text whose first words are missing may begin among the parts: then there is no value.
        return mark if isinstance(mark, Value) else None

    def _close(self, position: int, text: str) -> Parse:
        # A text whose first words are missing may begin inside a list whose value no slot takes.
        if not self.opened or self.value is None:
            return self
        assert not isinstance(self.value, tuple), "parts of a value that was not computed"
        *around, (slot, start) = self.opened  # a value of a list may hold other lists
        # Words of a wildcard are counted one by one, a value of a list as one.
        wild = text[start:position] if self.value.wild else ""
        # A list that no slot takes was read like any other, and leaves nothing behind.
        filled = self.filled if slot is None else (*self.filled, Filled(slot, self.value, start, position))
        return self._replace(
            values=self.values + (not around and not wild),
            wild_words=self.wild_words + n_words(wild),
            wild_letters=self.wild_letters + len(wild),
            filled=filled,
            opened=tuple(around),
            value=None,
        )


def _given(part: SlotValue | None) -> Parts:
    return () if part is None else (part,)


def meanings(
    automaton: Automaton,
    sentences: Sequence[SentenceTemplate],
    text: str,
    normal: NormalText,
    begin: Iterable[Move],
    *,
    several: bool = False,
) -> tuple[Match, ...]:
    """The distinct meanings of a text, `normal` in normal form, that begins with one of the moves `begin`.

    Those with one value in each place of the sentence, or those with `several` in one.
    """
    # Before the first character: one empty parse in every place where a text may begin.
    layers, finals = _leading_to_the_end(automaton, begin, normal.text)
    parses = _advance([move for move in begin if move[0] in layers[0]], [Parse()], 0, normal.text, {})
    # parses: place → its parses. Each character leads from all places of one layer to those of the next.
    for position, (char, layer) in enumerate(zip(normal.text, layers, strict=False)):
        after: Parses = {}
        for place, here in parses.items():
            # Inside a slot a letter changes nothing but the place, so the parses are handed on as they are.
            read = [parse.read(char, place) for parse in here] if place[1] else here
            _advance(layer[place], read, position + 1, normal.text, after)
        parses = after
    # Whoever can finish without one more letter has read a whole sentence.
    ended = [
        _passed(parse, marks, len(normal.text), normal.text)
        for place, here in parses.items()
        for marks in finals[place]
        for parse in here
        if bool(parse.further) == several
    ]
    # Two sentences that mean one thing are one meaning: the better parse stands for it.
    distinct: dict[str, Match] = {}
    theirs = sentences if are_home_assistants(ended, sentences) else None
    found = best_first(ended, text, normal, theirs)
    for parse in name_first(found) if theirs else found:
        match = to_match(parse, sentences[parse.sentence], text, normal)
        distinct.setdefault(match.meaning, match)
    return tuple(distinct.values())


def _leading_to_the_end(
    automaton: Automaton, begin: Iterable[Move], normal: str
) -> tuple[list[Layer], dict[Place, tuple[tuple[Mark, ...], ...]]]:
    """Layers of places, one before each character and one behind the last, and the marks to the end from the latter.

    Places and moves from which the text does not lead to the end of a sentence are left out.
    """
    # Forward: where each character leads from all places that the one before it led to, and that can read it.
    layers: list[Layer] = []
    places = dict.fromkeys(place for place, _ in begin)
    for char in normal:
        layers.append({place: automaton.step(place, char) for place in places if automaton.reads(place, char)})
        places = dict.fromkeys(there for moves in layers[-1].values() for there, _ in moves)
    finals = {place: marks for place in places if (marks := automaton.finish(place))}
    # Backward: what leads to a place that is left stays, in its order.
    layers.append(dict.fromkeys(finals, ()))
    for number in range(len(normal) - 1, -1, -1):
        behind, kept = layers[number + 1], {}
        for place, moves in layers[number].items():
            # A place all of whose moves lead nowhere leads nowhere itself.
            if left := tuple(move for move in moves if move[0] in behind):
                kept[place] = left
        layers[number] = kept
    return layers, finals


def _advance(moves: Iterable[Move], here: list[Parse], position: int, text: str, parses: Parses) -> Parses:
    """Add to `parses` what becomes of the parses `here` by `moves`; the best `_MOST_PARSES` of a place stay."""
    for place, marks in moves:
        # Without a mark nothing changes but the place, so the parses are handed on as they are.
        arrived = [_passed(parse, marks, position, text) for parse in here] if marks else here
        there = parses.get(place)
        # Lists are handed on and shared, so one that grows is a new one. Two ways with equal marks are one parse.
        there = _distinct(arrived if there is None else [*there, *arrived]) if marks or there else arrived
        if len(there) > _MOST_PARSES:
            there.sort(key=cost)
            del there[_MOST_PARSES:]
        parses[place] = there
    return parses


def _distinct(parses: list[Parse]) -> list[Parse]:
    """Parses that differ by more than their spaces: of others the one that has them as the template has."""
    # A space may be missing and stand again a little later: the same words, read as if something had happened.
    found: dict[Parse, Parse] = {}
    for parse in parses:
        alike = parse._replace(respaced=0) if parse.respaced else parse
        known = found.setdefault(alike, parse)
        if parse.respaced < known.respaced:
            found[alike] = parse
    return list(found.values())


def _passed(parse: Parse, marks: tuple[Mark, ...], position: int, text: str) -> Parse:
    for mark in marks:
        parse = parse.pass_mark(mark, position, text)
    return parse
