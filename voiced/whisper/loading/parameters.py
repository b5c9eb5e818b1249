"""What a checkpoint holds, whichever format it came in: every parameter by OpenAI's name, with the shape it must have.

The formats differ in how they name, fuse and compress; each has its reader (`from_ctranslate2`, `from_hugging_face`,
`from_openai`) and all of them end here. Knows shapes; does not know files, nor how the network computes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import torch

from voiced.whisper.dimensions import parameter_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from voiced.whisper.dimensions import Dimensions

# Rows of a tensor that are summed at once: summing begins with a float32 copy.
_SUMMED_ROWS = 4096
# Far above any Whisper; keeps a forged file from asking for terabytes.
LARGEST_DIMENSION = 1_000_000


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
        if not isinstance(size, int) or not 0 < size <= LARGEST_DIMENSION:
            raise ValueError(f"{source}: {field.name} is {size!r}, which no Whisper model has")
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
    shapes = parameter_shapes(dims)
    if missing := shapes.keys() - parameters.keys():
        raise ValueError(f"{source}: {_named(missing)} missing, so this is not a complete Whisper model")
    if unexpected := parameters.keys() - shapes.keys():
        raise ValueError(f"{source}: {_named(unexpected)} not part of a Whisper model of these dimensions")
    # All names are right; now each shape, and each number.
    for name, shape in shapes.items():
        tensor = parameters[name]
        if tuple(tensor.shape) != shape:
            raise ValueError(f"{source}: {name} has shape {tuple(tensor.shape)} where {shape} belongs")
        # Sums instead of a mask as large as the tensor: NaN and infinity survive them, and float32 cannot overflow.
        if not all(some.sum(dtype=torch.float32).isfinite() for some in torch.split(tensor, _SUMMED_ROWS)):
            raise ValueError(f"{source}: {name} holds values that are not numbers; get the model again")


def as_parameter(tensor: torch.Tensor, dtype: torch.dtype | None, name: str) -> torch.Tensor:
    """Convert a tensor to this floating-point type, None: leave it as it is.

    Raises ValueError for integers and for tensors that are not plain.
    """
    # The scale of integers is not known here; sparse tensors and those of other devices are nothing Whisper has.
    if not tensor.is_floating_point() or tensor.layout != torch.strided or tensor.device.type != "cpu":
        raise ValueError(f"{name} is not stored as plain floating-point numbers, so the model cannot be read")
    return tensor.to(dtype or tensor.dtype)


def _named(names: set[str]) -> str:
    """List the first two names, with the verb that fits: "a.weight is", "a.weight, b.weight and 7 more are"."""
    first, rest = sorted(names)[:2], len(names) - 2
    listed = ", ".join(first) + (f" and {rest} more" if rest > 0 else "")
    return f"{listed} {'is' if len(names) == 1 else 'are'}"
