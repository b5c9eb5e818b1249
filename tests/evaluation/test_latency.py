"""How soon commands are answered: what the numbers amount to, on replies that are written down here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voiced.evaluation.dataset import NO_COMMAND, Label
from voiced.evaluation.latency import Reply, as_json, as_text, delays, refusals
from voiced.evaluation.scoring import Trial

LIGHTS = Label(intent="LightSet", slots={"state": "on"})


def reply(published: float, *, stopped: float = 0.3, fixed: float = 0.7, waited: float = 0.3, **about: str) -> Reply:
    """A command that was answered; `about`: state, condition, ending."""
    trial = Trial(
        "a.flac", about.get("condition", "clean"), LIGHTS, accepted=True, reason=None, text="turn on the lights",
        intent="LightSet", slots={"state": about.get("state", "on")}, confidence=0.9, avg_logprob=-0.1, seconds=2,
        cpu=0,
    )  # fmt: skip
    return Reply(trial, about.get("ending", "complete"), stopped, published - 0.01, published, 2, waited, fixed)


REPLIES = [reply(published / 100) for published in range(20, 120)]


def test_delays_are_percentiles() -> None:
    [delay] = delays(REPLIES, 0.8)
    assert (delay.condition, delay.commands) == ("clean", 100)
    assert delay.median == pytest.approx(0.695)
    assert delay.p95 == pytest.approx(1.14, abs=0.01)
    assert (delay.right, delay.wrong, delay.cut_off, delay.full_silence, delay.passes) == (1, 0, 0, 0, 2)


def test_each_condition_has_its_own() -> None:
    found = delays([reply(0.3), reply(0.5), reply(0.9, condition="6 dB", state="off", ending="silence")], 0.8)
    assert [(delay.condition, delay.commands, delay.median) for delay in found] == [("clean", 2, 0.4), ("6 dB", 1, 0.9)]
    assert [delay.wrong for delay in found] == [0, 1]
    assert [delay.endings for delay in found] == [{"complete": 2}, {"silence": 1}]


def test_what_is_cut_off() -> None:
    """Before the end of the speech, by more than the reference may err; needlessly, if others would have waited."""
    both = [reply(0.1, stopped=-0.1), reply(0.1, stopped=-0.5, fixed=-0.5), reply(0.1, stopped=-0.5)]
    assert [one.cut_off for one in both] == [False, True, True]
    assert [one.cut_off_needlessly for one in both] == [False, False, True]
    [delay] = delays(both, 0.8)
    assert delay.cut_off == pytest.approx(2 / 3)
    assert delay.cut_off_needlessly == pytest.approx(1 / 3)
    assert "cut off 0.50 s early: a.flac: 'turn on the lights'; a fixed silence would have kept it" in as_text(
        "coffee", "tiny.en", both, 0.8
    )


def test_who_waited_for_the_ordinary_silence() -> None:
    [delay] = delays([reply(0.9, waited=0.8), reply(1.3, waited=1.2), reply(0.5, waited=0.4), reply(0.3)], 0.8)
    assert delay.full_silence == 0.5


def test_the_table_and_the_object_say_the_same() -> None:
    told = as_json("coffee", "tiny.en", REPLIES, 0.8)
    assert told["conditions"][0]["median"] == pytest.approx(0.695)
    assert len(told["replies"]) == 100
    assert told["replies"][0]["published"] == 0.2
    row = as_text("coffee", "tiny.en", REPLIES[:-1], 0.8).splitlines()[3].split()
    assert row[:5] == ["clean", "99", "100.00%", "0.00%", "0.69"]


def other(recognized: float, *, accepted: bool = False, ending: str = "silence", condition: str = "talk") -> Reply:
    """A recording that is no command."""
    answered = reply(recognized + 0.01, ending=ending)
    return replace(
        answered, trial=replace(answered.trial, label=NO_COMMAND, accepted=accepted, condition=condition), passes=3
    )


def test_rejections_are_counted_apart() -> None:
    """From the end of the speech until it was known that it was no command; where nobody spoke there is no end."""
    others = [other(seconds / 100) for seconds in range(50, 151)]
    silent = other(4.0, ending="no_speech")
    found = refusals([*REPLIES, *others, other(9.0, accepted=True), silent, other(0.7, condition="music")])
    assert [(one.condition, one.recordings, one.accepted) for one in found] == [("talk", 102, 1), ("music", 1, 0)]
    assert (found[0].median, found[0].p95, found[0].worst, found[0].passes) == pytest.approx((1.0, 1.45, 1.5, 3))
    assert delays([*REPLIES, *others], 0.8) == delays(REPLIES, 0.8)


def test_where_everything_was_accepted_there_is_no_time() -> None:
    [found] = refusals([other(0.7, accepted=True)])
    assert (found.accepted, found.median, found.p95, found.worst) == (1, None, None, None)
    row = as_text("talk", "tiny.en", [other(0.7, accepted=True)], 0.8).splitlines()[-1].split()
    assert row == ["talk", "1", "1", "-", "-", "-", "3.00"]


def test_the_table_of_rejections_and_the_object_say_the_same() -> None:
    both = [*REPLIES, other(0.7)]
    told = as_json("coffee", "tiny.en", both, 0.8)
    assert [one["condition"] for one in told["rejections"]] == ["talk"]
    assert told["rejections"][0]["median"] == pytest.approx(0.7)
    row = as_text("coffee", "tiny.en", both, 0.8).splitlines()[-1].split()
    assert row == ["talk", "1", "0", "0.70", "0.70", "0.70", "3.00"]
