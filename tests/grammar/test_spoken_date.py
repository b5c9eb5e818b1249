"""Which day is meant by what was said, and that only dates change with the day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from voiced import grammar
from voiced.grammar.spoken_date import SpokenDate, dated

MONDAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("said", "today", "meant"),
    [
        ("+0 days", MONDAY, "2026-11-30"),
        ("+1 days", MONDAY, "2026-12-01"),
        ("-1 days", MONDAY, "2026-11-29"),
        ("+14 days", date(2026, 12, 24), "2027-01-07"),
        ("friday", MONDAY, "2026-12-04"),
        ("monday", MONDAY, "2026-12-07"),
        ("sunday", MONDAY, "2026-12-06"),
        ("+1 months", date(2027, 1, 31), "2027-02-28"),
        ("+13 months", MONDAY, "2027-12-30"),
        ("+2 months", MONDAY, "2027-01-30"),
        ("--05-03", MONDAY, "2027-05-03"),
        ("--11-30", MONDAY, "2026-11-30"),
        ("--11-29", MONDAY, "2027-11-29"),
        ("--02-29", MONDAY, "2028-02-29"),
        ("---24", MONDAY, "2026-12-24"),
        ("---30", MONDAY, "2026-11-30"),
        ("---31", MONDAY, "2026-12-31"),
        ("---31", date(2027, 2, 1), "2027-03-31"),
        ("2027-05-03", MONDAY, "2027-05-03"),
    ],
)
def test_the_day_that_is_meant(said: str, today: date, meant: str) -> None:
    assert SpokenDate(said).on(today) == meant


@pytest.mark.parametrize("day", range(14))
def test_a_weekday_comes_within_a_week(day: int) -> None:
    today = MONDAY + timedelta(day)
    for number, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]):
        found = date.fromisoformat(SpokenDate(name).on(today))
        assert found.weekday() == number
        assert 1 <= (found - today).days <= 7


INTENTS = """
intents: {Remind: {sentences: ["remind me {day} to {task}"], examples: {"remind me tomorrow to call": {task: call}}}}
lists: {day: {type: date}, task: {wildcard: true}}
"""


def test_a_transcript_is_dated() -> None:
    transcript = dated(grammar.understand(grammar.parse(INTENTS), "Remind me tomorrow to call friday"), MONDAY)
    assert transcript.match
    assert transcript.match.slots == {"day": "2026-12-01", "task": "call friday"}


def test_each_command_of_a_compound_is_dated() -> None:
    transcript = dated(grammar.understand(grammar.parse(_TWO), "ring tomorrow and water on the 24th"), MONDAY)
    assert transcript.match
    assert [each.slots for each in transcript.match.commands] == [{"day": "2026-12-01"}, {"day": "2026-12-24"}]


_TWO = """
intents: {Ring: {sentences: ["ring {day}"]}, Water: {sentences: ["water {day}"]}}
lists: {day: {type: date}}
"""


def test_what_holds_no_date_stays() -> None:
    known = grammar.parse(INTENTS)
    assert (nothing := grammar.understand(known, "call")) is dated(nothing, MONDAY)
    assert known.match("remind me friday to call") == known.match("remind me friday to call")
