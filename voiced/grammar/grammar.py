"""All intents, compiled: what the rest of the house sees of a grammar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from random import Random

    from voiced.actions import ActionTemplate
    from voiced.flow import Match, SlotValue


@dataclass(frozen=True)
class Example:
    """A sentence that must match, and the slots that it must give."""

    text: str
    slots: Mapping[str, SlotValue]
    where: str  # file:line


@dataclass(frozen=True)
class Intent:
    """What the user may want, with everything that its files say about it."""

    name: str
    actions: tuple[ActionTemplate, ...]
    examples: tuple[Example, ...]
    where: str  # file:line of its first definition


@dataclass(frozen=True)
class Sample:
    """A sentence drawn from the grammar and what it means."""

    text: str
    intent: str
    slots: Mapping[str, SlotValue]


@dataclass(frozen=True)
class Grammar:
    """Immutable; may be shared by threads."""

    language: str  # of the first file
    intents: Mapping[str, Intent]

    def match(self, text: str) -> Match | None:
        """The best reading, or None."""
        raise AssertionError(text)

    def matches(self, text: str) -> tuple[Match, ...]:
        """Every distinct reading (intent and slots), the best first: more literal words, then file order."""
        raise AssertionError(text)

    def sample(self, random: Random, n: int) -> tuple[Sample, ...]:
        """Sentences of the grammar, each intent as likely as the next."""
        raise AssertionError((random, n))


def load(paths: Sequence[Path]) -> Grammar:
    """Files, or folders of `*.yaml`, as one grammar; ConfigError holds every problem of every file."""
    raise AssertionError(paths)


def check_examples(grammar: Grammar) -> list[str]:
    """Examples that do not give what they say, each as `file:line: …`; empty if all do."""
    raise AssertionError(grammar)
