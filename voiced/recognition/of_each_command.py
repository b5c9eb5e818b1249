"""What the tokens of a compound say for each of its commands: "turn off the light and close the blinds". Pure.

One command that was clearly heard must not speak for another that was not: a compound is as sure as the command in it
that is the least sure.
"""

from __future__ import annotations

import operator
from bisect import bisect_left, bisect_right
from itertools import combinations
from statistics import fmean
from typing import TYPE_CHECKING

from voiced.grammar.normalize import normalize
from voiced.recognition import tuning

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voiced.flow import Match
    from voiced.recognition.beam_search import Path, Written


def least_words(match: Match, path: Path, decode: Callable[[Sequence[int]], str], language: str) -> float:
    """Return the mean log probability of a path's words; of a compound, that of the command where it is least."""
    if not match.then:
        return fmean(each.logprob for each in path.written if each.is_word)
    of_each, of_joints = _taken_apart(match, path, decode, language)
    # The word that joins is part of the command behind it.
    of_each = [of_each[0], *map(operator.add, of_joints, of_each[1:])]
    # (A token may be of two commands, where no spaces part them: then one of them has none.)
    words = ([each.logprob for each in written if each.is_word] for written in of_each)
    return min(fmean(logprobs) for logprobs in words if logprobs)


def is_said(match: Match, paths: Sequence[Path], decode: Callable[[Sequence[int]], str], language: str) -> bool:
    """Return whether a compound may have been said: whether "and" was heard, and no command comes again.

    In a short window Whisper says once more what it has heard: "close the blinds, and close the blinds".
    """
    if not match.then:
        return True
    if any(_says_again(*pair) for pair in combinations(match.commands, 2)):
        return False
    # Each path is what another view says: on average each joint has to be likely, with the marks before it.
    views = [_taken_apart(match, path, decode, language)[1] for path in paths]
    joints = zip(*views, strict=True)
    return all(
        fmean(sum(each.logprob for each in written) for written in joint) >= tuning.JOINT_LOGPROB for joint in joints
    )


def _taken_apart(
    match: Match, path: Path, decode: Callable[[Sequence[int]], str], language: str
) -> tuple[list[list[Written]], list[list[Written]]]:
    """The tokens of each command, and those between each two."""
    # Counted in letters, for spelling and marks do not matter: how many are said when a command begins, and ends?
    edges = [
        _letters(match.text[:at], language) for each in match.commands for at in each.said
    ]  # begin, end, begin, end, …
    pieces: list[list[Written]] = [[] for _ in edges[1:]]
    for number, each in enumerate(path.written[:-1], start=1):
        # A token stands where its last letter does; a mark behind a whole command stands between.
        said = _letters(decode(path.tokens[:number]), language)
        piece = (bisect_left if each.is_word else bisect_right)(edges[1:-1], said)
        pieces[piece].append(each)
    return pieces[::2], pieces[1::2]


def _says_again(one: Match, other: Match) -> bool:
    """Whether of two commands one says no more than the other, or a part of it."""
    few, many = sorted((one.slots, other.slots), key=len)
    return one.intent == other.intent and all(slot in many and many[slot] == value for slot, value in few.items())


def _letters(text: str, language: str) -> int:
    return len(normalize(text, language).text.replace(" ", ""))
