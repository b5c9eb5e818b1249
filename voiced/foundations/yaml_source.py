"""YAML files with line numbers and without YAML 1.1's traps.

The only file that knows `yaml`. Scalars follow YAML 1.2's core rules, so that `on`, `off`, `no` and `22:30` stay text.
Every problem of a file is found in one go and told as `file:line: key: what is wrong; what to do`. Knows nothing of
what the keys mean: that is for the models, which `sections` checks a document against.
"""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import yaml

from voiced.errors import ConfigError
from voiced.foundations.regular_file import read_regular
from voiced.foundations.yaml_problems import Key, dotted, syntax_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# Bounds of one file, far above what people write: a list of ten thousand names has 300 kB and 50,000 nodes.
MOST_BYTES = 2_000_000
MOST_NODES = 100_000
MOST_LEVELS = 50
LONGEST_NUMBER = 18  # characters of a whole number: all of them fit into 64 bits
# Two escapes of JSON that are one letter.
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_TOO_DEEP = f"lists and mappings stand more than {MOST_LEVELS} deep in each other; write it flatter"
_TOO_MANY = (
    f"the file has more than {MOST_NODES:,} values, those that aliases (*) repeat included; make it several files"
)


def read(path: Path) -> Document:
    """Read a file and remember where everything stands in it."""
    try:
        content = read_regular(path, MOST_BYTES)
    except FileNotFoundError as error:
        problem = "there is no such file; check the path, or let `voiced init` write one"
        raise ConfigError([f"{path}: {problem}"]) from error
    except OSError as error:
        problem = f"cannot be read: {error.strerror}; check the path and its permissions"
        raise ConfigError([f"{path}: {problem}"]) from error
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError([f"{path}:{line}: this is not UTF-8 text; save the file as UTF-8"]) from error
    return document(text.replace("\r\n", "\n").replace("\r", "\n"), str(path))


def document(text: str, name: str) -> Document:
    """Parse YAML text; ConfigError if it is no YAML at all, or has more nodes or levels than anybody writes."""
    # Programs write JSON, and letters such as 💡 as two escapes, which YAML does not know.
    text = _PAIR.sub(lambda pair: str(json.loads(f'"{pair[0]}"')), text)
    try:
        _check_size(text, name)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        stumbled = error.problem_mark or error.context_mark
        began = error.context_mark or stumbled
        lines = (stumbled.line if stumbled else 0, began.line if began else 0)
        if "nesting depth" in (error.problem or ""):
            raise ConfigError([f"{name}:{lines[0] + 1}: {_TOO_DEEP}"]) from error
        raise ConfigError([syntax_problem(text, name, *lines, error.problem or "something is missing")]) from error
    except yaml.YAMLError as error:  # characters that YAML forbids
        reason = " ".join(str(error).split())
        raise ConfigError([f"{name}: holds a character that YAML does not allow ({reason}); remove it"]) from error
    except RecursionError as error:  # of PyYAML's own parser, where there is no libyaml, which has a bound
        raise ConfigError([f"{name}: {_TOO_DEEP}"]) from error
    reader = _Reader(name, {}, [])
    data = reader.value(root, ()) if root is not None else {}
    return Document(name, {} if data is None else data, reader.nodes, tuple(reader.problems))


def written(data: Mapping[str, Any]) -> str:
    """Write data as YAML that people go on with: keys in their order, each text in one line."""
    return str(yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=math.inf))


def _check_size(text: str, name: str) -> None:
    """Raise ConfigError if a text has too many nodes, before memory is taken for any of them."""
    # Each node needs one of these characters, or is the empty one beside it. Only who has many of them is looked at.
    if 2 * sum(map(text.count, "\n,:-[{?")) <= MOST_NODES:
        return
    for number, event in enumerate(yaml.parse(text, Loader=_Loader)):
        if number > 2 * MOST_NODES:  # lists and mappings have two events
            raise ConfigError([f"{name}:{event.start_mark.line + 1 if event.start_mark else 1}: {_TOO_MANY}"])


@dataclass(frozen=True, eq=False)
class Document:
    """The values of a file, and the place of each."""

    name: str
    data: Any  # mappings, lists and scalars
    nodes: Mapping[Key, yaml.Node]
    problems: tuple[str, ...]  # duplicate keys and the like; the data holds what was probably meant

    def where(self, key: Key) -> str:
        """`file:line` of a node; of the nearest node around it if there is none."""
        known = self.known(key)
        line = int(self.nodes[known].start_mark.line) + 1 if known in self.nodes else 1
        return f"{self.name}:{line}"

    def has(self, key: Key) -> bool:
        """Whether the file has a node there."""
        return key in self.nodes

    def column(self, key: Key) -> int | None:
        """Column (from 1) in which the text of a one-line scalar begins; None where it cannot be told."""
        node = self.nodes.get(key)
        if not isinstance(node, yaml.ScalarNode) or node.style in ("|", ">"):
            return None
        if node.start_mark.line != node.end_mark.line:
            return None
        return int(node.start_mark.column) + (2 if node.style else 1)

    def known(self, key: Key) -> Key:
        """The part of a key that exists in the file: pydantic adds names of its own, and missing keys are missing."""
        known: Key = ()
        for part in key:
            if (*known, part) in self.nodes:
                known = (*known, part)
        return known


