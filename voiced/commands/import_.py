"""`voiced import`: intents of other programs → our YAML, with a word on what could not be carried over."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.commands.shared import DONE
from voiced.errors import ConfigError, VoicedError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from voiced.commands.rhasspy_grammar import Converted
    from voiced.commands.rhasspy_sentences import Line

LARGEST_FILE_BYTES = 4_000_000


def add_arguments(parser: ArgumentParser) -> None:
    kinds = parser.add_subparsers(metavar="PROGRAM", dest="program", required=True)
    rhasspy = kinds.add_parser("rhasspy", help="sentences.ini of Rhasspy 2, and its slots")
    rhasspy.add_argument("file", type=Path, metavar="sentences.ini")
    rhasspy.add_argument(
        "--slots", type=Path, metavar="DIR", help="folder of slots; without it `slots` beside the file"
    )
    rhasspy.add_argument("--language", metavar="CODE", default="en", help="of the sentences (en)")
    rhasspy.add_argument("-o", "--output", type=Path, metavar="FILE", help="file to write, instead of standard output")


def import_(options: Namespace) -> int:
    """Write intents of another program as ours.

    Actions are not carried over, for Rhasspy has none: add them under `action:` of each intent. What could not be
    carried over is told on standard error. A file that is there is not overwritten.
    """
    from voiced.commands.rhasspy_grammar import convert
    from voiced.commands.rhasspy_sentences import SentencesError, read_sections

    text = _text_of(options.file)
    try:
        converted = convert(read_sections(text), _slots(options.slots or options.file.parent / "slots"))
    except SentencesError as error:
        raise ConfigError([f"{options.file}:{error.line}: {error}"]) from error
    if not converted.intents:
        raise ConfigError([f"{options.file}: there are no intents; is it Rhasspy's sentences.ini?"])
    written = _yaml(converted, options.language)
    if options.output:
        _write(options.output, written)
    else:
        print(written, end="")
    converted.notes.extend(_refused(written, str(options.output or "what was written")))
    _tell_notes(converted, options.file)
    return DONE


def _refused(written: str, name: str) -> list[str]:
    """Return what has to be changed before the file loads, such as a rule that leads back to itself."""
    from voiced import grammar

    try:
        grammar.parse(written, name)
    except ConfigError as error:
        return list(error.problems)
    return []


def _slots(folder: Path) -> dict[str, list[Line]]:
    """Return the values of each slot, by its path in the folder."""
    from voiced.commands.rhasspy_sentences import SentencesError, read_values

    found = {}
    for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if file.is_file() and not file.name.startswith("."):
            try:
                found[str(file.relative_to(folder))] = read_values(_text_of(file))
            except SentencesError as error:
                raise ConfigError([f"{file}: {error}"]) from error
    return found


def _text_of(file: Path) -> str:
    from voiced.foundations.regular_file import read_regular

    try:
        return read_regular(file, LARGEST_FILE_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError([f"{file}: is not UTF-8 text"]) from error
    except OSError as error:
        raise ConfigError([f"{file}: cannot be read: {error.strerror}"]) from error


def _yaml(converted: Converted, language: str) -> str:
    from voiced.foundations.yaml_source import written

    return written(converted.data(language))


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise VoicedError(f"{file}: is there already; name another file, or remove it") from error
    except OSError as error:
        raise VoicedError(f"{file}: cannot be written: {error.strerror}") from error


def _tell_notes(converted: Converted, file: Path) -> None:
    from voiced.foundations.terminal import printable

    n_sentences = sum(len(intent["sentences"]) for intent in converted.intents.values())
    told = [f"{file}: {len(converted.intents)} intents, {n_sentences} sentences", *converted.notes]
    print(printable("\n".join(told)), file=sys.stderr)
