"""What is left of Home Assistant's sentences, rules and values when those are left out that cannot be used.

A template of its files that is malformed, refers to what nobody defines, leads back to itself or is too large does not
keep the others from loading: it is left out with a warning, and so is whatever cannot do without it. Templates of our
own format stay, for the checks to refuse.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from voiced.grammar import checks
from voiced.grammar.definitions import TextList
from voiced.grammar.nesting import Nesting
from voiced.grammar.seams import Crossings
from voiced.grammar.silence import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.grammar.definitions import ListDefinition, Scope, SentenceTemplate, Template
    from voiced.grammar.nesting import Problem


def usable(sentences: Iterable[SentenceTemplate], warnings: list[str]) -> list[SentenceTemplate]:
    """The sentences that can be used, in their order; a warning for each template that is left out."""
    sentences = list(sentences)
    scopes = {id(each.scope): each.scope for each in sentences if each.template.tolerant}
    left = {number: _Left(scope) for number, scope in scopes.items()}
    for number, each in left.items():
        each.leave_out([sentence.template for sentence in sentences if id(sentence.scope) == number])
        warnings += each.warnings
    return [_heard(each, left.get(id(each.scope)), warnings) for each in sentences if _is_in(each, left)]


def _is_in(sentence: SentenceTemplate, left: dict[int, _Left]) -> bool:
    scope = left.get(id(sentence.scope))
    return scope is None or id(sentence.template) not in scope.out


def _heard(sentence: SentenceTemplate, left: _Left | None, warnings: list[str]) -> SentenceTemplate:
    """A sentence with the scope that is left; of one that matches silence the part that says something."""
    if left is None:
        return sentence
    template, scope = sentence.template, left.scope
    if template.tolerant and checks.may_be_silent(template.expression, scope):
        message = "every part is optional; silence does not count, make one part required"
        warnings.append(checks.point_at(template.where, template.column, template.text, 0, message))
        template = replace(template, expression=spoken(template.expression, scope))
    return replace(sentence, template=template, scope=scope)


@dataclass(slots=True)
class _Left:
    """A scope without what is left out so far."""

    scope: Scope
    out: set[int] = field(default_factory=set)  # id() of templates that are left out
    names: set[str] = field(default_factory=set)  # `<rule>` that is left out
    warnings: list[str] = field(default_factory=list)

    def leave_out(self, templates: list[Template]) -> None:
        """Leave out templates until nothing is wrong with those that are left."""
        # What refers to a rule that was left out is found in the next round; each round leaves something out.
        while found := {id(problem.template): problem for problem in self._problems(templates)}:
            self.out |= found.keys()
            self.warnings += [
                checks.point_to(problem._replace(message=f"{problem.message}; it is left out"))
                for problem in found.values()
                if not self._follows(problem)
            ]
            self._without(self.out)
            templates = [template for template in templates if id(template) not in self.out]

    def _follows(self, problem: Problem) -> bool:
        """Whether a template is left out only because a rule that it refers to was, which has been told."""
        return f"{problem.piece}>" in self.names

    def _problems(self, templates: list[Template]) -> Iterator[Problem]:
        """What is wrong with Home Assistant's templates; the first kind that there is, since others build on it."""
        values = (definition.values for definition in self.scope.lists.values() if isinstance(definition, TextList))
        inside = [value.said for value in chain.from_iterable(values) if not value.plain]
        every = [*self.scope.rules.values(), *inside, *templates]
        for kind in (self._unknown, self._circles, self._too_large, self._cuts):
            if found := [problem for problem in kind(every, templates) if problem.template.tolerant]:
                yield from found
                return

    def _unknown(self, every: list[Template], _: list[Template]) -> Iterator[Problem]:
        for template in every:
            yield from checks.unknown_names(template, self.scope)

    def _circles(self, _every: list[Template], _: list[Template]) -> Iterator[Problem]:
        yield from Nesting(self.scope).circles()

    def _too_large(self, _: list[Template], templates: list[Template]) -> Iterator[Problem]:
        yield from Nesting(self.scope).too_large(templates)

    def _cuts(self, every: list[Template], _: list[Template]) -> Iterator[Problem]:
        yield from checks.cut_numbers(every, Crossings(self.scope))

    def _without(self, out: set[int]) -> None:
        self.names |= {f"<{name}>" for name, rule in self.scope.rules.items() if id(rule) in out}
        rules = {name: rule for name, rule in self.scope.rules.items() if id(rule) not in out}
        lists = {name: _values_left(definition, out) for name, definition in self.scope.lists.items()}
        self.scope = replace(self.scope, rules=rules, lists=lists)


def _values_left(definition: ListDefinition, out: set[int]) -> ListDefinition:
    if not isinstance(definition, TextList) or all(id(value.said) not in out for value in definition.values):
        return definition
    return TextList(tuple(value for value in definition.values if id(value.said) not in out))
