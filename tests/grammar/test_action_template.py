"""Templates of actions: which topics MQTT lets anybody publish to, and which slots a template needs."""

from __future__ import annotations

from typing import Any

import pytest

from voiced.grammar.action_template import ActionTemplate, names_of_each, slots_of, valid_topic


@pytest.mark.parametrize(
    ("topic", "problem"),
    [
        ("home/+/light", "'\\+' is for subscriptions"),
        ("home/#", "'#' is for subscriptions"),
        ("$SYS/light", "belong to the broker"),
        ("home/{room/light", "does not belong to a slot"),
    ],
)
def test_topics_are_checked_when_they_are_loaded(topic: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        ActionTemplate(topic=topic)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({}, "the action does nothing; give it a 'topic' to publish to, or a program to 'run'"),
        ({"topic": "a", "run": ("a",)}, "has a 'topic' or a program"),
        ({"topic": "a", "timeout": 1.0}, "'timeout' is of programs"),
        ({"run": ("a",), "payload": "x"}, "are of messages"),
        ({"run": ("a",), "retain": True}, "are of messages"),
        ({"run": ("a",), "timeout": 3_601.0}, "at most 3,600 seconds"),
        ({"run": ("",)}, "the program has no name"),
        ({"run": ("{app",)}, "does not belong to a slot"),
        ({"run": ("bin/lights",)}, "'bin/lights' depends on the folder"),
        ({"run": ("./lights.sh",)}, "depends on the folder"),
        ({"run": ("notify-send hello",)}, r"there is no shell; write each argument by itself: \[notify-send, hello\]"),
        ({"run": ("a", "{x}"), "map": {"y": {"a": "b"}}}, "the map of 'y' has no use, for nothing in 'run' names it"),
    ],
)
def test_programs_are_checked_when_they_are_loaded(keys: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        ActionTemplate(**keys)


@pytest.mark.parametrize(
    "program", ["xdotool", "/opt/my tools/lights", "~/bin/lights", "{app}", "{app.program}", "a{b}"]
)
def test_programs_that_can_be_named(program: str) -> None:
    assert ActionTemplate(run=(program, "{", "a b")).run[0] == program


def test_what_is_done_one_by_one() -> None:
    assert names_of_each(ActionTemplate("a/{b}/{c.d}", "{e}")) == ["b", "c.d"]
    assert names_of_each(ActionTemplate(run=("{a}", "{b}{c}"))) == ["a", "b", "c"]
    assert slots_of(ActionTemplate(run=("{a}", "{b}{c}"))) == {"a", "b", "c"}


def test_an_empty_topic_is_told() -> None:
    with pytest.raises(ValueError, match="the topic is empty"):
        valid_topic("")


def test_the_slots_that_an_action_needs() -> None:
    template = ActionTemplate(topic="a/{room}", payload={"x": ["{level}", {"y": "at {time}"}], "{key}": 1})
    assert slots_of(template) == {"room", "level", "time"}
