"""CTranslate2's `model.bin`: a table of named tensors. Knows the bytes; not what the tensors mean.

Little-endian and without alignment (CTranslate2's `model_spec.py` writes it), in EBNF:

    file     = version:u32, specification:name, revision:u32, count:u32, { variable }, count:u32, { alias } ;
    variable = name, rank:u8, { dimension:u32 }, type:u8, size:u32, { byte } ;
    alias    = name, name ;                       (* another name, and the variable's *)
    name     = length:u16, { byte }, zero ;       (* the length counts the zero *)

The file may lie in several parts, cut anywhere.
"""

from __future__ import annotations

import io
import mmap
import struct
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, BinaryIO, Self

import torch

from voiced.whisper.loading.plain_files import check_kind, check_regular

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Before 4, variables were written differently; Whisper models came later.
VERSIONS = (4, 5, 6)
DTYPES = (torch.float32, torch.int8, torch.int16, torch.int32, torch.float16, torch.bfloat16)  # by their number
# Far more than large has; stops a file of another kind from being read as an endless table.
MOST_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class Variable:
    """What the table says about a tensor, and where its bytes lie."""

    shape: tuple[int, ...]
    dtype: torch.dtype
    offset: int  # of the first byte in the file
    size: int  # bytes


class ModelBin:
    """An open `model.bin`: its table is read at once, each tensor when it is asked for."""

    def __init__(self, parts: Sequence[Path]) -> None:
        """Read the table of the parts in order. Raises ValueError if this is no such file, OSError if unreadable."""
        self.source = str(parts[0])
        for part in parts:
            check_regular(part)
        check_kind(parts[0], "CTranslate2")
        self._raw = _Parts(parts)
        self._file = io.BufferedReader(self._raw)
        # In the order of the file. The tensors' bytes are skipped, so opening costs little.
        try:
            self.specification, self.revision = self._header()
            self.variables = dict(self._variable() for _ in range(self._count()))  # name → Variable
            self.variables |= dict(self._alias() for _ in range(self._count()))
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def size(self) -> int:
        """Bytes of all parts together."""
        return self._raw.size

    def tensor(self, name: str) -> torch.Tensor:
        """Read a variable in the type in which it is stored; ValueError if the file has been cut short."""
        variable = self.variables[name]
        self._file.seek(variable.offset)
        # Torch wants memory that is writable and aligned: a copy is, the file is not.
        content = bytearray(variable.size)
        if self._file.readinto(content) != variable.size:
            raise ValueError(self._cut_short())
        return torch.frombuffer(content, dtype=variable.dtype).reshape(variable.shape)

    def mapped_rows(self, name: str) -> torch.Tensor | None:
        """Map a matrix as bytes (rows, bytes of a row), read when they are accessed; None if it lies in two parts.

        They stay bytes because numbers in the file are not aligned.
        """
        variable = self.variables[name]
        content = self._raw.mapped(variable.offset, variable.size)
        return None if content is None else content.reshape(variable.shape[0], -1)

    def _header(self) -> tuple[str, int]:
        version = self._number("I")
        if version not in VERSIONS:
            raise ValueError(
                f"{self.source} is not a CTranslate2 model that can be read here (its first number is {version})"
            )
        return self._name(), self._number("I")

    def _variable(self) -> tuple[str, Variable]:
        """Read one entry of the table, and skip the tensor's bytes behind it."""
        name = self._name()
        shape = tuple(self._number("I") for _ in range(self._number("B")))
        kind, size = self._number("B"), self._number("I")
        # The bytes themselves begin here.
        offset = self._file.tell()
        # Three ways to the same size: a damaged entry contradicts itself, and is told before memory is asked for.
        if kind >= len(DTYPES) or prod(shape) * DTYPES[kind].itemsize != size or not size:
            raise ValueError(f"{self.source}: {name} does not have the size that its shape {shape} asks for")
        if offset + size > self._raw.size:
            raise ValueError(self._cut_short())
        self._file.seek(size, io.SEEK_CUR)
        return name, Variable(shape, DTYPES[kind], offset, size)

    def _alias(self) -> tuple[str, Variable]:
        """Read another name of a variable: equal tensors are stored once."""
        alias, name = self._name(), self._name()
        if name not in self.variables:
            raise ValueError(f"{self.source} is damaged: {alias} stands for {name}, which is not in it")
        return alias, self.variables[name]

    def _count(self) -> int:
        count = self._number("I")
        if count > MOST_ENTRIES:
            raise ValueError(f"{self.source} is damaged: it claims to hold {count} variables")
        return count

    def _name(self) -> str:
        # Anything else than printable ASCII is a sign that these bytes are no name.
        name = self._bytes(self._number("H")).rstrip(b"\0").decode(errors="replace")
        if not name.isascii() or not name.isprintable():
            raise ValueError(f"{self.source} is damaged: a variable in it is called {name!r}")
        return name

    def _number(self, kind: str) -> int:
        return int(struct.unpack(f"<{kind}", self._bytes(struct.calcsize(f"<{kind}")))[0])

    def _bytes(self, count: int) -> bytes:
        # A reader of files gives less only at the end.
        content = self._file.read(count)
        if len(content) != count:
            raise ValueError(self._cut_short())
        return content

    def _cut_short(self) -> str:
        return f"{self.source} is cut short: it has only {self._raw.size} bytes; get the model again"


class _Parts(io.RawIOBase):
    """Reads files as if they were one, so that a model that comes in parts needs no joined copy on disk."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files: list[BinaryIO] = []
        self._starts = [0]  # where each part begins in the whole; last, where the whole ends
        try:
            for path in paths:
                self._files.append(path.open("rb"))
                self._starts.append(self._starts[-1] + path.stat().st_size)
        except OSError:
            self.close()
            raise
        self._position = 0

    @property
    def size(self) -> int:
        """Bytes of all parts together."""
        return self._starts[-1]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a byte of the whole, counted from its start, from here or from its end, and return its offset."""
        self._position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed cannot name Buffer before 3.12
        """Fill the buffer as far as the part at this position goes, and return the bytes read; 0 at the end."""
        # A reader that wants more asks again, and is then in the next part.
        for file, start, end in zip(self._files, self._starts, self._starts[1:], strict=False):
            if start <= self._position < end:
                file.seek(self._position - start)
                content = file.read(min(len(buffer), end - self._position))
                buffer[: len(content)] = content
                self._position += len(content)
                return len(content)
        return 0

    def mapped(self, offset: int, size: int) -> torch.Tensor | None:
        """Map bytes of the whole into memory, uint8 (size,); None if they lie in two parts."""
        for file, start, end in zip(self._files, self._starts, self._starts[1:], strict=False):
            if start <= offset and offset + size <= end:
                # Torch wants memory that it may write to. Nobody does; a page written to would become a private copy.
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
                return torch.frombuffer(content, dtype=torch.uint8, count=size, offset=offset - start)
        return None

    def close(self) -> None:
        for file in self._files:
            file.close()
        super().close()
