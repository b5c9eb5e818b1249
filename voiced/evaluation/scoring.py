"""Scores trials: how many are right, wrong, rejected; what is confused with what; whether confidence is calibrated.

Pure: knows no sound, recogniser or clock. A command counts as understood if the intent is right and every labelled slot
has the labelled value; a compound, if all of its commands are, and no other is among them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum
from statistics import fmean
from typing import TYPE_CHECKING

from voiced.flow import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from voiced.evaluation.dataset import Label
    from voiced.flow import Match, SlotValue

BINS = 10  # of the confidence
THRESHOLDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)


class Verdict(Enum):
    """Whether a recording was understood."""

    RIGHT = "right"  # accepted, and what was said
    WRONG = "wrong"  # accepted, and not what was said
    REJECTED = "rejected"


@dataclass(frozen=True)
class Trial:
    """One recording in one condition, and the result of recognising it."""

    file: str
    condition: str  # "clean", "6 dB", or the name of a foreign folder
    label: Label
    accepted: bool
    reason: str | None  # why it was rejected
    text: str
    intent: str | None  # as understood; also what was rejected for another reason may have been
    slots: Mapping[str, SlotValue]
    confidence: float
    avg_logprob: float
    seconds: float  # of sound
    cpu: float  # seconds of processor time that recognising took
    then: tuple[Match, ...] = ()  # of a compound: the commands behind the first
    language: str = ""  # in which it was understood

    @property
    def understood(self) -> bool:
        """Whether intent and labelled slots are right, accepted or not."""
        return self.intent is not None and not self.differences

    @property
    def verdict(self) -> Verdict:
        if not self.accepted:
            return Verdict.REJECTED
        return Verdict.RIGHT if self.understood else Verdict.WRONG

    @property
    def differences(self) -> tuple[str, ...]:
        """Each difference between label and result, in words: `state 'on' → 'off'`."""
        wanted = [self.label.intent, *(each.intent for each in self.label.then)]
        found = [self.intent, *(each.intent for each in self.then)]
        if wanted != found:
            return (f"{_joined(wanted, 'no command')} → {_joined(found, 'nothing')}",)
        if self.label.language and self.language != self.label.language:
            return (f"{self.label.language} → {self.language or 'no language'}",)
        further = zip(self.label.then, self.then, strict=True)
        slots = [(self.label.slots, self.slots), *((label.slots, match.slots) for label, match in further)]
        return tuple(
            f"{slot} {value!r} → {got.get(slot)!r}"
            for expected, got in slots
            for slot, value in expected.items()
            if got.get(slot) != value
        )


def _joined(intents: Sequence[str | None], nothing: str) -> str:
    return " + ".join(intent or nothing for intent in intents)


@dataclass(frozen=True)
class Tally:
    """Counts of the trials of one condition."""

    condition: str
    commands: int
    right: int
    wrong: int
    rejected: int
    others: int  # recordings that are no commands
    others_accepted: int
    reasons: Mapping[str, int]  # of all rejections
    seconds: float  # of sound, mean
    cpu: float  # seconds per recording, mean


def tally(condition: str, trials: Sequence[Trial]) -> Tally:
    """Count the trials of one condition."""
    commands = Counter(trial.verdict for trial in trials if trial.label.intent is not None)
    others = [trial.accepted for trial in trials if trial.label.intent is None]
    return Tally(
        condition,
        commands=commands.total(),
        right=commands[Verdict.RIGHT],
        wrong=commands[Verdict.WRONG],
        rejected=commands[Verdict.REJECTED],
        others=len(others),
        others_accepted=sum(others),
        reasons=dict(Counter(trial.reason for trial in trials if trial.reason).most_common()),
        seconds=fmean(trial.seconds for trial in trials),
        cpu=fmean(trial.cpu for trial in trials),
    )


def tallies(trials: Iterable[Trial]) -> list[Tally]:
    """Counts of each condition, in the order in which conditions first appear."""
    conditions: dict[str, list[Trial]] = {}
    for trial in trials:
        conditions.setdefault(trial.condition, []).append(trial)
    return [tally(condition, its) for condition, its in conditions.items()]


@dataclass(frozen=True)
class Confusion:
    """A mistake, and the recordings in which it happened."""

    difference: str
    heard_in: tuple[str, ...]  # "a.flac at 6 dB"


def confusions(trials: Iterable[Trial]) -> list[Confusion]:
    """Mistakes in accepted recordings, the most frequent first."""
    found: dict[str, list[str]] = {}
    for trial in trials:
        if trial.verdict is Verdict.WRONG:
            for difference in trial.differences:
                found.setdefault(difference, []).append(f"{trial.file} at {trial.condition}")
    ordered = sorted(found.items(), key=lambda item: -len(item[1]))
    return [Confusion(difference, tuple(heard_in)) for difference, heard_in in ordered]


@dataclass(frozen=True)
class Bin:
    """Trials whose confidence falls into one of ten intervals."""

    confidence: float  # mean
    right: float  # share of them that was understood
    trials: int


@dataclass(frozen=True)
class Reliability:
    """Calibration of the confidence, over all recordings that were read as some command."""

    bins: tuple[Bin, ...]  # those in which there is something
    error: float  # mean distance of confidence and share, weighted by trials
    brier: float  # mean square of (confidence - right)


def reliability(trials: Iterable[Trial]) -> Reliability:
    """Compare confidence, in bins, with the share that was right: expected calibration error and Brier score."""
    scored = [(trial.confidence, trial.understood) for trial in trials if trial.intent is not None]
    groups: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in scored:
        groups.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, right))
    bins = tuple(
        Bin(fmean(confidence for confidence, _ in group), fmean(right for _, right in group), len(group))
        for _, group in sorted(groups.items())
    )
    total = len(scored) or 1
    return Reliability(
        bins,
        error=sum(abs(one.confidence - one.right) * one.trials for one in bins) / total,
        brier=sum((confidence - right) ** 2 for confidence, right in scored) / total,
    )


@dataclass(frozen=True)
class Point:
    """Shares that would be accepted if a confidence of `threshold` were enough."""

    threshold: float
    right: float  # of the commands
    wrong: float  # of the commands
    others: float  # of what is no command


def curve(trials: Sequence[Trial]) -> tuple[Point, ...]:
    """Accuracy at each of THRESHOLDS. Recordings rejected for other reasons than confidence stay rejected."""
    commands = [trial for trial in trials if trial.label.intent is not None]
    others = [trial for trial in trials if trial.label.intent is None]

    def share(wanted: Sequence[Trial], threshold: float, *verdicts: Verdict) -> float:
        return sum(_at_threshold(trial, threshold) in verdicts for trial in wanted) / (len(wanted) or 1)

    return tuple(
        Point(
            threshold,
            right=share(commands, threshold, Verdict.RIGHT),
            wrong=share(commands, threshold, Verdict.WRONG),
            others=share(others, threshold, Verdict.WRONG),
        )
        for threshold in THRESHOLDS
    )


def _at_threshold(trial: Trial, threshold: float) -> Verdict:
    by_confidence = trial.accepted or trial.reason == Reason.LOW_CONFIDENCE.value
    return replace(trial, accepted=by_confidence and trial.confidence >= threshold).verdict
