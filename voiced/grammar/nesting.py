"""Which rules and lists lead to which: what refers to itself, and how large sentences are with everything written out.

Rules are short to write and long to say: twenty rules, each naming the next one twice, spell a million words, and in a
permutation of eight wildcards every word may stand in a thousand places. Following that takes time and memory that no
household has, so it is refused, with a bound on each kind of size.
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, NamedTuple

from voiced.grammar.definitions import TextList, Wildcard
from voiced.grammar.expression import Choice, ListReference, Permutation, RuleReference, Text, references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voiced.grammar.definitions import Scope, Template
    from voiced.grammar.expression import Expression

# Home Assistant's sentences have some 200 parts, 2 wildcards, 15 levels and a dozen words at most.
_MOST_PARTS = 3_000
_MOST_WILDCARDS = 32
_MOST_LEVELS = 50
_MOST_WORDS = 100


class Problem(NamedTuple):
    """What is wrong with a template, and where in its text."""

    template: Template
    piece: str  # the problem stands where the text has this first
    message: str


class Size(NamedTuple):
    """How large a template is with all rules and lists written out."""

    parts: int  # texts and lists: as many places a text may be in at once
    wildcards: int  # any text is in these
    levels: int  # brackets and references inside each other
    words: int  # of the shortest sentence

    def complaint(self) -> str | None:
        """What to do about it; None if it is not too large."""
        if self.levels > _MOST_LEVELS:
            return f"rules and brackets are nested {self.levels} deep, at most {_MOST_LEVELS}; write some of them out"
        if self.words > _MOST_WORDS:
            return f"the shortest sentence has {self.words:,} words, at most {_MOST_WORDS}; make parts of it optional"
        if self.wildcards > _MOST_WILDCARDS:
            found = f"any word may stand in {self.wildcards:,} wildcards, at most {_MOST_WILDCARDS}"
            return f"{found}; use fewer of them, or write out the orders that people say"
        if self.parts > _MOST_PARTS:
            found = f"with its rules written out the template has {self.parts:,} parts, at most {_MOST_PARTS:,}"
            return f"{found}; refer to fewer rules, or make it several sentences"
        return None


class Nesting:
    """The rules and lists of a scope as a graph: nodes are written as in templates, `<rule>` and `{list}`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        # Node → its templates: a rule has one, a list those values that are more than plain words.
        self._templates: dict[str, list[Template]] = {f"<{name}>": [rule] for name, rule in scope.rules.items()}
        for name, definition in scope.lists.items():
            if isinstance(definition, TextList):
                self._templates[f"{{{name}}}"] = [value.said for value in definition.values if not value.plain]
        # Node → the nodes that it refers to; names that do not exist are told elsewhere.
        self._leads_to = {
            node: list(dict.fromkeys(self._nodes(template.expression for template in templates)))
            for node, templates in self._templates.items()
        }
        self._sizes: dict[str, Size] = {}

    def circles(self) -> Iterator[Problem]:
        """Yield a problem for each rule and list that refers to itself: the automaton's stack would have no bound."""
        # Hardly anybody writes one. Each circle that is found is taken out, and the next one looked for.
        leads_to = dict(self._leads_to)
        while circle := _circle(leads_to):
            for at, node in enumerate(circle):
                what, way = "rule" if node[0] == "<" else "list", [*circle[at:], *circle[:at], node]
                template = next(each for each in self._templates[node] if way[1] in self._nodes([each.expression]))
                message = f"the {what} refers to itself ({' → '.join(way)}); write one of them out"
                yield Problem(template, way[1][:-1], message)
                leads_to[node] = []

    def too_large(self, templates: Iterable[Template]) -> Iterator[Problem]:
        """Yield a problem for each rule, list and given template that is too large; there must be no circles."""
        # Whatever refers comes after what it refers to, so sizes are looked up, never computed twice.
        blamed: set[str] = set()
        for node in TopologicalSorter(self._leads_to).static_order():
            self._sizes[node] = self._size_of_node(node)
            found = list(self._complaints(self._templates[node], blamed))
            yield from found
            if found or not blamed.isdisjoint(self._leads_to[node]):
                blamed.add(node)
        yield from self._complaints(templates, blamed)

    def _complaints(self, templates: Iterable[Template], blamed: set[str]) -> Iterator[Problem]:
        # What refers to something too large is too large itself: only the innermost is told.
        for template in templates:
            complaint = self.size(template.expression).complaint()
            if complaint and blamed.isdisjoint(self._nodes([template.expression])):
                yield Problem(template, "", complaint)

    def _nodes(self, expressions: Iterable[Expression]) -> Iterator[str]:
        for expression in expressions:
            yield from (node for each in references(expression) if (node := _node(each)) in self._templates)

    # ---- sizes

    def size(self, expression: Expression) -> Size:
        """The size of an expression; what it refers to must have been measured (`too_large`)."""
        match expression:
            case Text():
                return Size(1, 0, 0, len(expression.text.split()))
            case ListReference() | RuleReference():
                return self._size_of_reference(expression)
            case _:
                inside = [self.size(item) for item in expression.items]
        if isinstance(expression, Choice):
            return _one_of(expression.items, inside)
        # Items of a sequence are said one after the other, those of a permutation in any order: each of them may come
        # after any set of the others, and stands in as many places as there are such sets.
        times = 2 ** (len(inside) - 1) if isinstance(expression, Permutation) else 1
        return Size(
            times * sum(size.parts for size in inside),
            times * sum(size.wildcards for size in inside),
            1 + max((size.levels for size in inside), default=0),
            sum(size.words for size in inside),
        )

    def _size_of_reference(self, reference: ListReference | RuleReference) -> Size:
        node = _node(reference)
        # Sizes of rules and lists are known by now, since whatever refers comes later.
        if node in self._sizes:
            size = self._sizes[node]
            return size._replace(levels=size.levels + 1)
        # Ranges are trees of letters, in which a text is in one place.
        is_wild = isinstance(self._scope.lists.get(reference.name), Wildcard)
        return Size(1, int(is_wild), 0, 1)

    def _size_of_node(self, node: str) -> Size:
        expressions = [template.expression for template in self._templates[node]]
        size = _one_of(expressions, [self.size(expression) for expression in expressions])
        if node[0] == "<":
            return size._replace(levels=size.levels - 1)
        # Plain values are one tree of letters, too; the shortest of all values counts.
        definition = self._scope.lists[node[1:-1]]
        plain = [value.said for value in definition.values if value.plain] if isinstance(definition, TextList) else []
        words = [len(value.text.split()) for value in plain] + [size.words] * bool(expressions)
        return size._replace(parts=size.parts + 1, words=min(words, default=0))


def _circle(leads_to: Mapping[str, list[str]]) -> list[str]:
    """The nodes of a circle, each of which leads to the next one, and the last to the first; [] if there is none."""
    # graphlib names one, backwards, and closes it by naming a node twice.
    try:
        TopologicalSorter(leads_to).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle[:0:-1]
    return []


def _one_of(expressions: Iterable[Expression], sizes: list[Size]) -> Size:
    """The size of alternatives, as short as the shortest of them."""
    # Texts part ways at their first letters; what refers to rules may be one rule, read twice.
    refer = [any(True for _ in references(expression)) for expression in expressions]
    texts = max((size.parts for size, does in zip(sizes, refer, strict=True) if not does), default=0)
    return Size(
        texts + sum(size.parts for size, does in zip(sizes, refer, strict=True) if does),
        sum(size.wildcards for size in sizes),
        1 + max((size.levels for size in sizes), default=0),
        min((size.words for size in sizes), default=0),
    )


def _node(reference: ListReference | RuleReference) -> str:
    return f"<{reference.name}>" if isinstance(reference, RuleReference) else f"{{{reference.name}}}"
