"""Which values of lists a sentence may use: Home Assistant's `requires_context` and `excludes_context`.

A value must not contradict what a sentence requires, nor have what it excludes. And what is required must come from a
value that is said: where one list alone has such values, the others of its values do not fit, and ways to say the
sentence without that list are left out. A requirement with `slot` may also be met by the place of the microphone, so
nothing is left out for it. Lists without any context are of an author who does not use them, and fit everything.

All this is decided once, when intents are loaded: a sentence gets a scope whose lists hold the values that are left.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from voiced.grammar.definitions import TextList
from voiced.grammar.expression import Choice, ListReference, RuleReference, Text, references

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voiced.grammar.definitions import Scope, SentenceTemplate, TextValue
    from voiced.grammar.expression import Expression

    Suppliers: TypeAlias = Mapping[str, str]  # what is required → the one list whose values have it


class Contexts:
    """Narrows the scopes of sentences, each combination of scope and context once."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._scopes: dict[tuple[int, str], Scope] = {}
        self._lists: dict[tuple[int, ...], TextList] = {}
        self._kinds: dict[
            int, list[tuple[Mapping[str, object], list[int]]]
        ] = {}  # of a list: contexts, and who has them

    def narrowed(self, sentences: Iterable[SentenceTemplate]) -> tuple[SentenceTemplate, ...]:
        """The sentences with the values of lists that they may use; those that can never be said are left out."""
        # Most sentences ask for nothing.
        found = (self._narrowed(each) if each.requires or each.excludes else each for each in sentences)
        return tuple(each for each in found if each is not None)

    def _narrowed(self, sentence: SentenceTemplate) -> SentenceTemplate | None:
        scope, template = sentence.scope, sentence.template
        reached = _lists(template.expression, scope)
        # Ranges and wildcards have no values, and so no contexts.
        known = {name: scope.lists.get(name) for name in sorted(reached)}
        lists = {name: each for name, each in known.items() if isinstance(each, TextList)}
        if not any(context for each in lists.values() for context, _ in self._kinds_of(each)):
            return sentence
        suppliers: dict[str, str] = {}
        through: set[str] = set()
        for key in (key for key, wanted in sentence.requires.items() if _slot(wanted) is None):
            # If one list alone has what is required, its value has to be said, and has to have it.
            having = [name for name, each in lists.items() if self._has(each, key)]
            if len(having) == 1:
                suppliers[key] = having[0]
                template = replace(template, expression=_saying(having[0], template.expression, scope, through))
            # What an earlier requirement has left may be no way for this one.
            if not _lists(template.expression, scope).intersection(having):
                self.warnings.append(
                    f"{template.where}: the sentence requires the context '{key}', which no value of its lists has; "
                    "it can never be said"
                )
                return None
        return replace(sentence, template=template, scope=self._scope(sentence, lists, suppliers, through))

    def _scope(
        self, sentence: SentenceTemplate, lists: Mapping[str, TextList], suppliers: Suppliers, through: Iterable[str]
    ) -> Scope:
        """The scope of a sentence, with narrower lists; equal ones are one."""
        # What the narrower lists depend on, and nothing else: three hundred sentences have some sixty contexts.
        key = (id(sentence.scope), repr((sentence.requires, sentence.excludes, suppliers, [*lists], sorted(through))))
        if key not in self._scopes:
            # Each list by what is required of its own values, …
            narrow = {
                name: self._list(known, sentence, {key for key, supplier in suppliers.items() if supplier == name})
                for name, known in lists.items()
            }
            # … and those that lead to another list by whether their values do.
            for name in through:
                narrow[name] = self._interned(
                    each for each in narrow[name].values if _leads_to(suppliers, each, sentence.scope)
                )
            self._scopes[key] = replace(sentence.scope, lists={**sentence.scope.lists, **narrow})
        return self._scopes[key]

    def _list(self, known: TextList, sentence: SentenceTemplate, needed: set[str]) -> TextList:
        # Ten thousand names have a handful of contexts, so each of these is judged once.
        # A value stays if it has what only this list can give, and nothing that the sentence forbids.
        left = [
            at
            for context, places in self._kinds_of(known)
            if needed <= {key for key, given in context.items() if _plain(given) is not None}
            and _allowed(context, sentence)
            for at in places
        ]
        if len(left) == len(known.values):
            return known
        return self._interned(known.values[at] for at in sorted(left))

    def _interned(self, values: Iterable[TextValue]) -> TextList:
        # Lists with equal values are one, so that they are compiled once.
        narrow = TextList(tuple(values))
        return self._lists.setdefault(tuple(map(id, narrow.values)), narrow)

    def _kinds_of(self, known: TextList) -> list[tuple[Mapping[str, object], list[int]]]:
        # Values with equal contexts are judged together; most have none, which needs no comparing.
        if id(known) not in self._kinds:
            kinds: dict[str, tuple[Mapping[str, object], list[int]]] = {}
            for at, value in enumerate(known.values):
                key = repr(value.context) if value.context else ""
                kinds.setdefault(key, (value.context, []))[1].append(at)
            self._kinds[id(known)] = list(kinds.values())
        return self._kinds[id(known)]

    def _has(self, known: TextList, key: str) -> bool:
        return any(key in context for context, _ in self._kinds_of(known))


