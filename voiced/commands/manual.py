"""`voiced manual`: pages of the manual, in a pager where standard output is a terminal, else as Markdown text."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.commands.shared import DONE, USAGE
from voiced.foundations.nearest import did_you_mean

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

PAGES = Path(__file__).parents[1] / "manual"
INDEX = "index"
WIDEST = 100  # columns; longer lines are hard to read
LESS = "-FRX"  # show colours, and end at once if everything fits on the screen
LINK = re.compile(r"\[([^\]]+)\]\([\w-]+\.md\)")  # to another page: on a terminal, its name is enough


def add_arguments(parser: ArgumentParser) -> None:
    about = "a page; without it, the list of pages"
    page = parser.add_argument("topic", nargs="?", default=INDEX, metavar="TOPIC", help=about)
    page.completer = lambda **_: topics()  # type: ignore[attr-defined] # argcomplete's


def manual(options: Namespace) -> int:
    """Show a page of the manual, or list the pages."""
    if options.topic not in topics():
        print(f"voiced: {unknown(options.topic)}", file=sys.stderr)
        return USAGE
    text = (PAGES / f"{options.topic}.md").read_text(encoding="utf-8")
    if sys.stdout.isatty():
        _show(text)
    else:
        print(text, end="")
    return DONE


def topics() -> list[str]:
    """Return the names of all pages, sorted."""
    return sorted(page.stem for page in PAGES.glob("*.md"))


def unknown(topic: str) -> str:
    """Return one sentence: there is no such page, and which one may be meant."""
    return f"there is no page {topic!r}{did_you_mean(topic, topics()) or '; `voiced manual` lists them'}"


def _show(text: str) -> None:
    """Format Markdown for the terminal, in the pager that PAGER names; NO_COLOR is respected by rich."""
    from rich.console import Console
    from rich.markdown import Markdown

    os.environ.setdefault("LESS", LESS)  # as git does
    console = Console()
    console.width = min(console.width, WIDEST)
    with console.pager(styles=True):
        console.print(Markdown(LINK.sub(r"**\1**", text), code_theme="ansi_dark"))
