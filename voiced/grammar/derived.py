"""Lists that are made of other lists: `join: [kitchen_lights, bedroom_lights]`, and `{light[room=kitchen]}`.

Both are written out before anything is checked or compiled: to all who come after they are lists like any other, of
the very values of the lists that they are made of, attributes included.
"""

from __future__ import annotations

from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, TypeAlias

from voiced.foundations.nearest import did_you_mean
from voiced.grammar.action_template import as_text
from voiced.grammar.definitions import TextList
from voiced.grammar.expression import has_filter, references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voiced.grammar.definitions import ListDefinition, Scope, SentenceTemplate, TextValue
    from voiced.grammar.expression import Expression

    Joins: TypeAlias = Mapping[str, Mapping[str, str]]  # list → lists that it joins → file:line
    Condition: TypeAlias = tuple[str, str]  # attribute, and the value that it must have, as text

_MOST_VALUES = 200_000  # of all joined lists together, and of all filters: as many as files may have
_MOST_NAMED = 20  # names that are listed


# ---- lists of several lists


def joined(scope: Scope, problems: list[str]) -> Scope:
    """A scope whose lists hold the values of those that they join; `problems` grow by what cannot be joined."""
    # Most grammars join nothing.
    joins = {name: each.join for name, each in scope.lists.items() if isinstance(each, TextList) and each.join}
    if not joins:
        return scope
    if told := list(_unknown(joins, scope)) or _circle(joins):
        problems += told
        return scope
    lists: dict[str, ListDefinition] = dict(scope.lists)
    # Whatever is joined is written out first.
    in_all = 0
    for name in TopologicalSorter(joins).static_order():
        if name in joins:
            lists[name] = whole = _joined(name, lists, joins[name])
            in_all += len(whole.values)
        if in_all > _MOST_VALUES:
            where = next(iter(joins[name].values()))
            problems.append(f"{where}: joined lists hold more than {_MOST_VALUES:,} values in all; join fewer")
            break
    return replace(scope, lists=lists)


def _joined(name: str, lists: Mapping[str, ListDefinition], others: Iterable[str]) -> TextList:
    # One value may come by several ways, and is one value all the same.
    parts = [part for each in (name, *others) if isinstance(part := lists[each], TextList)]
    return TextList(tuple({id(value): value for part in parts for value in part.values}.values()))


def _unknown(joins: Joins, scope: Scope) -> Iterator[str]:
    for others in joins.values():
        for other, where in others.items():
            if other not in scope.lists:
                instead = did_you_mean(other, scope.lists) or "; define it, or remove it"
                yield f"{where}: there is no list '{other}' to join{instead}"
            elif not isinstance(scope.lists[other], TextList):
                yield f"{where}: the list '{other}' has no values, and only values can be joined; remove it"


def _circle(joins: Joins) -> list[str]:
    try:
        TopologicalSorter(joins).prepare()
    except CycleError as error:
        names: list[str] = error.args[1][::-1]
        way = " → ".join(f"'{name}'" for name in names[:_MOST_NAMED])
        return [f"{joins[names[0]][names[1]]}: lists are joined in a circle, {way}; remove one of them"]
    return []


# ---- filters


def filtered(
    sentences: list[SentenceTemplate], scopes: Mapping[str, Scope], names: Iterable[str]
) -> tuple[list[SentenceTemplate], Mapping[str, Scope]]:
    """Sentences and scopes, with the lists that filters leave of others; `names`: all filters, as they are written.

    Of what cannot be filtered no list is made: `no_filter` says why.
    """
    if not names:
        return sentences, scopes
    # One scope for each, however many sentences share it.
    every = {id(each): each for each in (*scopes.values(), *(one.scope for one in sentences))}
    wider = {number: _with_filters(scope, names) for number, scope in every.items()}
    return (
        [replace(each, scope=wider[id(each.scope)]) for each in sentences],
        {language: wider[id(scope)] for language, scope in scopes.items()},
    )


