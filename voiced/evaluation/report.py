"""The results of `voiced bench` as tables for people, and as JSON with every recording. Measures nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from statistics import fmean
from typing import TYPE_CHECKING, Any

from voiced.evaluation.scoring import Reliability, Tally, Trial, Verdict, confusions, curve, reliability, tallies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST = 15  # confusions, and recordings, that are listed for people; JSON has all
HEAD = f"{'':12} {'commands':>8} {'right':>8} {'wrong':>8} {'rejected':>8} {'others':>8} {'accepted':>8} {'CPU s':>7}"


@dataclass(frozen=True)
class Report:
    """All trials of a run of `voiced bench`."""

    folder: str
    model: str
    own: Sequence[Trial]  # the folder's recordings, clean and in noise
    foreign: Sequence[Trial]  # recordings of other folders; none of them is a command

    @cached_property
    def reliability(self) -> Reliability:
        return reliability([*self.own, *self.foreign])

    def as_json(self) -> dict[str, Any]:
        """Counts, confusions, calibration and every trial, as a JSON object."""
        return {
            "folder": self.folder,
            "model": self.model,
            "conditions": [asdict(tally) for tally in tallies(self.own)],
            "noisy_mean": self._mean_over_noise(),
            "foreign": [asdict(tally) for tally in tallies(self.foreign)],
            "confusions": [asdict(confusion) for confusion in confusions(self.own)],
            "reliability": asdict(self.reliability),
            "curve": [asdict(point) for point in curve([*self.own, *self.foreign])],
            "trials": [_trial_json(trial) for trial in (*self.own, *self.foreign)],
        }

    def as_text(self) -> str:
        """Counts, confusions and calibration as tables for people."""
        return "\n".join(self._lines())

    def _mean_over_noise(self) -> dict[str, float] | None:
        """Shares of right, wrong and rejected commands, averaged over the noisy conditions."""
        noisy = [tally for tally in tallies(self.own)[1:] if tally.commands]
        if not noisy:
            return None
        return {
            "right": fmean(tally.right / tally.commands for tally in noisy),
            "wrong": fmean(tally.wrong / tally.commands for tally in noisy),
            "rejected": fmean(tally.rejected / tally.commands for tally in noisy),
            "cpu": fmean(tally.cpu for tally in noisy),
        }

    def _lines(self) -> Iterator[str]:
        first = tallies(self.own)[0]
        yield f"{self.folder}: {first.commands + first.others} recordings of {first.seconds:.1f} s, model {self.model}"
        yield ""
        yield HEAD
        yield from (_row(tally) for tally in tallies(self.own))
        if mean := self._mean_over_noise():
            shares = " ".join(f"{100 * mean[kind]:7.2f}%" for kind in ("right", "wrong", "rejected"))
            yield f"{'mean, noisy':12} {'':8} {shares} {'':8} {'':8} {mean['cpu']:7.2f}"
        if self.foreign:
            yield f"\n{'foreign':40} {'heard':>6} {'accepted':>8} {'':>8} {'CPU s':>7}   rejected as"
            yield from (_foreign_row(tally) for tally in tallies(self.foreign))
        yield from self._what_went_wrong()
        yield from _reliability_lines(self.reliability)
        yield "\nif accepted from confidence   right   wrong   others"
        for point in curve([*self.own, *self.foreign]):
            shares = "".join(f"{100 * share:7.2f}%" for share in (point.right, point.wrong, point.others))
            yield f"{point.threshold:27.2f} {shares}"

    def _what_went_wrong(self) -> Iterator[str]:
        found = confusions(self.own)
        if found:
            yield "\nconfused (times, what was said → what was understood, where)"
        for confusion in found[:MOST]:
            more = f" and {len(confusion.heard_in) - 3} more" if len(confusion.heard_in) > 3 else ""  # noqa: PLR2004 # shown
            yield f"{len(confusion.heard_in):5}  {confusion.difference}   {', '.join(confusion.heard_in[:3])}{more}"
        if len(found) > MOST:
            yield f"       … and {len(found) - MOST} other confusions; --json has all"
        accepted = [trial for trial in self.foreign if trial.verdict is Verdict.WRONG]
        if accepted:
            yield "\nforeign, and accepted (confidence, what was understood, where)"
        for trial in sorted(accepted, key=lambda one: -one.confidence)[:MOST]:
            yield f"{trial.confidence:5.2f}  {trial.text!r}: {trial.intent} {dict(trial.slots)}   {trial.file}"


def _row(tally: Tally) -> str:
    commands = [_share(number, tally.commands) for number in (tally.right, tally.wrong, tally.rejected)]
    others = f"{tally.others or '-':>8} {_share(tally.others_accepted, tally.others)}"
    return f"{tally.condition:12} {tally.commands:8} {' '.join(commands)} {others} {tally.cpu:7.2f}"


def _foreign_row(tally: Tally) -> str:
    share = _share(tally.others_accepted, tally.others)
    why = ", ".join(f"{reason} {number}" for reason, number in tally.reasons.items())
    return f"{tally.condition:40} {tally.others:6} {tally.others_accepted:8} {share} {tally.cpu:7.2f}   {why}"


def _share(number: int, total: int) -> str:
    return f"{100 * number / total:7.2f}%" if total else f"{'-':>8}"


def _reliability_lines(found: Reliability) -> Iterator[str]:
    yield f"\nconfidence   right   of   (mean error {found.error:.3f}, Brier score {found.brier:.3f})"
    for one in found.bins:
        yield f"{one.confidence:10.3f} {one.right:7.3f} {one.trials:5}"


def _trial_json(trial: Trial) -> dict[str, Any]:
    return {
        "file": trial.file,
        "condition": trial.condition,
        "verdict": trial.verdict.value,
        "expected": trial.label.model_dump(),
        "accepted": trial.accepted,
        "reason": trial.reason,
        "text": trial.text,
        "intent": trial.intent,
        "slots": dict(trial.slots),
        "then": [{"intent": each.intent, "slots": dict(each.slots)} for each in trial.then],
        "confidence": round(trial.confidence, 4),
        "avg_logprob": round(trial.avg_logprob, 4),
        "seconds": round(trial.seconds, 2),
        "cpu": round(trial.cpu, 4),
    }
