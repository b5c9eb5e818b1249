"""A match becomes MQTT messages: topic and payload templates, checked when they are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.yaml_source import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.flow import Action, Match


class ActionTemplate(Section):
    """`action:` of an intent: what to publish, with `{slot}` for what was said."""

    topic: str
    payload: object = ""
    qos: int = 1
    retain: bool = False
    expires: float = 10.0


def actions_for(templates: Sequence[ActionTemplate], match: Match) -> tuple[Action, ...]:
    """The messages to send for a match."""
    raise AssertionError((templates, match))
