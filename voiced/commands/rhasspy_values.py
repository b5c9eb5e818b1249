"""What Rhasspy writes for what is said: the values of a tagged part, one by one, as far as they are few.

`(one | two:2) hour[s]` is said in four ways, of which it writes each differently: "one hour", "2 hours". Numbers are
written in digits. What another tag holds inside belongs to that tag alone. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from voiced.commands.rhasspy_sentences import MOST_NESTED, Group, Range, Reference, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from voiced.commands.rhasspy_sentences import Line, Node, Section

MOST_VALUES = 500  # of a tag
MOST_STEPS = 3_000_000  # from a part to what may be said for it: a house with 10,000 names takes a tenth
_SPECIAL = re.compile(r"([()\[\]{}<>|;\\])")
_FALSE = ("", "0", "false", "no", "off")

CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "int": lambda value: int(float(value)),
    "float": float,
    "bool": lambda value: str(value).strip().lower() not in _FALSE,
    "lower": lambda value: str(value).lower(),
    "upper": lambda value: str(value).upper(),
}


class TooLargeError(ValueError):
    """Rules lead to rules so often that nobody can follow them."""


class NotWrittenOutError(ValueError):
    """There are too many values, or a part leads back to itself."""


@dataclass(frozen=True, slots=True)
class Value:
    """A template of ours, and what Rhasspy writes for it."""

    said: str
    written: str


@dataclass(slots=True)
class Source:
    """All that was read: intents by name, and the lines of slots by name."""

    sections: Mapping[str, Section]
    slots: Mapping[str, list[Line]]
    programs: Container[str] = ()
    n_steps: int = 0  # that were taken

    def rule(self, node: Reference, intent: str) -> tuple[Line, str] | None:
        """Return a rule and the intent that it belongs to."""
        owner = node.intent or intent
        found = self.sections[owner].rules.get(node.name) if owner in self.sections else None
        return (found, owner) if found else None

    def slot(self, name: str) -> str | None:
        """Return the name of the slot's file: `colors,light` may be one, or be `colors` with an argument."""
        return next((own for own in (name, name.partition(",")[0]) if own in self.slots), None)

    def is_printed(self, name: str) -> bool:
        """Whether the slot's values are what a program prints."""
        return name.partition(",")[0] in self.programs

    def is_as_said(self, nodes: Iterable[Node], intent: str, depth: int = 0) -> bool:
        """Whether Rhasspy writes what is said, word by word."""
        return depth < MOST_NESTED and all(self._is_said(node, intent, depth + 1) for node in nodes)

    def _is_said(self, node: Node, intent: str, depth: int) -> bool:
        if node.tag or node.written is not None or node.converters or isinstance(node, Range):
            return False
        if isinstance(node, Text):
            return not node.text.isdigit()
        return all(self.is_as_said(items, owner, depth) for items, owner in self.alternatives(node, intent))

    def missing(self, nodes: Iterable[Node], intent: str, depth: int = 0) -> str | None:
        """Return the name of a rule that is referred to there, and is not there."""
        for node in nodes if depth < MOST_NESTED else ():
            if isinstance(node, Reference) and node.kind == "rule" and not self.rule(node, intent):
                return node.name
            if isinstance(node, Group | Reference):
                for parts, owner in self.alternatives(node, intent):
                    if found := self.missing(parts, owner, depth + 1):
                        return found
        return None

    def is_silent(self, node: Node, intent: str, depth: int = 0) -> bool:
        """Whether a part is said without words, as `(:)` is."""
        if isinstance(node, Text):
            return not node.text
        if isinstance(node, Range) or depth > MOST_NESTED:
            return False
        ways = self.alternatives(node, intent)
        return bool(ways) and all(self.is_silent(part, owner, depth + 1) for parts, owner in ways for part in parts)

    def holds_words(self, node: Node, intent: str, depth: int = 0) -> bool:
        """Whether a part is never said without words."""
        if isinstance(node, Text | Range) or depth > MOST_NESTED:
            return not self.is_silent(node, intent)
        ways = self.alternatives(node, intent)
        return all(any(self.holds_words(part, owner, depth + 1) for part in parts) for parts, owner in ways)

    def alternatives(self, node: Group | Reference, intent: str) -> list[tuple[tuple[Node, ...], str]]:
        """Return what may be said for a part: each a sequence, and the intent whose rules it means. TooLargeError."""
        ways = [(items, owner) for line, owner in self._lines(node, intent) for items in line.items]
        if isinstance(node, Group) and node.is_optional:
            ways.append(((), intent))
        self.n_steps += 1 + len(ways)
        if self.n_steps > MOST_STEPS:
            raise TooLargeError
        return ways

    def _lines(self, node: Group | Reference, intent: str) -> list[tuple[Group, str]]:
        if isinstance(node, Group):
            return [(node, intent)]
        if node.kind == "rule":
            rule = self.rule(node, intent)
            return [(rule[0].template, rule[1])] if rule else []
        slot = self.slot(node.name)
        return [(line.template, "") for line in (self.slots[slot] if slot else ())]


