"""Rhasspy's sentences → our intents, as YAML data; and what could not be carried over, in words.

A tagged part becomes a list, whose values are the part's alternatives; a rule stays a rule, under its intent's name.
What was said is all that our sentences know of their text: words that Rhasspy writes instead have no effect without a
tag, and are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from voiced.commands.rhasspy_sentences import (
    MOST_NESTED,
    Group,
    Line,
    Range,
    Reference,
    SentencesError,
    Tag,
    Text,
    tags_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from voiced.commands.rhasspy_sentences import Node, Section

CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "int": lambda value: int(float(value)),
    "float": float,
    "bool": lambda value: str(value).strip().lower() in ("1", "true", "yes", "on"),
    "lower": lambda value: str(value).lower(),
    "upper": lambda value: str(value).upper(),
}
_NO_TAG = Tag("")
_SPECIAL = re.compile(r"([()\[\]{}<>|;\\])")


@dataclass(slots=True)
class Converted:
    """Our file, and what is different from Rhasspy's."""

    intents: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    slots: dict[str, str | None] = field(default_factory=dict)  # of Rhasspy → list; None while it is being written

    def data(self, language: str) -> dict[str, Any]:
        """Return the file as YAML data."""
        told: dict[str, Any] = {"language": language, "intents": self.intents}
        return told | ({"lists": self.lists} if self.lists else {}) | ({"rules": self.rules} if self.rules else {})


def convert(sections: Mapping[str, Section], slots: Mapping[str, list[Line]]) -> Converted:
    """Return our intents; `slots` are the values of slot files, by name."""
    converted = Converted()
    for name, section in sections.items():
        writer = _Writer(name, sections, slots, converted)
        for rule, line in section.rules.items():
            converted.rules[_rule_name(name, rule)] = writer.template(line)
        if sentences := [writer.template(line) for line in section.sentences]:
            converted.intents[_name(name)] = {"sentences": list(dict.fromkeys(sentences))}
    return converted


def _name(name: str) -> str:
    """Return a name in letters that are safe in templates and topics."""
    return re.sub(r"[^\w-]", "_", name)


def _rule_name(intent: str, rule: str) -> str:
    return f"{_name(intent)}_{_name(rule)}"