def _with_filters(scope: Scope, names: Iterable[str]) -> Scope:
    """A scope that has the lists which filters leave, too."""
    lists: dict[str, ListDefinition] = {}
    alike: dict[tuple[int, ...], TextList] = {}  # filters that leave the same values are one list
    tables: dict[str, dict[Condition, dict[int, TextValue]]] = {}  # list → condition → who fulfils it, by place
    in_all = 0
    for name in sorted(names):
        base, wanted = _parts(name)
        known = scope.lists.get(base)
        if not isinstance(known, TextList) or not wanted or in_all > _MOST_VALUES:
            continue
        # Each list is looked through once, however many filters it has.
        table = tables[base] if base in tables else tables.setdefault(base, _table(known))
        first, *others = [table.get(condition, {}) for condition in wanted]
        left = tuple(value for at, value in first.items() if all(at in each for each in others))
        in_all += len(left)
        if left:
            lists[name] = alike.setdefault(tuple(map(id, left)), TextList(left))
    return replace(scope, lists={**scope.lists, **lists})


def _table(known: TextList) -> dict[Condition, dict[int, TextValue]]:
    table: dict[Condition, dict[int, TextValue]] = {}
    for at, value in enumerate(known.values):
        for attribute in value.attributes:
            for text in _texts(value, attribute):
                table.setdefault((attribute, text), {})[at] = value
    return table


def filters_in(text: str, expression: Expression) -> frozenset[str]:
    """The names of lists in a template that ask for some of their values; nearly always none."""
    if not has_filter(text):
        return frozenset()
    return frozenset(each.name for each in references(expression) if is_filter(each.name))


def is_filter(name: str) -> bool:
    """Whether the name of a list asks for some of its values."""
    return "[" in name


def no_filter(name: str, scope: Scope) -> str:
    """Why a filter leaves no list, and what to do."""
    base, wanted = _parts(name)
    known = scope.lists.get(base)
    if not wanted:
        return f"'[{_inside(name)}]' is no filter; write it as in '{{{base}[room=kitchen]}}'"
    if known is None:
        return f"there is no list '{base}'{did_you_mean(base, scope.lists) or '; define it'}"
    if not isinstance(known, TextList):
        return f"the list '{base}' has no values with attributes; only those can be filtered"
    return next((told for each in wanted if (told := _not_given(base, known, *each))), "") or (
        f"no value of the list '{base}' has all of '{_inside(name)}'; ask for less"
        if not set.intersection(*(set(_table(known)[each]) for each in wanted))
        else f"filters leave more than {_MOST_VALUES:,} values in all; use fewer"
    )


def _not_given(base: str, known: TextList, attribute: str, value: str) -> str | None:
    given = dict.fromkeys(text for one in known.values for text in _texts(one, attribute))
    if not given:
        have = {each for one in known.values for each in one.attributes}
        instead = did_you_mean(attribute, have) or "; give it to some of them"
        return f"no value of the list '{base}' has the attribute '{attribute}'{instead}"
    if value in given:
        return None
    some = ", ".join([*list(given)[:_MOST_NAMED], *["…"] * (len(given) > _MOST_NAMED)])
    return f"no value of the list '{base}' has '{attribute}={value}'; '{attribute}' is one of: {some}"


def _inside(name: str) -> str:
    return name.partition("[")[2].rstrip().removesuffix("]").strip()


def _parts(name: str) -> tuple[str, list[Condition]]:
    """A list's name, and what its values must have; nothing if that is not written as it should."""
    base, _, conditions = name.partition("[")
    wanted = [each.partition("=")[::2] for each in conditions.rstrip().removesuffix("]").split(",")]
    stripped = [(attribute.strip(), value.strip()) for attribute, value in wanted]
    return base.strip(), stripped if all(map(all, stripped)) else []


def _texts(value: TextValue, attribute: str) -> list[str]:
    """What an attribute is, as texts; of a list each of its items: a lamp may belong to two rooms."""
    if attribute not in value.attributes:
        return []
    given = value.attributes[attribute]
    return [as_text(each).strip() for each in (given if isinstance(given, list) else [given])]
