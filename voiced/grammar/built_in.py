"""Lists and rules that Home Assistant's sentences refer to and no file defines: `{brightness}`, `<the>`, `{area}`.

Home Assistant puts the user's sentences together with its own, which define them, and with the names of its devices,
areas and floors. Here they are looked up among its own sentences; of names, whatever the house is known to have.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from voiced.foundations.built_in_sentences import INSTALL, built_in_sentences, is_installed
from voiced.foundations.yaml_source import Document
from voiced.grammar import checks
from voiced.grammar.definitions import TextList
from voiced.grammar.expression import ListReference, RuleReference, references
from voiced.grammar.sample import sayable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from voiced.grammar.definitions import ListDefinition, Scope, SentenceTemplate, Template
    from voiced.grammar.expression import Expression

_NOBODY = TextList(())
NAMES = ("name", "area", "floor")  # lists that Home Assistant fills with what the house has
# As `missing` writes them; and every reference in a template, with its slot left aside.
_NAMED = {f"{{{name}}}" for name in NAMES}
_REFERENCE = re.compile(r"<\s*([^<>]+?)\s*>|\{\s*([^{}:]+?)\s*(?::[^{}]*)?\}")


def missing(sentences: Iterable[SentenceTemplate]) -> dict[str, dict[str, Template]]:
    """Language → `{list}` or `<rule>` that nobody defines → the first of Home Assistant's templates that needs it."""
    found: dict[str, dict[str, Template]] = {}
    for template, scope in _templates(sentences):
        # The first template that needs a name stands for all of them.
        for reference in references(template.expression) if template.tolerant else ():
            if (name := _unknown(reference, scope)) is not None:
                found.setdefault(scope.language, {}).setdefault(name, template)
    return found


def _templates(sentences: Iterable[SentenceTemplate]) -> Iterator[tuple[Template, Scope]]:
    seen = set[int]()
    for sentence in sentences:
        scope = sentence.scope
        yield sentence.template, scope
        # Rules and values are looked at once for all sentences that see them.
        if id(scope) not in seen:
            seen.add(id(scope))
            yield from ((rule, scope) for rule in scope.rules.values())
            lists = (each.values for each in scope.lists.values() if isinstance(each, TextList))
            yield from ((value.said, scope) for values in lists for value in values if not value.plain)


def _unknown(reference: ListReference | RuleReference, scope: Scope) -> str | None:
    if isinstance(reference, ListReference):
        return None if scope.list_named(reference.name) is not None else f"{{{reference.name}}}"
    return None if reference.name in scope.rules else f"<{reference.name}>"


def definitions(language: str, names: Mapping[str, Template], warnings: list[str], told: set[str]) -> Document:
    """Home Assistant's own definitions of `names`, and of what those refer to, as an intents file.

    `told` grows by the names that a warning has told to be missing.
    """
    wanted = [name for name in names if name not in _NAMED]
    # Names of the house are in no package.
    # The package is opened only if something of it is wanted, and may be missing.
    own = built_in_sentences(language) if wanted else {}
    if wanted and not is_installed():
        told.update(wanted)
        warnings.append(
            f"{names[wanted[0]].where}: {', '.join(wanted)} may be Home Assistant's own; to use them: {INSTALL}; "
            "until then sentences that refer to them are left out"
        )
    return _closure(own, wanted, language)


def _closure(own: Mapping[str, Any], names: Iterable[str], language: str) -> Document:
    found: dict[str, dict[str, Any]] = {"lists": {}, "expansion_rules": {}}
    # A work list: each definition may refer to others, which are looked up in turn.
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        kind = "expansion_rules" if name.startswith("<") else "lists"
        definition = own.get(kind, {}).get(name[1:-1]) or _former(own, name)
        if definition is not None and name[1:-1] not in found[kind]:
            found[kind][name[1:-1]] = definition
            waiting += _inside(definition)
    return Document(f"home-assistant-intents ({language})", {"language": language, **found}, {}, ())


# Its sentences had the rules <name>, <area> and <floor> for years, and people's files refer to them.
def _former(own: Mapping[str, Any], name: str) -> str | None:
    the = "[<the>] " if "the" in own.get("expansion_rules", {}) else ""
    return f"{the}{{{name[1:-1]}}}" if own and name in {f"<{each}>" for each in NAMES} else None


def _inside(definition: Any) -> Iterator[str]:
    """The names that templates refer to, anywhere in a definition."""
    # In a rule or value as it was written, before it is parsed.
    if isinstance(definition, str):
        for rule, name in _REFERENCE.findall(definition):
            yield f"<{rule}>" if rule else f"{{{name}}}"
    elif isinstance(definition, (dict, list)):
        for each in definition.values() if isinstance(definition, dict) else definition:
            yield from _inside(each)


def no_names(missing_names: Collection[str]) -> dict[str, ListDefinition]:
    """The lists of names that are missing, with none in them."""
    return {name: _NOBODY for name in NAMES if f"{{{name}}}" in missing_names}


def sayable_without(sentences: Iterable[SentenceTemplate], warnings: list[str]) -> list[SentenceTemplate]:
    """The sentences that can be said although names are missing; one warning tells of the others."""
    found: list[SentenceTemplate] = []
    lost: list[SentenceTemplate] = []
    every = list(sentences)
    # Of what will be refused nothing can be followed.
    scopes = {id(each.scope): each.scope for each in every}.values()
    if any(True for _ in chain(checks.check_names(every), *map(checks.check_rules, scopes))):
        return every
    for sentence in every:
        # Whether a sentence can be said at all is asked only where a list of names is empty.
        needs = any(sentence.scope.lists.get(name) is _NOBODY for name in NAMES)
        can_be_said = not needs or sayable(sentence.template.expression, sentence.scope)
        (found if can_be_said else lost).append(sentence)
    # One warning for all: the remedy is one.
    warnings += [_told(lost)] if lost else []
    return found


def _told(lost: list[SentenceTemplate]) -> str:
    needed = frozenset[str]().union(*(_without_names(each.template.expression, each.scope) for each in lost))
    names = [name for name in NAMES if name in needed]
    several = f"{len(lost)} sentence{'s' * (len(lost) > 1)}"
    which = f"the list{'s' * (len(names) > 1)} {', '.join(names)}"
    told = f"{several} cannot be said without {which}, which Home Assistant fills with the names of the house"
    return f"{lost[0].template.where}: {told}; write them out under 'lists'"


def _without_names(expression: Expression, scope: Scope) -> frozenset[str]:
    """The lists of names that an expression refers to, and that hold none."""
    found: set[str] = set()
    for reference in references(expression):
        if isinstance(reference, RuleReference):
            found |= scope.of_rule(_without_names, reference.name)
        elif scope.lists.get(reference.name) is _NOBODY:
            found.add(reference.name)
    return frozenset(found)


def under(
    sentences: Sequence[SentenceTemplate],
    language: str,
    lists: Mapping[str, ListDefinition],
    rules: Mapping[str, Template],
) -> list[SentenceTemplate]:
    """The sentences with more lists and rules under their own, for those of one language."""
    # What files define hides what comes from elsewhere; sentences that shared a scope share the new one.
    scopes = {id(each.scope): each.scope for each in sentences}
    for number, scope in scopes.items():
        if scope.language == language:
            scopes[number] = replace(scope, lists={**lists, **scope.lists}, rules={**rules, **scope.rules})
    return [replace(sentence, scope=scopes[id(sentence.scope)]) for sentence in sentences]
