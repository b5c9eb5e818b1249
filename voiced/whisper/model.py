"""The network: log-mel → audio features; tokens → logits. Knows nothing of languages, text or search.

An encoder-decoder Transformer (Radford et al. 2022, section 2.2). Modules carry the names of openai/whisper's
`model.py`, so that its checkpoints load as they are. What the decoder has computed so far is a value, `Cache`, passed
in and returned: several continuations may start from one cache, and reordering beams is indexing it.

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


# Shapes on the way of a command of 4 s through tiny.en (n_mels 80, state 384, 6 heads of width 64, 4 layers each):
#
#     log-mel                 (1, 80, 500)        the command and a second of silence: 500 frames of 10 ms
#     convolutions            (1, 384, 250)       the second one steps by two
#     audio features          (1, 250, 384)       250 positions of 20 ms
#     cross-attention cache   4 x (1, 6, 250, 64) keys, and as many values
#     tokens                  (rows, n)           hypotheses are rows; n is 1 while writing
#     hidden states           (rows, n, 384)
#     self-attention cache    4 x (rows, 6, tokens so far, 64)
#     logits                  (rows, 51864)       only of positions that somebody asks for


@dataclass(frozen=True, eq=False, slots=True)
class Cache:
    """Keys and values that the decoder has computed, per layer. Never changed: each step returns a new cache.

    A row is one continuation. Several rows may belong to one audio: rows 0 to k-1 to the first, k to 2k-1 to the next.
    """

    text: tuple[Past, ...]  # of self-attention: (rows, heads, tokens so far, width) per layer
    audio: tuple[KeyValue, ...]  # of cross-attention, computed once: (audios, heads, positions, width) per layer

    @property
    def n_tokens(self) -> int:
        """Tokens read so far, of each row."""
        return self.text[0].key.shape[2]

    @property
    def n_positions(self) -> int:
        """Encoder positions of each audio, 20 ms each."""
        return self.audio[0].key.shape[2]

    def growing(self) -> Cache:
        """Return a cache of equal content that grows in place: decode only from the one returned last."""
        return Cache(tuple(GrowingKeyValue(KeyValue(past.key, past.value)) for past in self.text), self.audio)

    def of(self, audios: Sequence[int]) -> Cache:
        """Return a cache with these audios only, copied; the next reordering of rows must follow."""
        index = torch.tensor(audios, device=self.audio[0].key.device)
        return Cache(self.text, tuple(KeyValue(known.key[index], known.value[index]) for known in self.audio))

    def __getitem__(self, rows: Sequence[int]) -> Cache:
        """Return these rows, in this order, some perhaps twice; each audio must keep equally many of its own."""
        # The usual case in greedy search: every row goes on, so nothing is copied.
        if list(rows) == list(range(self.text[0].key.shape[0])):
            return self
        # Reordering beams: (rows, …) → (len(rows), …). The audio is shared by all rows and stays.
        index = torch.tensor(rows, device=self.text[0].key.device)
        text = tuple(KeyValue(past.key[index], past.value[index]) for past in self.text)
        return Cache(text, self.audio)


class Branches(NamedTuple):
    """Tree attention: n tokens of different texts, read side by side into one row of the cache."""

    depths: Tensor  # (n,): how many tokens come before each in its own text, which is its position
    visible: Tensor  # (n, tokens in the cache + n), bool: which tokens are of its own text, itself included


class Encoder(nn.Module):
    """openai/whisper's `AudioEncoder`: two convolutions, sinusoidal positions, blocks, a last normalisation."""

    def __init__(self, dims: Dimensions) -> None:
        super().__init__()
        n_state = dims.n_audio_state
        # Each sees three frames; the second halves their rate.
        self.conv1 = nn.Conv1d(dims.n_mels, n_state, kernel_size=3, padding=1)
        self.conv2 = nn.Conv1d(n_state, n_state, kernel_size=3, stride=2, padding=1)
        # Computed, but every checkpoint stores them, so they are part of the state.
        self.positional_embedding: Tensor
        self.register_buffer("positional_embedding", _sinusoids(dims.n_audio_ctx, n_state))
        self.blocks = nn.ModuleList(EncoderBlock(n_state, dims.n_audio_head) for _ in range(dims.n_audio_layer))
        self.ln_post = nn.LayerNorm(n_state)

    def forward(self, mel: Tensor) -> Tensor:
        """Log-mel (batch, n_mels, frames) → audio features (batch, frames / 2, state)."""
        # Neighbouring frames are joined: (batch, n_mels, frames) → (batch, state, frames)
        x = F.gelu(self.conv1(mel))
        # The second convolution steps by two: one position each 20 ms, (batch, positions, state).
        x = F.gelu(self.conv2(x)).transpose(1, 2)
        # A short window has the first positions only; the network takes it as it takes 30 s.
        x = x + self.positional_embedding[: x.shape[1]]
        for block in self.blocks:
            x = block(x)
        audio_features: Tensor = self.ln_post(x)
        return audio_features


