"""A Whisper in memory: the network and its tokenizer, as `loading` hands them out. Knows no files and no formats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiced.whisper.model import Whisper
    from voiced.whisper.tokenizer import Tokenizer


@dataclass(frozen=True, eq=False, slots=True)
class LoadedModel:
    """A network with its weights, and what is needed to write text with it."""

    # What people know it by, and what messages name.
    name: str  # the name it was asked for by, without aliases; of a path, its last part
    source: str  # the file or folder that it came from; of several files, the first
    # Text is written by the first in the tokens of the second.
    model: Whisper
    tokenizer: Tokenizer
    # (layer, head) of the cross-attention heads that follow the sound of the words: `alignment` reads times off them.
    alignment_heads: tuple[tuple[int, int], ...]
