"""A problem of every second is a line every ten minutes."""

from __future__ import annotations

from voiced.mqtt.complaints import MOST_LINES, REMINDER_SECONDS, Complaints


def test_one_problem_is_said_once_in_ten_minutes() -> None:
    complaints = Complaints()
    said = [second for second in range(3_600) if complaints.worth_saying("lost", second)]
    assert said == [0, REMINDER_SECONDS, 1_200, 1_800, 2_400, 3_000]


def test_problems_that_differ_each_time_are_not_said_for_ever() -> None:
    complaints = Complaints()
    assert sum(complaints.worth_saying(f"{number}", number / 10) for number in range(1_000)) == MOST_LINES


def test_what_happens_after_all_was_well_is_news() -> None:
    complaints = Complaints()
    assert complaints.worth_saying("lost", 0)
    complaints.forget()
    assert complaints.worth_saying("lost", 1)
    assert not complaints.worth_saying("lost", 2)
