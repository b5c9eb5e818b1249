"""The automaton read token by token: what may come next, so that a decoder writes sentences of the grammar only.

The matcher reads finished text, the constraint text that is being written. Both walk one automaton by one `step` and
one normal form, so a text that may end here is matched there: `Grammar.matches` of the text *is* the parse of the path.
Of the many ways to write a sentence (`surface`) the decoder may choose: "OK", " okay", " Ok,". A token is a handful of
bytes; where it begins or ends inside a character of UTF-8, the bytes wait (`pending`).

A `Position` is a value that depends only on what was written, so beams may be copied and reordered. What may follow a
position is computed when it is first asked for, and then remembered:

- whole characters by one walk of the vocabulary's tree and the automaton together (`token_walk`);
- tokens that end in a mark or inside a character in groups that write one thing: "," and "..." write nothing;
- inside a wildcard everything may be written, so the answer depends on the surface alone.

The idea of masking a decoder with a grammar over its vocabulary: Willard and Louf, "Efficient Guided Generation for
Large Language Models" (2023). Knows bytes and numbers of tokens; nothing of Whisper, torch or probabilities.
"""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from voiced.grammar.normalize import Writing
from voiced.grammar.positions import Group, Position, Step
from voiced.grammar.spelt_out import without_wildcards
from voiced.grammar.state_sets import ANY
from voiced.grammar.surface import (
    AFTER_MARK,
    BEFORE_DIGIT,
    IN_WORD,
    MAY_END,
    Surface,
    append,
    characters_of,
    every_character,
)
from voiced.grammar.token_tree import completions, cut
from voiced.grammar.token_walk import TokenWalk

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from voiced.grammar.automaton import Automaton
    from voiced.grammar.set_machine import SetMachine
    from voiced.grammar.state_sets import StateSet
    from voiced.grammar.token_tree import Vocabulary

    TokenIds: TypeAlias = npt.NDArray[np.int64]

_REMEMBERED_POSITIONS = 10_000  # and as many steps, 10 MB together; a command takes some hundreds of them
_REMEMBERED_TOKENS = 2_000_000  # that may follow them, 16 MB: where a wildcard begins nearly all may
_DIGITS = "0123456789"
_IN_NUMBER = (Writing.POINT, Writing.COMMA)
_IN_WORD = (Writing.WORD, Writing.DIGIT)
_MARKS = frozenset(".-")  # no text: ANY is empty, and in every text
_REMEMBERED_GROUPS = 500  # surfaces and bytes that wait; of surfaces there are some dozens


