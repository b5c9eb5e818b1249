"""What trials amount to: verdicts, counts, confusions and reliability of trials that are written down here."""

from __future__ import annotations

import pytest

from voiced.evaluation.dataset import NO_COMMAND, Command, Label
from voiced.evaluation.scoring import Trial, Verdict, confusions, curve, reliability, tallies
from voiced.flow import Match

LIGHTS = Label(intent="LightSet", slots={"state": "off", "room": "office"})
BOTH = Label(intent="LightSet", slots=LIGHTS.slots, then=[Command(intent="TimerStart", slots={"seconds": 300})])
OTHER = Command(intent="TimerStart", slots={"seconds": 60})
TIMER = Label(intent="TimerStart", slots={"seconds": 300})


def trial(
    label: Label,
    understood: Label = NO_COMMAND,
    condition: str = "clean",
    confidence: float = 0.9,
    reason: str | None = None,
) -> Trial:
    return Trial(
        file="a.flac",
        condition=condition,
        label=label,
        accepted=understood.intent is not None and reason is None,
        reason=reason or (None if understood.intent else "out_of_grammar"),
        text="…",
        intent=understood.intent,
        slots=understood.slots,
        confidence=confidence,
        avg_logprob=-0.1,
        seconds=2.0,
        cpu=0.5,
        then=tuple(Match(each.intent, each.slots, "…", {}) for each in understood.then),
    )


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (trial(LIGHTS, LIGHTS), Verdict.RIGHT),
        (trial(TIMER, Label(intent="TimerStart", slots={"seconds": 300.0})), Verdict.RIGHT),
        (
            trial(TIMER, Label(intent="TimerStart", slots={"seconds": 300, "name": "tea"})),
            Verdict.RIGHT,
        ),  # not labelled
        (trial(TIMER, Label(intent="TimerStart", slots={"seconds": 60})), Verdict.WRONG),
        (trial(TIMER, Label(intent="TimerStart")), Verdict.WRONG),
        (trial(LIGHTS, TIMER), Verdict.WRONG),
        (trial(NO_COMMAND, TIMER), Verdict.WRONG),
        (trial(LIGHTS, LIGHTS, reason="low_confidence"), Verdict.REJECTED),
        (trial(LIGHTS), Verdict.REJECTED),
        (trial(BOTH, BOTH), Verdict.RIGHT),
        (trial(BOTH, LIGHTS), Verdict.WRONG),
        (trial(LIGHTS, BOTH), Verdict.WRONG),
        (trial(BOTH, Label(intent="LightSet", slots=LIGHTS.slots, then=[OTHER])), Verdict.WRONG),
        (trial(NO_COMMAND), Verdict.REJECTED),
    ],
)
def test_verdicts(one: Trial, verdict: Verdict) -> None:
    assert one.verdict is verdict


def test_commands_and_others_are_counted_apart() -> None:
    clean = [trial(LIGHTS, LIGHTS), trial(LIGHTS, TIMER), trial(LIGHTS), trial(NO_COMMAND), trial(NO_COMMAND, TIMER)]
    noisy = [trial(LIGHTS, LIGHTS, condition="6 dB")]
    first, second = tallies([*clean, *noisy])
    assert (first.condition, first.commands, first.right, first.wrong, first.rejected) == ("clean", 3, 1, 1, 1)
    assert (first.others, first.others_accepted, first.reasons) == (2, 1, {"out_of_grammar": 2})
    assert (second.condition, second.commands, second.right) == ("6 dB", 1, 1)


def test_confusions_name_what_and_where() -> None:
    minute = Label(intent="TimerStart", slots={"seconds": 60})
    found = confusions(
        [trial(LIGHTS, TIMER), trial(TIMER, minute), trial(TIMER, minute, condition="6 dB"), trial(LIGHTS)]
    )
    assert [(one.difference, one.heard_in) for one in found] == [
        ("seconds 300 → 60", ("a.flac at clean", "a.flac at 6 dB")),
        ("LightSet → TimerStart", ("a.flac at clean",)),
    ]


def test_reliability_compares_confidence_with_truth() -> None:
    sure = [trial(LIGHTS, LIGHTS, confidence=0.9)] * 3 + [trial(LIGHTS, TIMER, confidence=0.9)]
    unsure = [trial(LIGHTS, LIGHTS, confidence=0.5, reason="low_confidence")]
    found = reliability(
        [*sure, *unsure, trial(LIGHTS, confidence=0.0)]
    )  # of what was not understood nothing is claimed
    assert [(round(one.confidence, 6), one.right, one.trials) for one in found.bins] == [(0.5, 1.0, 1), (0.9, 0.75, 4)]
    assert found.error == pytest.approx((0.5 * 1 + 0.15 * 4) / 5)
    assert found.brier == pytest.approx((0.25 + 3 * 0.01 + 0.81) / 5)


def test_the_curve_shows_what_another_threshold_would_do() -> None:
    unsure = trial(LIGHTS, LIGHTS, confidence=0.4, reason="low_confidence")
    either = trial(LIGHTS, LIGHTS, confidence=0.95, reason="ambiguous")
    points = curve(
        [trial(LIGHTS, LIGHTS), unsure, either, trial(LIGHTS, TIMER, confidence=0.2), trial(NO_COMMAND, TIMER)]
    )
    found = {point.threshold: (point.right, point.wrong, point.others) for point in points}
    assert found[0.1] == (0.5, 0.25, 1.0)
    assert found[0.3] == (0.5, 0.0, 1.0)
    assert found[0.5] == (0.25, 0.0, 1.0)
    assert found[0.95] == (0.0, 0.0, 0.0)
