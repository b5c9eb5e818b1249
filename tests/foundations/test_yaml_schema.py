"""The schema describes each key by the docstring below it, and only keys that have one."""

from __future__ import annotations

from voiced.foundations.sections import Section
from voiced.foundations.yaml_schema import json_schema


class Described(Section):
    level: int = 3
    """How loud,
    in steps."""
    plain: str = ""


def test_docstrings_become_descriptions() -> None:
    keys = json_schema(Described)["properties"]
    assert keys["level"]["description"] == "How loud,\nin steps."
    assert "description" not in keys["plain"]


def test_unknown_keys_are_refused_by_the_schema_too() -> None:
    assert json_schema(Described)["additionalProperties"] is False
