"""Whisper's internal language model: how likely it finds a sentence before it has heard anything.

It is estimated as the decoder's log probability of the sentence in a second of silence, without a prompt (Meng et al.,
2021, take out the encoder's contribution for that). Knows the network; nothing of grammars or intents.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from voiced.whisper.log_mel import SAMPLE_RATE, log_mel
from voiced.whisper.text_tree import TextTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.model import Cache


class InternalLm:
    """Log probabilities of sentences in a second of silence, which is encoded once, when first asked for."""

    def __init__(self, loaded: LoadedModel, language: str) -> None:
        self._loaded = loaded
        self._initial = loaded.tokenizer.start_sequence(language, "transcribe", timestamps=False)

    @cached_property
    def _start(self) -> Cache:
        model = self._loaded.model
        return model.start(model.encode(log_mel(np.zeros(SAMPLE_RATE, dtype=np.float32), model.dims.n_mels)))

    def avg_logprobs(self, texts: Sequence[str]) -> list[float]:
        """Return the mean log probability per token of each text, the end of text counted; all read in one pass."""
        model, tokenizer = self._loaded.model, self._loaded.tokenizer
        # The decoder reads each text as if it had been said in the silence: forced decoding, no search.
        written = [tokenizer.encode(" " + text.strip()) for text in texts]
        tree = TextTree(model, self._start, self._initial)
        # Every text is a branch of its own: its first token follows the root, each other one the token before it.
        before, first = list[int](), tree.root + 1
        for tokens in written:
            before += [tree.root, *range(first, first + len(tokens) - 1)]
            first += len(tokens)
        nodes = iter(tree.read([token for tokens in written for token in tokens], before))
        # One text at a time: the log probabilities of a single token take 200 kB.
        found = []
        for tokens in written:
            # Each hidden state predicts the token after it, the last one the end of text.
            hidden = tree.hidden([tree.root, *(next(nodes) for _ in tokens)])  # (n_tokens + 1, n_state)
            said = torch.tensor([*tokens, tokenizer.eot], device=model.device)  # (n_tokens + 1,)
            logprobs = model.logits(hidden).log_softmax(dim=1)  # (n_tokens + 1, n_vocab)
            found.append(float(logprobs.gather(1, said[:, None]).mean()))
        return found
