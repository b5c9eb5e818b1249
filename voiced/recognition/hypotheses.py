"""Sentences with their scores in every view of a recording, and which of them is the best. Pure.

The best is not the likeliest. Whisper likes what people write: of two sentences that sound nearly alike it prefers the
more usual, and goes on with what often follows, whoever said so. So a part of its internal language model, of what it
expects without any sound, is taken off again (Meng et al., Internal Language Model Estimation for Domain-Adaptive
End-to-End Speech Recognition, 2021). And a hypothesis must not leave out what another explains.

In a wildcard Whisper writes whatever it mishears, so that nothing fits a sound better: "the 30 nekunds timer" is rather
the timer of 30 seconds than one of that name. Each letter in a wildcard counts as unlikely in advance.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from voiced.recognition import tuning

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voiced.flow import Match, SlotValue
    from voiced.recognition.beam_search import Path


@dataclass(frozen=True, slots=True)
class ScoredHypothesis:
    """A sentence of the grammar, as each view scores it."""

    match: Match
    paths: list[Path]  # one for each view
    ilm: float = 0.0  # the internal language model's mean log probability of its tokens: without any sound

    @property
    def avg_logprob(self) -> float:
        """Mean log probability per token, over all views."""
        return fmean(path.avg_logprob for path in self.paths)

    @property
    def score(self) -> float:
        """How much speaks for it: nats per token, less a part of what was expected anyway, and for free letters."""
        free = tuning.FREE_LETTER_NATS * sum(each.wild_letters for each in self.match.commands)
        return self.avg_logprob - tuning.ILM_WEIGHT * self.ilm - free / len(self.paths[0].written)


def within_reach(ranked: Sequence[ScoredHypothesis]) -> Sequence[ScoredHypothesis]:
    """Return those that may still be the best, of hypotheses ranked by their score."""
    return [each for each in ranked if each.score > ranked[0].score - tuning.NEAR_NATS]


def best_of(
    ranked: Sequence[ScoredHypothesis], left_out: Callable[[ScoredHypothesis], float]
) -> tuple[ScoredHypothesis, list[ScoredHypothesis], float]:
    """Return the best, all others, and how far ahead of its next rival it is: nats per token, at most MARGIN_CAP.

    `ranked` are sorted by score. `left_out` tells the seconds of speech that one leaves out; it is not asked about
    those that cannot be the best whatever they leave out.
    """
    # Each is asked what it leaves out, best first: that is the expensive question.
    scores = [each.score for each in ranked]
    best = 0
    for number, each in enumerate(ranked):
        # Scores can only fall: once the rest begins below the best so far, that is the best of all.
        if number and scores[number] <= scores[best]:
            break
        scores[number] -= tuning.LEFT_OUT_NATS_PER_SECOND * left_out(each)
        best = max(best, number, key=scores.__getitem__)
    # How far ahead is the best? Beyond some nats it makes no difference.
    others = [number for number in range(len(ranked)) if number != best]
    rivals = [number for number in others if are_rivals(ranked[best].match, ranked[number].match)]
    margin = min([tuning.MARGIN_CAP, *(scores[best] - scores[number] for number in rivals)])
    return ranked[best], [ranked[number] for number in others], margin


def are_rivals(one: Match, other: Match) -> bool:
    """Return whether two meanings differ in more than words of wildcards: how these are spelt is always open."""
    has_free_words = any(each.free for each in one.commands)
    return not has_free_words or _known(one) != _known(other)


def _known(match: Match) -> list[tuple[str, dict[str, SlotValue | None]]]:
    """Intents and slots, without the words of wildcards."""
    return [
        (each.intent, {slot: None if slot in each.free else value for slot, value in each.slots.items()})
        for each in match.commands
    ]
