"""Walks the tree of a vocabulary and the automaton together: one walk finds every token that may come next.

Asking for each of 50,000 tokens one by one would read the beginning " tu" once for " turn", " tune" and " tunnel". Both
sides are trees of characters, so a depth-first walk reads each beginning once, and leaves a branch with everything
behind it as soon as the automaton does not allow its letter.

What a character comes to depends on the surface: after a word " K" writes " k", at the start it writes "k". So the tree
is seen through the surface: its branches are sorted by the letter that they write first (`Branches`), and of a node
with hundreds of branches only those are looked at whose letter the automaton can read. That does not depend on the
grammar's places, and is worked out once for each node and surface.

Inside a part that many sentences call (a list of ten thousand names) the walk must not depend on who called: the set of
a called part is walked by itself, and its walk is remembered. Where the part ends in the middle of a token, the walk
notes an *exit*; each caller goes on from there by itself. " kitchen light" may end the list after " kitchen", and then
the sentence reads " light".

Knows numbers of tokens and characters; nothing of bytes and probabilities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from voiced.grammar.folding import AS_WRITTEN
from voiced.grammar.surface import append

if TYPE_CHECKING:
    from voiced.grammar.folding import Folding
    from voiced.grammar.set_machine import SetMachine
    from voiced.grammar.state_sets import States, StateSet
    from voiced.grammar.surface import Surface
    from voiced.grammar.token_tree import Node

_MANY_BRANCHES = 12  # of a node: some hundreds of 74,000 have more
_REMEMBERED = 50_000  # nodes seen through a surface
_REMEMBERED_TOKENS = 500_000  # of walks of parts, each counted as ten more: about 25 MB
_WALK_WEIGHT = 10
_MANY_TOKENS = 10_000  # below one node; a set of nearly all tokens takes 2 MB

# First letter that is written → what else the character writes, the node behind it, and its view.
Branches: TypeAlias = "dict[str, list[tuple[str, Node, Through]]]"


# An example: `turn on the {lamp} light` with the values "hall" and "hall lamp", after " turn on the", and the tokens "
# hall", " hall light" and " hallway". The walk of the list alone reads " hall" and notes an exit there (with the value
# "hall" the part may end); it goes on reading " lamp" of the longer value, and leaves the branch "way" at once. From
# the exit the caller reads " light", so " hall" and " hall light" are allowed, and " hallway" is not.


class Through:
    """The tree as it looks through one surface."""

    __slots__ = ("branches", "surface", "written")

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.branches: dict[Node, Branches] = {}  # by node, as far as it was looked at
        # Character → what it writes, and the tree behind it; None where it must not be written.
        self.written: dict[str, tuple[str, Through] | None] = {}


class Exit(NamedTuple):
    """A called part ends in the middle of a walk; its callers go on here."""

    node: Node  # of the vocabulary: what was read of tokens so far
    through: Through
    rest: str  # what the last character wrote beyond the part, in normal form
    at_boundary: bool


class Walk(NamedTuple):
    """What can be read from a place without leaving its part, and where it leaves."""

    tokens: frozenset[int]
    exits: frozenset[Exit] = frozenset()


class TokenWalk:
    """Walks of one automaton over one vocabulary; remembers what it found about parts, wildcards and the tree."""

    def __init__(self, sets: SetMachine, language: str, folding: Folding = AS_WRITTEN) -> None:
        self._sets = sets
        self._language = language
        self._folding = folding
        self._through: dict[Surface, Through] = {}
        self._n_branches = 0
        self._walks: dict[tuple[Node, Through, StateSet], Walk] = {}
        self._weight = 0  # of the walks
        self._spelt: dict[tuple[Node, Through], frozenset[int]] = {}
        self._large: list[frozenset[int]] = []  # of these

    def forget(self) -> None:
        """Free what was remembered about parts."""
        self._walks.clear()
        self._weight = 0

    def tokens(self, root: Node, surface: Surface, here: StateSet) -> frozenset[int]:
        """The tokens below `root` whose characters can be read from a set."""
        return self._explore(root, self._seen_through(surface), here).tokens

    def _explore(self, node: Node, through: Through, here: StateSet) -> Walk:
        """Tokens below a node that can be read from a set, and where its part ends."""
        # A wildcard takes every letter, so only the surface matters, and the answer does not depend on the place.
        if here.is_wild:
            return Walk(self._spell(node, through))
        found: set[int] = set()
        exits: set[Exit] = set()
        # Each called part is walked once, whoever calls it; each of its ends is where its callers read on.
        for part, backs in here.calls:
            walk = self._walked(node, through, part)
            found |= walk.tokens
            for end in walk.exits:
                self._go_on(end, backs, found, exits)
        if here.states:
            self._read(node, through, self._sets.own(here), found, exits)
        return Walk(frozenset(found), frozenset(exits))

    def _walked(self, node: Node, through: Through, part: StateSet) -> Walk:
        # What is read of a part depends on nothing but the part: 300 intents walk a list of names once.
        key = (node, through, part)
        walk = self._walks.get(key)
        if walk is None:
            walk = self._explore(node, through, part)
            # A part that holds a wildcard is followed by nearly every token.
            self._weight += _WALK_WEIGHT + len(walk.tokens) + len(walk.exits)
            if self._weight > _REMEMBERED_TOKENS:
                self.forget()
            self._walks[key] = walk
        return walk

    def _go_on(self, end: Exit, backs: States, found: set[int], exits: set[Exit]) -> None:
        """What the callers of a part can read once it has ended."""
        # They enter the state behind their call, then read what the last character wrote beyond the part: the space
        # before a word, for instance.
        # The set behind the call is one for all texts that come here, so it is entered once.
        there = self._sets.entered(backs, at_boundary=end.at_boundary)
        if there.leaves:
            exits.add(end)
        self._follow(end.rest, there, end.node, end.through, found, exits)

    def _read(self, node: Node, through: Through, own: StateSet, found: set[int], exits: set[Exit]) -> None:
        """What states read by themselves: along each branch of the node that begins with a letter they know."""
        branches = self._branches(node, through)
        # A mark inside a token, as in "what's", writes nothing.
        for _, child, beyond in branches.get("", ()):
            self._follow("", own, child, beyond, found, exits)
        for letter in self._sets.targets(own).keys() & branches.keys():
            there = own.next.get(letter) or self._sets.step(own, letter)
            for rest, child, beyond in branches[letter]:
                if there.leaves:
                    exits.add(Exit(child, beyond, rest, there.at_boundary))
                self._follow(rest, there, child, beyond, found, exits)

    def _follow(
        self, written: str, there: StateSet, node: Node, through: Through, found: set[int], exits: set[Exit]
    ) -> None:
        """Read what is left of a character, then all that is below its node."""
        for number, letter in enumerate(written, start=1):
            there = self._sets.step(there, letter)
            # Who has left the part reads the rest from its callers' places, which are not known here.
            if there.leaves:
                exits.add(Exit(node, through, written[number:], there.at_boundary))
        # Tokens that end exactly here count, and so do longer ones.
        if there:
            found.update(node.tokens)
            if node.children:
                walk = self._explore(node, through, there)
                found |= walk.tokens
                exits |= walk.exits

    # ---- the tree, seen through a surface

    def _seen_through(self, surface: Surface) -> Through:
        found = self._through.get(surface)
        if found is None:
            found = self._through.setdefault(surface, Through(surface))
        return found

    def _write(self, through: Through, char: str) -> tuple[str, Through] | None:
        """What a character writes behind a surface, and the tree as it looks then; None: not here."""
        if char not in through.written:
            seen = append(through.surface, char, self._language, self._folding)
            through.written[char] = None if seen is None else (seen.written, self._seen_through(seen.surface))
        return through.written[char]

    def _branches(self, node: Node, through: Through) -> Branches:
        """A node's branches that the surface allows, by the first letter that they write."""
        branches = through.branches.get(node)
        if branches is None:
            self._make_room()
            # Sorted by what is written, so that a walk need not look at what nobody can read.
            branches = {}
            # A branch holds the normal form of one character: its first letter stands for the character itself.
            for letters, child in node.children.items():
                if seen := self._write(through, letters[0]):
                    written = seen[0] + self._folding.fold(letters[1:])
                    branches.setdefault(written[:1], []).append((written[1:], child, seen[1]))
            through.branches[node] = branches
        return branches

    def _make_room(self) -> None:
        # Forgetting everything at once costs less than keeping count of what was used last.
        self._n_branches += 1
        if self._n_branches > _REMEMBERED:
            for through in list(self._through.values()):
                through.branches.clear()
            self._n_branches = 0

    def _spell(self, node: Node, through: Through) -> frozenset[int]:
        """Every token below a node that the surface allows: what a wildcard takes, whatever the letters."""
        # Asked for once for each surface, and surfaces soon meet: after " t" all are alike. So what lies below a node
        # of many branches is remembered, and what lies below one of few is looked up again.
        key = (node, through)
        spelt = self._spelt.get(key)
        if spelt is None:
            found: set[int] = set()
            for letters, child in node.children.items():
                if seen := self._write(through, letters[0]):
                    found.update(child.tokens)
                    if len(child.children) > _MANY_BRANCHES:
                        found |= self._spell(child, seen[1])
                    elif child.children:
                        self._spell_few(child, seen[1], found)
            spelt = self._spelt[key] = self._known(frozenset(found))
        return spelt

    def _known(self, spelt: frozenset[int]) -> frozenset[int]:
        """Large sets once each: a dozen surfaces, met in the course of days, let two or three different ones follow."""
        if len(spelt) < _MANY_TOKENS:
            return spelt
        same = next((known for known in self._large if known == spelt), None)
        if same is None:
            self._large.append(spelt)
        return same or spelt

    def _spell_few(self, node: Node, through: Through, found: set[int]) -> None:
        waiting = [(node, through)]
        while waiting:
            here, before = waiting.pop()
            for letters, child in here.children.items():
                if seen := self._write(before, letters[0]):
                    found.update(child.tokens)
                    if child.children:
                        waiting.append((child, seen[1]))
