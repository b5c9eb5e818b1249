"""Which language was spoken: what Whisper thinks, and how well each grammar reads the sound. Pure.

Whisper's language token alone misjudges short commands: "nächster Song" is English to it. A grammar alone does, too:
Whisper translates, and reads "What is the temperature?" as "Wat is de temperatuur?" nearly as surely. Both together
seldom do. By Bayes' rule the odds of a language are those that Whisper gives it times the odds that the sentence read
in it is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from voiced.foundations.logistic import log_odds_of, probability_of
from voiced.recognition import tuning
from voiced.recognition.confidence import confidence
from voiced.recognition.passes import is_another
from voiced.recognition.weighing import BIAS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voiced.recognition.passes import Found
    from voiced.recognition.tongue import Tongue

# Log odds that the first pass can reach: all words certain, and no other meaning near.
BEST_LOG_ODDS = tuning.FIRST[BIAS] + tuning.FIRST["margin"] * tuning.MARGIN_CAP


@dataclass(frozen=True, eq=False, slots=True)
class Standing:
    """What was found in one language so far."""

    tongue: Tongue
    prior: float  # log probability that it is spoken, by Whisper's language token
    found: Found
    n_passes: int  # that may be taken
    n_taken: int = 1

    @property
    def score(self) -> float:
        """Log odds of what was found, times the probability of its language."""
        return self.prior + _log_odds(self.found)

    @property
    def is_through(self) -> bool:
        """Whether there is no further pass."""
        return self.n_taken == self.n_passes


def _log_odds(found: Found) -> float:
    """How much rather what was found is right than wrong; where nothing was found, as little as ever."""
    evidence = found.rescored.evidence
    sure = confidence(evidence) if evidence else 0.0
    least = probability_of(-tuning.MOST_LOG_ODDS)
    return log_odds_of(min(1 - least, max(least, sure)))


def priors_of(probabilities: Mapping[str, float], languages: Sequence[str]) -> list[float]:
    """Return the log probability of each of the house's languages, of those that Whisper gives all that it knows."""
    likely = [max(probabilities[code], tuning.LEAST_LANGUAGE_PROBABILITY) for code in languages]
    return [log(one / sum(likely)) for one in likely]


def is_worth_reading(prior: float, best: Standing | None) -> bool:
    """Return whether a language in which nothing was read yet may be the one, `best` being the best of the others."""
    if best is None:
        return True
    # So unlikely that no sentence would be believed; or behind even with a sentence that could not be read better.
    return prior > best.prior - tuning.FOREIGN_NATS and prior + BEST_LOG_ODDS > best.score


def leader(standings: Sequence[Standing]) -> Standing:
    """Return the best of them."""
    return max(standings, key=lambda each: each.score)


def has_rival(best: Standing, standings: Sequence[Standing]) -> bool:
    """Return whether another language is hardly less likely than the best, and means something else."""
    near = (each for each in standings if each.score > best.score - tuning.SAME_LANGUAGE_NATS)
    return any(is_another(best.found.rescored, each.found.rescored) for each in near)


def contenders(best: Standing, standings: Sequence[Standing]) -> list[Standing]:
    """Return those whose next pass is worth it: of the best, and of what another pass may put before it."""
    near = [each for each in standings if each.score > best.score - tuning.CONTENDING_NATS and not each.is_through]
    # Only the language is in doubt: every pass may tell. Sure of the best: done. Else those go on that are in doubt.
    if has_rival(best, standings):
        return near
    if best.tongue.is_sure(best.found):
        return []
    return [each for each in near if not each.tongue.is_settled(each.found)]