class Constraint:
    """A grammar's automaton over a vocabulary of tokens; it only grows what it remembers."""

    def __init__(self, automaton: Automaton, language: str, vocabulary: Vocabulary, eot: int) -> None:
        """`language` decides how text may be written (`surface`); `eot` is the token that ends the text."""
        self.eot = eot
        self._sets = automaton.sets
        self._letters = automaton.letters
        self.start = Position(self._sets.start)
        self._language = language
        self._vocabulary = vocabulary
        # What letters the grammar has tells which characters beyond ASCII can occur: "ü" where a "u" and its dots do.
        letters = frozenset(letter for ways in automaton.letters for letter in ways) | automaton.written
        self._folding = automaton.folding
        characters = characters_of(letters - {ANY}, self._folding.usual)
        self._spellings = tuple(char.encode() for char in characters)
        self._completions = completions(every_character() if ANY in letters else characters)
        beginning = [token for pending, token in self._vocabulary.beginning if pending in self._completions]
        self._one_by_one = (*vocabulary.marks, *beginning)
        # Remembered answers, by what they depend on.
        self._allowed: dict[Position, TokenIds] = {}
        self._n_tokens = 0  # in these, but for those of wildcards, which are held once
        self._steps: dict[tuple[Position, int], Step | None] = {}
        self._wild: dict[tuple[Surface, bool], TokenIds] = {}
        self._groups: dict[tuple[Surface, bytes], dict[Group, list[int]]] = {}
        # Not before such a word: there every command ends.
        self._joining = frozenset(state for joined in automaton.joined for state in joined.states[1:])
        self._joining |= automaton.several.words
        self._token_walk = TokenWalk(self._sets, language, self._folding)

    def single(self) -> Constraint:
        """A constraint to one command, and nothing behind it; what does not depend on that is shared."""
        return self._over(self._sets.single)

    @cached_property
    def spelt_out(self) -> Constraint:
        """A constraint to what needs no wildcard, and ends where one must follow; itself if the grammar has none."""
        return self._over(without_wildcards(self._sets))

    def _over(self, sets: SetMachine) -> Constraint:
        if sets is self._sets:
            return self
        other, walk = copy(self), TokenWalk(sets, self._language, self._folding)
        vars(other).pop("spelt_out", None)  # of other sets
        vars(other).update(
            _sets=sets, start=Position(sets.start), _token_walk=walk, _allowed={}, _n_tokens=0, _steps={}
        )
        return other

    def allowed(self, position: Position) -> TokenIds:
        """The ids of the tokens that may come next, ascending, shape (n_allowed,); empty only in a dead end."""
        tokens = self._allowed.get(position)
        if tokens is None:
            if len(self._allowed) >= _REMEMBERED_POSITIONS or self._n_tokens > _REMEMBERED_TOKENS:
                self._allowed.clear()
                self._n_tokens = 0
                self._token_walk.forget()
            tokens = self._allowed[position] = self._find(position)
        return tokens

    def advance(self, position: Position, token: int) -> Step | None:
        """The step from a position by one token; None if it is not allowed, and after the end of text."""
        # Beams that share a position share the answer.
        key = (position, token)
        if key not in self._steps:
            if len(self._steps) >= _REMEMBERED_POSITIONS:
                self._steps.clear()
            self._steps[key] = self._read(position, self._vocabulary.tokens[token]) if token != self.eot else None
        return self._steps[key]

    def walk(self, tokens: Iterable[int]) -> Position | None:
        """The position after these tokens, from the start; None if one of them is not allowed."""
        # The path of a deterministic machine: each token leads to one position or to none.
        position = self.start
        for token in tokens:
            step = self.advance(position, token)
            if step is None:
                return None
            position = step.position
        return position

    def accepts(self, position: Position) -> bool:
        """Whether the text may end here: no bytes wait, no mark dangles, and a sentence is complete."""
        states, surface, pending = position
        return not pending and surface.spot in MAY_END and bool(self._sets.finish(states).sentences)

    def is_joining(self, position: Position) -> bool:
        """Whether the position is inside of a word that joins another command to a whole one, or a value to others."""
        return bool(self._joining) and self._joins(position.states)

    def _joins(self, states: StateSet) -> bool:
        # What is read next, also by parts that were called, is such a word and nothing else.
        inside = all(self._joins(part) for part, _ in states.calls)
        return inside and states.states <= self._joining and states.goes_on()

    def is_free(self, position: Position) -> bool:
        """Whether the position is inside a wildcard, where any words may follow."""
        return position.states.is_wild

    # ---- one token

    def _read(self, position: Position, token: bytes) -> Step | None:
        # First the surface: may such a token stand here, and what does it come to? Then the automaton reads that.
        group = self._written(position.surface, position.pending, token)
        return None if group is None else self._step(position.states, group)

    def _written(self, surface: Surface, pending: bytes, token: bytes) -> Group | None:
        """What a token writes after a surface and bytes that wait; None if it must not stand there."""
        # Bytes to characters: those that waited, then the token's; an incomplete last character waits again.
        text = cut(pending + token)
        if text is None:
            return None
        # Each character may stand behind the one before, or the whole token may not.
        normal = ""
        for char in text.characters:
            seen = append(surface, char, self._language, self._folding)
            if seen is None:
                return None
            surface, normal = seen.surface, normal + seen.written
        return Group(normal, surface, text.pending)

    def _step(self, states: StateSet, group: Group) -> Step | None:
        # A dead end is refused at once: a beam must never be left without a next token.
        there = Position(self._sets.walk(group.written, states), group.surface, group.pending)
        return Step(there, group.written) if self._leads_on(there) else None

    def _leads_on(self, position: Position) -> bool:
        """Whether a character can follow, or the text may end here."""
        # The states say what letters may come; the surface adds that some marks need something behind them.
        states, surface, pending = position
        # A wildcard reads every character, so only the surface can refuse the one that waits to be completed.
        if self.is_free(position):
            return not pending or self._may_complete(surface, pending)
        if not states:
            return False
        # Bytes that wait must be the beginning of a character that the grammar can read here.
        if pending:
            whole = Position(states, surface)
            return any(self._read(whole, char) for char in self._spellings if char.startswith(pending))
        # Inside a word there are states, so there is a letter, a space or the end that they wait for.
        return surface.spot in IN_WORD or self.accepts(position) or self._leads_on_from_mark(position)

    def _leads_on_from_mark(self, position: Position) -> bool:
        """Whether a character can follow a mark, a space or nothing at all, which no wildcard reads."""
        states, (writing, spot), _ = position
        # Before the first word that word must come; a minus needs its digit.
        if writing is Writing.NOTHING:
            return self._reads_letter(states)
        # A point or a comma in a number: a digit may follow, as in "5.5", or else a word, as in " 5, then".
        if (spot in BEFORE_DIGIT or writing in _IN_NUMBER) and any(
            self._may_read(position, digit) for digit in _DIGITS
        ):
            return True
        # After an apostrophe or the dot of an initial the word may go on, though not with one more mark.
        if spot in AFTER_MARK and writing in _IN_WORD and self._reads_letter(states, but=_MARKS):
            return True
        # A space may be written, but it is nothing by itself: the grammar must read a space *and* what comes behind it.
        return spot not in BEFORE_DIGIT and self._reads_letter(self._sets.step(states, " "))

    def _reads_letter(self, states: StateSet, but: frozenset[str] = frozenset()) -> bool:
        """Whether a letter, digit or symbol not in `but` can be read next: a space by itself leads nowhere."""
        # What the states read by themselves, and what is read by parts that they have called.
        own = any(letter != " " and letter not in but for state in states.states for letter in self._letters[state])
        return own or any(self._reads_letter(part, but) for part, _ in states.calls)

    def _may_complete(self, surface: Surface, pending: bytes) -> bool:
        """Whether a surface allows any of the characters that begin with the bytes `pending`."""
        # After a full stop no letter may follow, so no byte that only begins letters may either.
        return any(append(surface, char, self._language, self._folding) for char in self._completions.get(pending, ()))

    def _may_read(self, position: Position, letter: str) -> bool:
        seen = append(position.surface, letter, self._language, self._folding)
        return seen is not None and bool(self._sets.walk(seen.written, position.states))

    # ---- all tokens

    def _find(self, position: Position) -> TokenIds:
        states, surface, pending = position
        is_wild = not pending and self.is_free(position)
        # Inside a wildcard the answer depends on the surface alone, and on whether the text may end.
        key = (surface, self.accepts(position))
        if is_wild and key in self._wild:
            return self._wild[key]
        # Marks, and tokens that begin a character without ending it: in groups that write one thing.
        found = {
            token
            for group, tokens in self._grouped(surface, pending).items()
            if self._step(states, group)
            for token in tokens
        }
        # By the walk all tokens of whole letters.
        if not pending:
            found |= self._token_walk.tokens(self._vocabulary.root, surface, states)
        # Where a sentence is complete, the text may end: the token for that is one more choice.
        if key[1]:
            found.add(self.eot)
        ids = np.fromiter(found, dtype=np.int64, count=len(found))
        ids.sort()
        if is_wild:
            # Most surfaces let the same follow: one array for all of them.
            ids = next((known for known in self._wild.values() if np.array_equal(known, ids)), ids)
            self._wild[key] = ids
        else:
            self._n_tokens += len(ids)
        return ids

    def _grouped(self, surface: Surface, pending: bytes) -> dict[Group, list[int]]:
        """What tokens that are asked for one by one write after a surface and bytes that wait, and which tokens do."""
        key = (surface, pending)
        groups = self._groups.get(key)
        if groups is None:
            if len(self._groups) >= _REMEMBERED_GROUPS:
                self._groups.clear()
            groups = {}
            # Bytes that wait leave only tokens that complete a character.
            for token in self._vocabulary.continuing if pending else self._one_by_one:
                group = self._written(surface, pending, self._vocabulary.tokens[token])
                if group is not None:
                    groups.setdefault(group, []).append(token)
            # Of some two thousand tokens a few groups are left.
            self._groups[key] = groups
        return groups
