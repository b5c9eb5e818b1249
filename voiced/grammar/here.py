"""What sentences take from the place where they are said: `requires_context: {area: {slot: true}}`.

"turn on the lights" means those of the room. Home Assistant knows the area of the device that listens; here it is the
room of the microphone. Where that is unknown, such sentences cannot be understood, and are left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.grammar.definitions import SentenceTemplate

_AREA = "area"  # the only fact about the place that Home Assistant's sentences ask for


def said_in(sentences: Iterable[SentenceTemplate], room: str | None) -> Iterator[SentenceTemplate]:
    """Yield the sentences as they are meant in a room; without one, those that do not need it."""
    for sentence in sentences:
        # Few sentences ask for it.
        slot = _slot(sentence.requires.get(_AREA))
        if slot is None:
            yield sentence
        # The condition is met, and the slot has a value; what is said in the sentence, or what the context of a value
        # says, wins over it.
        elif room is not None:
            yield replace(sentence, slots={slot: room, **sentence.slots})


def _slot(wanted: Any) -> str | None:
    """The slot that is to hold the area of the device; None if none is."""
    # `{slot: true}`, `{slot: preferred_area_id}`; a `value` beside it would name one room for all houses.
    slot = wanted.get("slot") if isinstance(wanted, dict) else None
    return slot if isinstance(slot, str) else _AREA if slot else None
