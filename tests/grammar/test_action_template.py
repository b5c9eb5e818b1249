"""Templates of actions: which topics MQTT lets anybody publish to, and which slots a template needs."""

from __future__ import annotations

import pytest

from voiced.grammar.action_template import ActionTemplate, slots_of


@pytest.mark.parametrize(
    ("topic", "problem"),
    [
        ("", "the topic is empty"),
        ("home/+/light", "'\\+' is for subscriptions"),
        ("home/#", "'#' is for subscriptions"),
        ("$SYS/light", "belong to the broker"),
        ("home/{room/light", "does not belong to a slot"),
    ],
)
def test_topics_are_checked_when_they_are_loaded(topic: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        ActionTemplate(topic=topic)


def test_the_slots_that_an_action_needs() -> None:
    template = ActionTemplate(topic="a/{room}", payload={"x": ["{level}", {"y": "at {time}"}], "{key}": 1})
    assert slots_of(template) == {"room", "level", "time"}
