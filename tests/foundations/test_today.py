"""The day by the machine's clock."""

from __future__ import annotations

from datetime import date, datetime

from voiced.foundations.today import today


def test_today_is_a_day_of_this_machine() -> None:
    before, found, after = datetime.now().astimezone(), today(), datetime.now().astimezone()
    assert type(found) is date
    assert before.date() <= found <= after.date()
