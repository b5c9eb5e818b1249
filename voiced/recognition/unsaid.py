"""Hypotheses that nobody said, told while they are written. Pure.

Whisper goes round in circles where the grammar lets it, and begins another command behind any that is complete.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from voiced.recognition import tuning
from voiced.whisper.repetition import REPEATED_TIMES, says_again

if TYPE_CHECKING:
    from voiced.grammar.constraint import Constraint
    from voiced.recognition.beam_search import Branch


def goes_round(branch: Branch, constraint: Constraint) -> bool:
    """Whether a hypothesis repeats what may be repeated without end: in a wildcard, or a word that is skipped."""
    # Wildcards allow any text: there the words themselves tell whether they repeat.
    has_ended = branch.token == constraint.eot
    if branch.is_free and (says_again(branch.normal, whole=has_ended) or _takes_again(branch, whole=has_ended)):
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


def _takes_again(branch: Branch, *, whole: bool) -> bool:
    """Whether a wildcard has taken what was said before it: "is Jane home, is Jane home".

    That is so if two words come again of which the first stands before everything that needs a wildcard.
    """
    if not branch.has_strayed:
        return False
    before, words = branch.before, branch.normal.split()
    while before is not None and before.has_strayed:
        before = before.before
    first = len(before.normal.split()) if before else 0
    pairs = list(pairwise(words if whole else words[:-1]))
    return not set(pairs[:first]).isdisjoint(pairs[first + 1 :])


def joins_unheard(branch: Branch, constraint: Constraint) -> bool:
    """Whether a hypothesis has a whole command or value, and begins another one behind an "and" that is unlikely."""
    if not constraint.is_joining(branch.position):
        return False
    # From the last word of the command on, marks included: "light, and".
    last = branch
    while last.before is not None and (not last.is_word or constraint.is_joining(last.position)):
        last = last.before
    return branch.score - last.score < tuning.JOINT_LOGPROB
