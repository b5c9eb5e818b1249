"""The automaton read token by token: what may come next, so that a decoder writes sentences of the grammar only.

The matcher reads finished text, the constraint text that is being written; both walk the same automaton by the same
`step` and the same normal form, so what ends here is matched there, with the same meaning: `Grammar.matches` of the
text *is* the parse of the path. Of the many ways to write a sentence (`surface`) the decoder may choose: "OK", " okay",
" Ok,". A token is a handful of bytes; where it begins or ends inside a character of UTF-8, the bytes wait.

A position is a value and a function of what was written, so beams may be copied and reordered. What may follow is found
when it is first asked for and then remembered:

- The vocabulary is a tree of characters, walked together with the automaton; one walk finds all tokens.
- Inside a part that many sentences call (a list of ten thousand names), the walk does not know who called: it is made
  once, and where the part ends, the callers go on.
- From a wildcard on everything may be written; those tokens depend on the surface alone.

Knows bytes and numbers of tokens; nothing of Whisper, torch or probabilities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from voiced.grammar.automaton import ANY
from voiced.grammar.normalize import Writing
from voiced.grammar.surface import (
    EAST_ASIAN_MARKS,
    IN_WORD,
    JOINS,
    MARKS,
    MAY_END,
    OPENINGS,
    Spot,
    Surface,
    characters_of,
    every_character,
    look,
)
from voiced.grammar.token_tree import beginnings, cut

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from voiced.grammar.automaton import Automaton, Place
    from voiced.grammar.token_tree import Node, Vocabulary

    TokenIds: TypeAlias = npt.NDArray[np.int64]

_REMEMBERED = 20_000  # steps and positions; a command takes some hundreds of them
_NOT_LETTERS = frozenset(" " + JOINS + MARKS + EAST_ASIAN_MARKS + OPENINGS)


class Position(NamedTuple):
    """Where a text that is being written stands."""

    places: frozenset[Place]
    surface: Surface = Surface()
    pending: bytes = b""  # the beginning of a character


class Step(NamedTuple):
    """What comes of one token."""

    position: Position
    written: str  # in normal form


class _Exit(NamedTuple):
    """A called part ends in the middle of a walk."""

    node: Node  # what was read
    surface: Surface
    rest: str  # of what the last character wrote: the callers read it
    at_boundary: bool


class _Walk(NamedTuple):
    """What can be read inside one part of the automaton."""

    tokens: frozenset[int]
    exits: frozenset[_Exit] = frozenset()


class Constraint:
    """A grammar's automaton over a vocabulary of tokens."""

    def __init__(self, automaton: Automaton, language: str, vocabulary: Vocabulary, eot: int) -> None:
        """`eot` is the token that ends the text."""
        self.eot = eot
        self.start = Position(frozenset(place for place, _ in automaton.start()))
        self._automaton = automaton
        self._language = language
        self._vocabulary = vocabulary
        letters = frozenset(letter for ways in automaton.letters for letter in ways)
        characters = characters_of(letters - {ANY})  # beyond ASCII
        self._spellings = tuple(char.encode() for char in characters)
        self._beginnings = beginnings(every_character() if ANY in letters else characters)
        self._beginning = [token for pending, token in self._vocabulary.beginning if pending in self._beginnings]
        self._allowed: dict[Position, TokenIds] = {}
        self._steps: dict[tuple[Position, int], Step | None] = {}
        self._wild: dict[tuple[Surface, bool], TokenIds] = {}
        self._spelt: dict[tuple[Node, Surface], frozenset[int]] = {}
        self._walks: dict[tuple[Node, Surface, Place], _Walk] = {}

    def allowed(self, position: Position) -> TokenIds:
        """The tokens that may come next, ascending; none only where the grammar itself leads nowhere."""
        tokens = self._allowed.get(position)
        if tokens is None:
            if len(self._allowed) >= _REMEMBERED:
                self._allowed.clear()
                self._walks.clear()
            tokens = self._allowed[position] = self._find(position)
        return tokens

    def advance(self, position: Position, token: int) -> Step | None:
        """One token written; None if it is not allowed. The end of text leads nowhere."""
        key = (position, token)
        if key not in self._steps:
            if len(self._steps) >= _REMEMBERED:
                self._steps.clear()
            self._steps[key] = self._read(position, self._vocabulary.tokens[token]) if token != self.eot else None
        return self._steps[key]

    def walk(self, tokens: Iterable[int]) -> Position | None:
        """The position after these tokens; None if one of them is not allowed."""
        position = self.start
        for token in tokens:
            step = self.advance(position, token)
            if step is None:
                return None
            position = step.position
        return position

    def accepts(self, position: Position) -> bool:
        """Whether the text may end here."""
        places, surface, pending = position
        return not pending and surface.spot in MAY_END and self._finishes(places)

    def is_free(self, position: Position) -> bool:
        """Whether anything may be said here: inside a wildcard."""
        return any(map(self._automaton.is_wild, position.places))

    # ---- one token

    def _read(self, position: Position, token: bytes) -> Step | None:
        text = cut(position.pending + token)
        if text is None:
            return None
        places, surface, normal = position.places, position.surface, ""
        for char in text.characters:
            seen = look(surface, char, self._language)
            if seen is None:
                return None
            surface, normal = seen.surface, normal + seen.written
            places = self._automaton.walk(seen.written, places)
        there = Position(places, surface, text.pending)
        return Step(there, normal) if self._leads_on(there) else None

    def _leads_on(self, position: Position) -> bool:
        """Whether something can follow, or the text end."""
        places, surface, pending = position
        if self.is_free(position):
            return not pending or pending in self._beginnings
        if not places:
            return False
        if pending:
            whole = Position(places, surface)
            return any(self._read(whole, char) for char in self._spellings if char.startswith(pending))
        if surface.spot in IN_WORD or self.accepts(position):
            return True
        if surface.spot is Spot.MINUS or surface.writing in (Writing.POINT, Writing.COMMA):
            may_read_number = any(self._may_read(position, digit) for digit in "0123456789")
            return may_read_number or (surface.spot is not Spot.MINUS and bool(self._automaton.walk(" ", places)))
        inside_word = surface.spot is not Spot.MARK and surface.writing in (
            Writing.WORD,
            Writing.DIGIT,
            Writing.NOTHING,
        )
        return inside_word or bool(self._automaton.walk(" ", places))

    def _may_read(self, position: Position, letter: str) -> bool:
        seen = look(position.surface, letter, self._language)
        return seen is not None and bool(self._automaton.walk(seen.written, position.places))

    def _finishes(self, places: Iterable[Place]) -> bool:
        return any(self._automaton.finish(place) for place in places)

    # ---- all tokens

    def _find(self, position: Position) -> TokenIds:
        places, surface, pending = position
        is_wild = not pending and self.is_free(position)
        key = (surface, self.accepts(position))
        if is_wild and key in self._wild:
            return self._wild[key]
        vocabulary = self._vocabulary
        one_by_one = vocabulary.continuing if pending else [*vocabulary.marks, *self._beginning]
        found = {token for token in one_by_one if self._read(position, vocabulary.tokens[token])}
        if not pending:
            found |= self._gather(vocabulary.root, surface, places).tokens
        if key[1]:
            found.add(self.eot)
        ids = np.array(sorted(found), dtype=np.int64)
        if is_wild:
            self._wild[key] = ids
        return ids

    def _gather(self, node: Node, surface: Surface, places: Iterable[Place]) -> _Walk:
        """Tokens below a node of the vocabulary that can be read from places, and where the part of these ends."""
        callers: dict[Place, list[Place]] = {}
        for place in places:
            callers.setdefault(self._automaton.alone(place), []).append(place)
        found: set[int] = set()
        exits: set[_Exit] = set()
        for alone, here in callers.items():
            key = (node, surface, alone)
            if key not in self._walks:
                self._walks[key] = self._explore(*key)
            walk = self._walks[key]
            found |= walk.tokens
            for end in walk.exits:
                beyond = self._go_on(end, here)
                found |= beyond.tokens
                exits |= beyond.exits
        return _Walk(frozenset(found), frozenset(exits))

    def _go_on(self, end: _Exit, here: Iterable[Place]) -> _Walk:
        """What the callers of a part can read once it has ended."""
        back = frozenset(there for place in here for there in self._automaton.leave(place, end.at_boundary))
        exits: set[_Exit] = set()
        after = self._step_alone(end.rest, back, end.node, end.surface, exits)
        if not after:
            return _Walk(frozenset(), frozenset(exits))
        walk = self._gather(end.node, end.surface, after)
        return _Walk(walk.tokens.union(end.node.tokens), walk.exits | exits)

    def _explore(self, node: Node, surface: Surface, alone: Place) -> _Walk:
        """The same for one place, walked as if nobody knew who called its part."""
        if self._automaton.is_wild(alone):
            return _Walk(self._spell(node, surface))
        found: set[int] = set()
        exits: set[_Exit] = set()
        places = frozenset([alone])
        readable = self._readable(places, surface)
        for letters, child in node.children.items():
            if readable is not None and letters[0] not in readable:
                continue
            seen = look(surface, letters[0], self._language)
            if seen is None:
                continue
            there = self._step_alone(seen.written + letters[1:], places, child, seen.surface, exits)
            if there:
                walk = self._gather(child, seen.surface, there)
                found |= walk.tokens.union(child.tokens)
                exits |= walk.exits
        return _Walk(frozenset(found), frozenset(exits))

    def _readable(self, places: frozenset[Place], surface: Surface) -> set[str] | None:
        """The characters that are worth trying from places walked alone; None: all."""
        found = set(_NOT_LETTERS)
        for sample in "a0%":
            seen = look(surface, sample, self._language)
            reached = self._automaton.walk(seen.written[:-1], places) if seen else ()
            for place in reached:
                letters = self._automaton.letters[place[0]]
                if self._automaton.has_left(place) or ANY in letters:
                    return None
                found.update(letters)
        return found

    def _step_alone(
        self, written: str, places: frozenset[Place], node: Node, surface: Surface, exits: set[_Exit]
    ) -> frozenset[Place]:
        """Places after these letters; where one of them ends the part is noted in `exits`."""
        for number, letter in enumerate(written + ".", start=0):
            ends = {place for place in places if self._automaton.has_left(place)}
            exits.update(_Exit(node, surface, written[number:], at_boundary) for _, at_boundary, _ in ends)
            places -= ends
            if number < len(written):
                places = self._automaton.walk(letter, places)
        return places

    def _spell(self, node: Node, surface: Surface) -> frozenset[int]:
        """Every token below a node that the surface allows: what a wildcard takes."""
        key = (node, surface)
        if key not in self._spelt:
            found: set[int] = set()
            waiting = [key]
            while waiting:
                here, before = waiting.pop()
                for letters, child in here.children.items():
                    seen = look(before, letters[0], self._language)
                    if seen is not None:
                        waiting.append((child, seen.surface))
                        found.update(child.tokens)
            self._spelt[key] = frozenset(found)
        return self._spelt[key]
