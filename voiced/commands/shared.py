"""What may be typed after `voiced`; knows every option and what each command is for, not what it does."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from voiced import __version__
from voiced.commands import transcribe_options as transcribe_arguments
from voiced.commands import wake_arguments

if TYPE_CHECKING:
    from collections.abc import Sequence

ABOUT = {
    "run": "the daemon: listen for the wake word, understand commands, publish actions",
    "demo": "the whole daemon on a recording that ships with it; prints what happened",
    "init": "write a commented config and example intents",
    "check": "look for mistakes in config and intents; says all of them, each with file and line",
    "say": "what a sentence would do",
    "recognize": "recordings of commands, without a wake word: recognise and match",
    "transcribe": "Whisper as Whisper: any length, any language",
    "bench": "a folder of labelled recordings: how many are understood, clean and in noise, and at what cost",
    "sample": "sentences of the grammar",
    "devices": "microphones; → marks the one that would be used",
    "wake": "wake words of your own: make one by saying it a few times, or by typing it; and try one out",
    "models": "Whisper models: → marks those that are installed",
}


def make_parser(names: Sequence[str]) -> argparse.ArgumentParser:
    """A parser for these commands; the parsed options say which in `command`."""
    parser = argparse.ArgumentParser(prog="voiced", description="Offline voice commands: hear, understand, publish.")
    parser.add_argument("--version", action="version", version=f"voiced {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    for name in names:
        command = commands.add_parser(name, help=ABOUT[name], description=ABOUT[name])
        _add_settings(command)
        if add := _OPTIONS.get(name):
            add(command)
    return parser


def _add_settings(parser: argparse.ArgumentParser) -> None:
    places = "./config.yaml, ~/.config/voiced/config.yaml, /etc/voiced/config.yaml, or the defaults"
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"settings; without it {places}")
    parser.add_argument("--intents", type=Path, metavar="DIR", help="command grammars, instead of the config's")
    parser.add_argument("--model", metavar="NAME|PATH", help="Whisper model, instead of the config's")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def _run(parser: argparse.ArgumentParser) -> None:
    source = "recordings instead of the microphone, heard as if spoken"
    parser.add_argument("--source", nargs="+", default=["mic"], metavar="mic|FILE", help=source)
    parser.add_argument("-v", "--verbose", action="store_true", help="log more")


def _init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="where to (here)")


def _check(parser: argparse.ArgumentParser) -> None:
    schema = "print the JSON Schema of such files, for editors"
    parser.add_argument("--schema", choices=["config", "intents"], help=schema)


def _say(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", metavar="TEXT", help="a sentence, as it would be spoken")
    parser.add_argument("--publish", action="store_true", help="do it: send the actions to the broker")
    _add_json(parser)


def _recognize(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="WAV, FLAC, OGG, MP3; - is standard input")
    parser.add_argument("--word-timestamps", action="store_true", help="with --json: when each word was said")
    _add_json(parser)


def _bench(parser: argparse.ArgumentParser) -> None:
    folder = "labels.json, recordings (there or in audio/), and intents/ unless --intents names others"
    parser.add_argument("folder", type=Path, metavar="DIR", help=folder)
    parser.add_argument("--noise", type=Path, metavar="FILE", help="a recording of noise that is mixed in")
    snr = "ratios of speech to noise in dB (24 21 18 15 12 9 6)"
    parser.add_argument("--snr", type=float, nargs="+", default=[24, 21, 18, 15, 12, 9, 6], metavar="DB", help=snr)
    parser.add_argument("--seed", type=int, default=0, help="which stretches of the noise (0)")
    foreign = "recordings that are no commands of this grammar; all of them should be rejected"
    parser.add_argument("--foreign", type=Path, nargs="+", default=[], metavar="DIR", help=foreign)
    parser.add_argument("--limit", type=_count, metavar="N", help="only N recordings of each folder")
    parser.add_argument("--jobs", type=_count, metavar="N", help="recordings recognised at once (one per processor)")
    parser.add_argument(
        "--plot", type=Path, metavar="PNG", help="draw how often each confidence is right, or the delays"
    )
    latency = "speak the recordings to the daemon's ears in real time: how soon is a command answered?"
    parser.add_argument("--latency", action="store_true", help=latency)
    pauses = "with --latency: put pauses between the words, as slow speakers do"
    parser.add_argument("--pauses", type=float, default=0.0, metavar="SECONDS", help=pauses)
    parser.add_argument("--json", action="store_true", help="one JSON object, with every recording in it")


def _sample(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-n", type=_count, default=10, metavar="N", help="how many (10)")
    parser.add_argument("--seed", type=int, help="for the same sentences every time")
    _add_json(parser)


def _models(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="download")
    parser.set_defaults(download=None)
    download = actions.add_parser("download", help="fetch a published model; an interrupted download goes on")
    download.add_argument("download", metavar="NAME", help="as in `voiced models`")
    _add_json(parser)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


_OPTIONS = {
    "run": _run,
    "init": _init,
    "check": _check,
    "say": _say,
    "recognize": _recognize,
    "transcribe": transcribe_arguments.add_arguments,
    "bench": _bench,
    "sample": _sample,
    "devices": _add_json,
    "wake": wake_arguments.add_arguments,
    "models": _models,
}
