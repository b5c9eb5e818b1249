"""Reads and writes files in folders that others may write into, too.

Only regular files are read, and no more of them than their kind may hold: a FIFO would be waited for, /dev/zero never
ends, and a file of 4 GB ends the memory. What is written goes through no link that somebody put there. Knows nothing of
what files mean.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def read_regular(path: Path, most_bytes: int) -> bytes:
    """Return the content of a regular file of at most `most_bytes`; OSError, whose strerror says why, otherwise.

    Never waits: neither for the writer of a FIFO nor for a device.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError as error:  # a NUL or half a surrogate in the name
        raise OSError(errno.EINVAL, "no file can have such a name", str(path)) from error
    with open(descriptor, "rb") as file:  # noqa: PTH123 # a descriptor, not a path
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is a device or a pipe, not a file", str(path))
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"it has more than {_size(most_bytes)}", str(path))
    return content


def write_regular(path: Path, content: bytes) -> None:
    """Write a file in one step: it is whole, or as it was. A link of that name is replaced, not followed. OSError."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 # a descriptor, not a path
            file.write(content)
        os.umask(umask := os.umask(0o077))
        os.chmod(name, 0o666 & ~umask)  # noqa: PTH101 # as any new file; a temporary one is for its owner alone
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)  # noqa: PTH108
        raise


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.0f} MB" if n_bytes >= 1_000_000 else f"{n_bytes / 1e3:,.0f} kB"  # noqa: PLR2004 # a million
