"""Measurements as pictures (PNG), by matplotlib: confidence, delays, costs, scores of a wake word, its misses.

Each `…_figure` returns a matplotlib Figure, and `save` writes it. matplotlib is the extra `plots`; VoicedError says how
to get it where it is missing. It is imported where it is used, without pyplot, so that there is no global state and no
window. Measures nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from itertools import groupby
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from voiced.errors import VoicedError
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from voiced.evaluation.latency import Reply
    from voiced.evaluation.scoring import Bin, Reliability

DOTS_PER_INCH = 120
FRAMES_PER_SECOND = SAMPLE_RATE / FRAME_SAMPLES
MOST_POINTS = 8_000  # of a line: a recording of many hours is drawn by the highest score of each stretch
WIDEST_INCHES, INCHES_PER_SECOND = 30.0, 0.15
TICKS = [digit * 10.0**power for power in range(-4, 4) for digit in (1, 2, 5)]  # of a logarithmic axis
NORMAL_95 = 1.96  # standard deviations on either side that hold 95 % of a normal distribution
RIGHT, WRONG, QUIET = "tab:blue", "tab:red", "0.6"  # colours; 0.6 is a grey


@dataclass(frozen=True)
class Curve:
    """Misses against false wakes of one wake word, over all thresholds."""

    name: str
    points: Sequence[tuple[float, float]]  # (false wakes per hour, share missed)
    chosen: tuple[str, tuple[float, float]] | None = None  # the threshold in use, in words, and its point


def require() -> None:
    """Raise VoicedError if matplotlib is not installed: better before the work than after it."""
    if find_spec("matplotlib") is None:
        raise VoicedError("pictures need matplotlib: pip install 'voiced[plots]'")


def save(path: Path, figure: Figure) -> str:
    """Write a figure as PNG; return a sentence that says so. VoicedError if it cannot be written."""
    try:
        figure.savefig(path, format="png", dpi=DOTS_PER_INCH)
    except OSError as error:
        raise VoicedError(f"{path}: cannot be written: {error.strerror}") from error
    return f"wrote {path}"


# ---- confidence ---------------------------------------------------------------------------------------------------


def reliability_figure(found: Reliability, least: float, about: str) -> Figure:
    """Share that was right against confidence, and below it how many recordings had which.

    `least` is the confidence from which commands are accepted; `about` names folder and model.
    """
    figure = _blank(6.4, 7.2)
    above, below = figure.subplots(2, sharex=True, height_ratios=[4, 1])
    above.plot([0, 1], [0, 1], color=QUIET, linestyle=":", label="as sure as it should be")
    if found.bins:
        _dots_with_intervals(above, found.bins)
        below.bar([one.confidence for one in found.bins], [one.trials for one in found.bins], 0.03, color=RIGHT)
    for axes in (above, below):
        axes.axvline(least, color=WRONG, linestyle="--", label=f"accepted from {least:g}")
    above.set(ylabel="share that was right", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    error = f"mean error {found.error:.3f}, Brier score {found.brier:.3f}"
    above.set_title(f"Is the confidence honest? {about}\n{error}", wrap=True)
    below.set(xlabel="confidence (probability that what was understood is right)", ylabel="recordings")
    above.legend(loc="upper left")
    return figure


def _dots_with_intervals(axes: Axes, bins: Sequence[Bin]) -> None:
    confidence, right = [one.confidence for one in bins], np.array([one.right for one in bins])
    low, high = np.array([wilson(round(one.right * one.trials), one.trials) for one in bins]).T
    around = np.maximum(0, [right - low, high - right])
    axes.errorbar(confidence, right, around, fmt="o", color=RIGHT, capsize=3, label="measured, 95 % interval")


def wilson(count: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share `count / of`, as two shares (Wilson, 1927: score interval)."""
    square = NORMAL_95**2
    centre = count + square / 2
    half = NORMAL_95 * (count * (of - count) / of + square / 4) ** 0.5
    return (centre - half) / (of + square), (centre + half) / (of + square)


# ---- delays -------------------------------------------------------------------------------------------------------


def latency_figure(replies: Sequence[Reply], fixed: float, about: str) -> Figure:
    """Share of the commands that was answered by then: a staircase for each condition, its median marked.

    `fixed` is the silence in seconds whose end is drawn for comparison; `about` names folder and model.
    """
    figure = _blank(8, 5)
    axes = figure.subplots()
    for condition, group in groupby(replies, key=lambda reply: reply.trial.condition):
        delays = [reply.published for reply in group]
        p95 = float(np.percentile(delays, 95))
        label = f"{condition}: median {median(delays):.2f} s, 95 % within {p95:.2f} s"
        [line] = axes.plot(*_staircase(delays), label=label, drawstyle="steps-post")
        axes.plot([median(delays)], [50], "o", color=line.get_color(), label="_median")
    waiting = f"a fixed silence of {fixed:g} s would stop recording"
    axes.plot(*_staircase([reply.fixed for reply in replies]), color=QUIET, drawstyle="steps-post", label=waiting)
    every = [delay for reply in replies for delay in (reply.published, reply.fixed)]
    lowest, highest = min(0.0, *every), max(0.0, *every)
    room = 0.05 * max(0.2, highest - lowest)
    axes.set(xlim=(lowest - room, highest + room), ylim=(0, 102))
    if lowest < 0:
        axes.axvspan(lowest - room, 0, color=WRONG, alpha=0.08, label="while the speaker still speaks")
    axes.set(xlabel="seconds from the end of the speech to the action", ylabel="commands answered (%)")
    axes.set_title(f"How soon is a command answered? {about}", wrap=True)
    axes.legend(loc="lower right")
    return figure


