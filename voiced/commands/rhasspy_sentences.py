"""Reads Rhasspy's `sentences.ini`: sections are intents, lines are templates or rules. Pure; knows no YAML.

A template is JSGF with additions: `[optional]`, `(a | b)`, `<rule>`, `<Intent.rule>`, `$slot`, `0..100,5`; behind any
of them `:written` (instead), or `:(several words)`, `{tag}` and `!converters`. Names of what is parsed are Rhasspy's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_NESTED = 30  # brackets
_HEAD = re.compile(r"\[([^\[\]]+)\]")  # `[Intent]`, `[de.fhem:SetOnOff]`
_RULE = re.compile(r"([^=\[\](){}<>|$:!]+?)\s*=\s*(.*)")  # `name = template`
_TOKEN = re.compile(r"\s*(?:(?P<mark>[()\[\]|])|(?P<rule><[^<>]*>)|(?P<word>(?:\\.|[^\s()\[\]|<>{}\\])+))")
_TAG = re.compile(r"\s*\{([^{}]*)\}")
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?:,(\d+))?")
_NUMBERS = re.compile(r"\$rhasspy/number,(-?\d+),(-?\d+)(?:,(\d+))?")  # the slot that a range is to Rhasspy
_CONVERTERS = re.compile(r"((?:![A-Za-z_]\w*(?:,[^\s!:{}()\[\]|<>]*)?)+)")  # `!int`, `!unit,celsius`
_WRITTEN = re.compile(r":(?:\(([^()]*)\)|((?:\\.|[^\s()\[\]|<>{}!\\])*))")  # `:on`, `:(kitchen lamp)`
_LONGEST_GLUED = 3  # letters: `minute[s]` is one word, `die[das]` are two


class SentencesError(ValueError):
    """A line that is no template; `where` is its file and line."""

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where


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
    """A template, and where it stands."""

    where: str  # "sentences.ini:7"
    template: Group


@dataclass(slots=True)
class Section:
    """An intent: its sentences, and its rules by name."""

    sentences: list[Line] = field(default_factory=list)
    rules: dict[str, Line] = field(default_factory=dict)


def read_sections(text: str, file: str) -> dict[str, Section]:
    """Return the intents of a file by name; SentencesError where a line is no template."""
    sections: dict[str, Section] = {}
    section: Section | None = None
    for number, line in _joined(text):
        head = _HEAD.fullmatch(line)
        if head:
            section = sections.setdefault(head[1].strip(), Section())
        elif section is None:
            raise SentencesError("stands before the first [Intent]", f"{file}:{number}")
        else:
            _read_line(section, f"{file}:{number}", line)
    return sections


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines with their number; a rule goes on in lines that are indented more than it."""
    first, told, indent = 0, "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        deep = len(line) - len(line.lstrip())
        if told and deep > indent and _RULE.fullmatch(told):
            told = f"{told} {stripped}"
            continue
        if told:
            yield first, told
        first, told, indent = number, stripped, deep
    if told:
        yield first, told


def _read_line(section: Section, where: str, line: str) -> None:
    """Add a rule or a sentence to an intent."""
    rule = _RULE.fullmatch(line)
    # A line that begins with an optional part is written `\\[`, or it would be an intent.
    template = read_template((rule[2] if rule else line).replace("\\[", "["), where)
    if rule:
        section.rules[rule[1].strip()] = Line(where, template)
    else:
        section.sentences.append(Line(where, template))


def read_template(text: str, where: str) -> Group:
    """Return a template as one group; SentencesError if it is none."""
    try:
        return _Reader(text).whole()
    except SentencesError as error:
        raise SentencesError(str(error), where) from error


def read_values(text: str, file: str) -> list[Line]:
    """Return the values of a slot's file, one a line."""
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [
        Line(where := f"{file}:{number}", read_template(line, where))
        for number, line in lines
        if line and not line.startswith("#")
    ]


class _Reader:
    """Reads one template from left to right (recursive descent)."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 0
        self._depth = 0

    def whole(self) -> Group:
        """Read all of the text."""
        group = self.group("")
        if self.at < len(self._text.rstrip()):
            raise SentencesError(f"'{self._text[self.at :].strip()[:20]}' is not expected there")
        return group

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
            is_optional, before = found["mark"] == "[", self._text[: found.start("mark")][-1:]
            group = self.group("]" if is_optional else ")")
            is_glued = is_optional and before.isalpha() and _is_ending(group)
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
        if colon and not written and self._text.startswith("(", self.at):
            self.at -= 1  # what is written stands in brackets: it is read as behind any other part
            colon = ""
        instead = written.replace("\\", "") if colon else None
        node: Node
        if numbers := _RANGE.fullmatch(said) or _NUMBERS.fullmatch(said):
            start, stop = sorted((int(numbers[1]), int(numbers[2])))
            node = Range(start, stop, int(numbers[3] or 1) or 1, instead)
        elif said.startswith("$"):
            node = Reference("slot", said[1:], written=instead)
        else:
            node = Text(said.replace("\\", ""), instead)
        return replace(node, converters=converters)

    def _behind(self, node: Node) -> Node:
        """Read what stands directly behind a part: `:written`, `!converters`, `{tag}`."""
        if found := _WRITTEN.match(self._text, self.at):
            self.at = found.end()
            node = replace(node, written=" ".join((found[1] or found[2] or "").replace("\\", "").split()))
        if found := _CONVERTERS.match(self._text, self.at):
            self.at = found.end()
            node = replace(node, converters=tuple(found[1][1:].split("!")))
        if found := _TAG.match(self._text, self.at):
            self.at = found.end()
            name, converters = _split_converters(found[1])
            name, colon, value = name.partition(":")
            if not name.strip():
                raise SentencesError("a tag has no name")
            node = replace(node, tag=Tag(name.strip(), value.strip(" ()") if colon else None, converters))
        return node


def _split_converters(text: str) -> tuple[str, tuple[str, ...]]:
    """Split `word!int!upper` into the word and its converters; `{tag!int:7}` has them in the middle."""
    found = _CONVERTERS.search(text)
    if not found:
        return text, ()
    return text[: found.start()] + text[found.end() :], tuple(found[1][1:].split("!"))


def _is_ending(group: Group) -> bool:
    """Whether an optional part ends the word before it: `minute[s]`."""
    texts = [node.text if isinstance(node, Text) and not node.tag else "" for items in group.items for node in items]
    return len(texts) == len(group.items) and all(text.isalpha() and len(text) <= _LONGEST_GLUED for text in texts)