class _Writer:
    """Writes the templates of one intent."""

    def __init__(
        self, intent: str, sections: Mapping[str, Section], slots: Mapping[str, list[Line]], converted: Converted
    ) -> None:
        self._intent = intent
        self._sections, self._slots, self._converted = sections, slots, converted
        self._line = 0
        self._depth = 0  # of tags within tags, rules between them

    def template(self, line: Line) -> str:
        """Return a template of ours."""
        self._line = line.number
        group = line.template
        if len(group.items) > 1:
            return f"({'|'.join(map(self._sequence, group.items))})"
        return self._sequence(group.items[0])

    def _sequence(self, nodes: tuple[Node, ...]) -> str:
        told = ""
        for node in nodes:
            part = self._node(node)
            is_glued = isinstance(node, Group) and node.is_glued
            told += part if is_glued or not told or not part else f" {part}"
        return told

    def _node(self, node: Node) -> str:
        if node.tag:
            return self._tagged(node, node.tag)
        match node:
            case Text():
                return _SPECIAL.sub(r"\\\1", node.text)
            case Group():
                return self._group(node)
            case Range():
                return f"{{{self._range(node)}:@number}}"
            case Reference(kind="rule"):
                return self._rule(node)
        return f"{{{self._slot(node.name)}:@{_name(node.name)}}}"

    def _group(self, node: Group) -> str:
        inside = "|".join(map(self._sequence, node.items))
        if not inside.strip("|"):
            return ""
        return f"[{inside}]" if node.is_optional else f"({inside})"

    def _rule(self, node: Reference) -> str:
        if not self._rule_of(node):
            self._note(f"there is no rule <{node.name}>; it is left out")
            return ""
        return f"<{_rule_name(node.intent or self._intent, node.name)}>"

    # ---- tagged parts become lists

    def _tagged(self, node: Node, tag: Tag) -> str:
        bare = replace(node, tag=None)
        is_optional = isinstance(bare, Group) and bare.is_optional
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise SentencesError(f"the tag {{{tag.name}}} leads back to itself; write its rule out", self._line)
        name = self._list_of(bare, tag)
        self._depth -= 1
        if name is None:
            return self._node(bare)
        reference = f"{{{name}}}" if name == _name(tag.name) else f"{{{name}:{_name(tag.name)}}}"
        return f"[{reference}]" if is_optional else reference

    def _list_of(self, node: Node, tag: Tag) -> str | None:
        """Return the name of the list that a tagged part becomes."""
        node = self._inside(node)
        if isinstance(node, Reference) and node.kind == "slot" and tag.value is None:
            return self._slot(node.name)
        if isinstance(node, Range) and tag.value is None and node.written is None:
            return self._named(tag.name, {"range": {"from": node.start, "to": node.stop, "step": node.step}})
        values = [self._value(branch, tag) for branch in self._branches(node)]
        values = [value for value in values if value is not None]
        if not values:
            self._note(f"the tag {{{tag.name}}} holds no words; it is left out")
            return None
        return self._named(tag.name, values)

    def _inside(self, node: Node) -> Node:
        """Return the one part that brackets or a rule hold; the part itself if they hold more, or change it."""
        for _ in range(MOST_NESTED):  # a rule may lead back to itself
            if node.written is not None or node.converters or node.tag:
                break
            items: tuple[tuple[Node, ...], ...] = ()
            if isinstance(node, Group) and not node.is_optional:
                items = node.items
            elif isinstance(node, Reference) and node.kind == "rule" and (rule := self._rule_of(node)):
                items = rule.template.items
            if len(items) != 1 or len(items[0]) != 1 or items[0][0].tag:
                break
            (node,) = items[0]
        return node

    def _rule_of(self, node: Reference) -> Line | None:
        owner = node.intent or self._intent
        return self._sections[owner].rules.get(node.name) if owner in self._sections else None

    def _branches(self, node: Node) -> list[tuple[Node, ...]]:
        """Return the alternatives of a part; those of a rule are its own."""
        if isinstance(node, Group) and node.written is None and not node.converters:
            return list(node.items)
        if isinstance(node, Reference) and node.kind == "rule" and node.written is None:
            rule = self._rule_of(node)
            if rule and not tags_of(part for items in rule.template.items for part in items):
                return list(rule.template.items)
        return [(node,)]

    def _value(self, nodes: tuple[Node, ...], tag: Tag) -> Any:
        """Return a list's value for one alternative: what is said, and what it means."""
        said = self._sequence(nodes)
        if not said:
            return None
        converters = (*(each for node in nodes for each in node.converters), *tag.converters)
        meant = tag.value if tag.value is not None else _written(nodes)
        out = self._converted_value(meant, converters)
        if out == said and not converters:
            return said
        return {"in": said} if out is None else {"in": said, "out": out}

    def _converted_value(self, value: str | None, converters: tuple[str, ...]) -> Any:
        converted: Any = value
        for name in converters:
            if name not in CONVERTERS or converted is None:
                self._note(f"the converter !{name} is not known here; it is left out")
                continue
            try:
                converted = CONVERTERS[name](converted)
            except (ValueError, OverflowError):
                self._note(f"!{name} cannot convert {value!r}; it stays as it is")
        return converted

    def _slot(self, name: str) -> str:
        """Return the name of the list of a slot."""
        done, short = self._converted.slots, name.rpartition("/")[2]
        if name in done:
            if (own := done[name]) is None:
                raise SentencesError(f"the slot ${name} leads back to itself; write its values out", self._line)
            return own
        if name not in self._slots:
            self._note(f"the slot ${name} has no file; write its values into the list '{_name(short)}'")
            done[name] = own = self._named(short, {"values": ["fill in"]})
            return own
        done[name] = None
        writer = _Writer(name, {}, self._slots, self._converted)
        values = [writer._value(items, _NO_TAG) for line in self._slots[name] for items in line.template.items]
        done[name] = own = self._named(short, [value for value in values if value is not None])
        return own

    def _named(self, name: str, values: Any) -> str:
        """Return the name of a list with these values: the tag's, or one with a number where that is another."""
        own, number = _name(name), 1
        while self._converted.lists.setdefault(own, values) != values:
            number += 1
            own = f"{_name(name)}_{number}"
        return own

    def _range(self, node: Range) -> str:
        return f"{node.start}..{node.stop}" + (f",{node.step}" if node.step > 1 else "")

    def _note(self, note: str) -> None:
        told = f"line {self._line}: {note}"
        if told not in self._converted.notes:
            self._converted.notes.append(told)


def _written(nodes: tuple[Node, ...]) -> str | None:
    """Return what Rhasspy writes for a sequence of words; None if that depends on what is said."""
    words = []
    for node in nodes:
        if node.written is not None:
            words.append(node.written)
        elif isinstance(node, Text):
            words.append(node.text)
        elif isinstance(node, Group) and len(node.items) == 1 and not node.is_optional:
            inside = _written(node.items[0])
            if inside is None:
                return None
            words.append(inside)
        else:
            return None
    return " ".join(filter(None, words))
