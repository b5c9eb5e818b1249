"""Bytes of a sound file → blocks of samples, by libsndfile. The only file that knows the module soundfile.

Knows nothing of files on a disk, of resampling or of what the sound is for. What is found to be damaged on the way is
reported to the caller, who decides whether to go on; in a FLAC the sound after a damaged frame is found again.
"""

from __future__ import annotations

import ctypes
import io
import os
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import soundfile

from voiced.audio.formats import flac
from voiced.audio.formats.contents import CUT, EITHER

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from voiced.flow import Samples

    Block: TypeAlias = tuple[int, Samples]  # rate in Hz, samples (n_samples, n_channels)
    Report: TypeAlias = Callable[[str], None]  # of what is wrong, as "is cut short"; may raise, to end it

BLOCK_SAMPLES = 16_384  # read at a time
UNKNOWN_SAMPLES = 1 << 40  # libsndfile claims more where it does not know how many there are
FORGIVEN_SAMPLES = {"MP3": 3 * 1_152}  # missing at the end; the decoder drops frames whose beginning is not there
MOST_GAPS = 100  # in a FLAC, over which the sound is taken up again
LONGEST_GAP_SECONDS = 10  # for which there is silence; longer ones are taken for an error in numbers


class _Stream(soundfile.SoundFile):  # type: ignore[misc] # soundfile is untyped
    """A file that is only read forwards: soundfile seeks after every block, and MP3 loses sound by that."""

    def seekable(self) -> bool:
        return False


class _Bytes(io.BytesIO):
    """Bytes as a file. libsndfile asks for negative positions of damaged files, where an exception would be printed."""

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: self.getbuffer().nbytes}[whence]
        return super().seek(begin + offset) if begin + offset >= 0 else self.tell()


def decoded(part: bytes, report: Report) -> Iterator[Block] | None:
    """The sound of a part block by block; None if libsndfile cannot read it."""
    file = _opened(part)
    return _blocks(part, file, report) if file else None


def _opened(part: bytes) -> _Stream | None:
    try:
        with _quiet_libraries():
            return _Stream(_Bytes(part))
    except (soundfile.LibsndfileError, TypeError, ValueError):  # the latter two of values that soundfile does not know
        return None


def _blocks(part: bytes, file: _Stream, report: Report) -> Iterator[Block]:
    at, is_damaged = yield from _read(file)
    if not is_damaged and at < file.frames - FORGIVEN_SAMPLES.get(file.format, 0) and file.frames < UNKNOWN_SAMPLES:
        report(CUT)
    for _ in range(MOST_GAPS if is_damaged else 0):
        following = flac.after(part, at) if part.startswith(flac.MAGIC) else None
        report(EITHER)
        rest = _opened(following[0]) if following else None
        if following is None or rest is None:
            return
        if following[1] - at <= LONGEST_GAP_SECONDS * rest.samplerate:
            yield rest.samplerate, np.zeros((following[1] - at, rest.channels), np.float32)
        n_samples, is_damaged = yield from _read(rest)
        at = following[1] + max(1, n_samples)
        if not is_damaged:
            return


def _read(file: _Stream) -> Generator[Block, None, tuple[int, bool]]:
    """Yield what can be read; return how many samples that were, and whether damage ended it."""
    n_samples, most = 0, file.frames if file.format == "FLAC" else UNKNOWN_SAMPLES  # behind them may stand anything
    while True:
        block, is_damaged = _next_block(file, min(BLOCK_SAMPLES, most - n_samples))
        if len(block):
            yield file.samplerate, block
        n_samples += len(block)
        if is_damaged or not len(block):
            return n_samples, is_damaged


def _next_block(file: _Stream, n_samples: int) -> tuple[Samples, bool]:
    """The next samples, shape (n_samples, n_channels), none at the end; and whether damage ended them."""
    into = np.zeros((n_samples, file.channels), np.float32)
    try:
        with _quiet_libraries():
            block: Samples = file.read(n_samples, dtype="float32", always_2d=True, out=into)
    except soundfile.LibsndfileError:
        heard = np.flatnonzero(into.any(axis=1))  # libsndfile does not say how many it had decoded by then
        return into[: heard[-1] + 1 if len(heard) else 0], True
    return block, False


# -- libmpg123 writes to standard error --------------------------------------------------------------

_QUIET = Lock()
_C = ctypes.CDLL(None)
_C.fopen.restype = ctypes.c_void_p


@cache
def _nowhere() -> int | None:
    """C's stream to /dev/null, opened once; None if that cannot be done."""
    stream: int | None = _C.fopen(os.devnull.encode(), b"w")
    return stream


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Let libraries in C write nowhere instead of to standard error: libmpg123 does at every damaged frame.

    C's `stderr` is set to /dev/null for as long. Python writes to its descriptor, so that no line of a log is lost.
    """
    with _QUIET:
        try:
            stderr = ctypes.c_void_p.in_dll(_C, "stderr")
        except ValueError:  # not glibc
            yield
            return
        before, stderr.value = stderr.value, _nowhere() or stderr.value
        try:
            yield
        finally:
            stderr.value = before
