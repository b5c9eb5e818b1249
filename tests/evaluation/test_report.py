"""The report says in text and in JSON what the trials amount to."""

from __future__ import annotations

import json

from tests.evaluation.test_scoring import LIGHTS, TIMER, trial
from voiced.evaluation.dataset import NO_COMMAND
from voiced.evaluation.report import MOST, Report


def test_a_report_of_nothing_understood_is_a_report() -> None:
    report = Report("folder", "tiny.en", [trial(LIGHTS, confidence=0.0)], [])
    assert "0.00%" in report.as_text()
    assert report.as_json()["noisy_mean"] is None
    assert report.reliability.bins == ()


def test_text_and_json_say_the_same() -> None:
    own = [trial(LIGHTS, LIGHTS), trial(LIGHTS, TIMER), trial(LIGHTS, LIGHTS, condition="6 dB")]
    report = Report("coffee", "tiny.en", own, [trial(NO_COMMAND, TIMER, condition="other")])
    told = json.loads(json.dumps(report.as_json()))
    assert [(row["condition"], row["right"], row["wrong"]) for row in told["conditions"]] == [
        ("clean", 1, 1),
        ("6 dB", 1, 0),
    ]
    assert told["noisy_mean"]["right"] == 1.0
    assert len(told["trials"]) == 4
    text = report.as_text()
    assert text.startswith("coffee: 2 recordings of 2.0 s, model tiny.en")
    assert "LightSet → TimerStart   a.flac at clean" in text
    assert "foreign, and accepted" in text


def test_a_long_list_is_cut_for_people_only() -> None:
    own = [trial(LIGHTS, TIMER.model_copy(update={"intent": f"Intent{number}"})) for number in range(MOST + 5)]
    report = Report("coffee", "tiny.en", own, [])
    assert "… and 5 other confusions" in report.as_text()
    assert len(report.as_json()["confusions"]) == MOST + 5
