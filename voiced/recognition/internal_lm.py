"""What Whisper expects to be said before it has heard anything: how likely it finds a sentence in silence.

Knows the network; nothing of sound, grammars or intents.
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


class Silence:
    """A second of it, without a prompt."""

    def __init__(self, loaded: LoadedModel, language: str) -> None:
        self._loaded = loaded
        self._initial = loaded.tokenizer.start_sequence(language, "transcribe", timestamps=False)

    @cached_property
    def _start(self) -> Cache:
        model = self._loaded.model
        return model.start(model.encode(log_mel(np.zeros(SAMPLE_RATE, dtype=np.float32), model.dims.n_mels)))

    def avg_logprobs(self, texts: Sequence[str]) -> list[float]:
        """Of each text: mean log probability of its tokens and the end, all read in one pass."""
        model, tokenizer = self._loaded.model, self._loaded.tokenizer
        written = [tokenizer.encode(" " + text.strip()) for text in texts]
        tree = TextTree(model, self._start, self._initial)
        before, first = list[int](), tree.root + 1
        for tokens in written:
            before += [tree.root, *range(first, first + len(tokens) - 1)]
            first += len(tokens)
        nodes = iter(tree.read([token for tokens in written for token in tokens], before))
        found = []
        for tokens in written:  # one by one: the log probabilities of one token take 200 kB
            hidden = tree.hidden([tree.root, *(next(nodes) for _ in tokens)])
            said = torch.tensor([*tokens, tokenizer.eot], device=model.device)
            found.append(float(model.logits(hidden).log_softmax(dim=1).gather(1, said[:, None]).mean()))
        return found