class Decoder(nn.Module):
    """openai/whisper's `TextDecoder`: tokens and learned positions, blocks, a last normalisation."""

    def __init__(self, dims: Dimensions) -> None:
        super().__init__()
        n_state = dims.n_text_state
        # The embedding is the output layer, too.
        self.token_embedding = TokenEmbedding(dims.n_vocab, n_state)
        self.positional_embedding = nn.Parameter(torch.zeros(dims.n_text_ctx, n_state))
        self.blocks = nn.ModuleList(DecoderBlock(n_state, dims.n_text_head) for _ in range(dims.n_text_layer))
        self.ln = nn.LayerNorm(n_state)

    def forward(self, tokens: Tensor, cache: Cache, branches: Branches | None, last: int) -> tuple[Tensor, Cache]:
        """Tokens (rows, n) → hidden states (rows, n or last, state), and the cache with them added."""
        # Each token's position is the number of tokens before it in its text.
        begin, n = cache.n_tokens, tokens.shape[1]
        depths = slice(begin, begin + n) if branches is None else branches.depths
        x = self.token_embedding(tokens) + self.positional_embedding[depths]  # (rows, n, state)
        # Which tokens may each attend to? One mask for all layers: (n, tokens in the cache + n).
        visible = _causal_visibility(begin, n, tokens.device) if branches is None else branches.visible
        mask = _mask(visible, x.dtype)
        text = []
        for block, past, audio in zip(self.blocks, cache.text, cache.audio, strict=True):
            # Of positions whose hidden states nobody wants, the last layer computes keys and values only.
            x, longer = block(x, past, audio, mask, last if block is self.blocks[-1] else 0)
            text.append(longer)
        return self.ln(x), Cache(tuple(text), cache.audio)

    def attention(self, tokens: Tensor, cache: Cache, heads: Sequence[tuple[int, int]]) -> tuple[Tensor, Tensor]:
        """Tokens (1, n) from the beginning → hidden states (1, n, state), scores (heads, n, positions)."""
        x = self.token_embedding(tokens) + self.positional_embedding[: tokens.shape[1]]
        mask = _mask(_causal_visibility(0, tokens.shape[1], tokens.device), x.dtype)
        # Layer → (heads, n, positions), of layers with a wanted head.
        scores = {}
        wanted = {layer for layer, _ in heads}
        blocks = cast("Sequence[DecoderBlock]", self.blocks)
        for layer, (block, past, audio) in enumerate(zip(blocks, cache.text, cache.audio, strict=True)):
            x, _ = block.self_attend(x, past, mask)
            # The softmax inside `attend` does not show its scores: they are computed once more where they are wanted.
            if layer in wanted:
                scores[layer] = block.cross_attn.scores(block.cross_attn_ln(x), audio)[0]
            x = block.cross_attend(audio, x)
        return self.ln(x), torch.stack([scores[layer][head] for layer, head in heads])


