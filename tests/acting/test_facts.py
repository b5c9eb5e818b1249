"""Facts about a command in templates of actions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import pytest

from voiced import grammar
from voiced.acting.actions import actions_of, messages
from voiced.acting.facts import Facts, at_site
from voiced.errors import ConfigError
from voiced.foundations.today import now
from voiced.grammar.action_template import FACTS

FILE = """
intents:
  A: {sentences: [hello], action: {topic: "{site}/{room}", payload: "{id} {time} [{wake_word}] {text}"}}
  B: {sentences: ["go {room}"], action: {topic: "{site}/{room}"}}
  C: {sentences: ["{id} plus {id}"], action: {topic: "{site}/{id}", payload: "{confidence}"}}
lists: {room: [hall], id: [one, two]}
"""
KNOWN = Facts("7f", "2026-11-30T10:00:00.000+01:00", "pi", "attic", "alexa")


def sent(text: str, facts: Facts = KNOWN) -> list[tuple[str, str]]:
    commands = grammar.parse(FILE)
    return [
        (each.topic, each.payload) for each in messages(actions_of(commands, grammar.understand(commands, text), facts))
    ]


def test_facts_stand_in_topics_and_payloads() -> None:
    assert sent("Hello") == [("pi/attic", "7f 2026-11-30T10:00:00.000+01:00 [alexa] Hello")]
    assert sent("Hello", at_site("pi", None)) == [("pi/pi", "  [] Hello")]


def test_a_slot_wins_over_a_fact() -> None:
    assert sent("go hall") == [("pi/hall", "")]
    assert sent("one plus two") == [("pi/one", "1"), ("pi/two", "1")]


def test_other_names_are_refused() -> None:
    with pytest.raises(ConfigError, match="no sentence of the intent has the slot 'sites'"):
        grammar.parse(FILE.replace("{site}", "{sites}"))


def test_all_facts_have_a_name_for_templates() -> None:
    assert asdict(Facts()).keys() | {"text", "intent", "confidence"} == FACTS


def test_a_room_is_that_of_the_config_or_else_the_site() -> None:
    assert at_site("pi", "hall") == Facts(site="pi", room="hall")


def test_the_time_has_its_zone() -> None:
    assert datetime.fromisoformat(now()).tzinfo is not None
