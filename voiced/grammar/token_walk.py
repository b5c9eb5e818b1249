"""Walks the tree of a vocabulary and the automaton together: one walk finds every token that may come next.

Asking for each of 50,000 tokens one by one would read the beginning " tu" once for " turn", " tune" and " tunnel". Both
sides are trees of characters, so a depth-first walk reads each beginning once, and leaves a branch with everything
behind it as soon as the automaton does not allow its letter.

Inside a part that many sentences call (a list of ten thousand names) the walk must not depend on who called: it starts
from the place `alone`, without its callers, and is remembered. Where the part ends in the middle of a token, the walk
notes an *exit*; each caller goes on from there by itself. " kitchen light" may end the list after " kitchen", and then
the sentence reads " light".

Knows numbers of tokens and characters; nothing of bytes and probabilities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voiced.grammar.automaton import ANY
from voiced.grammar.surface import EAST_ASIAN_MARKS, JOINS, OPENINGS, WORD_MARKS, Surface, append

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiced.grammar.automaton import Automaton, Place
    from voiced.grammar.token_tree import Node

_NOT_LETTERS = frozenset(" " + JOINS + WORD_MARKS + EAST_ASIAN_MARKS + OPENINGS)


# An example: `turn on the {lamp} light` with the values "hall" and "hall lamp", after " turn on the", and the tokens "
# hall", " hall light" and " hallway". The walk of the list alone reads " hall" and notes an exit there (with the value
# "hall" the part may end); it goes on reading " lamp" of the longer value, and leaves the branch "way" at once. From
# the exit the caller reads " light", so " hall" and " hall light" are allowed, and " hallway" is not.


class Exit(NamedTuple):
    """A called part ends in the middle of a walk; its callers go on here."""

    node: Node  # of the vocabulary: what was read of tokens so far
    surface: Surface
    rest: str  # what the last character wrote beyond the part, in normal form
    at_boundary: bool


class Walk(NamedTuple):
    """What can be read from a place without leaving its part, and where it leaves."""

    tokens: frozenset[int]
    exits: frozenset[Exit] = frozenset()


class TokenWalk:
    """Walks of one automaton over one vocabulary; remembers what it found about parts and wildcards."""

    def __init__(self, automaton: Automaton, language: str) -> None:
        self._automaton = automaton
        self._language = language
        self._walks: dict[tuple[Node, Surface, Place], Walk] = {}
        self._spelt: dict[tuple[Node, Surface], frozenset[int]] = {}

    def forget(self) -> None:
        """Free what was remembered about parts."""
        self._walks.clear()

    def tokens(self, root: Node, surface: Surface, places: Iterable[Place]) -> frozenset[int]:
        """The tokens below `root` whose characters can be read from one of the places."""
        return self._gather(root, surface, places).tokens

    def _gather(self, node: Node, surface: Surface, places: Iterable[Place]) -> Walk:
        """Tokens below a node that can be read from places with their callers, and where their parts end."""
        # Places that differ in their callers alone are one walk: ten sentences inside one list walk it once.
        callers: dict[Place, list[Place]] = {}
        for place in places:
            callers.setdefault(self._automaton.alone(place), []).append(place)
        found: set[int] = set()
        exits: set[Exit] = set()
        for alone, here in callers.items():
            key = (node, surface, alone)
            if key not in self._walks:
                self._walks[key] = self._explore(*key)
            walk = self._walks[key]
            found |= walk.tokens
            # Each end of the part is a place in which every caller reads on.
            for end in walk.exits:
                beyond = self._go_on(end, here)
                found |= beyond.tokens
                exits |= beyond.exits
        return Walk(frozenset(found), frozenset(exits))

    def _go_on(self, end: Exit, here: Iterable[Place]) -> Walk:
        """What the callers of a part can read once it has ended."""
        # Pop the stack, then read what the last character wrote beyond the part: the space before a word, for instance.
        back = frozenset(there for place in here for there in self._automaton.leave(place, end.at_boundary))
        exits: set[Exit] = set()
        after = self._step_alone(end.rest, back, end.node, end.surface, exits)
        if not after:
            return Walk(frozenset(), frozenset(exits))
        # Tokens that end exactly here count, too; so do longer ones.
        walk = self._gather(end.node, end.surface, after)
        return Walk(walk.tokens.union(end.node.tokens), walk.exits | exits)

    def _explore(self, node: Node, surface: Surface, alone: Place) -> Walk:
        """Tokens below a node that can be read from one place without its callers, and where its part ends."""
        # A wildcard takes every letter, so only the surface matters, and the answer does not depend on the place.
        if self._automaton.is_wild(alone):
            return Walk(self._spell(node, surface))
        found: set[int] = set()
        exits: set[Exit] = set()
        places = frozenset([alone])
        readable = self._readable(places, surface)
        # A branch holds the normal form of one character; few of a node's branches are worth trying.
        for letters, child in node.children.items():
            if readable is not None and letters[0] not in readable:
                continue
            # First the surface: may such a character be written here at all, and what does it come to?
            seen = append(surface, letters[0], self._language)
            if seen is None:
                continue
            # Then the automaton reads that; only where it can, the walk goes deeper.
            there = self._step_alone(seen.written + letters[1:], places, child, seen.surface, exits)
            if there:
                walk = self._gather(child, seen.surface, there)
                found |= walk.tokens.union(child.tokens)
                exits |= walk.exits
        return Walk(frozenset(found), frozenset(exits))

    def _readable(self, places: frozenset[Place], surface: Surface) -> set[str] | None:
        """The first letters that may be readable from places walked alone, and all marks; None: try every letter."""
        # Worth its cost: near the root a node has many branches, and most places read a handful of letters.
        found = set(_NOT_LETTERS)
        # What a character writes before itself depends on its kind alone: a space, a point, a minus. So one letter, one
        # digit and one symbol stand for all, and lead to the places in which the character itself is read.
        for sample in "a0%":
            seen = append(surface, sample, self._language)
            reached = self._automaton.walk(seen.written[:-1], places) if seen else ()
            for place in reached:
                letters = self._automaton.letters[place[0]]
                if self._automaton.has_left(place) or ANY in letters:
                    return None
                found.update(letters)
        return found

    def _step_alone(
        self, written: str, places: frozenset[Place], node: Node, surface: Surface, exits: set[Exit]
    ) -> frozenset[Place]:
        """The places after `written`; where the part ends on the way, an exit is added to `exits`."""
        # One round more than there are letters: the part may end after the last one, too.
        for number, letter in enumerate(written + ".", start=0):
            # Who has left the part reads the rest from its callers' places, which are not known here.
            ends = {place for place in places if self._automaton.has_left(place)}
            exits.update(Exit(node, surface, written[number:], at_boundary) for _, at_boundary, _ in ends)
            places -= ends
            if number < len(written):
                places = self._automaton.walk(letter, places)
        return places

    def _spell(self, node: Node, surface: Surface) -> frozenset[int]:
        """Every token below a node that the surface allows: what a wildcard takes, whatever the letters."""
        key = (node, surface)
        if key not in self._spelt:
            found: set[int] = set()
            waiting = [key]
            while waiting:
                here, before = waiting.pop()
                for letters, child in here.children.items():
                    seen = append(before, letters[0], self._language)
                    if seen is not None:
                        waiting.append((child, seen.surface))
                        found.update(child.tokens)
            self._spelt[key] = frozenset(found)
        return self._spelt[key]
