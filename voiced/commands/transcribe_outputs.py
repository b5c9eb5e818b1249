"""Where `voiced transcribe` writes texts: standard output or files, one for each format; and its progress bar.

Knows formats by name and blocks of text; no Whisper.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.commands.shared import USAGE
from voiced.commands.transcribe_options import FORMATS
from voiced.errors import VoicedError
from voiced.foundations.terminal import printable

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable, Iterator

LONG_SECONDS = 30.0  # recordings of one window need no progress bar
ONE_AFTER_THE_OTHER = ("txt", "json")  # formats of which several may stand in one stream


class UsageError(VoicedError):
    """Arguments that do not go together."""

    exit_code = USAGE


@dataclass(frozen=True, slots=True)
class Output:
    format: str
    path: Path | None  # None: standard output


def outputs_of(asked: Namespace) -> dict[Path, tuple[Output, ...]]:
    files: list[Path] = list(dict.fromkeys(asked.files))
    if not (asked.output or asked.beside):
        if asked.format == "all" or (len(files) > 1 and asked.format not in ONE_AFTER_THE_OTHER):
            raise UsageError(f"--format {asked.format} needs files here: add --output DIR or --beside")
        return {file: (Output(asked.format, None),) for file in files}
    formats = FORMATS if asked.format == "all" else (asked.format,)
    targets = {file: (asked.output or file.parent) / stem_of(file) for file in files}
    for target, n_files in Counter(targets.values()).items():
        if n_files > 1:
            both = " and ".join(str(file) for file in files if targets[file] == target)
            raise UsageError(f"{both} would both be written to {target}.{formats[0]}; give them different folders")
    outputs = {
        file: tuple(Output(it, target.with_name(f"{target.name}.{it}")) for it in formats)
        for file, target in targets.items()
    }
    recordings = set(map(os.path.realpath, files))  # which may have any name
    for each in (output.path for several in outputs.values() for output in several):
        if each and os.path.realpath(each) in recordings:
            raise UsageError(f"{each} is a recording, and would be written over; write to another folder")
    return outputs


def stem_of(file: Path) -> str:
    return "stdin" if file == Path("-") else file.stem


def write(blocks: Iterable[str], output: Output) -> None:
    if output.path is None:
        for block in blocks:
            print(block, flush=True)
        return
    try:
        output.path.parent.mkdir(parents=True, exist_ok=True)
        with output.path.open("w", encoding="utf-8") as file:
            for block in blocks:
                print(block, file=file, flush=True)
    except OSError as error:
        raise VoicedError(f"{output.path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def progress_bar(file: Path, duration: float, output: Output) -> Iterator[Callable[[float], None]]:
    """On a terminal, for long recordings, unless the text itself scrolls by there."""
    text_scrolls = output.path is None and sys.stdout.isatty()
    if duration <= LONG_SECONDS or text_scrolls or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # most runs show no bar
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    # Names of files may look like rich's markup.
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), redirect_stdout=False) as bar:
        task = bar.add_task(printable(stem_of(file)), total=duration)
        yield lambda position: bar.update(task, completed=position)
