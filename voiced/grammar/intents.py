"""What an intents file may say."""

from __future__ import annotations


def intents_schema() -> dict[str, object]:
    """JSON Schema of intents files, for editors: our own format and Home Assistant's."""
    return {}
