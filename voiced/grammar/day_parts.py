"""Times that are said beside a day: "tomorrow evening at eight" means 20:00, "tomorrow at eight" 08:00.

A date and a time are two slots. Where the date names an afternoon or an evening, and the time no part of the day, the
time is settled once both are known (`settled`). Knows no clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.spoken_date import SpokenDate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiced.flow import SlotValue

_HALF_A_DAY = 12  # hours


class Afternoon(SpokenDate):
    """A date of which the afternoon was named."""

    __slots__ = ()
    first_hour = 1


class Evening(SpokenDate):
    """A date of which the evening or the night was named; "tonight at two" is a time of the night."""

    __slots__ = ()
    first_hour = 5


class OpenTime(str):
    """A time from one to twelve o'clock for which no part of the day was said."""

    __slots__ = ()


def settled(slots: dict[str, SlotValue]) -> dict[str, SlotValue]:
    """Slots whose times are those that are meant."""
    # Hardly any command has a time.
    if not any(isinstance(each, OpenTime) for value in slots.values() for each in _several(value)):
        return slots
    later = [each for value in slots.values() for each in _several(value) if isinstance(each, (Afternoon, Evening))]
    first_hour = min((each.first_hour for each in later), default=_HALF_A_DAY)
    return {slot: _settled(value, first_hour) for slot, value in slots.items()}


def _several(value: SlotValue) -> Iterator[object]:
    yield from value if isinstance(value, list) else (value,)


def _settled(value: SlotValue, first_hour: int) -> SlotValue:
    # A slot that was said twice holds a list.
    if isinstance(value, list):
        return type(value)([_settled(each, first_hour) for each in value])  # type: ignore[arg-type] # JSON values are slot values
    if not isinstance(value, OpenTime):
        return value
    hour, minute = value.split(":")
    return f"{int(hour) + _HALF_A_DAY}:{minute}" if int(hour) >= first_hour else str(value)
