"""Writes the templates and lists of one of Rhasspy's intents as ours; what could not be carried over is noted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from voiced.commands.rhasspy_sentences import MOST_NESTED, Group, Line, Range, Reference, SentencesError, Tag, Text
from voiced.commands.rhasspy_values import (
    CONVERTERS,
    NotWrittenOutError,
    Source,
    Values,
    either,
    escaped,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiced.commands.rhasspy_sentences import Node

_NO_TAG = Tag("")
_OF_NUMBERS = {"int", "float"}  # converters that leave a number what it is
_MOST_NUMBERS = 10_000  # of a range of ours
MOST_LEFT_OUT = 30  # parts of a sentence that may all be left out; ours refuses it, where there are more


@dataclass(slots=True)
class Converted:
    """Our file, and what is different from Rhasspy's."""

    intents: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    slots: dict[str, str | None] = field(default_factory=dict)  # of Rhasspy → list; None while it is being written
    names: dict[str, str] = field(default_factory=dict)  # of Rhasspy's intents → ours

    def rule(self, intent: str, rule: str) -> str:
        """Return the name of a rule."""
        return f"{self.names[intent]}_{safe_name(rule)}"

    def data(self, language: str) -> dict[str, Any]:
        """Return the file as YAML data."""
        told: dict[str, Any] = {"language": language, "intents": self.intents}
        return told | ({"lists": self.lists} if self.lists else {}) | ({"rules": self.rules} if self.rules else {})


def safe_name(name: str) -> str:
    """Return a name in letters that are safe in templates and topics."""
    return re.sub(r"[^\w-]", "_", name)