@dataclass(frozen=True, slots=True)
class Values:
    """Writes values out; `tagged` writes a part that has a tag of its own, `convert` calls converters."""

    source: Source
    tagged: Callable[[Node, str], str]
    convert: Callable[[str, tuple[str, ...]], Any]

    def of(self, nodes: Iterable[Node], intent: str, depth: int = 0) -> list[Value]:
        """Return the values of a sequence; NotWrittenOutError if there are too many."""
        if depth > MOST_NESTED:
            raise NotWrittenOutError
        values = [Value("", "")]
        for node in nodes:
            options, between = self._node(node, intent, depth), "" if getattr(node, "is_glued", False) else " "
            if len(values) * len(options) > MOST_VALUES:
                raise NotWrittenOutError
            values = [_joined(first, second, between) for first, second in product(values, options)]
        return _merged(values)

    def _node(self, node: Node, intent: str, depth: int) -> list[Value]:
        if node.tag:
            return [Value(self.tagged(node, intent), "")]
        values = self._bare(node, intent, depth)
        if node.written is not None:
            values = [Value(value.said, node.written) for value in values]
        if node.converters:
            values = [Value(value.said, str(self.convert(value.written, node.converters))) for value in values]
        return _merged(values)

    def _bare(self, node: Node, intent: str, depth: int) -> list[Value]:
        if isinstance(node, Text):
            return [Value(escaped(node.text), node.text)]
        if isinstance(node, Range):
            if (node.stop - node.start) // node.step >= MOST_VALUES:
                raise NotWrittenOutError
            return [Value(str(number), str(number)) for number in range(node.start, node.stop + 1, node.step)]
        of_each = (self.of(items, owner, depth + 1) for items, owner in self.source.alternatives(node, intent))
        return [value for values in of_each for value in values]


def escaped(text: str) -> str:
    """Return words as a template of ours."""
    return _SPECIAL.sub(r"\\\1", text)


def _joined(first: Value, second: Value, between: str) -> Value:
    def join(*texts: str) -> str:
        return between.join(filter(None, texts))

    return Value(join(first.said, second.said), join(first.written, second.written))


def _merged(values: list[Value]) -> list[Value]:
    """Return one value for each that is written, with all that is said for it."""
    said: dict[str, dict[str, None]] = {}
    for value in values:
        said.setdefault(value.written, {})[value.said] = None
    return [Value(either(list(texts)), written) for written, texts in said.items()]


def either(texts: list[str]) -> str:
    """Return a template for any of some texts; an empty one makes it optional."""
    words = [text for text in dict.fromkeys(texts) if text]
    inside = "|".join(words)
    if len(words) < len(set(texts)):
        return f"[{inside}]" if words else ""
    return f"({inside})" if len(words) > 1 else inside