# ---- from nodes to values -----------------------------------------------------------------------------------------


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # libyaml where there is one: ten times as fast
    """YAML's parser with the scalars of YAML 1.2's core schema."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 # PyYAML's way of configuring


class _Dumper(yaml.SafeDumper):
    """PyYAML's, which quotes texts that are anything else in YAML 1.1, and in 1.2 as well, such as 1e5."""


_SCALARS = {
    "null": (r"|~|null|Null|NULL", ["", "~", "n", "N"]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
}
for _tag, (_pattern, _first) in _SCALARS.items():
    for _class in (_Loader, _Dumper):
        _class.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first)


_UNUSABLE = re.compile("[\0\ud800-\udfff]")  # the end of every name in C, and halves of characters


@dataclass(frozen=True, eq=False)
class _Reader:
    """Turns nodes into values; `nodes` and `problems` grow on the way."""

    name: str
    nodes: dict[Key, yaml.Node]
    problems: list[str]
    visited: Iterator[int] = field(default_factory=count)

    def value(self, node: yaml.Node, key: Key, inside: tuple[yaml.Node, ...] = ()) -> Any:
        self.nodes[key] = node
        # An alias repeats what it stands for, so what aliases of aliases come to is counted here.
        if next(self.visited) > MOST_NODES:
            raise ConfigError([f"{self.name}:{node.start_mark.line + 1}: {_TOO_MANY}", *self.problems])
        if node in inside:
            self.problem(node, key, "contains itself; write it out instead of using this alias")
            return None
        if len(inside) > MOST_LEVELS:
            raise ConfigError([f"{self.name}:{node.start_mark.line + 1}: {_TOO_DEEP}", *self.problems])
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, key, (*inside, node))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*key, i), (*inside, node)) for i, item in enumerate(node.value)]
        return self.scalar(node, key)

    def mapping(self, node: yaml.MappingNode, key: Key, inside: tuple[yaml.Node, ...]) -> Any:
        if node.flow_style and node.value and all(value.value == "" and not value.style for _, value in node.value):
            text = "{" + ", ".join(str(name.value) for name, _ in node.value) + "}"
            self.problem(node, key, f'{text} without quotes is a mapping in YAML; put it in quotes: "{text}"')
            return text
        mapping: dict[str, Any] = {}
        for name, value in node.value:
            if not isinstance(name, yaml.ScalarNode):
                self.problem(name, key, "a key must be plain text; put it in quotes")
                continue
            path = (*key, self.text(name, key))
            if name.value in mapping:
                first = self.nodes[path].start_mark.line + 1
                self.problem(name, path, f"is given twice, first in line {first}; remove one")
            mapping[str(name.value)] = self.value(value, path, inside)
            if value.start_mark.line != name.start_mark.line:  # a section stands where its name stands
                self.nodes[path] = yaml.Node(value.tag, value.value, name.start_mark, name.end_mark)
        return mapping

    def scalar(self, node: yaml.Node, key: Key) -> Any:
        text, tag = str(node.value), node.tag.removeprefix("tag:yaml.org,2002:")
        match tag:
            case "str":
                return self.text(node, key)
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int" | "float":
                return self.number(node, key, text, tag)
        self.problem(node, key, f"the tag {node.tag} means nothing here; write the value itself")
        return text

    def text(self, node: yaml.Node, key: Key) -> str:
        if unusable := _UNUSABLE.search(str(node.value)):
            words = f"holds the character {unusable[0]!r}, which no name and no message can hold; remove it"
            self.problem(node, key, words)
        return str(node.value)

    def number(self, node: yaml.Node, key: Key, text: str, tag: str) -> int | float:
        if tag == "int" and len(text) <= LONGEST_NUMBER:
            return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
        number = math.inf
        with suppress(ValueError):  # .inf, .nan
            number = float(text) if tag == "float" else math.inf
        if not math.isfinite(number):
            what = (
                "is not a finite number"
                if tag == "float" and text[-1] in "fFnN"
                else "is a number too large to count with"
            )
            self.problem(node, key, f"{what}; write another one, or put it in quotes if it is a text")
            return 0
        return number

    def problem(self, node: yaml.Node, key: Key, words: str) -> None:
        self.problems.append(f"{self.name}:{node.start_mark.line + 1}: {f'{dotted(key)}: ' if key else ''}{words}")
