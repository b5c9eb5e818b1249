"""Reads Rhasspy's `sentences.ini`: sections are intents, lines are templates or rules. Pure; knows no YAML.

A template is JSGF with additions: `[optional]`, `(a | b)`, `<rule>`, `<Intent.rule>`, `$slot`, `0..100,5`; behind any
of them `:what is written instead`, `{tag}` and `!converters`. Names of what is parsed are Rhasspy's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_NESTED = 30  # brackets
_RULE = re.compile(r"([A-Za-z_][\w-]*)\s*=\s*(.*)")  # `name = template`
_TOKEN = re.compile(r"\s*(?:(?P<mark>[()\[\]|])|(?P<rule><[^<>]*>)|(?P<word>(?:\\.|[^\s()\[\]|<>{}\\])+))")
_TAG = re.compile(r"\s*\{([^{}]*)\}")
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?:,(\d+))?")
_CONVERTERS = re.compile(r"((?:![A-Za-z_]\w*)+)")


class SentencesError(ValueError):
    """A line that is no template; `line` counts from 1."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Tag:
    """`{name}`, or `{name:value}`."""

    name: str
    value: str | None = None
    converters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """Words."""

    text: str
    written: str | None = None  # instead of what was said
    tag: Tag | None = None
    converters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """`(a | b)` or `[a | b]`: alternatives, each a sequence."""

    items: tuple[tuple[Node, ...], ...]
    is_optional: bool = False
    is_glued: bool = False  # to the word before it: `minute[s]`
    written: str | None = None
    tag: Tag | None = None
    converters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """`<rule>`, `<Intent.rule>` or `$slot,arguments`."""

    kind: str  # "rule" or "slot"
    name: str
    intent: str | None = None  # of a rule: whose it is
    written: str | None = None
    tag: Tag | None = None
    converters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """`0..100,5`."""

    start: int
    stop: int
    step: int = 1
    written: str | None = None
    tag: Tag | None = None
    converters: tuple[str, ...] = ()


Node: TypeAlias = Text | Group | Reference | Range


@dataclass(frozen=True, slots=True)
class Line:
    """A template, and the line where it stands."""

    number: int
    template: Group


@dataclass(slots=True)
class Section:
    """An intent: its sentences, and its rules by name."""

    sentences: list[Line] = field(default_factory=list)
    rules: dict[str, Line] = field(default_factory=dict)


def read_sections(text: str) -> dict[str, Section]:
    """Return the intents of a file by name; SentencesError where a line is no template."""
    sections: dict[str, Section] = {}
    section: Section | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        head = re.fullmatch(r"\[([^\[\]|()<>{}$:]+)\]", stripped)
        if head:
            section = sections.setdefault(head[1].strip(), Section())
        elif section is None:
            raise SentencesError("stands before the first [Intent]", number)
        else:
            _read_line(section, number, stripped)
    return sections


def _read_line(section: Section, number: int, line: str) -> None:
    """Add a rule or a sentence to an intent."""
    rule = _RULE.fullmatch(line)
    try:
        # A line that begins with an optional part is written `\[`, or it would be an intent.
        template = read_template(rule[2] if rule else line.removeprefix("\\"))
    except SentencesError as error:
        raise SentencesError(str(error), number) from error
    if rule:
        section.rules[rule[1]] = Line(number, template)
    else:
        section.sentences.append(Line(number, template))


def read_template(text: str) -> Group:
    """Return a template as one group; SentencesError if it is none."""
    reader = _Reader(text)
    group = reader.group("")
    if reader.at < len(text.rstrip()):
        raise SentencesError(f"'{text[reader.at :].strip()[:20]}' is not expected there")
    return group


def read_values(text: str) -> list[Line]:
    """Return the values of a slot's file, one a line."""
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [Line(number, read_template(line)) for number, line in lines if line and not line.startswith("#")]


class _Reader:
    """Reads one template from left to right (recursive descent)."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 0
        self._depth = 0

    def group(self, closing: str) -> Group:
        """Read alternatives up to a bracket, or the end."""
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise SentencesError(f"brackets are nested more than {MOST_NESTED} deep")
        items, sequence = [], list[Node]()
        while True:
            found = _TOKEN.match(self._text, self.at)
            if found is None or (found["mark"] or "") in (")", "]"):
                break
            self.at = found.end()
            if found["mark"] == "|":
                items.append(tuple(sequence))
                sequence = []
            else:
                sequence.append(self._node(found))
        self._depth -= 1
        if closing:
            self._close(closing)
        return Group((*items, tuple(sequence)))

    def _close(self, closing: str) -> None:
        rest = self._text[self.at :].lstrip()
        if not rest.startswith(closing):
            raise SentencesError(f"'{closing}' is missing")
        self.at = len(self._text) - len(rest) + 1

    def _node(self, found: re.Match[str]) -> Node:
        node: Node
        if found["mark"]:
            is_optional = found["mark"] == "["
            before = self._text[found.start() : found.start("mark")] or self._text[: found.start()][-1:]
            is_glued = is_optional and bool(before.strip())
            group = self.group("]" if is_optional else ")")
            node = replace(group, is_optional=is_optional, is_glued=is_glued)
        elif found["rule"]:
            intent, _, name = found["rule"][1:-1].rpartition(".")
            node = Reference("rule", name.strip(), intent.strip() or None)
        else:
            node = self._word(found["word"])
        return self._behind(node)

    def _word(self, word: str) -> Node:
        said, converters = _split_converters(word)
        said, colon, written = said.partition(":")
        instead = written.replace("\\", "") if colon else None
        node: Node
        if numbers := _RANGE.fullmatch(said):
            node = Range(int(numbers[1]), int(numbers[2]), int(numbers[3] or 1), instead)
        elif said.startswith("$"):
            node = Reference("slot", said[1:].partition(",")[0], written=instead)
        else:
            node = Text(said.replace("\\", ""), instead)
        return replace(node, converters=converters)

    def _behind(self, node: Node) -> Node:
        """Read what stands directly behind a part: `:written`, `!converters`, `{tag}`."""
        if found := re.compile(r":((?:\\.|[^\s()\[\]|<>{}!\\])*)").match(self._text, self.at):
            self.at = found.end()
            node = replace(node, written=found[1].replace("\\", ""))
        if found := _CONVERTERS.match(self._text, self.at):
            self.at = found.end()
            node = replace(node, converters=tuple(found[1][1:].split("!")))
        if found := _TAG.match(self._text, self.at):
            self.at = found.end()
            name, converters = _split_converters(found[1])
            name, colon, value = name.partition(":")
            if not name.strip():
                raise SentencesError("a tag has no name")
            node = replace(node, tag=Tag(name.strip(), value.strip() if colon else None, converters))
        return node


def _split_converters(text: str) -> tuple[str, tuple[str, ...]]:
    """Split `word!int!upper` into the word and its converters; `{tag!int:7}` has them in the middle."""
    found = _CONVERTERS.search(text)
    if not found:
        return text, ()
    return text[: found.start()] + text[found.end() :], tuple(found[1][1:].split("!"))


def tags_of(nodes: Iterable[Node]) -> list[Tag]:
    """Return all tags in some parts, from left to right; references are not followed."""
    found = []
    for node in nodes:
        if isinstance(node, Group):
            found += [tag for sequence in node.items for tag in tags_of(sequence)]
        if node.tag:
            found.append(node.tag)
    return found
