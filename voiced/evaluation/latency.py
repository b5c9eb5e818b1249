"""Delays of `voiced bench --latency`: from the end of the speech to the action or the rejection, and who was cut off.

Pure: counts, and writes text and JSON. The end of the speech is a reference that `stimuli` finds in the recording
alone, not the end that the endpointer found.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from itertools import groupby
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from voiced.evaluation.scoring import Trial, Verdict
from voiced.flow import Ending

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CUT_OFF_SECONDS = 0.15  # before the end of the speech; the reference itself errs by less


@dataclass(frozen=True)
class Reply:
    """The answer to one recording of the real-time benchmark; times are seconds from the end of the speech."""

    trial: Trial
    ending: str  # why the ear stopped recording
    stopped: float  # of sound: when it did
    recognized: float  # when it was known what was said
    published: float  # when the action was handed over
    passes: int  # how often something was recognised
    waited: float  # seconds of quiet after what the ear took for the end of the speech
    fixed: float  # of sound: when a fixed silence of `realtime.FIXED_SECONDS` would have stopped recording

    @property
    def cut_off(self) -> bool:
        """Whether recording stopped before the speech had ended."""
        return self.stopped < -CUT_OFF_SECONDS

    @property
    def cut_off_needlessly(self) -> bool:
        """Whether the command was cut off, and a fixed silence would have recorded all of it."""
        return self.cut_off and self.fixed >= -CUT_OFF_SECONDS


@dataclass(frozen=True)
class Delay:
    """Statistics of the replies of one condition."""

    condition: str
    commands: int
    right: float  # shares of the commands
    wrong: float
    median: float  # seconds from the end of the speech to the action
    p95: float
    stopped: float  # medians of the way there
    recognized: float
    fixed: float  # median at which a fixed silence would have stopped recording
    cut_off: float  # share
    cut_off_needlessly: float
    full_silence: float  # share that waited for the ordinary silence or longer
    passes: float  # mean
    endings: dict[str, int]


@dataclass(frozen=True)
class Refusal:
    """Statistics of the replies of one condition to recordings that are no commands."""

    condition: str
    recordings: int  # in which somebody spoke
    accepted: int
    median: float | None  # seconds from the end of the speech to the rejection; None: nothing was rejected
    p95: float | None
    worst: float | None
    passes: float  # mean


def delays(replies: Sequence[Reply], silence: float) -> tuple[Delay, ...]:
    """Statistics of the commands of each condition, in order; `silence`: `listening.silence` in seconds."""
    commands = [reply for reply in replies if reply.trial.label.intent is not None]
    return tuple(_delay(condition, group, silence) for condition, group in _by_condition(commands))


def refusals(replies: Sequence[Reply]) -> tuple[Refusal, ...]:
    """Statistics of the recordings of each condition that are no commands, in order.

    Recordings in which the ear heard nobody speak are left out: there is no end of speech to count from.
    """
    silent = Ending.NO_SPEECH.value
    others = [reply for reply in replies if reply.trial.label.intent is None and reply.ending != silent]
    return tuple(_refusal(condition, group) for condition, group in _by_condition(others))


def _by_condition(replies: Sequence[Reply]) -> Iterator[tuple[str, list[Reply]]]:
    for condition, group in groupby(replies, key=lambda reply: reply.trial.condition):
        yield condition, list(group)


def _refusal(condition: str, replies: Sequence[Reply]) -> Refusal:
    known = [reply.recognized for reply in replies if not reply.trial.accepted]
    median, p95, worst = (float(np.percentile(known, rank)) if known else None for rank in (50, 95, 100))
    passes = fmean(reply.passes for reply in replies)
    return Refusal(condition, len(replies), len(replies) - len(known), median, p95, worst, passes)


def _delay(condition: str, replies: Sequence[Reply], silence: float) -> Delay:
    published = [reply.published for reply in replies]

    def share(*claims: bool) -> float:
        return fmean(claims)

    return Delay(
        condition=condition,
        commands=len(replies),
        right=share(*(reply.trial.verdict is Verdict.RIGHT for reply in replies)),
        wrong=share(*(reply.trial.verdict is Verdict.WRONG for reply in replies)),
        median=float(np.percentile(published, 50)),
        p95=float(np.percentile(published, 95)),
        stopped=float(np.percentile([reply.stopped for reply in replies], 50)),
        recognized=float(np.percentile([reply.recognized for reply in replies], 50)),
        fixed=float(np.percentile([reply.fixed for reply in replies], 50)),
        cut_off=share(*(reply.cut_off for reply in replies)),
        cut_off_needlessly=share(*(reply.cut_off_needlessly for reply in replies)),
        full_silence=share(*(reply.waited >= silence for reply in replies)),
        passes=fmean(reply.passes for reply in replies),
        endings=dict(Counter(reply.ending for reply in replies)),
    )


def as_json(folder: str, model: str, replies: Sequence[Reply], silence: float) -> dict[str, Any]:
    """Statistics and every single reply, as a JSON object."""
    return {
        "folder": folder,
        "model": model,
        "conditions": [asdict(delay) for delay in delays(replies, silence)],
        "rejections": [asdict(refusal) for refusal in refusals(replies)],
        "replies": [_reply_json(reply) for reply in replies],
    }


def as_text(folder: str, model: str, replies: Sequence[Reply], silence: float) -> str:
    """Statistics as a table for people, and the commands that were cut off."""
    return "\n".join(_lines(folder, model, replies, silence))


def _lines(folder: str, model: str, replies: Sequence[Reply], silence: float) -> Iterator[str]:
    yield f"{folder}: spoken to the ear in real time, model {model}; seconds from the end of the speech"
    yield from _delay_lines(delays(replies, silence))
    yield from _refusal_lines(refusals(replies))
    for reply in replies:
        if reply.cut_off:
            kept = "; a fixed silence would have kept it" if reply.cut_off_needlessly else ""
            yield f"cut off {-reply.stopped:.2f} s early: {reply.trial.file}: {reply.trial.text!r}{kept}"


def _delay_lines(found: Sequence[Delay]) -> Iterator[str]:
    if not found:
        return
    yield ""
    yield (
        f"{'':12} {'commands':>8} {'right':>8} {'wrong':>8} {'median':>7} {'p95':>7} {'stopped':>8} {'known':>7} "
        f"{'cut off':>8} {'waited':>8} {'passes':>7}   endings"
    )
    for delay in found:
        shares = [f"{100 * share:7.2f}%" for share in (delay.right, delay.wrong, delay.cut_off, delay.full_silence)]
        endings = ", ".join(f"{ending} {number}" for ending, number in delay.endings.items())
        yield (
            f"{delay.condition:12} {delay.commands:8} {shares[0]} {shares[1]} {delay.median:7.2f} {delay.p95:7.2f} "
            f"{delay.stopped:8.2f} {delay.recognized:7.2f} {shares[2]} {shares[3]} {delay.passes:7.2f}   {endings}"
        )
    fixed = ", ".join(f"{delay.fixed:.2f} s ({delay.condition})" for delay in found)
    yield f"\nwaited: for the ordinary silence or longer. A fixed silence of 0.7 s would have stopped after {fixed}"


def _refusal_lines(found: Sequence[Refusal]) -> Iterator[str]:
    if found:
        yield f"\n{'no commands':40} {'heard':>6} {'accepted':>8} {'median':>7} {'p95':>7} {'worst':>7} {'passes':>7}"
    for one in found:
        seconds = (f"{'-':>7}" if known is None else f"{known:7.2f}" for known in (one.median, one.p95, one.worst))
        yield f"{one.condition:40} {one.recordings:6} {one.accepted:8} {' '.join(seconds)} {one.passes:7.2f}"


def _reply_json(reply: Reply) -> dict[str, Any]:
    seconds = {
        name: round(getattr(reply, name), 3) for name in ("stopped", "recognized", "published", "waited", "fixed")
    }
    return {
        "file": reply.trial.file,
        "condition": reply.trial.condition,
        "verdict": reply.trial.verdict.value,
        "text": reply.trial.text,
        "ending": reply.ending,
        "cut_off": reply.cut_off,
        "passes": reply.passes,
        **seconds,
    }
