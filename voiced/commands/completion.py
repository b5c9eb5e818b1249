"""Completion in shells by argcomplete: of commands, options, choices and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import argcomplete

if TYPE_CHECKING:
    from argparse import ArgumentParser


def complete(parser: ArgumentParser) -> None:
    """Answer the shell, which asks by environment variables, and end the process. Elsewhere this does nothing."""
    argcomplete.autocomplete(parser, always_complete_options=False)
