"""Pauses between attempts to connect, failure by failure."""

from __future__ import annotations

import pytest

from voiced.mqtt.back_off import LONGEST_AWAY_SECONDS, LONGEST_REFUSED_SECONDS, URGENT_SECONDS, BackOff, End


def pauses(*ends: End, urgent: bool = False) -> list[float]:
    back_off, found = BackOff(), []
    for end in ends:
        back_off.failed(end)
        found.append(back_off.pause(urgent=urgent))
    return found


def test_who_is_away_is_tried_every_few_seconds() -> None:
    assert pauses(*[End.AWAY] * 7) == [0.25, 0.5, 1.0, 2.0, 4.0, LONGEST_AWAY_SECONDS, LONGEST_AWAY_SECONDS]


def test_an_action_that_waits_is_urgent() -> None:
    assert pauses(*[End.AWAY] * 5, urgent=True) == [0.25, *[URGENT_SECONDS] * 4]


@pytest.mark.parametrize("urgent", [False, True])
def test_who_turns_us_away_is_left_alone_however_urgent_it_is(*, urgent: bool) -> None:
    found = pauses(*[End.REFUSED] * 12, urgent=urgent)
    assert found[:4] == [0.25, 0.5, 1.0, 2.0]
    assert found[-2:] == [LONGEST_REFUSED_SECONDS] * 2
    assert 3_600 / LONGEST_REFUSED_SECONDS <= 60, "connects an hour, in the end"


@pytest.mark.parametrize("urgent", [False, True])
def test_a_broker_that_is_killed_again_and_again_is_tried_every_few_seconds(*, urgent: bool) -> None:
    assert pauses(*[End.SHORT] * 100, urgent=urgent)[-1] == LONGEST_AWAY_SECONDS


def test_a_connection_that_worked_makes_all_well() -> None:
    assert pauses(*[End.REFUSED] * 9, End.LOST, End.AWAY)[-2:] == [0.25, 0.5]
    assert pauses(*[End.REFUSED] * 12, End.AWAY)[-1] == LONGEST_AWAY_SECONDS
