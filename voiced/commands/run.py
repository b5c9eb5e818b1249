"""`voiced run`: the daemon."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voiced.commands.shared import add_settings, config_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser)
    source = "recordings instead of the microphone, heard as if spoken"
    parser.add_argument("--source", nargs="+", default=["mic"], metavar="mic|FILE", help=source)
    parser.add_argument("-v", "--verbose", action="store_true", help="log more")


def run(options: Namespace) -> int:
    """Start the daemon: listen for the wake word, understand commands, publish actions."""
    from voiced import daemon

    files = [] if options.source == ["mic"] else [Path(file) for file in options.source]
    daemon.log_to_stderr(verbose=options.verbose)
    daemon.leave(daemon.run(config_of(options), files))
