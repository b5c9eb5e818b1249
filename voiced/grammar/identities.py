"""Which lists and rules are the same part of the automaton, although other sentences refer to them.

A name means what its scope says, and a sentence's context leaves out values of a list, which makes it a scope of its
own (`contexts`). So two references are one part if all that they lead to is one: the values that are left, and the
rules and lists inside, down to the last. Sixty contexts of Home Assistant's sentences leave a rule such as `<the>` as
it is: it is compiled once.

Numbers stand for what was compared (hash consing), so comparing costs no more than looking at the references of one
expression, however deeply rules are nested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.definitions import TextList
from voiced.grammar.expression import RuleReference, references

if TYPE_CHECKING:
    from collections.abc import Hashable

    from voiced.grammar.definitions import ListDefinition, SentenceTemplate
    from voiced.grammar.expression import Expression


class Identities:
    """Numbers for lists and rules, equal for those that are compiled to one part; for one compilation."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}  # by content
        self._known: dict[Hashable, int] = {}  # by reference and scope

    def rule(self, name: str, sentence: SentenceTemplate) -> int:
        """The number of a rule, as a sentence sees it."""
        key = ("rule", name, id(sentence.scope))
        if key not in self._known:
            template, scope = sentence.scope.rules[name], sentence.scope
            # Its own text, and all that it leads to; skip words may stand at each of its spaces.
            inside = self._inside(template.expression, sentence)
            self._known[key] = self._number(("rule", id(template), scope.language, scope.skip_words, inside))
        return self._known[key]

    def list(self, definition: ListDefinition, sentence: SentenceTemplate) -> int:
        """The number of a list, as a sentence sees it."""
        # Equal ranges are one, wherever they are written, and so are all wildcards.
        if not isinstance(definition, TextList):
            return self._number(definition)
        key = ("list", id(definition), id(sentence.scope))
        if key not in self._known:
            # What the templates among its values lead to, as this scope has it.
            inside = tuple(
                self._inside(value.said.expression, sentence) for value in definition.values if not value.plain
            )
            # Plain words are the same in every scope.
            scope = sentence.scope if inside else None
            self._known[key] = self._number(
                ("list", id(definition), inside, scope and (scope.language, scope.skip_words))
            )
        return self._known[key]

    def _inside(self, expression: Expression, sentence: SentenceTemplate) -> tuple[int, ...]:
        """The numbers of all references in an expression, in their order."""
        # A rule or list inside is told by its number alone, so this is no longer than the expression.
        numbers = []
        for reference in references(expression):
            if isinstance(reference, RuleReference):
                numbers.append(self.rule(reference.name, sentence))
            else:
                definition = sentence.scope.list_named(reference.name)
                assert definition is not None, f"list {reference.name} was checked"
                numbers.append(self.list(definition, sentence))
        return tuple(numbers)

    def _number(self, content: Hashable) -> int:
        # The first that has this content gives the number; len() is the next that is free.
        return self._numbers.setdefault(content, len(self._numbers))
