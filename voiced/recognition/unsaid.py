"""Hypotheses that nobody said, told while they are written. Pure.

Whisper goes round in circles where the grammar lets it, and begins another command behind any that is complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.recognition import tuning
from voiced.whisper.repetition import REPEATED_TIMES, says_again

if TYPE_CHECKING:
    from voiced.grammar.constraint import Constraint
    from voiced.recognition.beam_search import Branch


def goes_round(branch: Branch, constraint: Constraint) -> bool:
    """Whether a hypothesis repeats what may be repeated without end: in a wildcard, or a word that is skipped."""
    # Wildcards allow any text: there the words themselves tell whether they repeat.
    if branch.is_free and says_again(branch.normal, whole=branch.token == constraint.eot):
        return True
    # A state of the grammar that is met again and again, each time with another word, is such a loop.
    before, times = branch.before, 1
    is_joining = constraint.is_joining(branch.position)
    while before is not None and not constraint.is_free(branch.position):
        # Each command of a compound begins anew; three commands are as many as anybody says.
        if constraint.is_joining(before.position) and not is_joining:
            break
        times += before.position == branch.position and before.normal != branch.normal
        before = before.before
    return times >= REPEATED_TIMES


def joins_unheard(branch: Branch, constraint: Constraint) -> bool:
    """Whether a hypothesis has a whole command or value, and begins another one behind an "and" that is unlikely."""
    if not constraint.is_joining(branch.position):
        return False
    # From the last word of the command on, marks included: "light, and".
    last = branch
    while last.before is not None and (not last.is_word or constraint.is_joining(last.position)):
        last = last.before
    return branch.score - last.score < tuning.JOINT_LOGPROB
