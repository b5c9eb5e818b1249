"""Words problems of a YAML file: one sentence that says what is wrong and what to do.

`yaml_source` knows where things stand. This file sees the text of a line that is no YAML, and pydantic's errors about
values; it knows no YAML library.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from voiced.foundations.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

Key: TypeAlias = tuple[str | int, ...]  # the way to a node: keys of mappings, indices of lists


def line_of(problem: str) -> int:
    """The line number that a problem names, 0 if none: problems are sorted by it."""
    found = re.search(r":(\d+): ", problem)
    return int(found[1]) if found else 0


def dotted(key: Key) -> str:
    """A key as people write it: `lists.room[2]`."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def syntax_problem(text: str, name: str, stumbled: int, began: int, message: str) -> str:
    """A syntax error as a sentence with a remedy, for people who do not know YAML's grammar; lines count from 0."""
    lines = text.split("\n")
    line = lines[stumbled] if stumbled < len(lines) else ""
    if re.match(r"\s*\t", line):
        return f"{name}:{stumbled + 1}: the line is indented with a tab; use spaces"
    for number in (stumbled, began):
        opening = _OPENING.match(lines[number]) if number < len(lines) else None
        if opening:
            return f"{name}:{number + 1}: this is not valid YAML: {lines[number].strip()}; {_quoting(opening)}"
    where = f"{name}:{stumbled + 1}: this is not valid YAML"
    if line.count(": ") > 1 or "mapping values" in message:
        return f"{where}: {line.strip()}; a text that holds ': ' must be in quotes"
    return f"{where}: {message}; check the indentation of this line and the one above"


# A text that begins with a character that means something: `- [please] turn on`, `key: {state} light`.
_OPENING = re.compile(r"\s*(?:- +)*(?:[^\s'\"\[{#][^'\"\[{#]*: +)?(?P<sign>[\[{'\"%@`*&!])(?P<mapping>\s*\w+: )?")


def _quoting(opening: re.Match[str]) -> str:
    sign = opening["sign"]
    if sign == "{" and opening["mapping"]:
        return "inside { } a text that holds brackets or commas must be in quotes"
    if sign in "'\"":
        return f"the quote {sign} is not closed, or text follows it; put quotes around the whole text"
    return f"a text that begins with {sign} must be in quotes"


def sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    """One of pydantic's errors as a sentence with a remedy."""
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown key" + _suggestion(str(error["loc"][-1]), _keys_of(model, error["loc"][:-1]))
    if kind in ("literal_error", "enum"):
        choices = re.findall(r"'([^']*)'", str(context["expected"]))
        return f"{given!r} is not one of {', '.join(choices)}" + _suggestion(str(given), choices)
    if kind == "missing":
        return "is missing; add it"
    if kind in ("value_error", "assertion_error"):
        return str(context["error"])
    wanted = _WANTED.get(kind.split("_")[0]) if kind.endswith(("_type", "_parsing", "_from_float")) else None
    if wanted:
        hint = "; put it in quotes" if kind == "string_type" and isinstance(given, (int, float, list, dict)) else ""
        return f"should be {wanted}, not {_described(given)}{hint}"
    return error["msg"].removeprefix("Input ")


_WANTED = {"string": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "path": "a path"}
_WANTED |= {"list": "a list", "tuple": "a list", "dict": "a mapping", "model": "a mapping"}


def _described(given: object) -> str:
    match given:
        case None:
            return "empty"
        case dict():
            return "a mapping"
        case list():
            return "a list"
    return repr(given)


def _suggestion(given: str, choices: Iterable[str]) -> str:
    known = list(choices)
    otherwise = f"; remove it, or use one of: {', '.join(known)}" if known else "; remove it"
    return did_you_mean(given, known) or otherwise


def _keys_of(model: type[BaseModel], key: Key) -> list[str]:
    """The keys that the section at `key` may have."""
    types: list[Any] = [model]
    for part in key:
        types = [inner for outer in types for inner in _inside(outer, part)]
    sections = [kind for outer in types for kind in _alternatives(outer) if hasattr(kind, "model_fields")]
    return sorted({field.alias or name for kind in sections for name, field in kind.model_fields.items()})


def _alternatives(annotation: Any) -> list[Any]:
    """The members of a union (or of an annotated type), the type itself otherwise."""
    arguments = get_args(annotation)
    if not arguments or getattr(annotation, "__origin__", None) in (dict, list, tuple):
        return [annotation]
    return [kind for argument in arguments for kind in _alternatives(argument)]


def _inside(annotation: Any, part: str | int) -> Iterator[Any]:
    for kind in _alternatives(annotation):
        if hasattr(kind, "model_fields"):
            if part in kind.model_fields:
                yield kind.model_fields[part].annotation
        elif get_args(kind):
            yield get_args(kind)[-1 if isinstance(part, str) else 0]
