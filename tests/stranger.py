"""Rights: what a test does without those of root, who may read everything."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION_3 = 0x20080522  # of capget(2): two blocks of 32 capabilities
READ_ALL = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH


@contextmanager
def without_rights() -> Iterator[Path]:
    """Be somebody whom the modes of files bind, as they do not bind root; the folder that is given is gone afterwards.

    Root stays the owner of its files: checkout and interpreter may lie where nobody else may read.
    """
    folder = Path(tempfile.mkdtemp(prefix="stranger-"))
    capabilities = _capabilities() if os.geteuid() == 0 else None
    if capabilities is not None:
        _set(capabilities, capabilities[0] & ~READ_ALL)
    try:
        yield folder
    finally:
        if capabilities is not None:
            _set(capabilities, capabilities[0])
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o700)
        shutil.rmtree(folder)


def _capabilities() -> ctypes.Array[ctypes.c_uint32]:
    """(6,): effective, permitted, inheritable of the calling thread, first the lower 32."""
    found = (ctypes.c_uint32 * 6)()
    _call("capget", found)
    return found


def _set(capabilities: ctypes.Array[ctypes.c_uint32], effective: int) -> None:
    wanted = type(capabilities)(effective, *capabilities[1:])
    _call("capset", wanted)


def _call(function: str, data: ctypes.Array[ctypes.c_uint32]) -> None:
    header = (ctypes.c_uint32 * 2)(VERSION_3, 0)
    if getattr(ctypes.CDLL(None, use_errno=True), function)(header, data) != 0:
        raise OSError(ctypes.get_errno(), function)
