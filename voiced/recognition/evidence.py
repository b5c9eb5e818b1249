"""Evidence: the numbers that speak for or against a hypothesis, before anybody judges them. Pure values.

Most are log probabilities that the search has seen anyway: of the words, of what the grammar forbade, of the end. From
the second pass on they are joined by a comparison with what Whisper writes freely.
"""

from __future__ import annotations

from dataclasses import Field, dataclass, fields, replace
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# What is weighed by the confidence, in this order. The other numbers count by thresholds of their own.
OF_EVERY_PASS = ("words", "margin", "ends")
OF_FREE_TEXT = ("lead",)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about a hypothesis; logarithms are natural."""

    words: float  # mean log probability of the tokens that say something
    outside: float  # log of the least probability that all allowed tokens had together at a word; a reason, no more
    margin: float  # nats per token by which it leads the best other meaning; at most MARGIN_CAP
    ends: float  # log probability that no word follows the last one, whatever the grammar says
    unexplained: float  # seconds of loud speech that the words do not account for
    no_speech: float  # probability that nobody spoke; gives a rejection its reason, no more
    views: int = 1  # of which these are the means
    free: FreeEvidence | None = None  # from the second pass on


@dataclass(frozen=True, slots=True)
class FreeEvidence:
    """How a hypothesis compares with what Whisper would write without the grammar."""

    lead: float  # nats per token by which the free text is likelier; more than 0 speaks against the hypothesis
    left_out: float = 0  # letters of words in the free text that the hypothesis leaves out
    made_up: float = 0  # letters of the hypothesis's last words, or of first ones that decide, missing in the free text
    implied: float = 0  # 1 if the free text has all but first words that decide nothing


def features(evidence: Evidence) -> dict[str, float]:
    """Return the numbers that the confidence weighs, by name: three of every pass, one more with free text."""
    # Weights of the passes are fitted to exactly these numbers.
    found = {name: getattr(evidence, name) for name in OF_EVERY_PASS}
    if evidence.free:
        found |= {name: getattr(evidence.free, name) for name in OF_FREE_TEXT}
    return found


def mean(of_views: Sequence[Evidence]) -> Evidence:
    """Return each number's average over the views of one hypothesis."""
    # Free text is compared in every view of a pass or in none.
    free = [each.free for each in of_views if each.free]
    return replace(
        of_views[0],
        **_means(of_views, fields(Evidence)[:-2]),
        views=len(of_views),
        free=replace(free[0], **_means(free, fields(FreeEvidence))) if free else None,
    )


def _means(of: Sequence[Evidence] | Sequence[FreeEvidence], numbers: Sequence[Field[float]]) -> dict[str, float]:
    return {number.name: fmean(getattr(each, number.name) for each in of) for number in numbers}
