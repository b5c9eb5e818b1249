"""The cheapest way from a text to a sentence of the grammar: a search of the automaton, word by word.

A *node* is (set of states behind a word, words of the text that were read). From each node lead
- a word of the text that the automaton reads: free; inside a wildcard, which takes anything, at a small price;
- a word of the text that is left out: it was said too much;
- a word of the grammar that is put in, or stands where the text has another one;
- two words of the text read as one, and one as two.

Best first, as in A*, but greedy: what has read more comes first. So a way is found soon, and what is left of the budget
looks for cheaper ones (an anytime search); every way that costs as much as the best one is dropped. The budget counts
steps, not seconds, so that one text has one answer on every machine. Only sentences that share words with the text are
searched (`near_sentences`): in a set of them alone a word has a dozen successors, not a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import heappop, heappush, nsmallest
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from voiced.grammar.near_words import WILD, is_unspaced, replaced, weight
from voiced.grammar.state_sets import ANY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from voiced.grammar.set_machine import SetMachine
    from voiced.grammar.state_sets import StateSet

_MOST_NODES = 200  # a text has 10 words, and a few dozen sentences are near
_MOST_QUEUED = 2_500
_MOST_LETTERS = 2_000  # read by looking for words of the grammar: of all nodes together, …
_MOST_HERE = 600  # … and of one
_MOST_OPTIONS = 150  # words of the grammar that are tried at one place
_MOST_FOLLOWED = 30  # of these, to places of their own
_IN_WILDCARD = 0.2
_SAID_ELSEWHERE = 0.2  # to put in a word that the text has at another place
_OTHER_SPACES = 0.3
_ONWARD = 0.01  # …, and one more word of a name in the way of the grammar
_ONE_MORE = 0.5  # share of its cost that a word put in behind another one has
_ANYTHING = 0.7  # the words of a wildcard that are missing
_LEAST = 0.1  # no word of the grammar costs less, put in or instead of another
_AHEAD = 0.6  # what a word that was read is worth in the queue


@dataclass(frozen=True, slots=True)
class Step:
    """One word of a way."""

    n_said: int  # words of the text that it reads
    word: str  # of the grammar; empty: nothing, the text has words too much
    cost: float
    exact: bool  # the text has just this


# "turn on the garage lights" under `turn {state} [the] {room} light[s]`, the steps of the cheapest way:
#   turn      turn      0.0   read as it is
#   on        on        0.0
#   the       the       0.0
#   garage    kitchen   1.3   another word: of all rooms, none is written alike, so the first
#   lights    lights    0.0
# Leaving out "garage" and putting in "kitchen" would cost 2.0; leaving out "garage" alone leads to no sentence.


class Way(NamedTuple):
    """A way from the text to the end of sentences."""

    cost: float
    steps: tuple[Step, ...]
    sentences: frozenset[int]


Steps: TypeAlias = "tuple[Step, Steps] | None"  # a linked list, the last step first
_Queued: TypeAlias = "tuple[float, int, float, int, StateSet, Steps]"


def nearest_way(
    machine: SetMachine, begin: StateSet, said: Sequence[str], most: float, go_on: Callable[[], bool]
) -> Way | None:
    """The cheapest way that was found from the words of a text to a sentence; None if none costs less than `most`.

    `go_on` is asked at each node: the caller may have a clock.
    """
    # In the queue: what decides the order, and then the node with what it cost and how it was reached.
    search = _Search(machine, said)
    queue: list[_Queued] = [(0.0, 0, 0.0, 0, begin, None)]
    known: dict[tuple[StateSet, int], float] = {}
    best: Way | None = None
    n_pushed = n_nodes = 0
    while queue and n_nodes < _MOST_NODES and n_pushed < _MOST_QUEUED and go_on():
        rank, _, cost, n_read, here, steps = heappop(queue)
        # Meanwhile a cheaper way may have come here, or to the end.
        if cost >= most or known.get((here, n_read), cost) < cost:
            continue
        n_nodes += 1
        # All words read, and a sentence is complete: from now on only cheaper ways count.
        if n_read == len(said) and steps and (ended := machine.finish(here).sentences):
            best, most = Way(cost, _in_order(steps), ended), cost
            continue
        goes_on = steps is not None and bool(steps[0].word) and not steps[0].exact
        for step, there in search.steps(here, n_read, left=most - cost, at_start=here is begin, goes_on=goes_on):
            node, price = (there, n_read + step.n_said), cost + step.cost
            # Only what is cheaper than all that led there before is followed.
            if price < most and price < known.get(node, most):
                known[node] = price
                n_pushed += 1
                # Of equal ones the first in the files is followed first, and a name that has begun to its end.
                behind = step.cost - _AHEAD * step.n_said if step.n_said or not goes_on else -_ONWARD
                heappush(queue, (rank + behind, n_pushed, price, node[1], there, (step, steps)))
    return best


def _in_order(steps: Steps) -> tuple[Step, ...]:
    # Ways share their beginnings, so each knows only its last step and what was before it.
    found = []
    while steps is not None:
        step, steps = steps
        found.append(step)
    return tuple(reversed(found))


class _Search:
    """What leads on from the nodes of one search."""

    def __init__(self, machine: SetMachine, said: Sequence[str]) -> None:
        self._machine = machine
        self._said = said
        self._letters_left = _MOST_LETTERS
        self._options: dict[StateSet, list[tuple[str, StateSet]]] = {}

    def steps(
        self, here: StateSet, n_read: int, *, left: float, at_start: bool, goes_on: bool
    ) -> Iterator[tuple[Step, StateSet]]:
        """What leads on from a node, and where to.

        `left`: what a step may cost. `goes_on`: the grammar's word before was not said either, so that one more, of the
        same name, counts less.
        """
        # Behind a word comes a space, in a script that has some.
        before = here if at_start else (self._read(here, " ") or here)
        spaced = at_start or before is not here
        if n_read < len(self._said):
            # The next word may be too much, …
            word = self._said[n_read]
            yield Step(1, "", weight(word), exact=False), here
            # … or what the grammar reads; without a space only where the script has none.
            if spaced or is_unspaced(word[0]) or is_unspaced(self._said[n_read - 1][-1]):
                yield from self._as_said(before, n_read, word)
        # Looking for words is what costs time.
        if left > _LEAST:
            for step, there in self._of_grammar(before, n_read, spaced=spaced):
                yield (step if step.n_said or not goes_on else replace(step, cost=_ONE_MORE * step.cost)), there

    def _as_said(self, before: StateSet, n_read: int, word: str) -> Iterator[tuple[Step, StateSet]]:
        if exactly := self._machine.walk(word, before):
            # Beside a wildcard the template's own words are free.
            wild = exactly.is_wild and word not in (known for known, _ in self._words(before))
            yield Step(1, word, _IN_WILDCARD if wild else 0.0, exact=True), exactly
            if exactly.is_wild:
                return
        # "bed room" for "bedroom", …
        joined = "".join(self._said[n_read : n_read + 2])
        if joined != word and (there := self._machine.walk(joined, before)) and not there.is_wild:
            yield Step(2, joined, _OTHER_SPACES, exact=False), there
        # … and "livingroom" for "living room".
        if not exactly:
            yield from self._parted(before, word)

    def _parted(self, before: StateSet, word: str) -> Iterator[tuple[Step, StateSet]]:
        # Letter by letter: wherever a space may be read, the rest may be the next word.
        here = before
        for at, letter in enumerate(word[:-1], start=1):
            here = self._read(here, letter)
            if not here or here.is_wild:
                return
            behind = self._read(here, " ")
            if behind and (there := self._machine.walk(word[at:], behind)):
                yield Step(1, f"{word[:at]} {word[at:]}", _OTHER_SPACES, exact=False), there

    def _of_grammar(self, before: StateSet, n_read: int, *, spaced: bool) -> Iterator[tuple[Step, StateSet]]:
        """A word of the grammar, put in or instead of the next one; of those that lead to one place, the likeliest."""
        said = self._said[n_read] if n_read < len(self._said) else ""
        put_in: dict[StateSet, str] = {}
        instead: dict[StateSet, tuple[float, str]] = {}
        for word, there in self._words(before):
            if spaced or is_unspaced(word[0]):
                put_in.setdefault(there, word)
            if said and there in put_in and word not in {said, WILD}:
                price = replaced(said, word)
                if there not in instead or price < instead[there][0]:
                    instead[there] = price, word
        for there, word in islice(put_in.items(), _MOST_FOLLOWED):
            yield Step(0, word, self._put_in(word), exact=False), there
        for there, (price, word) in nsmallest(_MOST_FOLLOWED, instead.items(), key=lambda each: each[1][0]):
            yield Step(1, word, price, exact=False), there

    def _put_in(self, word: str) -> float:
        # A wildcard wants something, whatever it is.
        if word == WILD:
            return _ANYTHING
        # Short words are said more than once.
        return _SAID_ELSEWHERE if word in self._said and weight(word) >= 1.0 else weight(word)

    def _words(self, before: StateSet) -> list[tuple[str, StateSet]]:
        """Words that may come, with the sets behind them; as many as the budget allows."""
        # Many nodes differ in what they read and stand at one place.
        if before not in self._options:
            self._options[before] = list(self._found(before))
        return self._options[before]

    def _found(self, before: StateSet) -> Iterator[tuple[str, StateSet]]:
        # A wildcard reads everything: one word stands for all, and of the others those count that lead elsewhere, too.
        anything = self._read(before, WILD)
        if anything:
            yield WILD, anything
        # Depth first, by hand; what a file has first comes first.
        waiting: list[tuple[str, StateSet]] = [("", before)]
        n_found, least = 0, max(0, self._letters_left - _MOST_HERE)
        while waiting and self._letters_left > least and n_found < _MOST_OPTIONS:
            word, here = waiting.pop()
            ends = bool(word) and self._ends(word, here, anything)
            if ends:
                n_found += 1
                yield word, here
            if not ends or not is_unspaced(word[-1]):
                waiting += self._longer(word, here, anything)

    def _longer(self, word: str, here: StateSet, anything: StateSet) -> list[tuple[str, StateSet]]:
        """A beginning of words with one more letter, the first in the files last."""
        # Where a wildcard alone goes on, no word of the grammar does.
        letters = self._letters(here)
        found = []
        for letter in sorted(letters.keys() - {" ", ANY}, key=letters.__getitem__, reverse=True):
            self._letters_left -= 1
            there = self._read(here, letter)
            if there and there is not anything:
                found.append((word + letter, there))
        return found

    def _ends(self, word: str, here: StateSet, anything: StateSet) -> bool:
        """Whether a word of the grammar may end here; that a wildcard may go on does not count."""
        # Where no spaces are written each letter is a word.
        if is_unspaced(word[-1]):
            return True
        space, ended = self._read(here, " "), self._machine.finish(here).sentences
        if not anything:
            return bool(space or ended)
        return space is not self._read(anything, " ") or ended != self._machine.finish(anything).sentences

    def _letters(self, here: StateSet) -> dict[str, int]:
        """Letters that a set reads, those of the parts that it called included, each with the first state behind it."""
        # States are numbered as the files were read.
        found = {letter: min(states) for letter, states in self._machine.targets(here).items()}
        for part, _ in here.calls:
            for letter, state in self._letters(part).items():
                found[letter] = min(state, found.get(letter, state))
        return found

    def _read(self, here: StateSet, letter: str) -> StateSet:
        return here.next.get(letter) or self._machine.step(here, letter)
