"""Intents files of our own format that are plainly right, read without pydantic.

To load pydantic and have it build its models takes longer than all else that `voiced say` does. So whatever is taken
here `intents` would take with the same values (a test holds that); what is wrong, rare or Home Assistant's is left to
it. Says nothing about what is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from voiced.grammar.action_template import ActionTemplate
from voiced.grammar.source import IntentsFile, IntentSource, ListSource, ListValue, NumberRange, list_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Read: TypeAlias = Callable[[Any], Any]  # the value of YAML data; ValueError if that is not plainly right

T = TypeVar("T")

_FIELDS = {"in": "said", "from": "start", "to": "stop"}  # where a key is a word of Python's
_LARGEST = 1e15  # whole numbers up to here are floats, too


def plain(data: object) -> IntentsFile | None:
    """What the values of a YAML file say; None if that is for `intents` to judge."""
    try:
        return _FILE(data)
    except ValueError:
        return None


def _check(is_plain: object) -> None:
    if not is_plain:
        raise ValueError("not plainly right")


def _anything(data: Any) -> Any:
    return data


def _exactly(*kinds: type) -> Read:
    """A value of one of these types and no other: True is not 1."""

    def read(data: Any) -> Any:
        _check(type(data) in kinds)
        return data

    return read


_text, _whole, _flag = _exactly(str), _exactly(int), _exactly(bool)
_scalar = _exactly(str, int, float, bool)


def _number(data: Any) -> float:
    _check(type(data) in (int, float) and abs(data) <= _LARGEST)
    return float(data)


def _positive(data: Any) -> float:
    _check(_number(data) > 0)
    return float(data)


def _one_or_more(data: Any) -> int:
    _check(type(data) is int and data > 0)
    return int(data)


def _one_of(*values: object) -> Read:
    def read(data: Any) -> Any:
        _check(any(type(data) is type(value) and data == value for value in values))
        return data

    return read


def _each(read: Read) -> Callable[[Any], tuple[Any, ...]]:
    """A list."""

    def read_each(data: Any) -> tuple[Any, ...]:
        _check(isinstance(data, list))
        return tuple(map(read, data))

    return read_each


def _named(read: Read) -> Callable[[Any], dict[str, Any]]:
    """A mapping with any keys."""

    def read_named(data: Any) -> dict[str, Any]:
        _check(isinstance(data, dict))
        return {name: read(value) for name, value in data.items()}

    return read_named


def _record(
    kind: Callable[..., T], keys: Mapping[str, Read], needed: frozenset[str] = frozenset()
) -> Callable[[Any], T]:
    """A mapping with some of these keys, those that are needed, and no others."""

    def read_record(data: Any) -> T:
        _check(isinstance(data, dict) and needed <= data.keys() <= keys.keys())
        return kind(**{_FIELDS.get(key, key): keys[key](value) for key, value in data.items()})

    return read_record


def _some(data: Any) -> str:
    """A text that is not empty."""
    _check(data)
    return str(_text(data))


_VALUE = _record(ListValue, {"in": _some, "out": _anything}, frozenset({"in"}))
_RANGE = _record(
    NumberRange,
    {
        "from": _whole,
        "to": _whole,
        "step": _one_or_more,
        "fractions": _one_of("halves", "tenths"),
        "multiplier": _number,
        "digits": _flag,
        "words": _flag,
        "words_language": _text,
    },
    frozenset({"from", "to"}),
)
_LIST = _record(
    ListSource, {"values": _each(lambda value: _VALUE(list_value(value))), "range": _RANGE, "wildcard": _flag}
)
_ACTION = _record(
    ActionTemplate,
    {"topic": _text, "payload": _anything, "qos": _one_of(0, 1, 2), "retain": _flag, "expires": _positive},
    frozenset({"topic"}),
)
_INTENT = _record(
    IntentSource,
    {
        "description": _text,
        "sentences": _each(_text),
        "slots": _named(_scalar),
        "action": lambda action: _each(_ACTION)([action] if isinstance(action, dict) else action),
        "examples": _named(lambda slots: None if slots is None else _named(_scalar)(slots)),
    },
)
_FILE = _record(
    IntentsFile,
    {
        "language": _text,
        "intents": _named(_INTENT),
        "lists": _named(lambda values: _LIST({"values": values} if isinstance(values, list) else values)),
        "rules": _named(_text),
        "skip_words": _each(_text),
    },
)
