"""The same list or rule in several places: the values of lists are joined, and of rules the later one counts.

Home Assistant's files are meant to be put together like this, and a house of one's own may grow over files, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from voiced.grammar.definitions import TextList

if TYPE_CHECKING:
    from voiced.grammar.definitions import ListDefinition, Template

    Name: TypeAlias = tuple[str, str]  # language, and name of a list or rule


class Joining:
    """What names mean so far."""

    def __init__(self, problems: list[str], warnings: list[str]) -> None:
        """`problems` and `warnings` grow where two definitions do not go together."""
        self._problems, self._warnings = problems, warnings
        self._lists: dict[Name, tuple[str, ListDefinition]] = {}  # first file:line, and what is known so far
        self._rules: dict[Name, Template] = {}

    def list(self, language: str, name: str, where: str, new: ListDefinition) -> ListDefinition:
        """The list of a name, with what is now defined under it; `where` is the new definition's file:line."""
        first, known = self._lists.setdefault((language, name), (where, new))
        if known is new:
            return new
        joined = _joined(known, new)
        # Values and a range have nothing in common.
        if joined is None:
            self._problems.append(
                f"{where}: the list '{name}' is already defined in {first}, and only values can be joined; "
                "rename one of them"
            )
        self._lists[language, name] = (first, joined or known)
        return joined or known

    def rule(self, language: str, name: str, new: Template) -> Template:
        """The rule of a name: the new one; if it replaces a different one, that is warned of."""
        known = self._rules.get((language, name))
        if known and known.text != new.text:
            self._warnings.append(
                f"{new.where}: the rule '{name}' replaces that of {known.where}; rename one of them if both are meant"
            )
        self._rules[language, name] = new
        return new


def _joined(known: ListDefinition, new: ListDefinition) -> ListDefinition | None:
    """One list with what both hold; None if they cannot be joined."""
    if isinstance(known, TextList) and isinstance(new, TextList):
        return TextList(known.values + new.values)
    # Equal ranges, and wildcards.
    return known if known == new else None
