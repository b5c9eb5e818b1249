"""Log probabilities of the tokens that are allowed next: nearly right, for a part of the cost of the whole vocabulary.

Frequent tokens and those that are allowed stand for the whole vocabulary, which would cost as much as everything else;
that leaves out a little of the mass, so log probabilities are a little high (0.02 per token, the median in noise),
though hardly more for one hypothesis than for another.

Knows the network; nothing of grammars, nor who chooses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch

from voiced.recognition import tuning
from voiced.whisper.blocks import N_FREQUENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from torch import Tensor

    from voiced.whisper.model import Whisper

    TokenIds: TypeAlias = npt.NDArray[np.int64]
    Floats: TypeAlias = npt.NDArray[np.float32]


def next_logprobs(model: Whisper, hidden: Tensor, allowed: Sequence[TokenIds]) -> list[Floats]:
    """Return log probabilities, (n_allowed,) for each row, of the tokens allowed after hidden states (n, n_state).

    `allowed` are the token ids for each row, ascending; frequent tokens come first in the vocabulary.
    """
    # Split each row's tokens: so many are frequent ones, scored anyway; the seldom ones of all rows are pooled.
    # Ids below N_FREQUENT are frequent: searching for that border counts them.
    numbers = [int(tokens.searchsorted(N_FREQUENT)) for tokens in allowed]
    rare = [tokens[number:] for tokens, number in zip(allowed, numbers, strict=True)]
    # With many seldom tokens the whole vocabulary, (n, n_vocab), is cheaper than picking rows of its matrix. A wildcard
    # allows 40,000: sorting these to count them would cost more than scoring them.
    if max(map(len, rare)) > tuning.MANY_TOKENS or len(seldom := np.unique(np.concatenate(rare))) > tuning.MANY_TOKENS:
        every = model.logits(hidden).log_softmax(dim=1).cpu().numpy()
        return [every[row, tokens] for row, tokens in enumerate(allowed)]
    # Normalise over frequent and pooled tokens only, (n, n_frequent + n_seldom): little of the mass is elsewhere.
    others = model.logits_of(hidden, torch.from_numpy(seldom).to(hidden.device))
    some = torch.cat([model.frequent_logits(hidden), others], dim=1).log_softmax(dim=1).cpu().numpy()
    # Pick each row's own tokens out of these columns.
    places = (
        np.concatenate([tokens[:number], N_FREQUENT + seldom.searchsorted(tokens[number:])])
        for tokens, number in zip(allowed, numbers, strict=True)
    )
    return [some[row, columns] for row, columns in enumerate(places)]
