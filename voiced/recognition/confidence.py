"""Evidence → decision: how likely is it that a hypothesis is what was said; and if not likely enough, why not.

A constrained decoder always writes a command, whatever was said. What tells a command from anything else lies in what
the search has seen anyway: a logistic regression of it is the probability that intent and slots are right. Penalties
for speech and words that the hypothesis leaves out come on top. Knows numbers only; nothing of Whisper or grammars.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.flow import Reason
from voiced.foundations.logistic import probability_of
from voiced.recognition import tuning
from voiced.recognition.evidence import features
from voiced.recognition.weighing import weighed_log_odds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiced.recognition.evidence import Evidence


def confidence(evidence: Evidence) -> float:
    """Return the probability, 0 to 1, that the hypothesis is right, and all that was said."""
    return probability_of(weighed_log_odds(features(evidence), _weights(evidence)) - penalty(evidence))


def _weights(evidence: Evidence) -> Mapping[str, float]:
    """Weights of the evidence, by feature, for the pass that has found it; they are the same for every model."""
    # Free text makes other evidence count differently, and so do views that agree.
    if evidence.free is None:
        return tuning.FIRST
    return tuning.SECOND if evidence.views == 1 else tuning.FURTHER


def penalty(evidence: Evidence) -> float:
    """Return what the log odds lose for speech that no word accounts for, and for words that only one text has.

    Less than 0 where the only words that were not heard are a beginning that goes without saying.
    """
    # A little speech is often left over; every further second speaks loudly against the hypothesis.
    lost = tuning.UNEXPLAINED_PENALTY * max(0.0, evidence.unexplained - tuning.UNEXPLAINED_SECONDS)
    if evidence.free is None:
        return lost
    # "don't" left out of "don't turn on the lights"; "milk" made up after "with a lot of".
    if evidence.free.left_out >= tuning.WORD_LETTERS:
        lost += tuning.LEFT_OUT_PENALTY
    if evidence.free.made_up >= tuning.WORD_LETTERS:
        lost += tuning.MADE_UP_PENALTY
    # "large latte" is an order, whatever was said before it.
    if evidence.free.implied:
        lost -= tuning.IMPLIED_REWARD
    return lost


def is_enough(evidence: Evidence, least: float) -> bool:
    """Return whether a pass may be the last: as sure as `least`, and no other meaning is near."""
    return evidence.margin >= tuning.SURE_MARGIN and confidence(evidence) >= least


def rejection(evidence: Evidence, least: float) -> Reason | None:
    """Return why the hypothesis must not be acted upon; None if it may."""
    # Two meanings that are close are never decided, however sure the rest: on and off may be the two.
    if evidence.margin < tuning.AMBIGUOUS_MARGIN:
        return Reason.AMBIGUOUS
    if confidence(evidence) >= least:
        return None
    # Not believed. Was there no speech at all, or speech of which the grammar has no word?
    if evidence.no_speech > tuning.NO_SPEECH_PROBABILITY:
        return Reason.NO_SPEECH
    return Reason.OUT_OF_GRAMMAR if evidence.outside < tuning.FOREIGN_LOGPROB else Reason.LOW_CONFIDENCE
