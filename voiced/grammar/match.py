"""Matches a text with the grammar: walks the automaton and collects the marks on the way.

A *parse* is one way to understand the text so far: its slots, and how good it is. All parses advance together, one
character at a time: the cost is the length of the text times the number of places, not the number of parses. Where
several meet in one place, whatever follows is equal for them, so only the best few stay (Viterbi's argument). "turn on
the kitchen light" has one parse; "note buy milk for me" under `note {text} [for me]` has two.

A parse is better if more of its words are literal words of the template; then if its wildcards took fewer letters;
then if its sentence stands first in the files; then if its slots end first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

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


# One text, step by step, for `set {room} to {n}` and "set hall to 5" (indices are those of the normal form):
#   "set "    literal_words=1
#   Open      opened=("room", 4)
#   "hall"    nothing to count: a slot is open
#   Value     value="hall"
#   Close     filled=(Filled("room", "hall", 4, 8),), opened=None
#   " to "    literal_words=2, and so on until Ended sets the sentence


@dataclass(frozen=True, slots=True)
class Filled:
    """A slot that was said: its value, and the characters in normal form that it covers."""

    slot: str
    value: SlotValue | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Parse:
    """One way to understand the text so far."""

    literal_words: int = 0  # words that the template spells out, outside slots
    wild_letters: int = 0  # characters that wildcards took
    filled: tuple[Filled, ...] = ()
    opened: tuple[str | None, int] | None = None  # slot that is being said, and its first character
    value: SlotValue | None = None  # of that slot
    sentence: int = -1  # known when it has ended

    def read(self, char: str, place: Place) -> Parse:
        """The parse after one more character, read from `place`."""
        # A literal word is counted at its first letter: the place stands at a boundary, and no slot is open.
        if self.opened is not None or char == " " or not place[1]:
            return self
        return replace(self, literal_words=self.literal_words + 1)

    def pass_mark(self, mark: Mark, position: int) -> Parse:
        """The parse after a mark that stands before the character with index `position`."""
        # Parses are values: each mark makes a new one, and others that share its past are not touched.
        match mark:
            case Open():
                return replace(self, opened=(mark.slot, position), value=None)
            case Value():
                return replace(self, value=mark.value)
            case Ended():
                return replace(self, sentence=mark.sentence)
            case Close():
                return self._close(position)

    def _close(self, position: int) -> Parse:
        assert self.opened is not None, "a slot closes that was never opened"
        slot, start = self.opened
        # Without a value of its own the slot takes what was said, as wildcards do.
        wild = position - start if self.value is None else 0
        # A list that no slot takes was read like any other, and leaves nothing behind.
        filled = self.filled if slot is None else (*self.filled, Filled(slot, self.value, start, position))
        return replace(self, filled=filled, opened=None, value=None, wild_letters=self.wild_letters + wild)


def match_text(
    automaton: Automaton,
    sentences: Sequence[SentenceTemplate],
    text: str,
    language: str,
    begin: Iterable[Move] | None = None,
) -> tuple[Match, ...]:
    """The distinct meanings of a text (intent and slots), the best first; () if it is not in the grammar.

    `begin`: the moves to the places in which the text may begin, if not at the beginning of sentences.
    """
    normal = normalize(text, language)
    # Before the first character: one empty parse in every place where a text may begin.
    parses = _advance(automaton.start() if begin is None else begin, [Parse()], 0, {})
    # parses: place → its parses. Each character leads from all places of one round to those of the next.
    for position, char in enumerate(normal.text):
        after: Parses = {}
        for place, here in parses.items():
            moves = automaton.step(place, char)
            if moves:
                _advance(moves, [parse.read(char, place) for parse in here], position + 1, after)
        parses = after
    # Whoever can finish without one more letter has read a whole sentence.
    ended = [
        _passed(parse, marks, len(normal.text))
        for place, here in parses.items()
        for marks in automaton.finish(place)
        for parse in here
    ]
    # Python's sort is stable and the key is total enough: the order does not depend on how the sets were walked.
    ended.sort(key=lambda parse: (*_rank(parse), parse.sentence, _ends(parse)))
    # Two sentences that mean one thing are one meaning: the better parse stands for it.
    distinct: dict[str, Match] = {}
    for parse in ended:
        match = _to_match(parse, sentences[parse.sentence], text, normal)
        distinct.setdefault(f"{match.intent} {sorted(match.slots.items())}", match)
    return tuple(distinct.values())


def _advance(moves: Iterable[Move], here: list[Parse], position: int, parses: Parses) -> Parses:
    """Add to `parses` what becomes of the parses `here` by `moves`; the best `_MOST_PARSES` of a place stay."""
    for place, marks in moves:
        there = parses.setdefault(place, [])
        for parse in here:
            # Two ways with equal marks are one parse.
            arrived = _passed(parse, marks, position)
            if arrived not in there:
                there.append(arrived)
        if len(there) > _MOST_PARSES:
            there.sort(key=lambda parse: (*_rank(parse), _ends(parse)))
            del there[_MOST_PARSES:]
    return parses


def _passed(parse: Parse, marks: tuple[Mark, ...], position: int) -> Parse:
    for mark in marks:
        parse = parse.pass_mark(mark, position)
    return parse


def _rank(parse: Parse) -> tuple[int, int]:
    # Sorts the best first, as far as the sentence is not known yet.
    return -parse.literal_words, parse.wild_letters


def _ends(parse: Parse) -> tuple[int, ...]:
    return tuple(filled.end for filled in parse.filled)


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
    return Match(sentence.intent, slots, text, spans, parse.literal_words)


def _span(filled: Filled, normal: NormalText) -> tuple[int, int]:
    """Where a slot was said in the original text: first index and last + 1, without spaces; (0, 0) if nowhere."""
    # In normal form first, without the spaces at its ends; `sources` lead back to the original.
    said = normal.text[filled.start : filled.end]
    start = filled.start + len(said) - len(said.lstrip())
    end = filled.start + len(said.rstrip())
    return (normal.sources[start], normal.sources[end - 1] + 1) if start < end else (0, 0)
