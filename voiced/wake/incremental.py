"""Rewrites openWakeWord's embedding network to a streaming one that computes nothing twice. Edits ONNX; runs nothing.

The network reads 76 mel frames, advances by 8, and has no padding in time. So 68 of the 76 frames give intermediate
values that the step before had computed already. Eleven of its convolutions have a kernel of 3 frames; each gets a
cache: the last 2 frames of its input, taken from the step before and handed to the next. The rewritten network reads 8
mel frames instead of 76 and costs a quarter; its embeddings equal the original's to the last bit.

An ONNX file is a protocol buffer: nested lists of numbered fields, whose numbers onnx.proto defines. The code is made
for this one file, which is known by its SHA-256.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    Field: TypeAlias = tuple[int, int | bytes]  # number; a varint, or what is length-delimited

STEP = 8  # new mel frames in each step
KEPT = 2  # frames in a cache: a kernel of 3 needs two earlier ones
CACHE_SHAPES = tuple(
    (channels, KEPT, bands)
    for channels, bands in [
        (1, 34), (24, 32), (48, 16), (48, 16), (72, 8), (72, 8), (96, 4), (96, 4), (96, 2), (96, 2), (96, 1)
    ]
)  # fmt: skip
"""Shape (channels, mel frames, bands) of each cache, in the order of the convolutions."""

CONSTANTS = {
    "first_shape": (1, 1, -1, 34),  # batch, channel, time, bands with padding
    "last_shape": (1, 96),
    "from": (-KEPT,),  # the last frames …
    "to": (2**31 - 1,),
    "time": (2,),  # … along this axis
}

VARINT, FIXED64, DELIMITED, FIXED32 = 0, 1, 2, 5  # wire types
GRAPH = 7  # in a model
NODE, INITIALIZER, INPUT, OUTPUT = 1, 5, 11, 12  # in a graph
FROM, TO, OPERATION, ATTRIBUTE = 1, 2, 4, 5  # in a node
NAME, INTEGER, INTEGERS, TYPE = 1, 3, 8, 20  # in an attribute
FLOAT, INT64 = 1, 7  # types of elements


def incremental(model: bytes) -> bytes:
    """Return the streaming network: mel (1, STEP, 32, 1) and caches → embedding (1, 96) and the next caches."""
    return b"".join(
        field(number, _graph(value) if number == GRAPH and isinstance(value, bytes) else value)
        for number, value in fields(model)
    )


def _graph(graph: bytes) -> bytes:
    caches = iter(range(len(CACHE_SHAPES)))
    parts: list[bytes] = []
    for number, value in fields(graph):
        assert isinstance(value, bytes), "a graph holds messages and text"
        if number == NODE:
            parts.extend(_node(value, caches))
        elif number == INPUT:
            parts.extend(_declarations(INPUT, _name(value), (1, STEP, 32, 1), "cache"))
        elif number == OUTPUT:
            parts.extend(_declarations(OUTPUT, _name(value), (1, 96), "next"))
        else:
            parts.append(field(number, value))
    parts += [field(INITIALIZER, _constant(name, values)) for name, values in CONSTANTS.items()]
    return b"".join(parts)


def _node(node: bytes, caches: Iterator[int]) -> Iterator[bytes]:
    """Yield a node; a convolution over time is preceded by Concat (cache + input) and Slice (next cache)."""
    inputs = [value for number, value in fields(node) if number == FROM and isinstance(value, bytes)]
    operation = next(value for number, value in fields(node) if number == OPERATION)
    if operation == b"Reshape":  # the original's shapes hold 76 frames; these leave the time open
        inputs[1] = b"first_shape" if b"Pad" in inputs[0] else b"last_shape"
    if operation == b"Conv" and _lasts(node):
        index = next(caches)
        joined = f"joined{index}"
        yield field(NODE, _operation("Concat", [f"cache{index}", inputs[0].decode()], joined, axis=2))
        yield field(NODE, _operation("Slice", [joined, "from", "to", "time"], f"next{index}"))
        inputs[0] = joined.encode()
    others = [field(number, value) for number, value in fields(node) if number != FROM]
    yield field(NODE, b"".join([*(field(FROM, name) for name in inputs), *others]))


def _lasts(convolution: bytes) -> bool:
    """Return whether a convolution's kernel spans several frames."""
    for number, value in fields(convolution):
        if number == ATTRIBUTE and isinstance(value, bytes) and _name(value) == "kernel_shape":
            return next(size for part, size in fields(value) if part == INTEGERS) == KEPT + 1
    return False


def _operation(kind: str, inputs: list[str], output: str, axis: int | None = None) -> bytes:
    parts = [field(FROM, name.encode()) for name in inputs]
    parts += [field(TO, output.encode()), field(OPERATION, kind.encode())]
    if axis is not None:
        parts.append(field(ATTRIBUTE, field(NAME, b"axis") + field(INTEGER, axis) + field(TYPE, 2)))  # 2: an integer
    return b"".join(parts)


def _declarations(kind: int, name: str, shape: tuple[int, ...], caches: str) -> Iterator[bytes]:
    """Yield the declarations of the original input or output, then of the caches."""
    yield field(kind, _declaration(name, shape))
    for index, cache in enumerate(CACHE_SHAPES):
        yield field(kind, _declaration(f"{caches}{index}", (1, *cache)))


def _declaration(name: str, shape: tuple[int, ...]) -> bytes:
    """Return the declaration (ValueInfoProto) of a float tensor."""
    dimensions = b"".join(field(1, field(1, size)) for size in shape)
    return field(1, name.encode()) + field(2, field(1, field(1, FLOAT) + field(2, dimensions)))


def _constant(name: str, values: tuple[int, ...]) -> bytes:
    """Return a constant (TensorProto) of 64-bit integers."""
    raw = b"".join(value.to_bytes(8, "little", signed=True) for value in values)
    return field(1, len(values)) + field(2, INT64) + field(8, name.encode()) + field(9, raw)


def _name(message: bytes) -> str:
    """Return the name, field 1, of an attribute, an input or an output."""
    return next(value for number, value in fields(message) if number == 1 and isinstance(value, bytes)).decode()


# -- protocol buffers --------------------------------------------------------------------------------


def fields(message: bytes) -> Iterator[Field]:
    """Yield every field of a message, in order; fixed-length numbers stay bytes, since nothing here needs them."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == VARINT:
            value, at = _varint(message, at)
            yield tag >> 3, value
        else:
            size, at = (8, at) if kind == FIXED64 else (4, at) if kind == FIXED32 else _varint(message, at)
            yield tag >> 3, message[at : at + size]
            at += size


def field(number: int, value: int | bytes) -> bytes:
    """Return a field, encoded."""
    if isinstance(value, int):
        return _varint_bytes(number << 3 | VARINT) + _varint_bytes(value)
    return _varint_bytes(number << 3 | DELIMITED) + _varint_bytes(len(value)) + value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """Return the varint at an offset, and the offset after it: seven bits a byte, the lowest first."""
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 - without the highest bit it is the last byte
            return value, at


def _varint_bytes(value: int) -> bytes:
    low, high = value & 0x7F, value >> 7
    return bytes([low]) if not high else bytes([low | 0x80]) + _varint_bytes(high)
