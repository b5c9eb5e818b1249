"""argparse with manners: options before or after file names, suggestions for misspelt words, paragraphs in help.

Knows no command.
"""

from __future__ import annotations

import re
import sys
from argparse import Action, ArgumentError, ArgumentParser, HelpFormatter
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, NoReturn

from voiced.foundations.nearest import did_you_mean
from voiced.foundations.terminal import painted, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)")


class Parser(ArgumentParser):
    """One command or action; what `add_subparsers` makes is of this kind too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=Paragraphs, **options)

    def parse_known_args(  # type: ignore[override] # of the overloads, what parse_args and subparsers call
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse `args`, options and positionals in any order; ends the program with 2 if something is not known."""
        given = sys.argv[1:] if args is None else list(args)
        if self._subparsers is not None:  # what stands behind its name is the business of the subparser
            return super().parse_known_args(given, namespace)
        options, unknown = super().parse_known_args(self._options_first(given), namespace)
        if unknown:
            self.error(self._complaint(unknown[0]))
        return options, []

    def _options_first(self, given: list[str]) -> list[str]:
        """`a.wav -o b.npz c.wav` → `-o b.npz -- a.wav c.wav`: argparse takes positionals in one piece only."""
        options: list[str] = []
        others: list[str] = []
        while given:
            word, given = given[0], given[1:]
            if word == "--":
                others += given
                break
            if not word.startswith("-") or word == "-" or NUMBER.fullmatch(word):
                others.append(word)
                continue
            values = self._values(word, given)
            options += [word, *given[:values]]
            given = given[values:]
        return [*options, "--", *others] if others else options

    def _values(self, option: str, following: list[str]) -> int:
        """How many of the following words are values of an option."""
        action = self._action(option)
        if action is None or action.nargs == 0 or "=" in option or (option[1] != "-" and len(option) > len("-o")):
            return 0
        if action.nargs is None:
            return 1
        fits = NUMBER.fullmatch if action.type is float else (lambda word: not word.startswith("-") or word == "-")
        return next((n for n, word in enumerate(following) if not fits(word)), len(following))

    def _action(self, option: str) -> Action | None:
        """What an option does; it may be shortened as long as it is clear."""
        table = self._option_string_actions
        if option[1] != "-":
            return table.get(option[:2])
        name = option.partition("=")[0]
        long = {id(action): action for known, action in table.items() if known.startswith(name)}
        return table.get(name) or (next(iter(long.values())) if len(long) == 1 else None)

    def _complaint(self, word: str) -> str:
        if not word.startswith("-") or word == "-":
            return f"{word!r} is one argument too many"
        return f"there is no option {word}{did_you_mean(word.partition('=')[0], self._option_string_actions)}"

    def _check_value(self, action: Action, value: Any) -> None:
        """Refuse what is none of the choices, with the most similar one."""
        if action.choices is None or value in action.choices:
            return
        choices = [str(choice) for choice in action.choices]
        if action.nargs == "A...":  # argparse's own sign of subcommands
            kind = str(action.metavar).lower()
            raise ArgumentError(None, f"there is no {kind} {value!r}{did_you_mean(str(value), choices)}")
        near = did_you_mean(str(value), choices)
        raise ArgumentError(action, f"{value!r} is not one of {', '.join(choices)}{near}")

    def error(self, message: str) -> NoReturn:
        """Print usage and what is wrong with it; end the program with 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{painted(f'{self.prog}:', 'red', sys.stderr)} {printable(message)}\n")


class Paragraphs(HelpFormatter):
    """Fits text to the terminal paragraph by paragraph; indented lines are code, and stay as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n\n".join(self._filled(cleandoc(text), width, indent))

    def _filled(self, text: str, width: int, indent: str) -> Iterator[str]:
        for paragraph in text.split("\n\n"):
            code = paragraph.startswith(" ")
            yield paragraph if code else super()._fill_text(paragraph, width, indent)
