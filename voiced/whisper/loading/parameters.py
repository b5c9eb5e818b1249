"""What a checkpoint holds, whichever format it came in: every parameter by OpenAI's name, with the shape it must have.

The formats differ in how they name, fuse and compress; each has its reader (`from_ctranslate2`, `from_hugging_face`,
`from_openai`) and all of them end here. Knows shapes; does not know files, nor how the network computes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from textwrap import shorten
from typing import TYPE_CHECKING

import torch

from voiced.whisper.dimensions import parameter_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from voiced.whisper.dimensions import Dimensions

POSITIONS_PER_SECOND = 50  # of the encoder
# Rows of a tensor that are summed at once: summing begins with a float32 copy.
_SUMMED_ROWS = 4096
# What may differ between models, up to far above any Whisper: a forged file must not ask for terabytes.
LARGEST = {
    "n_mels": 1_000,
    "n_audio_ctx": 100_000,
    "n_audio_state": 8_192,
    "n_audio_head": 512,
    "n_audio_layer": 128,
    "n_vocab": 200_000,
    "n_text_ctx": 4_096,
    "n_text_state": 8_192,
    "n_text_head": 512,
    "n_text_layer": 128,
}
# What may not: windows of 30 s in positions of 20 ms, and the bands of a log-mel spectrogram.
ENCODER_POSITIONS, MEL_BANDS = 1500, (80, 128)


# Every reader returns this, so that what follows need not know the format.
@dataclass(frozen=True, eq=False, slots=True)
class StoredWeights:
    """A checkpoint, read: not yet checked, not yet a network."""

    dims: Dimensions
    parameters: dict[str, torch.Tensor]  # OpenAI's name → tensor; 3 projections of an attention are 3 entries
    vocabulary: Path | None  # the file that lists the tokens; None: the format carries none
    settings: Path | None  # the JSON that may name the alignment heads; None: the format has none
    token_rows: torch.Tensor | None = None  # the token embedding as bytes, mapped from the file if it is float16 there


def check_dimensions(dims: Dimensions, source: str) -> None:
    """Raise ValueError for dimensions that no Whisper can have, before anything of their size is made."""
    for field in fields(dims):
        size = getattr(dims, field.name)
        # A bool is an int to Python.
        if type(size) is not int or not 0 < size <= LARGEST.get(field.name, size):
            raise ValueError(f"{source}: {field.name} is {_shown(size)}, which no Whisper model has")
    if dims.n_audio_ctx != ENCODER_POSITIONS:
        seconds = dims.n_audio_ctx / POSITIONS_PER_SECOND
        raise ValueError(
            f"{source}: the encoder has {dims.n_audio_ctx} positions (max_source_positions), for windows of "
            f"{seconds:g} s; only Whisper's windows of 30 s ({ENCODER_POSITIONS} positions) can be used"
        )
    if dims.n_mels not in MEL_BANDS:
        raise ValueError(f"{source}: n_mels is {dims.n_mels}; Whisper models hear 80 or 128 mel bands")
    # A hidden state is cut into heads of equal width.
    for state, heads in (("n_audio_state", "n_audio_head"), ("n_text_state", "n_text_head")):
        if getattr(dims, state) % getattr(dims, heads):
            raise ValueError(
                f"{source}: {state} {getattr(dims, state)} cannot be split into {getattr(dims, heads)} heads"
            )
    # Cross-attention projects audio features by matrices (n_text_state, n_text_state).
    if dims.n_audio_state != dims.n_text_state:
        raise ValueError(f"{source}: encoder and decoder have different widths, so this is no Whisper model")


def check_parameters(parameters: Mapping[str, torch.Tensor], dims: Dimensions, source: str) -> None:
    """Raise ValueError if a parameter is missing, not Whisper's, of a wrong shape, or holds infinity or NaN."""
    check_shapes(parameters, dims, source)
    for name, tensor in parameters.items():
        # Sums instead of a mask as large as the tensor: NaN and infinity survive them, and float32 cannot overflow.
        if not all(some.sum(dtype=torch.float32).isfinite() for some in torch.split(tensor, _SUMMED_ROWS)):
            raise ValueError(f"{source}: {name} holds values that are not numbers; get the model again")


def check_shapes(parameters: Mapping[str, torch.Tensor], dims: Dimensions, source: str) -> None:
    """Raise ValueError if a parameter is missing, not Whisper's, or of a wrong shape. Reads no numbers."""
    shapes = parameter_shapes(dims)
    if missing := shapes.keys() - parameters.keys():
        raise ValueError(f"{source}: {_named(missing)} missing, so this is not a complete Whisper model")
    if unexpected := parameters.keys() - shapes.keys():
        raise ValueError(f"{source}: {_named(unexpected)} not part of a Whisper model of these dimensions")
    # All names are right; now each shape.
    for name, shape in shapes.items():
        tensor = parameters[name]
        if tuple(tensor.shape) != shape:
            raise ValueError(f"{source}: {name} has shape {tuple(tensor.shape)} where {shape} belongs")


def as_parameter(tensor: torch.Tensor, dtype: torch.dtype | None, name: str) -> torch.Tensor:
    """Convert a tensor to this floating-point type, None: leave it as it is.

    Raises ValueError for integers and for tensors that are not plain.
    """
    # The scale of integers is not known here; sparse tensors and those of other devices are nothing Whisper has. Nor
    # are tensors that show few stored numbers many times, which would grow when they are converted.
    is_plain = tensor.is_floating_point() and tensor.layout == torch.strided and tensor.device.type == "cpu"
    if not is_plain or tensor.untyped_storage().nbytes() < tensor.numel() * tensor.element_size():
        raise ValueError(f"{name} is not stored as plain floating-point numbers, so the model cannot be read")
    return tensor.to(dtype or tensor.dtype)


def _shown(size: object) -> str:
    """Write a value that should be a size, however long it is."""
    # Python refuses to write numbers of more than 4300 digits.
    if isinstance(size, int) and size.bit_length() > 64:  # noqa: PLR2004 # more than any size has
        return f"a number of {size.bit_length()} bits"
    return shorten(repr(size), 60, placeholder="…")


def in_one_line(name: str) -> str:
    """Write a name of somebody else's file."""
    return shorten(name, 120, placeholder="…")


def _named(names: set[str]) -> str:
    """List the first two names, with the verb that fits: "a.weight is", "a.weight, b.weight and 7 more are"."""
    first, rest = map(in_one_line, sorted(names)[:2]), len(names) - 2
    listed = ", ".join(first) + (f" and {rest} more" if rest > 0 else "")
    return f"{listed} {'is' if len(names) == 1 else 'are'}"
