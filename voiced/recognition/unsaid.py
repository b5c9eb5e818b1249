"""Hypotheses that nobody said, told while they are written. Pure.

Whisper goes round in circles where the grammar lets it, and begins another command behind any that is complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.recognition import tuning
from voiced.recognition.agreement import alike
from voiced.whisper.repetition import REPEATED_TIMES, says_again

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    """Whether a wildcard has taken what was said before it: "is Jane home, is Jane home", "call my son, call me son".

    That is so if a word of those before everything that needs a wildcard comes again, and what follows it does, nearly;
    or if the second half of all is the first one but for its first word: "is Jane home, as Jane home".
    """
    if not branch.has_strayed:
        return False
    before, words = branch.before, branch.normal.split()
    while before is not None and before.has_strayed:
        before = before.before
    first = len(before.normal.split()) if before else 0
    words = words if whole else words[:-1]
    half, odd = divmod(len(words), 2)
    if first and whole and not odd and half >= tuning.SAID_AGAIN_WORDS and words[1:half] == words[half + 1 :]:
        return True
    again = (begin for begin in range(first + 1, len(words)) if words[begin] in words[:first])
    return any(_is_again(words, words.index(words[begin]), begin, whole=whole) for begin in again)


def _is_again(words: Sequence[str], at: int, begin: int, *, whole: bool) -> bool:
    """Whether the words from `begin` on are those from `at` on once more; two are enough if they begin and end all."""
    again = words[begin:]
    if len(again) < tuning.SAID_AGAIN_WORDS and not (whole and len(again) > 1 and at == 0):
        return False
    # One word more or less may have been heard the second time.
    ends = {min(at + len(again) + more, begin) for more in (-1, 0, 1)}
    return any(alike(" ".join(words[at:end]), " ".join(again)) >= tuning.SAID_AGAIN_RATIO for end in ends)


def joins_unheard(branch: Branch, constraint: Constraint) -> bool:
    """Whether a hypothesis has a whole command or value, and begins another one behind an "and" that is unlikely."""
    if not constraint.is_joining(branch.position):
        return False
    # From the last word of the command on, marks included: "light, and".
    last = branch
    while last.before is not None and (not last.is_word or constraint.is_joining(last.position)):
        last = last.before
    return branch.score - last.score < tuning.JOINT_LOGPROB
