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
from voiced.grammar.expression import NEVER
from voiced.grammar.nesting import Nesting
from voiced.grammar.seams import Crossings
from voiced.grammar.silence import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voiced.grammar.definitions import ListDefinition, Scope, SentenceTemplate, Template
    from voiced.grammar.nesting import Problem


def usable(
    sentences: Sequence[SentenceTemplate], warnings: list[str], told: Iterable[str] = ()
) -> list[SentenceTemplate]:
    """The sentences that can be used, in their order; a warning for each template that is left out.

    `told`: `{list}` and `<rule>` of which a warning has told that they are missing.
    """
    left = _left(sentences, warnings, told)
    # Sentences of our own that see such a scope see what is left of it, too.
    heard = [_heard(each, left.get(id(each.scope)), warnings) for each in sentences if _is_in(each, left)]
    return [each for each in heard if each.template.expression != NEVER]


# Sentences of one language share a scope, unless their block has lists or rules of its own.
def _left(sentences: Sequence[SentenceTemplate], warnings: list[str], told: Iterable[str]) -> dict[int, _Left]:
    by_scope: dict[int, list[SentenceTemplate]] = {}
    for sentence in sentences:
        by_scope.setdefault(id(sentence.scope), []).append(sentence)
    left = {}
    for number, several in by_scope.items():
        if any(each.template.tolerant for each in several) or _has_tolerant_rules(several[0].scope):
            left[number] = _Left(several[0].scope, names=set(told))
            left[number].leave_out([each.template for each in several])
            warnings += left[number].warnings
    return left


def _has_tolerant_rules(scope: Scope) -> bool:
    """Whether sentences of our own see rules of Home Assistant's, as in a file that has both."""
    # Whoever follows such a rule needs one that ends, and that refers to what exists.
    return any(rule.tolerant for rule in scope.rules.values())


def _is_in(sentence: SentenceTemplate, left: dict[int, _Left]) -> bool:
    scope = left.get(id(sentence.scope))
    return scope is None or id(sentence.template) not in scope.out


def _heard(sentence: SentenceTemplate, left: _Left | None, warnings: list[str]) -> SentenceTemplate:
    """A sentence with the scope that is left; of one that matches silence the part that says something."""
    if left is None:
        return sentence
    # Rules in circles are gone by now, so templates can be followed.
    template, scope = sentence.template, left.scope
    if template.tolerant and not left.is_refused and checks.may_be_silent(template.expression, scope):
        message = "every part is optional; silence does not count, make one part required"
        warnings.append(checks.point_at(template.where, template.column, template.text, 0, message))
        template = replace(template, expression=spoken(template.expression, scope))
    return replace(sentence, template=template, scope=scope)


@dataclass(slots=True)
class _Left:
    """A scope without what is left out so far."""

    scope: Scope
    out: set[int] = field(default_factory=set)  # id() of templates that are left out
    names: set[str] = field(default_factory=set)  # `<rule>` and `{list}` that are known to be missing
    warnings: list[str] = field(default_factory=list)
    is_refused: bool = False  # what is left of our own format cannot be followed

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
        """Whether a template is left out only because something that it refers to is, which has been told."""
        return problem.piece + (">" if problem.piece.startswith("<") else "}") in self.names

    def _problems(self, templates: list[Template]) -> Iterator[Problem]:
        """What is wrong with Home Assistant's templates; the first kind that there is, since others build on it."""
        # Plain values refer to nothing.
        values = (definition.values for definition in self.scope.lists.values() if isinstance(definition, TextList))
        inside = [value.said for value in chain.from_iterable(values) if not value.plain]
        every = [*self.scope.rules.values(), *inside, *templates]
        # One kind of problem at a time.
        # Whoever follows references needs names that exist; whoever measures, rules that end.
        for kind in (self._unknown, self._circles, self._too_large, self._cuts):
            problems = list(kind(every, templates))
            if found := [problem for problem in problems if problem.template.tolerant]:
                yield from found
                return
            # Something of our own format is wrong: all is refused, and nothing can be followed.
            self.is_refused = bool(problems)
            if self.is_refused:
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

    # Sentences are not part of a scope: their templates are only remembered.
    def _without(self, out: set[int]) -> None:
        # Names first, while the rules still stand beside them.
        self.names |= {f"<{name}>" for name, rule in self.scope.rules.items() if id(rule) in out}
        rules = {name: rule for name, rule in self.scope.rules.items() if id(rule) not in out}
        lists = {name: _values_left(definition, out) for name, definition in self.scope.lists.items()}
        self.scope = replace(self.scope, rules=rules, lists=lists)


def _values_left(definition: ListDefinition, out: set[int]) -> ListDefinition:
    # A list of which nothing is left out stays the same object: parts of the automaton are known by it.
    if not isinstance(definition, TextList) or all(id(value.said) not in out for value in definition.values):
        return definition
    return TextList(tuple(value for value in definition.values if id(value.said) not in out))