def _staircase(delays: Sequence[float]) -> tuple[list[float], list[float]]:
    """Seconds, and the percentage of delays that are no longer: from 0 up to 100."""
    ordered = sorted(delays)
    return [ordered[0], *ordered], [100 * number / len(ordered) for number in range(len(ordered) + 1)]


# ---- cost ---------------------------------------------------------------------------------------------------------


def costs_figure(seconds: Mapping[str, Sequence[float]], about: str) -> Figure:
    """Processor seconds of each recording, a row of dots for each kind, its median and its 95th percentile marked.

    `seconds`: kind → one number for each recording; the scale is logarithmic. `about` names intents and model.
    """
    kinds = {kind: its for kind, its in reversed([*seconds.items()]) if its}  # the first one at the top
    figure = _blank(8, 1.6 + 0.45 * len(kinds))
    axes = figure.subplots()
    spread = np.random.default_rng(1)
    for row, its in enumerate(kinds.values()):
        axes.plot(its, row + spread.uniform(-0.25, 0.25, len(its)), ".", color=RIGHT, alpha=0.5, label=f"_{row}")
        for rank, colour, name in ((50, "black", "median"), (95, WRONG, "95 %")):
            at = float(np.percentile(its, rank))
            axes.plot([at, at], [row - 0.35, row + 0.35], color=colour, label=f"_{name}" if row else name)
    axes.set_yticks(range(len(kinds)), [f"{kind} ({len(its)})" for kind, its in kinds.items()])
    axes.set(xscale="log", xlabel="CPU seconds of one recording", ylabel="kind (recordings)")
    low, high = axes.get_xlim()
    axes.set_xticks([tick for tick in TICKS if low <= tick <= high])
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_title(f"What recognising costs: {about}", wrap=True)
    axes.grid(visible=True, axis="x", which="both", alpha=0.3)
    axes.legend()
    return figure


# ---- wake words ---------------------------------------------------------------------------------------------------


def scores_figure(scores: Sequence[float], threshold: float, wakes: Sequence[tuple[int, bool]], name: str) -> Figure:
    """A wake word's score over time, the threshold, and a mark for each detection.

    `scores` has one for each frame of 80 ms, `wakes` the frames of the detections, and whether the second stage
    accepted them.
    """
    seconds = len(scores) / FRAMES_PER_SECOND
    figure = _blank(min(WIDEST_INCHES, max(8.0, INCHES_PER_SECOND * seconds)), 4)
    axes = figure.subplots()
    axes.plot(*_thinned(scores), color=RIGHT, linewidth=1, label="score")
    axes.axhline(threshold, color=QUIET, linestyle="--", label=f"threshold {threshold:g}")
    for accepted, colour, marker in ((True, "tab:green", "v"), (False, WRONG, "x")):
        times = [frame / FRAMES_PER_SECOND for frame, was in wakes if was is accepted]
        label = f"{'heard' if accepted else 'refused by the second stage'}: {len(times)}"
        axes.plot(times, [1.05] * len(times), marker, color=colour, clip_on=False, label=label)
    axes.set(xlim=(0, max(seconds, 1 / FRAMES_PER_SECOND)), ylim=(0, 1.1))
    axes.set(xlabel="seconds, all recordings one after the other", ylabel="score (0 to 1)")
    axes.set_title(f"Wake word {name}", wrap=True)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def _thinned(scores: Sequence[float]) -> tuple[list[float], list[float]]:
    """Seconds and scores, MOST_POINTS at most: of each stretch the highest score."""
    step = max(1, -(-len(scores) // MOST_POINTS))
    firsts = range(0, len(scores), step)
    return [first / FRAMES_PER_SECOND for first in firsts], [max(scores[first : first + step]) for first in firsts]


def curves_figure(curves: Sequence[Curve], missed: str) -> Figure:
    """Misses against false wakes, a line for each wake word, both axes logarithmic; the thresholds in use are marked.

    What is zero is drawn at half of the smallest number that is not. `missed` says of what words are missed.
    """
    figure = _blank(7.5, 5.5)
    axes = figure.subplots()
    every = [point for curve in curves for point in (*curve.points, *([curve.chosen[1]] if curve.chosen else []))]
    least = tuple(min([value for value in values if value > 0] or [1.0]) / 2 for values in zip(*every, strict=True))
    for curve in curves:
        points = np.maximum(sorted(curve.points, key=lambda point: (point[0], -point[1])), least)
        [line] = axes.plot(points[:, 0], 100 * points[:, 1], drawstyle="steps-post", label=curve.name)
        if curve.chosen:
            false, share = np.maximum(curve.chosen[1], least)
            axes.plot([false], [100 * share], "o", color=line.get_color(), label=curve.chosen[0])
    axes.set(xscale="log", yscale="log", xlabel="false wakes per hour of other speech", ylabel=f"{missed} (%)")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_title(f"Misses against false wakes\nzero is drawn at {least[0]:.2g} per hour and {100 * least[1]:.2g} %")
    axes.legend()
    axes.grid(visible=True, which="both", alpha=0.3)
    return figure


def _blank(width: float, height: float) -> Figure:
    """An empty figure of so many inches. VoicedError if matplotlib is not installed."""
    require()
    from matplotlib.figure import Figure  # noqa: PLC0415 # half a second, and only some have it

    return Figure(figsize=(width, height), layout="constrained")
