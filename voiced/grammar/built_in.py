"""Lists and rules that Home Assistant's sentences refer to and no file defines: `{brightness}`, `<the>`, `{area}`.

Home Assistant puts the user's sentences together with its own, which define them, and with the names of its devices,
areas and floors. Here they are looked up among its own sentences; of names, whatever the house is known to have.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from voiced.foundations.yaml_source import Document
from voiced.grammar.definitions import TextList
from voiced.grammar.expression import ListReference, references

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from voiced.grammar.definitions import ListDefinition, Scope, SentenceTemplate, Template
    from voiced.grammar.expression import RuleReference

NAMES = ("name", "area", "floor")  # lists that Home Assistant fills with what the house has
_REFERENCE = re.compile(r"<\s*([^<>]+?)\s*>|\{\s*([^{}:]+?)\s*(?::[^{}]*)?\}")


def missing(sentences: Iterable[SentenceTemplate]) -> dict[str, dict[str, Template]]:
    """Language → `{list}` or `<rule>` that is not defined → the first of Home Assistant's templates that refers to it."""
    found: dict[str, dict[str, Template]] = {}
    seen = set[int]()
    for sentence in sentences:
        scope = sentence.scope
        templates = [sentence.template]
        # Rules and values are looked at once for all sentences that see them.
        if id(scope) not in seen:
            seen.add(id(scope))
            templates += scope.rules.values()
            lists = (each.values for each in scope.lists.values() if isinstance(each, TextList))
            templates += [value.said for values in lists for value in values if not value.plain]
        for template in templates:
            for reference in references(template.expression) if template.tolerant else ():
                if (name := _unknown(reference, scope)) is not None:
                    found.setdefault(scope.language, {}).setdefault(name, template)
    return found


def _unknown(reference: ListReference | RuleReference, scope: Scope) -> str | None:
    if isinstance(reference, ListReference):
        return None if scope.list_named(reference.name) is not None else f"{{{reference.name}}}"
    return None if reference.name in scope.rules else f"<{reference.name}>"


def definitions(own: Mapping[str, Any], names: Iterable[str], language: str) -> Document:
    """What of Home Assistant's own definitions `names` refer to, and what those refer to, as an intents file."""
    kinds = {"<": "expansion_rules", "{": "lists"}
    found: dict[str, dict[str, Any]] = {"lists": {}, "expansion_rules": {}}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        kind = kinds[name[0]]
        definition = own.get(kind, {}).get(name[1:-1])
        if definition is not None and name[1:-1] not in found[kind]:
            found[kind][name[1:-1]] = definition
            waiting += _inside(definition)
    return Document(f"home-assistant-intents ({language})", {"language": language, **found}, {}, ())


def _inside(definition: Any) -> Iterator[str]:
    """The names that templates refer to, anywhere in a definition."""
    if isinstance(definition, str):
        for rule, name in _REFERENCE.findall(definition):
            yield f"<{rule}>" if rule else f"{{{name}}}"
    elif isinstance(definition, (dict, list)):
        for each in definition.values() if isinstance(definition, dict) else definition:
            yield from _inside(each)


def under(
    sentences: Iterable[SentenceTemplate], language: str, lists: Mapping[str, ListDefinition], rules: Mapping[str, Template]
) -> list[SentenceTemplate]:
    """The sentences with more lists and rules under their own, for those of one language."""
    scopes: dict[int, Scope] = {}
    found = []
    for sentence in sentences:
        scope = sentence.scope
        if scope.language != language:
            found.append(sentence)
            continue
        # What files define hides what comes from elsewhere; sentences that shared a scope share the new one.
        if id(scope) not in scopes:
            scopes[id(scope)] = replace(scope, lists={**lists, **scope.lists}, rules={**rules, **scope.rules})
        found.append(replace(sentence, scope=scopes[id(scope)]))
    return found
