"""Fetches a published checkpoint into a folder: resumed where it broke off, checked before it gets its name.

What has arrived lies in `NAME.pt.part` until its SHA-256 is right; only then is it called `NAME.pt`, so that a file of
that name is always whole. A broken connection or Ctrl-C leaves the part for the next try. Knows HTTP and files; does
not know what a checkpoint holds.

Three kinds of trouble are told apart. The network's (`_BrokenOffError`) is tried again, with pauses that grow, until a
few tries on end have brought nothing new. The server's refusal and the disk's are final at once. Wrong bytes go.
"""

from __future__ import annotations

import fcntl
import http.client
import re
import shutil
import time
from typing import TYPE_CHECKING, BinaryIO, Protocol
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from voiced.whisper.loading.location import check_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from voiced.whisper.loading.checkpoints import Published

# Pauses before each further try after one that brought no new bytes; a try that brings some starts them again.
RETRY_PAUSE_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0)
TIMEOUT_SECONDS = 30.0  # without a byte
CHUNK_BYTES = 1 << 16  # what a reset connection may cost again
# Slower than this many bytes in so many seconds, a download is given up: it would take days.
SLOWEST_BYTES, SLOWEST_SECONDS = 60_000, 60.0
LEAST_PROGRESS_BYTES = 4096  # a try that brings fewer counts as one that brought nothing
# Status codes of RFC 9110: answers that may be different in a moment, and those that ranges have.
RETRIED_STATUSES = {408, 425, 429, 500, 502, 503, 504}
_KEPT = "what has arrived is kept, and the next try goes on from there"
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416


class Progress(Protocol):
    """What is told how far a download is."""

    def __call__(self, done: int, total: int, /) -> None:
        """Take note that `done` of `total` bytes are there; `total` is 0 if the server does not say."""


class _BrokenOffError(Exception):
    """The connection could not be made, or ended too early."""


def download(model: Published, folder: Path, progress: Progress, pauses: Sequence[float] = RETRY_PAUSE_SECONDS) -> Path:
    """Fetch the model into the folder, if it is not there yet, and return its path.

    `pauses` are seconds, see RETRY_PAUSE_SECONDS. Raises OSError if it cannot be fetched or written, ValueError if what
    came is not what was published.
    """
    target = folder / model.file_name
    if _is_there(target, model.sha256):
        return target
    # Everything is appended to NAME.pt.part, which an earlier try may have begun; a lock keeps a second one away.
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{model.file_name}.part"
    with part.open("ab") as file:
        _lock(file)
        try:
            _fetch_all(model, file, progress, pauses)
        finally:
            if not _size(file):
                part.unlink()
        # Only a whole and right file gets its name, in one step.
        _check(part, model)
        part.replace(target)
    return target


def _check(part: Path, model: Published) -> None:
    """Delete the file and raise ValueError if it is not what was published."""
    try:
        check_sha256(part, model.sha256)
    except ValueError as error:
        part.unlink()
        raise ValueError(
            f"what came from {model.url} is not the published file (its SHA-256 differs) and was deleted; "
            "try again, or look whether something between here and there changes files"
        ) from error


def _is_there(target: Path, sha256: str) -> bool:
    """Whether the file is there as published; a damaged one will be fetched anew."""
    try:
        check_sha256(target, sha256)
    except (ValueError, FileNotFoundError):
        return False
    return True


def _lock(file: BinaryIO) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OSError(f"{file.name} is being written by another download; wait for it") from error


def _fetch_all(model: Published, file: BinaryIO, progress: Progress, pauses: Sequence[float]) -> None:
    """Fetch until all is there. Raises OSError once more tries than there are pauses brought nothing new."""
    fruitless, most = 0, _size(file)
    while True:
        try:
            _fetch(model, file, progress)
        except _BrokenOffError as error:
            # A connection that often breaks is not given up as long as it gets on: only tries without progress count.
            fruitless = 0 if _size(file) >= most + LEAST_PROGRESS_BYTES else fruitless + 1
            most = max(most, _size(file))
            if fruitless > len(pauses):
                raise OSError(f"cannot download {model.url}: {error}; {_KEPT}") from error
            time.sleep(pauses[max(fruitless - 1, 0)] if pauses else 0)
        else:
            return


