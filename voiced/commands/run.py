"""`voiced run`: the daemon."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.commands.shared import DONE, FAILED, add_settings, config_of, print_problems
from voiced.errors import VoicedError
from voiced.foundations.logs import log_to_stderr
from voiced.foundations.signals import Signals, leave
from voiced.mqtt.delivery import introduce

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from voiced.config import Config

log = logging.getLogger(__name__)


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser)
    source = "recordings instead of the microphone, heard as if spoken"
    parser.add_argument("--source", nargs="+", action="extend", metavar="mic|FILE", help=source)
    parser.add_argument("-v", "--verbose", action="store_true", help="log more")


def run(options: Namespace) -> int:
    """Start the daemon: listen for the wake word, understand commands, publish actions."""
    log_to_stderr(verbose=options.verbose)
    code = DONE
    with Signals() as signals:  # before the first line: whoever reads it may stop the daemon
        config = config_of(options)
        config = config.model_copy(update={"mqtt": introduce(config.mqtt)})  # a wrong password is told at once
        log.info("loading %s", ", ".join(_models(config)))
        source = options.source or ["mic"]
        code = _serve(config, [] if source == ["mic"] else [Path(file) for file in source], signals)
    leave(code)


def _serve(config: Config, files: list[Path], signals: Signals) -> int:
    """Run the daemon; return the exit code.

    Errors end here, not in `cli`: where a sound server hangs, nothing but `leave` ends the process without a crash.
    """
    try:
        from voiced import daemon  # takes seconds on a small machine
        from voiced.audio import sound_file

        for file in files:
            sound_file.check(file)
        daemon.run(config, files, signals)
    except VoicedError as error:
        print_problems(error)
        return error.exit_code
    except Exception:
        log.critical("an internal error ended the daemon", exc_info=True)
        return FAILED
    return DONE


def _models(config: Config) -> dict[str, None]:
    """Names of the Whisper models that the settings name, each once."""
    own = (word.recognizer for word in config.wake_word.models)
    return dict.fromkeys([config.recognizer.model, *(model for model in own if model)])
