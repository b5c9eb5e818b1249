"""Parses a template such as `turn {state} [the] {room} light[s]` to a tree of frozen expressions.

The dialect is Home Assistant's, parsed by its own parser (this is the only file that knows `hassil`). W3C's SRGS and
Sun's JSGF have the same building blocks under other names: sequence, alternatives, optional, rule reference; lists with
values and permutations are hassil's. Brackets are checked here first, because hassil does not say where it stumbled.
Does not know which lists and rules exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from voiced.foundations.submodules import submodules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hassil import expression as parsed
    from hassil.parse_expression import parse_sentence
    from hassil.parser import ParseError
else:  # without hassil's matcher, which takes longer to import than intents to read
    parsed, parse_expression, parser = submodules("hassil", "expression", "parse_expression", "parser")
    parse_sentence, ParseError = parse_expression.parse_sentence, parser.ParseError

_CLOSING_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_MOST_PERMUTED = 8  # parts: the automaton has a state for each subset of them
_LONGEST = 300_000  # characters: it takes seconds to take more of them to pieces
_MOST_NESTED = 30  # brackets: whatever follows the tree is recursive, and Python's stack has an end
_NAMES = "{<"  # brackets that hold a name, not a template
_FILTER = re.compile(r"(?<!\\)(\{[^{}\[\]()<>|;:\\]+)(\[[^{}\[\]\\]*\])")  # {light[room=kitchen], up to the bracket
# What means something in templates stands in a filter as characters of private use while the parser is at work.
_HIDDEN = {ord(char): 0xE000 + number for number, char in enumerate("()[]<>|;:@")}
_SHOWN = {hidden: char for char, hidden in _HIDDEN.items()}


class TemplateError(ValueError):
    """A template cannot be parsed; `at` is the index of the character to blame."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


# The six kinds of expression. `turn {state} [the] light[s]` is
#   Sequence(Text("turn "), ListReference("state", "state"), Text(" "),
#            Choice(Text("the"), Text("")), Text(" light"), Choice(Text("s"), Text("")))
# Spaces belong to the texts; what parts words and what does not is seen when the tree is compiled.


@dataclass(frozen=True, slots=True)
class Text:
    """Words, parts of words and spaces, as they were written: `light` and `s` in `light[s]`."""

    text: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """Expressions one after the other."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`(a|b)`; `[a]` is a choice between `a` and nothing."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Permutation:
    """`(a;b)`: all items once, in any order."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ListReference:
    """`{list}`, `{list:slot}`, some of a list, `{list[room=kitchen]}`, or a range, `{0..100,5:slot}`."""

    name: str
    slot: str | None  # None: matched, but no slot takes it (Home Assistant's `{list:@response}`)


@dataclass(frozen=True, slots=True)
class RuleReference:
    """`<rule>`."""

    name: str


Expression: TypeAlias = Text | Sequence | Choice | Permutation | ListReference | RuleReference
NOTHING = Sequence(())
NEVER = Choice(())  # one of no things: cannot be said


def parse_template(template: str) -> Expression:
    """The expression of a template; raises TemplateError where it is malformed."""
    if len(template) > _LONGEST:
        message = (
            f"the template has {len(template):,} characters, at most {_LONGEST:,}; make parts of it lists or rules"
        )
        raise TemplateError(message, 0)
    # Filters are part of a name: neither our check nor hassil's parser sees their brackets.
    if has_filter(template):
        template = _FILTER.sub(lambda found: found[1] + found[2].translate(_HIDDEN), template)
    # Our own check first: it says where; hassil's parser then sees only well-formed brackets.
    _check_brackets(template)
    try:
        return _convert(parse_sentence(template).expression)
    except (ParseError, AssertionError) as error:
        raise TemplateError("this is not a sentence template", 0) from error


def has_filter(template: str) -> bool:
    """Whether a template names some values of a list: `{light[room=kitchen]}`."""
    return "[" in template and _FILTER.search(template) is not None


def is_template(text: str) -> bool:
    """Whether a list's value is more than plain words."""
    return re.search(r"[()\[\]{}<>|\\]", text) is not None


def references(expression: Expression) -> Iterator[ListReference | RuleReference]:
    """Every reference in an expression, from left to right."""
    # A tree walk, depth first; references are leaves and are not followed.
    if isinstance(expression, (ListReference, RuleReference)):
        yield expression
    elif not isinstance(expression, Text):
        for item in expression.items:
            yield from references(item)


