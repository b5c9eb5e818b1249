"""Dates as they were said, "tomorrow" or "the third of May", and which day they mean once it is known which day it is.

A match holds what was said, so that the same text is the same match on every day. Whoever makes something of it says
which day it is (`dated`).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiced.flow import Match, SlotValue, Transcript

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = 12


class SpokenDate(str):
    """A date that depends on the day on which it was said; as a text, it says how:

    `+2 days`, `+1 months`, `friday` (the first one after today), `--05-03` (the next third of May, today included),
    `---24` (the next 24th, today included), `2027-05-03`.
    """

    __slots__ = ()

    def on(self, today: date) -> str:
        """The day that is meant, as `2026-11-30`, if it was said on `today`."""
        if self in _DAYS:
            # The first such day after today: seven days ahead at most, and one at least.
            return (today + timedelta((_DAYS.index(self) - today.weekday() - 1) % 7 + 1)).isoformat()
        if ahead := re.fullmatch(r"([+-]\d+) (days|months)", self):
            number = int(ahead[1])
            return (today + timedelta(number) if ahead[2] == "days" else _months_ahead(today, number)).isoformat()
        if day := re.fullmatch(r"---(\d\d)", self):
            return _next(today, int(day[1])).isoformat()
        if month_day := re.fullmatch(r"--(\d\d)-(\d\d)", self):
            return _next(today, int(month_day[2]), int(month_day[1])).isoformat()
        return str(self)


def dated(transcript: Transcript, today: date) -> Transcript:
    """A transcript whose dates are days, `2026-11-30`, if it was said on `today`."""
    # Most have no date, and stay as they are.
    match = transcript.match
    if match is None or not any(_depends(value) for each in match.commands for value in each.slots.values()):
        return transcript
    return replace(transcript, match=_dated(match, today))


def _dated(match: Match, today: date) -> Match:
    # A compound has several commands, the first of which holds the others.
    then = tuple(_dated(each, today) for each in match.then)
    return replace(match, slots={slot: _on(value, today) for slot, value in match.slots.items()}, then=then)


def _depends(value: SlotValue) -> bool:
    several = value if isinstance(value, list) else [value]
    return any(isinstance(each, SpokenDate) for each in several)


def _on(value: SlotValue, today: date) -> SlotValue:
    # A slot that was said twice holds a list.
    if isinstance(value, list) and _depends(value):
        return type(value)([_on(each, today) for each in value])  # type: ignore[arg-type] # JSON values are slot values
    return value.on(today) if isinstance(value, SpokenDate) else value


def _months_ahead(today: date, number: int) -> date:
    # The same day of a later month; the last one where there is none: a month after the 31st of January.
    years, month = divmod(today.month - 1 + number, _MONTHS)
    year, month = today.year + years, month + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _next(today: date, day: int, month: int | None = None) -> date:
    """The next day with this number, of this month if one is given; today included."""
    # Month by month: the 31st, and the 29th of February, are not in all of them.
    year, at = today.year, today.month
    while True:
        if month in (None, at) and day <= monthrange(year, at)[1] and date(year, at, day) >= today:
            return date(year, at, day)
        year, at = (year, at + 1) if at < _MONTHS else (year + 1, 1)