class Whisper(nn.Module):
    """The whole network, for inference: `encode` once a window, `start`, then `decode` and `logits` step by step."""

    def __init__(self, dims: Dimensions) -> None:
        super().__init__()
        self.dims = dims
        self.encoder = Encoder(dims)
        self.decoder = Decoder(dims)

    @property
    def device(self) -> torch.device:
        """Where its weights are, and tokens must be."""
        return self.encoder.conv1.weight.device

    @property
    def dtype(self) -> torch.dtype:
        """Floating-point type in which it takes and returns numbers."""
        return self.encoder.conv1.weight.dtype

    @torch.inference_mode()
    def encode(self, mel: Tensor) -> Tensor:
        """Log-mel (batch, n_mels, frames) or (n_mels, frames) → audio features (batch, frames / 2, state).

        Up to 3000 mel frames of 10 ms. Fewer cost less: the decoder attends to as many positions as there are.
        """
        assert mel.shape[-2] == self.dims.n_mels, f"a log-mel of {self.dims.n_mels} bands is needed: {tuple(mel.shape)}"
        assert 0 < mel.shape[-1] <= 2 * self.dims.n_audio_ctx, f"a window has no {mel.shape[-1]} mel frames"
        batch = mel if mel.dim() == 3 else mel[None]  # noqa: PLR2004 # batch, bands, frames
        audio_features: Tensor = self.encoder(batch.to(self.device, self.dtype))
        return audio_features

    @torch.inference_mode()
    def start(self, audio_features: Tensor) -> Cache:
        """Audio features (audios, positions, state) → the cache before the first token, one row for each audio."""
        # Keys and values of cross-attention depend on the sound alone: computed once, read by every token.
        blocks = cast("Sequence[DecoderBlock]", self.decoder.blocks)
        both = (block.cross_attn.key_value(audio_features) for block in blocks)
        # Every token reads all of them, which is a quarter faster where the numbers of one head lie together.
        audio = tuple(KeyValue(known.key.contiguous(), known.value.contiguous()) for known in both)
        # No tokens yet: (audios, heads, 0, width)
        nothing = tuple(KeyValue(known.key[:, :, :0], known.value[:, :, :0]) for known in audio)
        return Cache(nothing, audio)

    @torch.inference_mode()
    def decode(
        self, tokens: Tensor, cache: Cache, branches: Branches | None = None, last: int = 0
    ) -> tuple[Tensor, Cache]:
        """Read tokens (rows, n) behind those in the cache → hidden states (rows, n or last, state), and the new cache.

        Each token attends to all before it, or to those that `branches` says. `last`: the hidden states of only so many
        of the last tokens are wanted, 0: of all; fewer cost less.
        """
        hidden, cache = self.decoder(tokens, cache, branches, last)
        return hidden, cache

    @torch.inference_mode()
    def attention(self, tokens: Tensor, start: Cache, heads: Sequence[tuple[int, int]]) -> tuple[Tensor, Tensor]:
        """Read tokens (1, n) from the `start` → hidden states (1, n, state), and what cross-attention attends to.

        The latter for each (layer, head) of `heads`: float32 scores (heads, n, positions) before the softmax over the
        positions of the audio.
        """
        hidden, scores = self.decoder.attention(tokens, start, heads)
        return hidden, scores.float()

    @torch.inference_mode()
    def logits(self, hidden: Tensor) -> Tensor:
        """Hidden states (..., state) → float32 logits of the next token (..., n_vocab).

        Apart from `decode`, because the projection reads as much memory as all layers: ask where it matters.
        """
        return self.decoder.token_embedding.logits(hidden).float()

    @torch.inference_mode()
    def frequent_logits(self, hidden: Tensor) -> Tensor:
        """Hidden states (..., state) → float32 logits of the first N_FREQUENT tokens alone, (..., N_FREQUENT)."""
        return self.decoder.token_embedding.frequent_logits(hidden).float()

    @torch.inference_mode()
    def logits_of(self, hidden: Tensor, tokens: Tensor) -> Tensor:
        """Hidden states (..., state) and tokens (k,) → float32 logits of these tokens alone, (..., k)."""
        return self.decoder.token_embedding.logits_of(hidden, tokens).float()


def _mask(visible: Tensor | None, dtype: torch.dtype) -> Tensor | None:
    """Turn true into 0 and false into minus infinity, which `attend` adds to its scores; None stays None."""
    if visible is None:
        return None
    return torch.zeros(visible.shape, dtype=dtype, device=visible.device).masked_fill_(~visible, -torch.inf)


def _causal_visibility(begin: int, n: int, device: torch.device) -> Tensor | None:
    """Causal visibility (n, begin + n), bool: each of n new tokens attends to the cache, new ones before it, itself.

    Not `is_causal` of torch's attention: that aligns the triangle with the first key, which is wrong behind a cache.
    """
    if n == 1:
        return None  # a single token attends to everything: no mask
    # For begin = 2, n = 3:  1 1 1 0 0
    #                        1 1 1 1 0
    #                        1 1 1 1 1
    return torch.ones(n, begin + n, dtype=torch.bool, device=device).tril(begin)


def _sinusoids(length: int, channels: int, max_timescale: float = 10_000) -> Tensor:
    """Sinusoidal positions (length, channels): sines, then cosines, of geometrically rising wavelength."""
    # Vaswani et al. 2017, section 3.5, with all sines before all cosines; wavelengths from 2π to 2π * max_timescale.
    increment = log(max_timescale) / (channels // 2 - 1)
    angles = torch.arange(length)[:, None] * torch.exp(-increment * torch.arange(channels // 2))
    return torch.cat([angles.sin(), angles.cos()], dim=1)
