"""The form in which the languages' tables say what a type sounds like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from voiced.grammar.definitions import NumberRange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiced.flow import SlotValue

# What is said, a template → its part of the value; or numbers.
Values: TypeAlias = "Mapping[str, SlotValue] | NumberRange"


@dataclass(frozen=True, eq=False, slots=True)
class Words:
    """What is said of a type in a language."""

    template: str
    lists: Mapping[str, Values]
    rules: Mapping[str, str] = field(default_factory=dict)


def digits(start: int, stop: int, layout: str = "", multiplier: float = 1.0) -> NumberRange:
    """Numbers in digits alone; `layout` is how they are written, such as "{:02}"."""
    return NumberRange(start, stop, words=False, layout=layout, multiplier=multiplier)
