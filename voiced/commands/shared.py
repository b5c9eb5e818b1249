"""What several commands share: options, settings, progress, and exit codes. Knows no single command."""

from __future__ import annotations

import json
import sys
from argparse import SUPPRESS, ArgumentTypeError
from contextlib import contextmanager
from logging import ERROR
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from voiced.errors import VoicedError
from voiced.foundations.logs import goes_to_journal, priority
from voiced.foundations.terminal import painted, printable, printable_json, wrapped

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterable, Iterator

    from voiced.acting.facts import Facts
    from voiced.config import Config
    from voiced.flow import Outcome
    from voiced.grammar import Grammar

MOST_THREADS = 64  # as `recognizer.threads` of the config
DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130  # exit codes; errors bring their own

# help about arguments that are recordings
RECORDINGS = "WAV, FLAC, OGG, MP3; with the extra media M4A, MP4, WEBM, WMA; - is standard input"

# -- options -----------------------------------------------------------------------------------------


def add_settings(parser: ArgumentParser, *, intents: bool = True, model: bool = True, again: bool = False) -> None:
    """Add `--config`, and the options that go before what it says; `again` for an action of a command that has them."""
    default = SUPPRESS if again else None  # what is not repeated after the action must not undo what stood before it
    places = "./config.yaml, ~/.config/voiced/config.yaml, /etc/voiced/config.yaml, or the defaults"
    about = f"settings; without it {places}"
    parser.add_argument("--config", type=Path, metavar="FILE", default=default, help=about)
    if intents:
        about = "command grammars, instead of the config's"
        parser.add_argument("--intents", type=Path, metavar="DIR", default=default, help=about)
    if model:
        add_model(parser, default)
    if not again:
        parser.set_defaults(intents=None, model=None)


def add_model(parser: ArgumentParser, default: str | None = None) -> None:
    """Add `--model`."""
    about = "Whisper model, instead of the config's; `voiced models` lists them"
    parser.add_argument("--model", metavar="NAME|PATH", default=default, help=about)


def add_json(parser: ArgumentParser, *, again: bool = False) -> None:
    """Add `--json`; `again` as in `add_settings`."""
    default = SUPPRESS if again else False
    parser.add_argument("--json", action="store_true", default=default, help="print JSON, one object a line")


def count(text: str) -> int:
    """Read a whole number from 1 on; ArgumentTypeError if it is none."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def threads(text: str) -> int:
    """Read a number of processor threads; ArgumentTypeError if it is none, or more than any processor has."""
    if (n_threads := count(text)) > MOST_THREADS:
        raise ArgumentTypeError(f"{text} threads are more than {MOST_THREADS}, the most that are of use")
    return n_threads


# -- settings ----------------------------------------------------------------------------------------


def config_of(options: Namespace) -> Config:
    """Settings of the config file, overridden by options; ConfigError with every problem."""
    from voiced.config import load_config, overridden

    return overridden(load_config(options.config), intents=options.intents, model=options.model)


def grammar_of(options: Namespace) -> Grammar:
    """Intents that the settings name. Without a config file, what reads one is not loaded; ConfigError."""
    from voiced import grammar
    from voiced.foundations.resources import find_config, shipped

    if not find_config(options.config):
        return grammar.load([options.intents or shipped("intents")])
    config = config_of(options)
    from voiced.home_assistant.home import grammar_of, remembered

    warnings: list[str] = []
    commands = grammar_of(config.intents, config, remembered(config.home_assistant, warnings))
    for warning in warnings:
        print(f"voiced: warning: {printable(warning)}", file=sys.stderr)
    return commands


def facts_of(options: Namespace) -> Facts:
    """What templates of actions may say of this machine; without a config file, what reads one is not loaded."""
    from voiced.acting.facts import at_site
    from voiced.foundations.host import host_name
    from voiced.foundations.resources import find_config

    if not find_config(options.config):
        return at_site(host_name(), None)
    config = config_of(options)
    return at_site(config.site_name, config.room)


def readable(files: Iterable[Path]) -> list[Path]:
    """Return the recordings that can be read, as far as their first bytes tell; say what is wrong with the others.

    For use before a model is loaded, which takes seconds. Also lets warnings about recordings be seen.
    """
    from voiced.audio import sound_file
    from voiced.foundations.logs import warnings_to_stderr

    warnings_to_stderr()
    fit = []
    for file in files:
        try:
            sound_file.check(file)
        except VoicedError as error:
            print_problems(error)
        else:
            fit.append(file)
    return fit


# -- output ------------------------------------------------------------------------------------------


def tell(text: str) -> None:
    r"""Print text for people, at once; control characters of names in it are written as `\x1b`."""
    print(printable(text), flush=True)


def print_json(told: dict[str, Any]) -> None:
    """Print one object on one line, at once."""
    print(printable_json(json.dumps(told, ensure_ascii=False)), flush=True)


def print_outcome(outcome: Outcome, before: str = "") -> None:
    """Print one command as a line, at once; on a terminal green if it was understood, red if it was rejected.

    What was rejected has a second line, the nearest sentence.
    """
    from voiced.records.outcome import nearest_line, outcome_line

    colour = "green" if outcome.accepted else "red"
    print(f"{printable(before)}{painted(printable(outcome_line(outcome)), colour, sys.stdout)}", flush=True)
    if outcome.nearest:
        tell(f"  {nearest_line(outcome.nearest)}")


def print_text(text: str, /, *, end: str = "\n", file: TextIO | None = None, flush: bool = False) -> None:
    r"""`print` without control characters but `\r`, for rooms that do not print themselves."""
    print("\r".join(map(printable, text.split("\r"))), end=end, file=file, flush=flush)


def print_problems(error: VoicedError) -> None:
    """Print an error on standard error, one line a problem: `voiced: …`; in the journal with its priority."""
    mark = priority(ERROR) if goes_to_journal() else ""
    for problem in printable(str(error)).split("\n"):
        told = wrapped(f"voiced: {problem}", sys.stderr)
        print(mark + told.replace("voiced:", painted("voiced:", "red", sys.stderr), 1), file=sys.stderr)


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar on standard error; call what it gives after each step."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
