"""The network: log-mel in, audio features; tokens in, logits. Knows nothing of languages, text or search.

Modules carry OpenAI's names, so that their checkpoints load as they are. What the decoder has computed so far is a
value, `Cache`, passed in and returned: several continuations may start from the same one, and reordering beams is
indexing it.

    features = model.encode(log_mel(samples))
    cache = model.start(features)                          # no tokens yet
    hidden, cache = model.decode(torch.tensor([[50257]]), cache)
    logits = model.logits(hidden[:, -1])
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from voiced.whisper.blocks import DecoderBlock, EncoderBlock, GrowingKeyValue, KeyValue, TokenEmbedding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.whisper.blocks import Past
    from voiced.whisper.dimensions import Dimensions


@dataclass(frozen=True, eq=False, slots=True)
class Cache:
    """All that the decoder needs of the past, per layer. Never changed: each step returns a new one.

    A row is one continuation. Several rows may belong to one audio: rows 0 to k-1 to the first, k to 2k-1 to the next.
    """

    text: tuple[Past, ...]  # tokens so far; batch = rows
    audio: tuple[KeyValue, ...]  # computed once; batch = audios

    @property
    def n_tokens(self) -> int:
        return self.text[0].key.shape[2]

    @property
    def n_positions(self) -> int:
        """Of each audio."""
        return self.audio[0].key.shape[2]

    def growing(self) -> Cache:
        """The same, but only the cache that is returned last may be gone on from: nothing is copied."""
        return Cache(tuple(GrowingKeyValue(KeyValue(past.key, past.value)) for past in self.text), self.audio)

    def __getitem__(self, rows: Sequence[int]) -> Cache:
        """These rows, in this order, repeated if asked for; each audio must keep an equal number of its own."""
        if list(rows) == list(range(self.text[0].key.shape[0])):
            return self
        index = torch.tensor(rows, device=self.text[0].key.device)
        text = tuple(KeyValue(past.key[index], past.value[index]) for past in self.text)
        return Cache(text, self.audio)


class Branches(NamedTuple):
    """Where tokens stand that continue different texts, though they are read side by side into one row."""

    depths: Tensor  # (n,): how many tokens come before each in its own text
    visible: Tensor  # (n, tokens in the cache + n): true where they are of its own text, itself included


class Encoder(nn.Module):
    def __init__(self, dims: Dimensions) -> None:
        super().__init__()
        n_state = dims.n_audio_state
        self.conv1 = nn.Conv1d(dims.n_mels, n_state, kernel_size=3, padding=1)
        self.conv2 = nn.Conv1d(n_state, n_state, kernel_size=3, stride=2, padding=1)
        self.positional_embedding: Tensor
        self.register_buffer("positional_embedding", _sinusoids(dims.n_audio_ctx, n_state))
        self.blocks = nn.ModuleList(EncoderBlock(n_state, dims.n_audio_head) for _ in range(dims.n_audio_layer))
        self.ln_post = nn.LayerNorm(n_state)

    def forward(self, mel: Tensor) -> Tensor:
        x = F.gelu(self.conv1(mel))
        x = F.gelu(self.conv2(x)).transpose(1, 2)  # (batch, positions, state)
        x = x + self.positional_embedding[: x.shape[1]]
        for block in self.blocks:
            x = block(x)
        audio_features: Tensor = self.ln_post(x)
        return audio_features


class Decoder(nn.Module):
    def __init__(self, dims: Dimensions) -> None:
        super().__init__()
        n_state = dims.n_text_state
        self.token_embedding = TokenEmbedding(dims.n_vocab, n_state)
        self.positional_embedding = nn.Parameter(torch.zeros(dims.n_text_ctx, n_state))
        self.blocks = nn.ModuleList(DecoderBlock(n_state, dims.n_text_head) for _ in range(dims.n_text_layer))
        self.ln = nn.LayerNorm(n_state)

    def forward(self, tokens: Tensor, cache: Cache, branches: Branches | None, last: int) -> tuple[Tensor, Cache]:
        begin, n = cache.n_tokens, tokens.shape[1]
        depths = slice(begin, begin + n) if branches is None else branches.depths
        x = self.token_embedding(tokens) + self.positional_embedding[depths]
        visible = _causal_visibility(begin, n, tokens.device) if branches is None else branches.visible
        mask = _mask(visible, x.dtype)
        text = []
        for block, past, audio in zip(self.blocks, cache.text, cache.audio, strict=True):
            # Nothing but the last layer's keys and values is asked of positions whose hidden states nobody wants.
            x, longer = block(x, past, audio, mask, last if block is self.blocks[-1] else 0)
            text.append(longer)
        return self.ln(x), Cache(tuple(text), cache.audio)

    def attention(self, tokens: Tensor, cache: Cache, heads: Sequence[tuple[int, int]]) -> tuple[Tensor, Tensor]:
        x = self.token_embedding(tokens) + self.positional_embedding[: tokens.shape[1]]
        mask = _mask(_causal_visibility(0, tokens.shape[1], tokens.device), x.dtype)
        scores = {}  # of each layer that is asked for, (heads, n, positions)
        wanted = {layer for layer, _ in heads}
        blocks = cast("Sequence[DecoderBlock]", self.blocks)
        for layer, (block, past, audio) in enumerate(zip(blocks, cache.text, cache.audio, strict=True)):
            x, _ = block.self_attend(x, past, mask)
            if layer in wanted:
                scores[layer] = block.cross_attn.scores(block.cross_attn_ln(x), audio)[0]
            x = block.cross_attend(audio, x)
        return self.ln(x), torch.stack([scores[layer][head] for layer, head in heads])


class Whisper(nn.Module):
    """The whole network. Inference only."""

    def __init__(self, dims: Dimensions) -> None:
        super().__init__()
        self.dims = dims
        self.encoder = Encoder(dims)
        self.decoder = Decoder(dims)

    @property
    def device(self) -> torch.device:
        return self.encoder.conv1.weight.device

    @property
    def dtype(self) -> torch.dtype:
        return self.encoder.conv1.weight.dtype

    @torch.inference_mode()
    def encode(self, mel: Tensor) -> Tensor:
        """Log-mel (batch, n_mels, frames) or (n_mels, frames) → audio features (batch, frames / 2, state).

        Up to 3000 frames. Fewer cost less: positions count from the start, and the decoder scores at what there is.
        """
        assert mel.shape[-2] == self.dims.n_mels, f"a log-mel of {self.dims.n_mels} bands is needed: {tuple(mel.shape)}"
        assert 0 < mel.shape[-1] <= 2 * self.dims.n_audio_ctx, f"a window has no {mel.shape[-1]} mel frames"
        batch = mel if mel.dim() == 3 else mel[None]  # noqa: PLR2004 # batch, bands, frames
        audio_features: Tensor = self.encoder(batch.to(self.device, self.dtype))
        return audio_features

    @torch.inference_mode()
    def start(self, audio_features: Tensor) -> Cache:
        """The cache before the first token: one row for each audio."""
        blocks = cast("Sequence[DecoderBlock]", self.decoder.blocks)
        both = (block.cross_attn.key_value(audio_features) for block in blocks)
        # Each token will read all of it: that goes a quarter faster where a head's numbers lie together.
        audio = tuple(KeyValue(known.key.contiguous(), known.value.contiguous()) for known in both)
        nothing = tuple(KeyValue(known.key[:, :, :0], known.value[:, :, :0]) for known in audio)
        return Cache(nothing, audio)

    @torch.inference_mode()
    def decode(
        self, tokens: Tensor, cache: Cache, branches: Branches | None = None, last: int = 0
    ) -> tuple[Tensor, Cache]:
        """Read tokens (rows, n) after those in the cache → hidden states (rows, n, state), and the cache with them.

        Each token sees all that stand before it, or what `branches` says. The hidden states are those of the `last`
        tokens, 0: of all; fewer cost less.
        """
        hidden, cache = self.decoder(tokens, cache, branches, last)
        return hidden, cache

    @torch.inference_mode()
    def attention(self, tokens: Tensor, start: Cache, heads: Sequence[tuple[int, int]]) -> tuple[Tensor, Tensor]:
        """Read tokens (1, n) from the `start` → hidden states (1, n, state), and where (layer, head) look meanwhile.

        That is (heads, n, positions): float32 scores before the softmax over positions of the audio.
        """
        hidden, scores = self.decoder.attention(tokens, start, heads)
        return hidden, scores.float()

    @torch.inference_mode()
    def logits(self, hidden: Tensor) -> Tensor:
        """Hidden states (..., state) → float32 scores of what comes next (..., n_vocab).

        Apart from `decode`, because it reads as much memory as everything else: ask for the positions that matter.
        """
        return self.decoder.token_embedding.logits(hidden).float()

    @torch.inference_mode()
    def frequent_logits(self, hidden: Tensor) -> Tensor:
        """The same for the first N_FREQUENT tokens alone, which cost little: most of what is said is among them."""
        return self.decoder.token_embedding.frequent_logits(hidden).float()

    @torch.inference_mode()
    def logits_of(self, hidden: Tensor, tokens: Tensor) -> Tensor:
        """The same for the tokens (k,) alone."""
        return self.decoder.token_embedding.logits_of(hidden, tokens).float()


def _mask(visible: Tensor | None, dtype: torch.dtype) -> Tensor | None:
    """As `attend` wants it; made once for all layers."""
    if visible is None:
        return None
    return torch.zeros(visible.shape, dtype=dtype, device=visible.device).masked_fill_(~visible, -torch.inf)


def _causal_visibility(begin: int, n: int, device: torch.device) -> Tensor | None:
    """(n, begin + n): each new position sees the past, the new ones before it, and itself.

    Not `is_causal` of the attention function: that counts from the first key and is wrong after a cached past.
    """
    if n == 1:
        return None  # one position sees everything
    return torch.ones(n, begin + n, dtype=torch.bool, device=device).tril(begin)


def _sinusoids(length: int, channels: int, max_timescale: float = 10_000) -> Tensor:
    """(length, channels): sines, then cosines, of geometrically rising wavelength."""
    increment = log(max_timescale) / (channels // 2 - 1)
    angles = torch.arange(length)[:, None] * torch.exp(-increment * torch.arange(channels // 2))
    return torch.cat([angles.sin(), angles.cos()], dim=1)
