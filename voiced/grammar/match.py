"""Matches a text with the sentences that it completes: collects the marks on the way.

Three walks. *Which sentences?* The deterministic machine (`set_machine`) reads the text at one look a letter; most
texts that are no command end here, before this file is asked (`compound`). *By which places?* In those sentences alone
all places are followed forward, and those that do not lead to the end are dropped backward. *What does it mean?* Over
the places that are left parses collect marks.

A *parse* is one way to understand the text so far: its slots, and how good it is. All parses advance together, one
character at a time: the cost is the length of the text times the number of places, not the number of parses. Where
several meet in one place, whatever follows is equal for them, so only the best few stay (Viterbi's argument). "turn on
the kitchen light" has one parse; "note buy milk for me" under `note {text} [for me]` has two.

A parse is better if more of its words are literal words of the template; then if its wildcards took fewer letters;
then if more of its values that folding makes like others are spelt as in the files; then if its sentence stands first
in the files; then if it has fewer slots; then if they end first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from voiced.flow import Match
from voiced.grammar.automaton import Close, Ended, Open, Value
from voiced.grammar.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voiced.flow import SlotValue
    from voiced.grammar.automaton import Automaton, Mark, Move, Place
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


class Filled(NamedTuple):
    """A slot that was said: its value, and the characters in normal form that it covers."""

    slot: str
    value: SlotValue | None
    start: int
    end: int
    spelt: str | None = None  # the value's words in normal form, where folding changes them


class Parse(NamedTuple):
    """One way to understand the text so far."""

    literal_words: int = 0  # words that the template spells out, outside slots
    wild_letters: int = 0  # characters that wildcards took
    filled: tuple[Filled, ...] = ()
    opened: tuple[tuple[str | None, int], ...] = ()  # slots that are being said, each with its first character
    value: SlotValue | None = None  # of the last of them: its mark stands just before the end
    spelt: str | None = None  # how the files spell that value
    sentence: int = -1  # known when it has ended

    def read(self, char: str, place: Place) -> Parse:
        """The parse after one more character, read from `place`."""
        # A literal word is counted at its first letter: the place stands at a boundary, and no slot is open.
        if self.opened or char == " " or not place[1]:
            return self
        return self._replace(literal_words=self.literal_words + 1)

    def pass_mark(self, mark: Mark, position: int) -> Parse:
        """The parse after a mark that stands before the character with index `position`."""
        # Parses are values: each mark makes a new one, and others that share its past are not touched.
        match mark:
            case Open():
                return self._replace(opened=(*self.opened, (mark.slot, position)), value=None, spelt=None)
            case Value():
                return self._replace(value=mark.value, spelt=mark.spelt)
            case Ended():
                return self._replace(sentence=mark.sentence)
            case Close():
                return self._close(position)

    def _close(self, position: int) -> Parse:
        assert self.opened, "a slot closes that was never opened"
        *around, (slot, start) = self.opened  # a value of a list may hold other lists
        # Without a value of its own the slot takes what was said, as wildcards do.
        wild = position - start if self.value is None else 0
        # A list that no slot takes was read like any other, and leaves nothing behind.
        filled = self.filled if slot is None else (*self.filled, Filled(slot, self.value, start, position, self.spelt))
        return self._replace(filled=filled, opened=tuple(around), value=None, wild_letters=self.wild_letters + wild)


def meanings(
    automaton: Automaton, sentences: Sequence[SentenceTemplate], text: str, normal: NormalText, begin: Iterable[Move]
) -> tuple[Match, ...]:
    """The distinct meanings of a text, `normal` in normal form, that begins with one of the moves `begin`."""
    # Before the first character: one empty parse in every place where a text may begin.
    layers, finals = _leading_to_the_end(automaton, begin, normal.text)
    parses = _advance([move for move in begin if move[0] in layers[0]], [Parse()], 0, {})
    # parses: place → its parses. Each character leads from all places of one layer to those of the next.
    for position, (char, layer) in enumerate(zip(normal.text, layers, strict=False)):
        after: Parses = {}
        for place, here in parses.items():
            # Inside a slot a letter changes nothing but the place, so the parses are handed on as they are.
            read = [parse.read(char, place) for parse in here] if place[1] else here
            _advance(layer[place], read, position + 1, after)
        parses = after
    # Whoever can finish without one more letter has read a whole sentence.
    ended = [
        _passed(parse, marks, len(normal.text))
        for place, here in parses.items()
        for marks in finals[place]
        for parse in here
    ]
    # Python's sort is stable and the key is total enough: the order does not depend on how the sets were walked.
    ended.sort(key=lambda parse: (*_rank(parse), -_exactness(parse, text, normal), parse.sentence, _ends(parse)))
    # Two sentences that mean one thing are one meaning: the better parse stands for it.
    distinct: dict[str, Match] = {}
    for parse in ended:
        match = _to_match(parse, sentences[parse.sentence], text, normal)
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


def _advance(moves: Iterable[Move], here: list[Parse], position: int, parses: Parses) -> Parses:
    """Add to `parses` what becomes of the parses `here` by `moves`; the best `_MOST_PARSES` of a place stay."""
    for place, marks in moves:
        # Without a mark nothing changes but the place, so the parses are handed on as they are.
        arrived = [_passed(parse, marks, position) for parse in here] if marks else here
        there = parses.get(place)
        # Lists are handed on and shared, so one that grows is a new one. Two ways with equal marks are one parse.
        there = list(dict.fromkeys(arrived if there is None else [*there, *arrived])) if marks or there else arrived
        if len(there) > _MOST_PARSES:
            there.sort(key=lambda parse: (*_rank(parse), _ends(parse)))
            del there[_MOST_PARSES:]
        parses[place] = there
    return parses


def _passed(parse: Parse, marks: tuple[Mark, ...], position: int) -> Parse:
    for mark in marks:
        parse = parse.pass_mark(mark, position)
    return parse


def _rank(parse: Parse) -> tuple[int, int]:
    # Sorts the best first, as far as the sentence is not known yet.
    return -parse.literal_words, parse.wild_letters


def _exactness(parse: Parse, text: str, normal: NormalText) -> int:
    """How many more values are spelt as in the files than otherwise, of those that folding changes."""
    spelt = [(filled.spelt, text[slice(*_span(filled, normal))]) for filled in parse.filled if filled.spelt is not None]
    return sum(1 if normalize(said).text == exactly else -1 for exactly, said in spelt)


def _ends(parse: Parse) -> tuple[int, ...]:
    # Fewer slots first: "twenty one" under `{hour}[:{minute}]` is an hour.
    return len(parse.filled), *(filled.end for filled in parse.filled)


def _to_match(parse: Parse, sentence: SentenceTemplate, text: str, normal: NormalText) -> Match:
    # Begin with what the sentence sets whatever is said, then let the text have its say.
    slots: dict[str, SlotValue] = dict(sentence.slots)
    spans: dict[str, tuple[int, int]] = {}
    # A slot that is said twice has the last value; what is said wins over what the file gives.
    for filled in parse.filled:
        # Without a value of its own, the slot takes the words as they were written, capitals included.
        span = _span(filled, normal)
        slots[filled.slot] = text[slice(*span)] if filled.value is None else filled.value
        spans[filled.slot] = span
    said = normal.sources[0], normal.sources[-1] + 1
    return Match(sentence.intent, slots, text, spans, parse.literal_words, parse.wild_letters, said)


def _span(filled: Filled, normal: NormalText) -> tuple[int, int]:
    """Where a slot was said in the original text: first index and last + 1, without spaces; (0, 0) if nowhere."""
    # In normal form first, without the spaces at its ends; `sources` lead back to the original.
    said = normal.text[filled.start : filled.end]
    start = filled.start + len(said) - len(said.lstrip())
    end = filled.start + len(said.rstrip())
    return (normal.sources[start], normal.sources[end - 1] + 1) if start < end else (0, 0)
