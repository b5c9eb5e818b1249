"""A date, put together from what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.day_parts import Afternoon, Evening
from voiced.grammar.spoken_date import SpokenDate

if TYPE_CHECKING:
    from voiced.grammar.automaton import Parts

_LAST_DAY = 31
_KINDS: dict[str, type[SpokenDate]] = {"afternoon": Afternoon, "evening": Evening}


def spoken_date(parts: Parts) -> SpokenDate:
    """The date of parts: one that says it all, ("friday"); a number and a unit, (2, "weeks"); or a day, (3, "05").

    A day may have a month and a year, in any order; a unit without a number is one, ("months"). A negative number is a
    month.
    """
    said = [int(part) for part in parts if isinstance(part, (int, float))]
    numbers = [number for number in said if number > 0]
    texts = [str(part) for part in parts if isinstance(part, str)] + [f"{-number:02}" for number in said if number < 0]
    # "afternoon" or "evening", in a word of its own or with the day.
    *before, last = texts or [""]
    kind = _KINDS.get(last.split()[-1] if last else "", SpokenDate)
    if kind is not SpokenDate:
        return kind(" ".join([*before, *last.split()[:-1]]))
    # Spans first: weeks are days.
    for unit, days in (("days", 1), ("weeks", 7)):
        if texts == [unit]:
            return SpokenDate(f"{(numbers or [1])[0] * days:+} days")
    if texts == ["months"]:
        return SpokenDate(f"{(numbers or [1])[0]:+} months")
    # Then days of a month; what is more than any day is the year.
    day = next((number for number in numbers if number <= _LAST_DAY), None)
    year = next((number for number in numbers if number > _LAST_DAY), None)
    if day is None:
        return SpokenDate(texts[0])
    if not texts:
        return SpokenDate(f"---{day:02}")
    written = "-" if year is None else str(year)
    return SpokenDate(f"{written}-{texts[0]}-{day:02}")
