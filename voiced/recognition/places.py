"""How many hypotheses go on together in one step of a search, and which are too unlikely to. Pure numbers.

In a wildcard whatever Whisper mishears is likely. Hypotheses that need one have strayed: as long as there are others
they get a few places of their own, and drive out nobody.
"""

from __future__ import annotations

from math import inf

from voiced.recognition import tuning


class Places:
    """The places of one step; they are offered to the likeliest first."""

    def __init__(self, size: int, behind: float, strayed: int) -> None:
        """`behind`: nats by which one may be less likely than the best; `strayed` places are apart, if any are."""
        self._behind, self._are_apart = behind, bool(strayed)
        self._left, self._left_strayed = size, strayed
        self._best = self._best_of_all = -inf

    def are_above(self, score: float, *, has_strayed: bool, has_ended: bool) -> bool:
        """Whether a hypothesis is given up; one that has ended may be less likely."""
        # Of its own kind, and of all.
        behind = tuning.ENDS_BEHIND_NATS if has_ended else self._behind
        if has_strayed or not self._are_apart:
            return score < self._best_of_all - behind
        return score < max(self._best - behind, self._best_of_all - tuning.BEHIND_STRAYED_NATS)

    def take(self, score: float, *, has_strayed: bool) -> bool:
        """Take a place for a hypothesis that goes on; return whether there was one."""
        if has_strayed and self._are_apart:
            if not self._left_strayed:
                return False
            self._left_strayed -= 1
        else:
            if not self._left:
                return False
            self._left -= 1
            self._best = max(self._best, score)
        self._best_of_all = max(self._best_of_all, score)
        return True

    @property
    def are_taken(self) -> bool:
        """Whether nobody else can go on."""
        return not self._left and not self._left_strayed
