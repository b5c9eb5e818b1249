"""Home Assistant's own rule among its sentences: who says the name of a device means the device.

"turn on the lamp" may be a sentence about all lamps of the room, and a device may be called "lamp". Home Assistant
takes what holds a `name`, the longest first; and what nothing tells apart it takes by the names of the intents, in
their order. Among sentences of our own, `ranking` alone decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voiced.grammar.definitions import SentenceTemplate
    from voiced.grammar.match import Parse

_SLOT = "name"


def name_first(parses: Iterable[Parse]) -> list[Parse]:
    """Parses of Home Assistant's sentences in their order, those first that name a device."""
    # Sorting is stable: parses without a name, and with names of one length, stay as they are.
    return sorted(parses, key=_letters, reverse=True)


def are_home_assistants(parses: Iterable[Parse], sentences: Sequence[SentenceTemplate]) -> bool:
    """Whether all parses are of its sentences."""
    return all(sentences[parse.sentence].template.tolerant for parse in parses)


def _letters(parse: Parse) -> int:
    """Letters of the name that was said; words that a wildcard took are none."""
    return max(
        (each.end - each.start for each in parse.filled if each.slot == _SLOT and not each.value.wild), default=0
    )
