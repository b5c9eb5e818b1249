"""The same list or rule in several places: the values of lists are joined, and of rules the later one counts.

Home Assistant's files are meant to be put together like this, and a house of one's own may grow over files, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from voiced.grammar.definitions import TextList
from voiced.grammar.folding import folding_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.grammar.definitions import ListDefinition, Template
    from voiced.grammar.folding import Folding

    Name: TypeAlias = tuple[str, str]  # language, and name of a list or rule


class Joining:
    """What names mean so far."""

    def __init__(self, problems: list[str], warnings: list[str]) -> None:
        """`problems` and `warnings` grow where two definitions do not go together."""
        self._problems, self._warnings = problems, warnings
        self._lists: dict[Name, tuple[str, ListDefinition]] = {}  # first file:line, and what is known so far
        self._rules: dict[Name, Template] = {}

    def list(
        self, language: str, name: str, where: str, new: ListDefinition, *, tolerant: bool = False
    ) -> ListDefinition:
        """The list of a name, with what is now defined under it; `where` is the new definition's file:line.

        `tolerant`: of two that cannot be joined the one with values counts, else the later one.
        """
        first, known = self._lists.setdefault((language, name), (where, new))
        # The first of its name.
        if known is new:
            return new
        joined = _joined(known, new)
        # A list may grow from file to file.
        # Values and a range have nothing in common.
        # Home Assistant takes the values of a list that is several things at once.
        if joined is None and tolerant:
            joined = known if isinstance(known, TextList) else new
            self._warnings.append(f"{where}: the list '{name}' is not that of {first}, and only one of them counts")
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
        # Copies of one text do no harm.
        if known and known.text != new.text:
            self._warnings.append(
                f"{new.where}: the rule '{name}' replaces that of {known.where}; rename one of them if both are meant"
            )
        self._rules[language, name] = new
        return new


def _joined(known: ListDefinition, new: ListDefinition) -> ListDefinition | None:
    """One list with what both hold; None if they cannot be joined."""
    if isinstance(known, TextList) and isinstance(new, TextList):
        return TextList(known.values + new.values, {**new.join, **known.join})
    # Equal ranges, and wildcards.
    return known if known == new else None


def agreed_folding(files: Sequence[tuple[str, bool | None, str]], problems: list[str]) -> Folding:
    """How spellings are folded, as the files in the language of the first one say: (language, `folding`, file:line).

    `problems` grow where two of them do not say the same.
    """
    # Texts are read in the language of the first file, so only what is said for that language matters.
    language = files[0][0] if files else ""
    said = [(given, where) for of_file, given, where in files if of_file == language and given is not None]
    for given, where in said:
        if given is not said[0][0]:
            problems.append(f"{where}: 'folding' is not what {said[0][1]} says; say the same in both")
    return folding_of(language, said[0][0] if said else None)


def both(known: tuple[str, ...] | None, more: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The joining words of several files; None if none of them names any."""
    return known if more is None else (known or ()) + more
