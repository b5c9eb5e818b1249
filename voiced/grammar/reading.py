"""YAML documents → the content of intents files, each in the format that it is in.

Our own files are read by `plain`, or by `intents`, which also says what is wrong with them; Home Assistant's are mended
first (`home_assistant`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiced.errors import ConfigError
from voiced.grammar.home_assistant import has_intents, is_home_assistants, mended
from voiced.grammar.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from voiced.foundations.yaml_source import Document
    from voiced.grammar.source import IntentsFile

_MOST_VALUES = 200_000  # YAML nodes of all files together


@dataclass(frozen=True, eq=False, slots=True)
class File:
    """An intents file that was read."""

    source: Document
    content: IntentsFile
    tolerant: bool = False  # Home Assistant's: what cannot be used is left out


def read_files(
    sources: Iterable[Callable[[], Document] | Document], problems: list[str], warnings: list[str]
) -> list[File]:
    """The files that can be read; `problems` grow by what is wrong with others, `warnings` by what was left out."""
    # All of them first: what some hold decides how others are read.
    documents = list(_documents(sources))
    any_is = any(is_home_assistants(each.data) for each in documents if not isinstance(each, ConfigError))
    files = []
    # A file that cannot be read does not keep the others from being checked.
    for document in documents:
        try:
            if isinstance(document, ConfigError):
                raise document
            # A file of lists alone goes with the others.
            tolerant = any_is and (is_home_assistants(document.data) or not has_intents(document.data))
            files.append(read(document, warnings, tolerant=tolerant))
        except ConfigError as error:
            problems += error.problems
    return files


def _documents(sources: Iterable[Callable[[], Document] | Document]) -> Iterator[Document | ConfigError]:
    """Yield each document, or what is wrong with it."""
    n_values = 0
    for source in sources:
        try:
            document = source() if callable(source) else source
        except ConfigError as error:
            yield error
            continue
        yield document
        # Each file is bounded by itself; this bounds how many of them are read.
        n_values += len(document.nodes)
        if n_values > _MOST_VALUES:
            yield ConfigError([f"{document.name}: up to here the files hold more than {_MOST_VALUES:,} values"])
            return


def read(document: Document, warnings: list[str], *, tolerant: bool) -> File:
    """The content of a document; raises ConfigError with what is wrong with it."""
    # Whatever is mended is then judged like our own.
    if tolerant:
        document, left_out = mended(document)
        warnings += left_out
    # The fast collector first; whatever it does not take is for pydantic to read, or to explain.
    content = None if document.problems else plain(document.data)
    if content is None:
        from voiced.grammar import intents  # noqa: PLC0415 # pydantic, a quarter of a second

        content = intents.read(document)
    return File(document, content, tolerant)