def _fetch(model: Published, file: BinaryIO, progress: Progress) -> None:
    """Send one request, for what is still missing, and append what comes."""
    begin = _size(file)
    response = _request(model.url, begin)
    if response is None:
        return
    with response:
        # A server without ranges begins at 0 again: then what is there is overwritten.
        begin = _accepted_begin(response, begin)
        _truncate(file, begin)
        # What is to come is known if the server says so; then there must be room for it.
        length = response.headers.get("Content-Length", "")
        total = begin + int(length) if length.isdecimal() else 0
        _check_room(file, total - begin)
        _check_size(total, model)
        # Append chunk by chunk, so that a broken connection costs one at most.
        done = begin
        progress(done, total)
        for chunk in _chunks(response):
            _write(file, chunk)
            done += len(chunk)
            _check_size(done, model)
            progress(done, total)
    if done < total:
        raise _BrokenOffError(f"the connection ended after {done} of {total} bytes")


def _request(url: str, begin: int) -> http.client.HTTPResponse | None:
    """Ask for the file from byte `begin` on; None if the server says that there is nothing behind it."""
    request = Request(url, headers={"Range": f"bytes={begin}-"} if begin else {})  # noqa: S310 # our own https address
    try:
        response: http.client.HTTPResponse = urlopen(request, timeout=TIMEOUT_SECONDS)  # noqa: S310 # our own https address
    except HTTPError as error:
        error.close()
        # The part was whole already: the check of its bytes decides.
        if error.code == RANGE_NOT_SATISFIABLE and begin:
            return None
        if error.code in RETRIED_STATUSES:
            raise _BrokenOffError(f"the server answers {error.code} {error.reason}") from error
        raise OSError(f"cannot download {url}: the server answers {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _BrokenOffError(_reason(error)) from error
    return response


def _accepted_begin(response: http.client.HTTPResponse, begin: int) -> int:
    """Return the byte at which the server begins: `begin`, or 0 if it does not know ranges.

    Raises OSError if it sends another range than was asked for.
    """
    # "bytes 100-199/200" (RFC 9110, section 14.4)
    sent = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    if response.status != PARTIAL_CONTENT:
        return 0
    if sent is None or int(sent[1]) != begin:
        raise OSError(f"cannot download {response.url}: the server sends another part of the file than was asked for")
    return begin


def _check_size(size: int, model: Published) -> None:
    """Raise OSError for more bytes than the model can have, however many the server would send."""
    if size > model.most_bytes:
        raise OSError(f"{model.url} sends more than a model of this name has: {_mb(size)}, not {_mb(model.most_bytes)}")


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Yield what comes, in chunks of CHUNK_BYTES; OSError if it comes too slowly."""
    # Pieces are joined to whole chunks, so that a slow connection does not write to the disk all the time.
    chunk = bytearray()
    since, came = time.monotonic(), 0
    while piece := _piece(response, CHUNK_BYTES - len(chunk)):
        chunk += piece
        came += len(piece)
        # Count for a minute, then begin to count again.
        is_time = (now := time.monotonic()) - since >= SLOWEST_SECONDS
        if is_time or len(chunk) == CHUNK_BYTES:
            yield bytes(chunk)
            chunk.clear()
        if is_time:
            _check_rate(came / (now - since), response.url)
            since, came = now, 0
    yield bytes(chunk)


def _piece(response: http.client.HTTPResponse, most: int) -> bytes:
    """Return what is there of the next `most` bytes, at least one; empty at the end."""
    try:
        return response.read1(most)
    except (OSError, http.client.HTTPException) as error:
        raise _BrokenOffError(_reason(error)) from error


def _check_rate(rate: float, url: str) -> None:
    if rate < SLOWEST_BYTES / SLOWEST_SECONDS:
        raise OSError(f"cannot download {url}: only {rate:.0f} bytes come in a second; {_KEPT}")


def _reason(error: Exception) -> str:
    """Say what went wrong, without the wrapping that urllib puts around it."""
    # URLError carries the real error as its reason; an error of the system carries a sentence.
    cause = getattr(error, "reason", error)
    return f"{getattr(cause, 'strerror', None) or cause or type(cause).__name__}"


def _size(file: BinaryIO) -> int:
    return file.seek(0, 2)


def _truncate(file: BinaryIO, size: int) -> None:
    if size < _size(file):
        file.truncate(size)


def _check_room(file: BinaryIO, missing: int) -> None:
    free = shutil.disk_usage(file.name).free
    if missing > free:
        raise OSError(
            f"there is no room for {file.name}: {_mb(missing)} are missing, {_mb(free)} are free on that disk"
        )


def _write(file: BinaryIO, chunk: bytes) -> None:
    try:
        file.write(chunk)
        file.flush()
    except OSError as error:
        raise OSError(f"cannot write {file.name}: {error.strerror}; make room, and the next try goes on") from error


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
