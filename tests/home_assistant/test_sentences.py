"""Home Assistant's own sentences are the grammar: nobody wrote any."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from voiced.config import Config, load_config
from voiced.errors import ConfigError
from voiced.grammar.house import Entity, House, Place
from voiced.home_assistant.cache import Known
from voiced.home_assistant.home import grammar_of
from voiced.home_assistant.sentences import own_intents, own_sentences

if TYPE_CHECKING:
    from pathlib import Path

    from voiced.grammar import Grammar

ENTITIES = (Entity("Desk lamp", "light", ("work light",)), Entity("Schreibtischlampe", "light"))
HOUSE = House(ENTITIES, (Place("Kitchen"), Place("Küche")))


def config(folder: Path, **settings: Any) -> Config:
    own = {"home_assistant": {"url": "http://home:8123", "token_file": "token", "sentences": True}}
    (folder / "config.yaml").write_text(json.dumps(own | settings))
    return load_config(folder / "config.yaml")


def understood(commands: Grammar, text: str) -> tuple[str, dict[str, Any]] | None:
    match = commands.match(text)
    return (match.intent, dict(match.slots)) if match else None


def test_without_any_yaml(tmp_path: Path) -> None:
    settings = config(tmp_path, room="Kitchen")
    commands = grammar_of(settings.intents, settings, Known(HOUSE))
    assert understood(commands, "turn on the work light") == ("HassTurnOn", {"name": "Desk lamp"})
    assert understood(commands, "what time is it") == ("HassGetCurrentTime", {})
    assert understood(commands, "turn on the lights") == ("HassTurnOn", {"area": "Kitchen", "domain": "light"})
    assert commands.warnings == ()


@pytest.mark.slow
def test_in_another_language(tmp_path: Path) -> None:
    settings = config(tmp_path)
    commands = grammar_of(settings.intents, settings, Known(HOUSE, "de"))
    assert commands.language == "de"
    assert understood(commands, "schalte die Schreibtischlampe ein") == ("HassTurnOn", {"name": "Schreibtischlampe"})


def test_intents_of_ones_own_join_them(tmp_path: Path) -> None:
    (tmp_path / "intents").mkdir()
    (tmp_path / "intents/tea.yaml").write_text("intents: {Tea: {sentences: [tea please]}}")
    settings = config(tmp_path)
    commands = grammar_of(settings.intents, settings, Known(HOUSE))
    assert understood(commands, "tea please") == ("Tea", {})
    assert understood(commands, "turn on the desk lamp")
    guests = grammar_of(settings.intents / "tea.yaml", settings, Known(HOUSE))
    assert understood(guests, "turn on the desk lamp") is None


def test_a_language_without_sentences() -> None:
    with pytest.raises(ConfigError, match="no sentences in its language, 'xx'"):
        own_sentences("xx")


def test_which_intents_are_its_own() -> None:
    assert {"HassTurnOn", "HassGetState"} <= own_intents("en")
    assert "LightSet" not in own_intents("en")
    assert own_intents("xx") == frozenset()
