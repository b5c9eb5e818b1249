"""Reads what Rhasspy keeps in files: `sentences.ini`, the folder `intents` beside it, and slots; or a whole profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.commands.rhasspy_sentences import SentencesError, read_sections, read_values
from voiced.errors import ConfigError
from voiced.foundations.regular_file import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from voiced.commands.rhasspy_sentences import Line, Section

LARGEST_FILE_BYTES = 4_000_000
MOST_FILES = 1000
_OWN_SLOTS = {"rhasspy/days": "weekday", "rhasspy/months": "month_1_28"}  # → our lists of a language's dates


def files_of(paths: Sequence[Path]) -> list[Path]:
    """Return the files of sentences; of a profile's folder all that it has."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        own = [path / "sentences.ini"] if (path / "sentences.ini").is_file() else []
        own += _within(path / "intents", ".ini")
        if not own:
            raise ConfigError([f"{path}: has neither sentences.ini nor intents/*.ini; name a folder of profiles/"])
        found += own
    return found


def sections_of(files: Iterable[Path]) -> dict[str, Section]:
    """Return the intents of all files; ConfigError where one is none of Rhasspy's."""
    sections: dict[str, Section] = {}
    for file in files:
        try:
            found = read_sections(_text_of(file), str(file))
        except SentencesError as error:
            raise ConfigError([f"{error.where}: {error}"]) from error
        for name, section in found.items():
            if (known := sections.setdefault(name, section)) is not section:
                known.sentences += section.sentences
                known.rules |= section.rules
    return sections


def slots_of(folder: Path, language: str) -> dict[str, list[Line]]:
    """Return the lines of each slot, by its path in the folder, and of those that Rhasspy has of its own."""
    found = {}
    try:
        for name, values in _own_slots(language).items():
            found[name] = read_values("\n".join(values), name)
        for file in _within(folder):
            found[str(file.relative_to(folder))] = read_values(_text_of(file), str(file))
    except SentencesError as error:
        raise ConfigError([f"{error.where}: {error}"]) from error
    return found


def programs_of(folder: Path) -> set[str]:
    """Return the names of slots that a program prints."""
    return {str(file.relative_to(folder)) for file in _within(folder)}


def language_of(paths: Sequence[Path]) -> str:
    """Return the language that a profile's folder is named by, as in `profiles/de`; English if it is not."""
    from voiced.whisper.languages import LANGUAGES

    folders = [path if path.is_dir() else path.parent for path in paths]
    return next((name for folder in folders if (name := folder.resolve().name) in LANGUAGES), "en")


def _within(folder: Path, suffix: str = "") -> list[Path]:
    files = sorted(folder.rglob(f"*{suffix}")) if folder.is_dir() else []
    found = [file for file in files if file.is_file() and not file.name.startswith(".")]
    if len(found) > MOST_FILES:
        raise ConfigError([f"{folder}: has more than {MOST_FILES:,} files; name another folder"])
    return found


def _own_slots(language: str) -> dict[str, list[str]]:
    from voiced.grammar.typed.date_words import DATE

    words = DATE.get(language.partition("-")[0])
    lists = ((slot, words.lists[key]) for slot, key in _OWN_SLOTS.items()) if words else ()
    return {slot: list(values) for slot, values in lists if isinstance(values, dict)}


def _text_of(file: Path) -> str:
    try:
        return read_regular(file, LARGEST_FILE_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError([f"{file}: is not UTF-8 text"]) from error
    except OSError as error:
        raise ConfigError([f"{file}: cannot be read: {error.strerror}"]) from error
