# PYTHON_ARGCOMPLETE_OK: shells that look for programs to complete find this
"""The command line: which commands there are, what was typed, and how a command ends.

Each command is a file of its own in `commands/`, found by its name and loaded only when it is asked for.
Exit codes: 0 done, 1 failed, 2 usage, 78 configuration, 130 interrupted.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from importlib import import_module
from keyword import iskeyword
from typing import TYPE_CHECKING

from voiced import __version__
from voiced.commands.parser import Parser
from voiced.commands.shared import FAILED, INTERRUPTED, print_problems
from voiced.errors import VoicedError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import ModuleType

COMMANDS = {  # name → what it does, in one line; the rest of its help is the docstring of the command
    "run": "start the daemon: listen for the wake word, understand commands, publish actions",
    "demo": "run the daemon on a recording that ships with it, and show what happens",
    "init": "write a commented config file and example intents",
    "check": "look for mistakes in config and intents",
    "say": "show what a typed sentence would do",
    "listen": "hear one command, or a dictation, from the microphone, and print it",
    "recognize": "recognise recordings of commands",
    "transcribe": "transcribe recordings of any length in any language",
    "bench": "measure accuracy, cost and delays on labelled recordings",
    "import": "turn intents of Rhasspy into ours",
    "sample": "print random sentences of the grammar",
    "devices": "list microphones",
    "wake": "make, try and improve wake words of your own",
    "models": "list Whisper models, or download one",
    "manual": "show a page of the manual",
}


# How writing to a file on a full disk fails; files that are opened by name have told so themselves.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    # Threads of torch that wait for work must not spin: where others are at work, that takes five times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # Names of files need not be UTF-8: what cannot be written is written as `\udcff`, as on standard error.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    typed = sys.argv[1:] if arguments is None else arguments
    if "_ARGCOMPLETE" in os.environ:  # a shell asks how the line may go on
        _file("completion").complete(make_parser(COMMANDS))
    options = make_parser(typed[:1]).parse_args(typed)
    try:
        done: int = getattr(_file(options.command), _own_name(options.command))(options)
        if sys.stdout:  # a program without one is started so on purpose
            sys.stdout.flush()
    except VoicedError as error:
        print_problems(error)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `voiced sample | head`
        _write_no_more()
        return FAILED
    except OSError as error:
        if error.errno not in FULL or error.filename is not None:
            raise
        _write_no_more()
        print_problems(VoicedError(f"what was found cannot be written: {error.strerror}"))
        return FAILED
    return done


def _write_no_more() -> None:
    """Let nothing that is left be written to standard output: Python does so when it ends, and would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def make_parser(names: Collection[str]) -> Parser:
    """A parser that knows every command, and of those in `names` the arguments too; `command` is the one chosen."""
    parser = Parser(prog="voiced", description="Offline voice commands: hear, understand, publish.")
    parser.add_argument("--version", action="version", version=f"voiced {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about)
        if name in names:
            file = _file(name)
            command.description = getattr(file, _own_name(name)).__doc__
            file.add_arguments(command)
    return parser


def _file(name: str) -> ModuleType:
    return import_module(f"voiced.commands.{_own_name(name)}")


def _own_name(name: str) -> str:
    """Return the name of a command's file and function: `import` is a word of Python's own."""
    return f"{name}_" if iskeyword(name) else name
