"""What the decoder would write next, of what it is allowed to write: log probabilities, nearly, for a part of the cost.

Frequent tokens and those that are allowed stand for the whole vocabulary, which would cost as much as everything else;
that leaves out a little of the mass, so log probabilities are a little high (0.02 per token, the median in noise),
though hardly more for one hypothesis than for another.

Knows the network; nothing of grammars, nor who chooses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch

from voiced.whisper.blocks import N_FREQUENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from torch import Tensor

    from voiced.whisper.model import Whisper

    TokenIds: TypeAlias = npt.NDArray[np.int64]
    Floats: TypeAlias = npt.NDArray[np.float32]

_MANY = 1500  # seldom tokens from which on it is cheaper to score the whole vocabulary


def next_logprobs(model: Whisper, hidden: Tensor, allowed: Sequence[TokenIds]) -> list[Floats]:
    """Of the tokens, ascending, that are allowed after each of the hidden states (n, state)."""
    numbers = [int(tokens.searchsorted(N_FREQUENT)) for tokens in allowed]
    seldom = np.unique(np.concatenate([tokens[number:] for tokens, number in zip(allowed, numbers, strict=True)]))
    if len(seldom) > _MANY:
        every = model.logits(hidden).log_softmax(dim=1).cpu().numpy()
        return [every[row, tokens] for row, tokens in enumerate(allowed)]
    others = model.logits_of(hidden, torch.from_numpy(seldom).to(hidden.device))
    some = torch.cat([model.frequent_logits(hidden), others], dim=1).log_softmax(dim=1).cpu().numpy()
    places = (
        np.concatenate([tokens[:number], N_FREQUENT + seldom.searchsorted(tokens[number:])])
        for tokens, number in zip(allowed, numbers, strict=True)
    )
    return [some[row, columns] for row, columns in enumerate(places)]
