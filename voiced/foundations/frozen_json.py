"""Lists and mappings of JSON that never change, and can be keys of dicts and members of sets.

They are lists and dicts: equal to those that hold the same, and written as JSON by the same code. Texts and numbers are
as they are.
"""

from __future__ import annotations

from typing import Any, NoReturn


def _refuse(self: object, *_arguments: object, **_named: object) -> NoReturn:
    raise TypeError(f"a {type(self).__name__} never changes")


class FrozenList(list[Any]):
    """A list that never changes; all that it holds is frozen, too."""

    def __hash__(self) -> int:  # type: ignore[override] # a list has none, because it may change
        return hash(tuple(self))

    def __deepcopy__(self, _memo: object) -> FrozenList:
        return self

    def __reduce__(self) -> tuple[type[FrozenList], tuple[list[Any]]]:
        return FrozenList, (list(self),)

    append = extend = insert = remove = pop = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse


class FrozenDict(dict[str, Any]):
    """A mapping that never changes; all that it holds is frozen, too."""

    def __hash__(self) -> int:  # type: ignore[override] # a dict has none, because it may change
        return hash(frozenset(self.items()))

    def __deepcopy__(self, _memo: object) -> FrozenDict:
        return self

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[str, Any]]]:
        return FrozenDict, (dict(self),)

    pop = popitem = update = setdefault = clear = _refuse
    __setitem__ = __delitem__ = __ior__ = _refuse


def frozen(value: Any) -> Any:
    """A JSON value with every list and mapping in it as one that never changes."""
    # From the inside out; what is frozen already is not made again.
    match value:
        case FrozenList() | FrozenDict():
            return value
        case list():
            return FrozenList(map(frozen, value))
        case dict():
            return FrozenDict({name: frozen(each) for name, each in value.items()})
    return value
