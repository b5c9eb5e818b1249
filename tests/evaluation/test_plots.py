"""Pictures hold all of the data, say what their axes are, and mark the threshold in use; files are PNG."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from tests.evaluation.test_latency import reply
from voiced.errors import VoicedError
from voiced.evaluation import plots
from voiced.evaluation.plots import Curve
from voiced.evaluation.scoring import Bin, Reliability

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

RELIABILITY = Reliability((Bin(0.25, 0.75, 12), Bin(0.95, 1.0, 90)), 0.1, 0.05)
CURVE = Curve("hey computer", [(0.0, 0.4), (2.0, 0.1), (90.0, 0.0)], ("threshold 0.1", (2.0, 0.1)))


def points(line: Line2D) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in np.asarray(line.get_xydata(), np.float64)]


def labels(axes: Axes) -> str:
    return " | ".join(str(line.get_label()) for line in axes.get_lines())


def assert_all_is_shown(figure: Figure) -> None:
    for axes in figure.axes:
        assert axes.get_xlabel() or axes.get_shared_x_axes().get_siblings(axes)[1:], "an axis without a name"
        assert axes.get_ylabel()
        (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        for line in axes.get_lines():
            if line.get_transform() == axes.transData:  # lines across the whole field have one coordinate that is none
                for x, y in points(line):
                    assert left <= x <= right
                    assert bottom <= y <= top
    assert figure.axes[0].get_title()


def test_confidence_against_truth() -> None:
    figure = plots.reliability_figure(RELIABILITY, 0.5, "coffee, tiny.en")
    assert_all_is_shown(figure)
    above, below = figure.axes
    assert "accepted from 0.5" in labels(above)
    assert "coffee, tiny.en" in above.get_title()
    assert [(0.25, 0.75), (0.95, 1.0)] in [points(line) for line in above.get_lines()]
    assert [float(bar.get_height()) for bar in below.patches if isinstance(bar, Rectangle)] == [12, 90]


def test_nothing_understood_is_a_picture_too() -> None:
    assert_all_is_shown(plots.reliability_figure(Reliability((), 0.0, 0.0), 0.5, "coffee, tiny.en"))


@pytest.mark.parametrize("slowest", [0.9, 14.0])
def test_delays_fit_whatever_the_machine_takes(slowest: float) -> None:
    replies = [*(reply(0.3 + number / 100) for number in range(50)), reply(slowest, condition="6 dB")]
    figure = plots.latency_figure(replies, 0.7, "coffee, tiny.en")
    assert_all_is_shown(figure)
    [axes] = figure.axes
    assert slowest < axes.get_xlim()[1] < 1.2 * max(slowest, 0.7)
    assert "seconds" in axes.get_xlabel()
    assert "%" in axes.get_ylabel()
    assert "clean: median 0.55 s" in labels(axes)
    heights = [y for _, y in points(axes.get_lines()[0])]
    assert heights == sorted(heights)
    assert (heights[0], heights[-1]) == (0, 100)


def test_answers_before_the_end_of_the_speech_are_shown() -> None:
    [axes] = plots.latency_figure([reply(-0.4), reply(0.4)], 0.7, "coffee").axes
    assert axes.get_xlim()[0] < -0.4


def test_costs_by_kind() -> None:
    """All recordings of a kind stand in its row; a kind without recordings has none."""
    costs = {"commands": [0.3, 0.4, 0.5], "talk": [0.2, 9.0], "silence": []}
    figure = plots.costs_figure(costs, "intents, tiny.en")
    assert_all_is_shown(figure)
    [axes] = figure.axes
    assert axes.get_xscale() == "log"
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["talk (2)", "commands (3)"]
    dots = [[x for x, _ in points(line)] for line in axes.get_lines() if line.get_linestyle() == "None"]
    assert dots == [[0.2, 9.0], [0.3, 0.4, 0.5]]
    assert points(next(line for line in axes.get_lines() if line.get_label() == "median"))[0][0] == 4.6


def test_scores_of_a_wake_word() -> None:
    figure = plots.scores_figure([0.0, 0.9, 1.0, 0.1] * 25, 0.4, [(2, True), (50, False)], "hey_computer")
    assert_all_is_shown(figure)
    [axes] = figure.axes
    assert axes.get_xlim() == (0, 8)
    for words in ("threshold 0.4", "heard: 1", "refused by the second stage: 1"):
        assert words in labels(axes)


def test_an_hour_keeps_its_peaks() -> None:
    scores = [0.0] * 45_000
    scores[31_234] = 0.8
    drawn = points(plots.scores_figure(scores, 0.5, [], "word").axes[0].get_lines()[0])
    assert len(drawn) <= plots.MOST_POINTS
    assert max(y for _, y in drawn) == 0.8
    assert max(x for x, _ in drawn) == pytest.approx(3_600, abs=1)


def test_misses_against_false_wakes() -> None:
    figure = plots.curves_figure([CURVE, Curve("alexa", [(1.0, 0.2)])], "missed at 10 dB")
    assert_all_is_shown(figure)
    [axes] = figure.axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert axes.get_ylabel() == "missed at 10 dB (%)"
    assert "per hour" in axes.get_xlabel()
    [mark] = [line for line in axes.get_lines() if line.get_label() == "threshold 0.1"]
    assert points(mark) == [(2.0, 10.0)]


def test_a_word_that_never_errs() -> None:
    assert_all_is_shown(plots.curves_figure([Curve("alexa", [(0.0, 0.0)])], "missed"))


def test_the_interval_is_wilsons() -> None:
    assert plots.wilson(8, 10) == pytest.approx((0.490, 0.943), abs=1e-3)  # as tables have it


def test_files_are_png_and_their_names_are_told(tmp_path: Path) -> None:
    figure = plots.curves_figure([CURVE], "missed")
    assert plots.save(tmp_path / "a.png", figure) == f"wrote {tmp_path / 'a.png'}"
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(VoicedError, match="cannot be written"):
        plots.save(tmp_path / "nowhere" / "a.png", figure)


def test_nothing_global_is_touched() -> None:
    plots.scores_figure([0.5], 0.5, [], "word")
    assert "matplotlib.pyplot" not in sys.modules


def test_without_matplotlib_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "find_spec", lambda _name: None)
    with pytest.raises(VoicedError, match=r"pip install 'voiced\[plots\]'"):
        plots.curves_figure([CURVE], "missed")
