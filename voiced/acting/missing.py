"""Warns of programs that intents name and that cannot be run here: a daemon with them listens all the same."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.acting.programs import require_account
from voiced.acting.running import ProgramError, expanded
from voiced.grammar.programs import programs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from voiced.config import Config
    from voiced.grammar import Grammar


def with_warnings(commands: Grammar, config: Config) -> Grammar:
    """Return the grammar with a warning, `file:line: …`, for each program of its actions that cannot be run."""
    # Languages may share actions, and actions a program: each is told where it stands first.
    places: dict[str, str] = {}
    for each in commands.every:
        for where, program in programs_of(each):
            places.setdefault(program, where)
    told = tuple(_warnings(places, as_root=config.run_as_root))
    return replace(commands, warnings=(*commands.warnings, *told)) if told else commands


def _warnings(places: Mapping[str, str], *, as_root: bool) -> Iterator[str]:
    for program, where in islice(places.items(), 1):
        try:
            require_account(program, as_root=as_root)
        except ProgramError as error:
            yield f"{where}: {error}"
    for program, where in places.items():
        if problem := _missing(program):
            yield f"{where}: {problem}"


def _missing(program: str) -> str:
    """Return what is wrong with a program; empty if it is there."""
    path = expanded(program)
    if shutil.which(path):
        return ""
    if "/" in path and Path(path).is_file():
        return f"the program {program} is not executable; chmod +x {path}"
    return f"there is no program {program!r}; install it, or mend its name"