class Writer:
    """Writes the templates of one intent."""

    def __init__(self, intent: str, source: Source, converted: Converted, where: str = "", depth: int = 0) -> None:
        self._intent, self._source, self._converted = intent, source, converted
        self._values = Values(source, self._of_intent, self._converted_value)
        self._where = where
        self._depth = depth  # of tags within tags, rules between them

    def template(self, line: Line) -> str:
        """Return a template of ours; empty if nothing is said, or it cannot be said."""
        self._where = line.where
        return "" if self._lacks_a_rule(line) else self._either(line.template.items)

    def sentence(self, line: Line) -> str:
        """Return a template that is never silent; empty if nothing is said, or it cannot be said."""
        self._where = line.where
        if self._lacks_a_rule(line):
            return ""
        items = [way for nodes in line.template.items for way in self._with_words(nodes)]
        return self._either(items)

    def _lacks_a_rule(self, line: Line) -> bool:
        missing = self._source.missing([line.template], self._intent)
        if missing:
            self._note(f"there is no rule <{missing}>; what needs it is left out")
        return bool(missing)

    def _with_words(self, nodes: tuple[Node, ...]) -> list[tuple[Node, ...]]:
        """Return the ways to say something, if all of a sentence may be left out: of `[a] [b]`, `a [b]` and `b`."""
        if len(nodes) > MOST_LEFT_OUT or any(self._source.holds_words(node, self._intent) for node in nodes):
            return [nodes]
        return [
            (replace(node, is_optional=False, is_glued=False), *nodes[at + 1 :])
            for at, node in enumerate(nodes)
            if isinstance(node, Group)
        ]

    def _either(self, items: Iterable[tuple[Node, ...]]) -> str:
        return either([self.sequence(nodes) for nodes in items])

    def sequence(self, nodes: tuple[Node, ...]) -> str:
        told = ""
        for node in self._with_tags_on_words(list(nodes)):
            part = self._node(node)
            is_glued = isinstance(node, Group) and node.is_glued
            told += self._glued(part) if is_glued else f" {part}" if told and part else part
        return told

    def _glued(self, ending: str) -> str:
        """Rhasspy says `minute[s]` as two words; people mean one."""
        return f"[{ending[1:-1]}|{'|'.join(f' {each}' for each in ending[1:-1].split('|'))}]" if ending else ""

    def _with_tags_on_words(self, nodes: list[Node]) -> list[Node]:
        """Return the parts with tags that hold no words, `(:){domain:light}`, on the words beside them."""
        for at, node in enumerate(nodes):
            if not (node.tag and node.tag.value and self._source.is_silent(node, self._intent)):
                continue
            around = (*range(at + 1, len(nodes)), *reversed(range(at)))
            beside = [i for i in around if self._source.holds_words(nodes[i], self._intent)]
            if beside:
                wrapped = Group(((nodes[beside[0]],),), tag=node.tag)
                rest = [wrapped if i == beside[0] else part for i, part in enumerate(nodes) if i != at]
                return self._with_tags_on_words(rest)
        return nodes

    def _node(self, node: Node) -> str:
        if node.tag:
            return self._tagged(node, node.tag)
        match node:
            case Text():
                return escaped(node.text)
            case Group():
                return self._either((*node.items, ()) if node.is_optional else node.items)
            case Range():
                return self._range(node, "@number")
            case Reference(kind="rule"):
                return self._rule(node)
        return f"{{{self._slot(node.name)}:@{safe_name(node.name)}}}"

    def _rule(self, node: Reference) -> str:
        rule = self._source.rule(node, self._intent)
        if not rule or self._source.is_silent(node, self._intent):
            return ""
        return f"<{self._converted.rule(rule[1], node.name)}>"

    # ---- tagged parts become lists

    def _of_intent(self, node: Node, intent: str) -> str:
        """Return the template of a part that stands in a rule or slot of another intent."""
        return self._writer_of(intent).sequence((node,))

    def _writer_of(self, intent: str) -> Writer:
        own = intent == self._intent
        return self if own else Writer(intent, self._source, self._converted, self._where, self._depth)

    def _tagged(self, node: Node, tag: Tag) -> str:
        bare: Node = replace(node, tag=None)
        is_optional = not self._source.holds_words(bare, self._intent)
        if isinstance(bare, Group):
            bare = replace(bare, is_optional=False)
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise SentencesError(f"the tag {{{tag.name}}} leads back to itself; write its rule out", self._where)
        told = either(self._references(bare, tag))
        self._depth -= 1
        if not told:
            self._note(f"the tag {{{tag.name}}} holds no words; it is left out")
            return self._node(replace(node, tag=None))
        return f"[{told}]" if is_optional else told

    def _references(self, node: Node, tag: Tag) -> list[str]:
        """Return the lists and ranges that a tagged part becomes."""
        told, values = list[str](), list[Any]()
        for nodes, intent in self._branches(node, self._intent):
            alone = nodes[0] if len(nodes) == 1 and tag.value is None else None
            if isinstance(alone, Range) and self._stays_number(alone, tag):
                told.append(self._range(alone, safe_name(tag.name)))
            elif isinstance(alone, Reference) and alone.kind == "slot" and self._stays_slot(alone, tag):
                told.append(_reference(self._slot(alone.name), tag))
            else:
                values += self.values_of(nodes, tag, intent)
        return [_reference(self._named(tag.name, _distinct(values)), tag), *told] if values else told

    def _stays_number(self, node: Range, tag: Tag) -> bool:
        return node.written is None and not {*node.converters, *tag.converters} - _OF_NUMBERS and not node.tag

    def _stays_slot(self, node: Reference, tag: Tag) -> bool:
        return node.written is None and not (node.converters or tag.converters or node.tag)

    def _branches(self, node: Node, intent: str, depth: int = 0) -> list[tuple[tuple[Node, ...], str]]:
        """Return the alternatives of a part, those of brackets and rules in it too, each with its intent."""
        is_open = isinstance(node, Group) or (isinstance(node, Reference) and node.kind == "rule")
        if not is_open or node.written is not None or node.converters or node.tag or depth > MOST_NESTED:
            return [((node,), intent)]
        assert isinstance(node, Group | Reference)
        found = []
        for nodes, owner in self._source.alternatives(node, intent):
            found += self._branches(nodes[0], owner, depth + 1) if len(nodes) == 1 else [(nodes, owner)]
        return found

    def values_of(self, nodes: tuple[Node, ...], tag: Tag, intent: str) -> list[Any]:
        """Return a list's values for one alternative: what is said, and what it means."""
        converters = tag.converters
        if not (said := self._writer_of(intent).sequence(nodes)):
            return []
        if tag.value is not None:
            return [{"in": said, "out": self._converted_value(tag.value, converters)}]
        if not converters and self._source.is_as_said(nodes, intent):
            return [said]
        try:
            values = [value for value in self._values.of(nodes, intent) if value.said]
        except NotWrittenOutError:
            self._note(f"{{{tag.name}}} has too many values to write them out; its value is what is said")
            return [{"in": said}]
        return [{"in": each.said, "out": self._meant(each.written, nodes, converters)} for each in values]

    def _meant(self, written: str, nodes: tuple[Node, ...], converters: tuple[str, ...]) -> Any:
        """Return what is written as a value: a number, where a range or a converter makes it one."""
        alone = nodes[0] if len(nodes) == 1 else None
        if isinstance(alone, Text) and alone.written is None and alone.text.isdigit():
            converters = ("int", *converters)
        return self._converted_value(written, (*(alone.converters if alone else ()), *converters))

    def _converted_value(self, value: str, converters: tuple[str, ...]) -> Any:
        converted: Any = value
        for name in converters:
            if name not in CONVERTERS:
                self._note(f"the converter !{name} is not known here; it is left out")
                continue
            try:
                converted = CONVERTERS[name](converted)
            except (ValueError, OverflowError):
                self._note(f"!{name} cannot convert {value!r}; it stays as it is")
        return converted

    def _slot(self, name: str) -> str:
        """Return the name of the list of a slot."""
        done, found = self._converted.slots, self._source.slot(name)
        name = found or name
        short = name.rpartition("/")[2]
        if name in done:
            if (own := done[name]) is None:
                raise SentencesError(f"the slot ${name} leads back to itself; write its values out", self._where)
            return own
        done[name] = None
        lines = self._source.slots[name] if found else []
        values = _distinct([value for line in lines for value in self._values_of_line(line)])
        if not values:
            reason = "is printed by a program" if self._source.is_printed(name) else "has no file"
            lacks = "has no values" if found else reason
            self._note(f"the slot ${name} {lacks}; write its values into the list '{safe_name(short)}'")
        done[name] = own = self._named(short, values or {"values": ["fill in"]})
        return own

    def _values_of_line(self, line: Line) -> list[Any]:
        writer = Writer("", self._source, self._converted, line.where, self._depth)
        return [value for items in line.template.items for value in writer.values_of(items, _NO_TAG, "")]

    def _named(self, name: str, values: Any) -> str:
        """Return the name of a list with these values: the tag's, or one with a number where that is another."""
        own, number = safe_name(name), 1
        while self._converted.lists.setdefault(own, values) != values:
            number += 1
            own = f"{safe_name(name)}_{number}"
        return own

    def _range(self, node: Range, slot: str) -> str:
        stop = node.start + min((node.stop - node.start) // node.step, _MOST_NUMBERS - 1) * node.step
        if stop + node.step <= node.stop:
            self._note(f"{node.start}..{node.stop} has more than {_MOST_NUMBERS:,} numbers; it ends at {stop}")
        return f"{{{node.start}..{stop}" + (f",{node.step}" if node.step > 1 else "") + f":{slot}}}"

    def _note(self, note: str) -> None:
        told = f"{self._where}: {note}"
        if told not in self._converted.notes:
            self._converted.notes.append(told)


def _distinct(values: list[Any]) -> list[Any]:
    return list({repr(value): value for value in values}.values())


def _reference(name: str, tag: Tag) -> str:
    return f"{{{name}}}" if name == safe_name(tag.name) else f"{{{name}:{safe_name(tag.name)}}}"