def context_slots(sentence: SentenceTemplate, said: Iterable[TextValue]) -> dict[str, Any]:
    """Slots that take what a value's context says: `requires_context: {area: {slot: true}}`, or `slot: room`."""
    # Of several values that have it, the last one counts.
    # Whatever names a slot fills it; the others are conditions alone.
    slots = {}
    for key, wanted in sentence.requires.items():
        slot = _slot(wanted)
        given = [_plain(value.context[key]) for value in said if key in value.context] if slot else []
        if given and given[-1] is not None:
            slots[slot if isinstance(slot, str) else key] = given[-1]
    return slots


def _lists(expression: Expression, scope: Scope) -> frozenset[str]:
    """The names of all lists that a sentence may say, those inside of values and rules included."""
    # References are followed through rules and through the values of lists, each once.
    found: set[str] = set()
    for reference in references(expression):
        if isinstance(reference, RuleReference):
            found |= scope.of_rule(_lists, reference.name)
        else:
            found.add(reference.name)
            found.update(*scope.of_values(_lists, reference.name))
    return frozenset(found)


def _saying(supplier: str, expression: Expression, scope: Scope, through: set[str]) -> Expression:
    """An expression without the ways in which a list is not said, as far as one of its parts alone can say it.

    Lists to `through` whose values may hold that list: those that do not are left out, too.
    """
    match expression:
        case RuleReference():
            return _saying(supplier, scope.rules[expression.name].expression, scope, through)
        case ListReference():
            through.update({expression.name} - {supplier})
            return expression
        case Text():
            return expression
    # Which parts can say it at all?
    able = [item for item in expression.items if supplier in _lists(item, scope)]
    if isinstance(expression, Choice):
        return Choice(tuple(_saying(supplier, item, scope, through) for item in able))
    # Of two parts that can say it, either may.
    if len(able) != 1:
        return expression
    items = (_saying(supplier, item, scope, through) if item is able[0] else item for item in expression.items)
    return replace(expression, items=tuple(items))


def _leads_to(suppliers: Suppliers, value: TextValue, scope: Scope) -> bool:
    # Plain words lead nowhere.
    return not value.plain and not _lists(value.said.expression, scope).isdisjoint(suppliers.values())


def _allowed(context: Mapping[str, object], sentence: SentenceTemplate) -> bool:
    """Whether a sentence may use values with this context; what the context leaves open is allowed."""
    # Whatever is required must not be contradicted, and nothing that is excluded may be given.
    required = all(key not in context or _fits(context[key], wanted) for key, wanted in sentence.requires.items())
    return required and not any(
        key in context and _is_one_of(_plain(context[key]), _plain(unwanted))
        for key, unwanted in sentence.excludes.items()
    )


def _fits(given: object, wanted: object) -> bool:
    # Home Assistant writes one value, a list of values, or a mapping with either; without any, whatever is given fits.
    return _plain(wanted) is None or _is_one_of(_plain(given), _plain(wanted))


def _is_one_of(given: object, wanted: object) -> bool:
    return given in wanted if isinstance(wanted, list) else given == wanted


def _slot(wanted: object) -> str | bool | None:
    """The name of a slot that takes what is required; True: that of the key; None: no slot does."""
    slot = wanted.get("slot") if isinstance(wanted, dict) else None
    return slot if isinstance(slot, str) else (True if slot else None)


def _plain(written: object) -> Any:
    # {value: …, slot: true}
    return written.get("value") if isinstance(written, dict) else written
