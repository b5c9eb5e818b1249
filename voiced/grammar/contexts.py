"""Which values of a list a sentence may use: Home Assistant's `requires_context` and `excludes_context`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiced.grammar.definitions import SentenceTemplate, TextList, TextValue


def values_for(definition: TextList, sentence: SentenceTemplate) -> tuple[TextValue, ...]:
    """The values of a list that a sentence may use, in their order."""
    # Most sentences ask for nothing.
    if not sentence.requires and not sentence.excludes:
        return definition.values
    # Ten thousand names have a handful of contexts, so each of these is judged once.
    judged: dict[str, bool] = {}
    found = []
    for value in definition.values:
        key = repr(value.context)
        if key not in judged:
            judged[key] = _allowed(value.context, sentence)
        if judged[key]:
            found.append(value)
    return tuple(found)


def _allowed(context: Mapping[str, object], sentence: SentenceTemplate) -> bool:
    """Whether a sentence may use values with this context; what the context leaves open is allowed."""
    # Whatever is required must not be contradicted, and nothing that is excluded may be given.
    required = all(key not in context or _fits(context[key], wanted) for key, wanted in sentence.requires.items())
    return required and not any(
        key in context and _fits(context[key], unwanted) for key, unwanted in sentence.excludes.items()
    )


def _fits(given: object, wanted: object) -> bool:
    # Home Assistant writes one value, a list of values, or a mapping with either; without any, whatever is given fits.
    if isinstance(wanted, dict):  # {value: …, slot: true}
        wanted = wanted.get("value")
    given = given.get("value") if isinstance(given, dict) else given
    return wanted is None or (given in wanted if isinstance(wanted, list) else given == wanted)
