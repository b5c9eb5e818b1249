"""Each construct of a template, by the table `templates.yaml`: what matches, with which slots, and what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from voiced import grammar
from voiced.foundations.yaml_source import document

TABLE = document(Path(__file__).with_name("templates.yaml").read_text(encoding="utf-8"), "templates.yaml").data


def compiled(row: dict[str, Any]) -> grammar.Grammar:
    """A grammar with one intent, of what a row of the table says."""
    intent = {"sentences": row["sentences"], "slots": row.get("slots", {})}
    file: dict[str, object] = {"intents": {"Intent": intent}}
    file |= {key: row[key] for key in ("language", "lists", "rules", "skip_words") if key in row}
    return grammar.parse(yaml.safe_dump(file, allow_unicode=True, width=1000))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row["about"]))
def test_a_template(row: dict[str, Any]) -> None:
    commands = compiled(row)
    for text, slots in row["matches"].items():
        match = commands.match(text)
        assert match is not None, text
        assert match.slots == slots, text
        assert {slot for slot, value in match.slots.items() if isinstance(value, str)} == {
            slot for slot, value in slots.items() if isinstance(value, str)
        }, "numbers stay numbers"
        assert match.text == text
    assert [text for text in row["fails"] if commands.match(text)] == []