def _convert(node: parsed.Expression) -> Expression:
    match node:
        # hassil's mutable nodes become our frozen ones, one kind each; `[a]` comes as an alternative of "a" and
        # nothing.
        case parsed.TextChunk():
            return Text(node.original_text)
        case parsed.ListReference():
            return _list_reference(node)
        case parsed.RuleReference():
            return RuleReference(node.rule_name.strip())
        case parsed.Alternative():
            return Choice(tuple(_convert(item) for item in node.items))
        case parsed.Permutation():
            if len(node.items) > _MOST_PERMUTED:
                raise TemplateError(f"a permutation has at most {_MOST_PERMUTED} parts; put some in brackets", 0)
            return Permutation(tuple(_convert(item) for item in node.items))
        case parsed.Group():
            return _sequence(_convert(item) for item in node.items)
    raise AssertionError(f"hassil's parser has a new kind of expression: {node}")


def _list_reference(node: parsed.ListReference) -> ListReference:
    name, slot = node.list_name.strip().translate(_SHOWN), node.slot_name.strip().translate(_SHOWN)
    # `{light[room=kitchen]}` fills the slot `light`.
    return ListReference(name, None if node.is_capture else slot.partition("[")[0].strip())


def _sequence(items: Iterable[Expression]) -> Expression:
    """Items as one expression, neighbouring texts joined: "twenty " and "one" are one number."""
    # A sequence of one is that one.
    joined: list[Expression] = []
    for item in items:
        if joined and isinstance(item, Text) and isinstance(joined[-1], Text):
            joined[-1] = Text(joined[-1].text + item.text)
        else:
            joined.append(item)
    return joined[0] if len(joined) == 1 else Sequence(tuple(joined))


@dataclass(slots=True)
class _OpenBracket:
    """A bracket that is not closed yet; the whole template counts as one."""

    at: int
    bracket: str
    separator: str = ""  # '|' or ';' once one was seen


def _check_brackets(template: str) -> None:
    """Raise TemplateError unless brackets pair, none is empty, and none holds both `|` and `;`."""
    if not template.strip():
        raise TemplateError("the template is empty", 0)
    opened = [_OpenBracket(-1, "")]
    # A stack of open brackets: the last one opened is the first to be closed (a Dyck language).
    for at, char in _unescaped(template):
        innermost = opened[-1]
        # Its own kind closes the innermost bracket; …
        if innermost.bracket and char == _CLOSING_BRACKETS[innermost.bracket]:
            # "[]" can mean nothing: a typing mistake.
            if innermost.at + 1 == at:
                raise TemplateError(f"'{innermost.bracket}{char}' is empty", innermost.at)
            opened.pop()
        # … inside a name nothing else may stand that means something; …
        elif innermost.bracket and innermost.bracket in _NAMES:
            if char in "([{<>)]}|;":
                raise TemplateError(f"'{innermost.bracket}' is never closed", innermost.at)
        # … and anything else opens another one, or stands between.
        elif char in _CLOSING_BRACKETS:
            opened.append(_OpenBracket(at, char))
            if len(opened) > _MOST_NESTED + 1:
                raise TemplateError(f"brackets are nested more than {_MOST_NESTED} deep; write a part as a rule", at)
        else:
            _check_between(char, at, innermost)
    # Whatever is still open at the end was never closed; the innermost one is named.
    if len(opened) > 1:
        raise TemplateError(f"'{opened[-1].bracket}' is never closed", opened[-1].at)


def _check_between(char: str, at: int, around: _OpenBracket) -> None:
    if char in _CLOSING_BRACKETS.values():
        but = f"; the bracket that is open is '{around.bracket}'" if around.bracket else ""
        raise TemplateError(f"'{char}' closes nothing{but}", at)
    # `a|b;c` could mean two things, and hassil would not say which.
    if char in "|;":
        if around.separator not in ("", char):
            raise TemplateError("'|' and ';' are mixed; put brackets around one of them", at)
        around.separator = char


def _unescaped(template: str) -> Iterator[tuple[int, str]]:
    """(index, character) of all characters but backslashes and those that they escape."""
    # A backslash takes the next character with it.
    characters = iter(enumerate(template))
    for at, char in characters:
        if char == "\\":
            next(characters, None)
        else:
            yield at, char
