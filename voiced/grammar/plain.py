"""Reads intents files of our own format that are plainly right, without pydantic.

Loading pydantic and building its models takes longer than everything else that `voiced say` does. Whatever this file
takes, `intents` would take with equal values (a test holds that). What is wrong, rare or Home Assistant's is left to
`intents`, which also says what is wrong.

Parser combinators: a reader (`Read`) takes YAML data and returns its value, or raises ValueError. Small readers are
joined to larger ones, down to `_FILE` at the end, which reads as the format does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, get_args

from voiced.grammar.action_template import ActionTemplate
from voiced.grammar.source import (
    ColorForm,
    Fractions,
    IntentsFile,
    IntentSource,
    ListSource,
    ListType,
    ListValue,
    NumberRange,
    list_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Read: TypeAlias = Callable[[Any], Any]  # YAML data → value; ValueError if it is not plainly right

T = TypeVar("T")

_FIELDS = {"in": "said", "from": "start", "to": "stop", "as": "form"}  # keys that are keywords or unclear in Python
_OWN_KEYS = {"in", "out"}  # of a value of a list
_LARGEST_EXACT = 1e15  # whole numbers up to here are floats without loss


def plain(data: object) -> IntentsFile | None:
    """The content of an intents file from its YAML data; None if `intents` has to judge."""
    # The first thing that is not plain ends the attempt: reading twice is rare, and costs less than a half answer.
    try:
        return _FILE(data)
    except ValueError:
        return None


# All readers fail by this one error, which carries no reason: `intents` will find it.
def _check(is_plain: object) -> None:
    if not is_plain:
        raise ValueError("not plainly right")


def _anything(data: Any) -> Any:
    return data


def _exactly(*kinds: type) -> Read:
    """A reader of values of exactly these types: True is not 1."""

    def read(data: Any) -> Any:
        _check(type(data) in kinds)
        return data

    return read


# The leaves of the format.
_text, _whole, _flag = _exactly(str), _exactly(int), _exactly(bool)
_slot_value = _exactly(str, int, float, bool, list, dict)


def _filled(data: Any) -> Any:
    # What is empty is refused where it stands, or means that the key is not there.
    _check(data)
    return _text(data)


def _number(data: Any) -> float:
    # pydantic turns whole numbers into floats where floats are asked for; so does this.
    _check(type(data) in (int, float) and abs(data) <= _LARGEST_EXACT)
    return float(data)


def _positive(data: Any) -> float:
    _check(_number(data) > 0)
    return float(data)


def _one_or_more(data: Any) -> int:
    _check(type(data) is int and data > 0)
    return int(data)


def _one_of(*values: object) -> Read:
    def read(data: Any) -> Any:
        # By type, too: 1 == True == 1.0 in Python, but not in YAML.
        _check(any(type(data) is type(value) and data == value for value in values))
        return data

    return read


def _each(read: Read) -> Callable[[Any], tuple[Any, ...]]:
    """A reader of lists, each item by `read`."""

    def read_each(data: Any) -> tuple[Any, ...]:
        _check(isinstance(data, list))
        return tuple(map(read, data))

    return read_each


def _named(read: Read) -> Callable[[Any], dict[str, Any]]:
    """A reader of mappings with any keys, each value by `read`."""

    def read_named(data: Any) -> dict[str, Any]:
        _check(isinstance(data, dict))
        return {name: read(value) for name, value in data.items()}

    return read_named


def _record(
    kind: Callable[..., T], keys: Mapping[str, Read], needed: frozenset[str] = frozenset()
) -> Callable[[Any], T]:
    """A reader of mappings with the `needed` keys and no others than `keys`; it calls `kind` with the values."""

    def read_record(data: Any) -> T:
        # Sets of keys: needed ⊆ given ⊆ known.
        _check(isinstance(data, dict) and needed <= data.keys() <= keys.keys())
        # `kind` checks the rules between keys, and its ValueError means "not plain", too.
        return kind(**{_FIELDS.get(key, key): keys[key](value) for key, value in data.items()})

    return read_record


# The format itself, from its smallest sections to the whole file. Keys that are missing here are Home Assistant's.
def _value(data: Any) -> ListValue:
    # All keys but these two are attributes; Home Assistant's two are for pydantic.
    _check(isinstance(data, dict) and type(data.get("in")) is str and not data.keys() & {"context", "metadata"})
    # Ten thousand values have none.
    if len(data) <= len(_OWN_KEYS & data.keys()):
        return ListValue(data["in"], data.get("out"))
    return ListValue(data["in"], data.get("out"), {}, {name: data[name] for name in data if name not in _OWN_KEYS})


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
# A list's value may be short, `kitchen`, or long, `{in: kitchen, out: 1}`: `list_value` makes the short one long.
_LIST = _record(
    ListSource,
    {
        "values": _each(lambda value: _value(list_value(value))),
        "range": _RANGE,
        "wildcard": _flag,
        "type": _one_of(*get_args(ListType)),
        "join": _each(_text),
        "from": _whole,
        "to": _whole,
        "step": _one_or_more,
        "fractions": _one_of(*get_args(Fractions)),
        "as": _one_of(*get_args(ColorForm)),
    },
)


def _command(data: Any) -> tuple[str, ...]:
    # A program, and arguments that may be empty.
    _check(data)
    return _each(_text)(data)


_ACTION = _record(
    ActionTemplate,
    {
        "topic": _filled,
        "payload": _anything,
        "qos": _one_of(0, 1, 2),
        "retain": _flag,
        "expires": _positive,
        "map": _named(_named(_anything)),
        "run": _command,
        "timeout": _positive,
    },
)
_INTENT = _record(
    IntentSource,
    {
        "description": _text,
        "sentences": _each(_text),
        "slots": _named(_slot_value),
        "action": lambda action: _each(_ACTION)([action] if isinstance(action, dict) else action),
        "compound": _flag,
        "examples": _named(lambda slots: None if slots is None else _named(_slot_value)(slots)),
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
        "folding": _flag,
        "settings": _anything,
        "joining_words": _each(_text),
    },
)
