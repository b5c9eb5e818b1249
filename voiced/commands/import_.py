"""`voiced import`: intents of other programs → our YAML, with a word on what could not be carried over."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.commands.shared import DONE
from voiced.errors import ConfigError, VoicedError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from voiced.commands.rhasspy_writer import Converted


def add_arguments(parser: ArgumentParser) -> None:
    kinds = parser.add_subparsers(metavar="PROGRAM", dest="program", required=True)
    rhasspy = kinds.add_parser("rhasspy", help="sentences.ini of Rhasspy 2, and its slots")
    rhasspy.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="sentences.ini, more such files, or the folder of a profile"
    )
    rhasspy.add_argument(
        "--slots", type=Path, metavar="DIR", help="folder of slots; without it `slots` beside the file"
    )
    rhasspy.add_argument(
        "--language", metavar="CODE", help="of the sentences; without it the folder's name, as in profiles/de, or en"
    )
    rhasspy.add_argument("-o", "--output", type=Path, metavar="FILE", help="file to write, instead of standard output")


def import_(options: Namespace) -> int:
    """Write intents of another program as ours.

    Actions are not carried over, for Rhasspy has none: add them under `action:` of each intent. What could not be
    carried over is told on standard error. A file that is there is not overwritten.
    """
    from voiced.commands.rhasspy_grammar import convert
    from voiced.commands.rhasspy_profile import files_of, language_of, programs_of, sections_of, slots_of
    from voiced.commands.rhasspy_sentences import SentencesError

    paths = options.files
    beside = paths[0] if paths[0].is_dir() else paths[0].parent
    files, language = files_of(paths), options.language or language_of(paths)
    try:
        slots, programs = slots_of(options.slots or beside / "slots", language), programs_of(beside / "slot_programs")
        converted = convert(sections_of(files), slots, programs)
    except SentencesError as error:
        raise ConfigError([f"{error.where}: {error}"]) from error
    told = ", ".join(map(str, files))
    if not converted.intents:
        raise ConfigError([f"{told}: there are no intents; is it Rhasspy's sentences.ini?"])
    written = _yaml(converted, language)
    if options.output:
        _write(options.output, written)
    else:
        print(written, end="")
    converted.notes.extend(_refused(written, str(options.output or "what was written")))
    _tell_notes(converted, told)
    return DONE


def _refused(written: str, name: str) -> list[str]:
    """Return what has to be changed before the file loads, such as a rule that leads back to itself."""
    from voiced import grammar

    try:
        grammar.parse(written, name)
    except ConfigError as error:
        return list(error.problems)
    return []


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


def _tell_notes(converted: Converted, files: str) -> None:
    from voiced.foundations.terminal import printable

    n_sentences = sum(len(intent["sentences"]) for intent in converted.intents.values())
    told = [f"{files}: {len(converted.intents)} intents, {n_sentences} sentences", *converted.notes]
    print(printable("\n".join(told)), file=sys.stderr)
