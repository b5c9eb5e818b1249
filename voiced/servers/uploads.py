"""Recordings that come in a request → samples. Written to a file for decoding, which is gone at once."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.audio import sound_file
from voiced.errors import AudioError

if TYPE_CHECKING:
    from fastapi import UploadFile

    from voiced.flow import Samples
    from voiced.servers.engine import Engine


async def command_of(file: UploadFile, engine: Engine) -> Samples:
    """Return the sound of a command, mono at 16 kHz, shape (samples,). AudioError if it is damaged."""
    content = await file.read()
    return await engine.run(lambda: _decoded(content, file.filename, whole=True))


async def recording_of(file: UploadFile, engine: Engine) -> Samples:
    """Return what is there of a recording, mono at 16 kHz, shape (samples,). AudioError if nothing is."""
    content = await file.read()
    return await engine.run(lambda: _decoded(content, file.filename, whole=False))


def _decoded(content: bytes, name: str | None, *, whole: bool) -> Samples:
    with tempfile.TemporaryDirectory(prefix="voiced-") as folder:
        path = Path(folder) / "recording"
        path.write_bytes(content)
        try:
            return sound_file.read(path) if whole else sound_file.read_what_is_there(path)
        except AudioError as error:
            # Whoever sent it knows it by its own name.
            raise AudioError(str(error).replace(str(path), Path(name or "file").name)) from error
