"""The bytes of a recording: from a file, a pipe or standard input; and what is wrong with it before it is decoded.

Knows kinds of files by their first bytes, and what to install or to type for those that libsndfile does not read.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.audio import media
from voiced.audio.formats import kinds, mpeg
from voiced.audio.formats.mpeg import id3_bytes
from voiced.errors import AudioError

if TYPE_CHECKING:
    from voiced.audio.formats.kinds import Kind

STANDARD_INPUT = Path("-")
MOST_BYTES = 4 << 30  # of a file, which is held in memory


def content_of(source: Path) -> bytes:
    """All bytes of a recording, without tags and junk in front of them; AudioError if there are none, or too many."""
    _check_type(source)
    try:
        if source == STANDARD_INPUT:
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with source.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError, MemoryError) as error:  # ValueError: a name with a zero byte
        raise _unreadable(source, error) from error
    if not content:
        raise AudioError(f"{name_of(source)}: is empty")
    if len(content) > MOST_BYTES:
        raise AudioError(f"{name_of(source)}: is larger than 4 GiB; make it smaller: {_conversion(source)}")
    begin = 0
    while size := id3_bytes(content[begin : begin + kinds.HEAD_BYTES]):
        begin += size
    content = content[begin:] if begin < len(content) else content
    return content[junk:] if (junk := kinds.begin_of(content)) else content


def check(source: Path) -> None:
    """Look at the first bytes of a recording, before anything is loaded; AudioError if it cannot be read.

    Of a pipe nothing is taken, so that little is known of it.
    """
    _check_type(source)
    may_be_read_again = source != STANDARD_INPUT and not source.is_fifo()
    try:
        head = _head(source) if may_be_read_again else _head_of_pipe(source)
    except (OSError, ValueError) as error:
        raise _unreadable(source, error) from error
    kind = kinds.kind_of(head)
    if kind is None and may_be_read_again:
        content = content_of(source)
        kind = kinds.kind_of(content[: kinds.HEAD_BYTES])
        if kind is None and mpeg.contents_behind_junk(content) is None:
            raise undecodable(source, kind)
    if kind and kind.needs_media and not media.is_installed():
        raise needs_media(source, kind)


def _head(source: Path) -> bytes:
    """The first bytes behind tags."""
    with source.open("rb") as file:
        head = file.read(kinds.HEAD_BYTES)
        while size := id3_bytes(head):
            file.seek(size - len(head), 1)
            head = file.read(kinds.HEAD_BYTES)
    return head


def _head_of_pipe(source: Path) -> bytes:
    """The first bytes of standard input, which stay there; none of another pipe."""
    peek = getattr(sys.stdin.buffer, "peek", None) if source == STANDARD_INPUT else None
    return peek(kinds.HEAD_BYTES)[: kinds.HEAD_BYTES] if peek else b""


def _check_type(source: Path) -> None:
    if source == STANDARD_INPUT and sys.stdin is None:
        raise AudioError("standard input: is closed")
    try:
        is_other = source != STANDARD_INPUT and source.exists() and not (source.is_file() or source.is_fifo())
    except (OSError, ValueError) as error:
        raise _unreadable(source, error) from error
    if is_other:
        raise AudioError(f"{name_of(source)}: is not a file")


def name_of(source: Path) -> str:
    """The name of a recording, in characters that do nothing to a terminal."""
    if source == STANDARD_INPUT:
        return "standard input"
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(source))


# -- what is wrong -----------------------------------------------------------------------------------


def _unreadable(source: Path, error: OSError | ValueError | MemoryError) -> AudioError:
    why = error.strerror if isinstance(error, OSError) else "it does not fit into memory"
    return AudioError(f"{name_of(source)}: cannot be read: {str(error) if isinstance(error, ValueError) else why}")


def needs_media(source: Path, kind: Kind) -> AudioError:
    """What to do about a kind of file that only PyAV reads."""
    return AudioError(
        f"{name_of(source)}: is {kind.name}, which is read through PyAV: {media.INSTALL}; "
        f"or convert it: {_conversion(source)}"
    )


def undecodable(source: Path, kind: Kind | None) -> AudioError:
    """What to do about a file that begins as a kind, but cannot be decoded."""
    if kind is None or not kind.media:
        return AudioError(
            f"{name_of(source)}: is not a recording that can be read (WAV, FLAC, OGG or MP3), or is damaged"
        )
    if media.is_installed():
        return AudioError(f"{name_of(source)}: is {kind.name} that is damaged or cut short; record or copy it again")
    return AudioError(
        f"{name_of(source)}: is {kind.name} that is damaged, or in an encoding that is read through PyAV: "
        f"{media.INSTALL}; or convert it: {_conversion(source)}"
    )


def _conversion(source: Path) -> str:
    """What to type to convert a recording with FFmpeg."""
    if source == STANDARD_INPUT:
        return "ffmpeg -i FILE -vn -ar 16000 sound.flac"
    name = name_of(source)
    target = f"{name}.flac" if source.suffix == ".flac" else str(Path(name).with_suffix(".flac"))
    return f"ffmpeg -i {shlex.quote(name)} -vn -ar 16000 {shlex.quote(target)}"
