"""What the templates of a grammar spell out, as if it had no wildcards.

`{command} in {minutes} minutes` lets any text begin: whatever a recogniser mishears is likelier there than what was
said is elsewhere. Whoever writes hypotheses may follow them here, too, and tell the one kind from the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.state_sets import ANY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiced.grammar.set_machine import SetMachine


def without_wildcards(sets: SetMachine) -> SetMachine:
    """Return a machine whose wildcards read nothing; the same one if it has none. It is made once."""
    if not sets.wild:
        return sets
    if sets.tame is None:
        sets.tame = _made(sets)
    return sets.tame


def _made(sets: SetMachine) -> SetMachine:
    # States of wildcards stay, so that all have the same numbers; they have nothing to read but spaces.
    letters: list[Mapping[str, int]] = list(sets.letters)
    for state in sets.wild:
        letters[state] = {letter: there for letter, there in letters[state].items() if letter != ANY}
    machine = sets.afresh()
    vars(machine).update(letters=tuple(letters), wild=frozenset(), _closures={})
    return machine
