"""Text against the grammar: the automaton's places, each with what was understood on the way there.

All readings advance together, one character at a time, so that a text costs its length and never its number of
readings. Where several readings meet in one place, their future is the same: the better ones stay, up to a handful.

A reading is better if more of its words are literal ones of the template; then if its wildcards took fewer letters;
then the sentence that stands first in the files; then the slots that end first.
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
    from voiced.grammar.definitions import Sentence
    from voiced.grammar.normalize import NormalText

_KEPT = 8  # readings that may share a place: as many meanings of one text as anybody needs

Readings: TypeAlias = "dict[Place, list[Reading]]"


@dataclass(frozen=True, slots=True)
class Filled:
    """A slot that was said: its value, and the characters in normal form that it covers."""

    slot: str
    value: SlotValue | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood so far."""

    literal_words: int = 0
    wild_letters: int = 0
    filled: tuple[Filled, ...] = ()
    opened: tuple[str | None, int] | None = None  # slot that is being said, and since where
    value: SlotValue | None = None
    sentence: int = -1  # known when it has ended

    def read(self, char: str, place: Place) -> Reading:
        """The reading after one more character, read from `place`."""
        if self.opened is not None or char == " " or not place[1]:
            return self
        return replace(self, literal_words=self.literal_words + 1)

    def pass_mark(self, mark: Mark, position: int) -> Reading:
        """The reading after a mark that stands before character `position`."""
        match mark:
            case Open():
                return replace(self, opened=(mark.slot, position), value=None)
            case Value():
                return replace(self, value=mark.value)
            case Ended():
                return replace(self, sentence=mark.sentence)
            case Close():
                return self._close(position)

    def _close(self, position: int) -> Reading:
        assert self.opened is not None, "a slot closes that was never opened"
        slot, start = self.opened
        wild = position - start if self.value is None else 0
        filled = self.filled if slot is None else (*self.filled, Filled(slot, self.value, start, position))
        return replace(self, filled=filled, opened=None, value=None, wild_letters=self.wild_letters + wild)


def match_text(
    automaton: Automaton, sentences: Sequence[Sentence], text: str, language: str, begin: Iterable[Move] | None = None
) -> tuple[Match, ...]:
    """Every distinct meaning of a text, the best first; `begin`: where it may, if not where sentences do."""
    normal = normalize(text, language)
    readings = _advance(automaton.start() if begin is None else begin, [Reading()], 0, {})
    for position, char in enumerate(normal.text):
        after: Readings = {}
        for place, here in readings.items():
            moves = automaton.step(place, char)
            if moves:
                _advance(moves, [reading.read(char, place) for reading in here], position + 1, after)
        readings = after
    ended = [
        _passed(reading, marks, len(normal.text))
        for place, here in readings.items()
        for marks in automaton.finish(place)
        for reading in here
    ]
    ended.sort(key=lambda reading: (*_rank(reading), reading.sentence, _ends(reading)))
    distinct: dict[str, Match] = {}
    for reading in ended:
        match = _to_match(reading, sentences[reading.sentence], text, normal)
        distinct.setdefault(f"{match.intent} {sorted(match.slots.items())}", match)
    return tuple(distinct.values())


def _advance(moves: Iterable[Move], here: list[Reading], position: int, readings: Readings) -> Readings:
    """Add what follows from `here` by `moves`; the worse of too many readings in one place are forgotten."""
    for place, marks in moves:
        there = readings.setdefault(place, [])
        for reading in here:
            arrived = _passed(reading, marks, position)
            if arrived not in there:
                there.append(arrived)
        if len(there) > _KEPT:
            there.sort(key=lambda reading: (*_rank(reading), _ends(reading)))
            del there[_KEPT:]
    return readings


def _passed(reading: Reading, marks: tuple[Mark, ...], position: int) -> Reading:
    for mark in marks:
        reading = reading.pass_mark(mark, position)
    return reading


def _rank(reading: Reading) -> tuple[int, int]:
    return -reading.literal_words, reading.wild_letters


def _ends(reading: Reading) -> tuple[int, ...]:
    return tuple(filled.end for filled in reading.filled)


def _to_match(reading: Reading, sentence: Sentence, text: str, normal: NormalText) -> Match:
    slots: dict[str, SlotValue] = dict(sentence.slots)
    spans: dict[str, tuple[int, int]] = {}
    for filled in reading.filled:  # a slot that is said twice has the last value
        span = _span(filled, normal)
        slots[filled.slot] = text[slice(*span)] if filled.value is None else filled.value
        spans[filled.slot] = span
    return Match(sentence.intent, slots, text, spans, reading.literal_words)


def _span(filled: Filled, normal: NormalText) -> tuple[int, int]:
    """Where a slot was said in the original text: from its first letter to its last."""
    said = normal.text[filled.start : filled.end]
    start = filled.start + len(said) - len(said.lstrip())
    end = filled.start + len(said.rstrip())
    return (normal.sources[start], normal.sources[end - 1] + 1) if start < end else (0, 0)
