"""Warns of programs that intents name and that cannot be run here: a daemon with them listens all the same."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.acting.programs import require_account
from voiced.acting.running import ProgramError, expanded
from voiced.grammar.programs import programs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiced.config import Config
    from voiced.grammar import Grammar


def with_warnings(commands: Grammar, config: Config) -> Grammar:
    """Return the grammar with a warning, `file:line: …`, for each program of its actions that cannot be run."""
    told = dict.fromkeys(warning for each in commands.every for warning in _warnings(each, as_root=config.run_as_root))
    return replace(commands, warnings=(*commands.warnings, *told)) if told else commands


def _warnings(commands: Grammar, *, as_root: bool) -> Iterator[str]:
    missing: dict[str, str] = {}
    for number, (where, program) in enumerate(programs_of(commands)):
        if number == 0 and (refused := _refused(program, as_root=as_root)):
            yield f"{where}: {refused}"
        if program not in missing:
            missing[program] = _missing(program)
        if missing[program]:
            yield f"{where}: {missing[program]}"


def _refused(program: str, *, as_root: bool) -> str:
    try:
        require_account(program, as_root=as_root)
    except ProgramError as error:
        return str(error)
    return ""


def _missing(program: str) -> str:
    """Return what is wrong with a program; empty if it is there."""
    path = expanded(program)
    if shutil.which(path):
        return ""
    if "/" in path and Path(path).is_file():
        return f"the program {program} is not executable; chmod +x {path}"
    return f"there is no program {program!r}; install it, or mend its name"
