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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.whisper.dimensions import Dimensions

_AT_ONCE = 375  # positions: a quarter of a window
_FEW_ROWS = 8  # up to here the projection to the vocabulary is bound by memory, not by arithmetic


class KeyValue(NamedTuple):
    """What an attention layer remembers of the positions that it may look at."""

    key: Tensor  # (batch, heads, positions, width of a head)
    value: Tensor  # the same shape


@dataclass(frozen=True, eq=False, slots=True)
class Cache:
    """All that the decoder needs of the past, per layer. Never changed: each step returns a new one.

    A row is one continuation. Several rows may belong to one audio: rows 0 to k-1 to the first, k to 2k-1 to the next.
    """

    text: tuple[KeyValue, ...]  # tokens so far; batch = rows
    audio: tuple[KeyValue, ...]  # computed once; batch = audios

    @property
    def n_tokens(self) -> int:
        return self.text[0].key.shape[2]

    def __getitem__(self, rows: Sequence[int]) -> Cache:
        """These rows, in this order, repeated if asked for; each audio must keep an equal number of its own."""
        if list(rows) == list(range(self.text[0].key.shape[0])):
            return self
        index = torch.tensor(rows, device=self.text[0].key.device)
        text = tuple(KeyValue(past.key[index], past.value[index]) for past in self.text)
        return Cache(text, self.audio)


class Attention(nn.Module):
    """Multi-head attention. Keys and values are computed apart from attending, so that they can be kept."""

    def __init__(self, n_state: int, n_head: int) -> None:
        super().__init__()
        self.n_head = n_head
        self.query = nn.Linear(n_state, n_state)
        self.key = nn.Linear(n_state, n_state, bias=False)
        self.value = nn.Linear(n_state, n_state)
        self.out = nn.Linear(n_state, n_state)

    def key_value(self, x: Tensor) -> KeyValue:
        return KeyValue(self._heads(self.key(x)), self._heads(self.value(x)))

    def forward(self, x: Tensor, past: KeyValue, mask: Tensor | None = None) -> Tensor:
        """Let x (batch, n, state) look at `past`; `mask` (n, positions) is true where it may."""
        found = F.scaled_dot_product_attention(self._heads(self.query(x)), past.key, past.value, attn_mask=mask)
        mixed: Tensor = self.out(found.transpose(1, 2).flatten(2))
        return mixed

    def scores(self, x: Tensor, past: KeyValue) -> Tensor:
        """How strongly x (batch, n, state) looks where, before the softmax: (batch, heads, n, positions)."""
        query = self._heads(self.query(x))
        scale = query.shape[-1] ** -0.25  # on either side, so that float16 does not overflow
        looks: Tensor = (query * scale) @ (past.key * scale).mT
        return looks

    def _heads(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.n_head, -1).transpose(1, 2)  # (batch, heads, n, width)


class EncoderBlock(nn.Module):
    def __init__(self, n_state: int, n_head: int) -> None:
        super().__init__()
        self.attn = Attention(n_state, n_head)
        self.attn_ln = nn.LayerNorm(n_state)
        self.mlp = Mlp(n_state)
        self.mlp_ln = nn.LayerNorm(n_state)

    def forward(self, x: Tensor) -> Tensor:
        normed = self.attn_ln(x)
        x = x + self.attn(normed, self.attn.key_value(normed))
        result: Tensor = x + self.mlp(self.mlp_ln(x))
        return result


class DecoderBlock(nn.Module):
    def __init__(self, n_state: int, n_head: int) -> None:
        super().__init__()
        self.attn = Attention(n_state, n_head)
        self.attn_ln = nn.LayerNorm(n_state)
        self.cross_attn = Attention(n_state, n_head)
        self.cross_attn_ln = nn.LayerNorm(n_state)
        self.mlp = Mlp(n_state)
        self.mlp_ln = nn.LayerNorm(n_state)

    def forward(self, x: Tensor, past: KeyValue, audio: KeyValue, mask: Tensor | None) -> tuple[Tensor, KeyValue]:
        """Hidden states (rows, n, state) → the same shape, and the past with these n positions added."""
        x, past = self.look_back(x, past, mask)
        return self.look_at(audio, x), past

    def look_back(self, x: Tensor, past: KeyValue, mask: Tensor | None) -> tuple[Tensor, KeyValue]:
        normed = self.attn_ln(x)
        new = self.attn.key_value(normed)
        past = KeyValue(torch.cat([past.key, new.key], dim=2), torch.cat([past.value, new.value], dim=2))
        return x + self.attn(normed, past, mask), past

    def look_at(self, audio: KeyValue, x: Tensor) -> Tensor:
        # Rows of one audio look at the same keys: as so many more queries they read them once.
        queries = self.cross_attn_ln(x).view(audio.key.shape[0], -1, x.shape[2])
        x = x + self.cross_attn(queries, audio).view_as(x)
        result: Tensor = x + self.mlp(self.mlp_ln(x))
        return result


class Mlp(nn.Sequential):
    """Each position for itself. A few at a time: what lies between the layers is four times as wide as the rest."""

    def __init__(self, n_state: int) -> None:
        super().__init__(nn.Linear(n_state, 4 * n_state), nn.GELU(), nn.Linear(4 * n_state, n_state))

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[1] <= _AT_ONCE:
            return self._run(x)
        return torch.cat([self._run(some) for some in torch.split(x, _AT_ONCE, dim=1)], dim=1)

    def _run(self, x: Tensor) -> Tensor:
        wide, gelu, narrow = self
        result: Tensor = narrow(gelu(wide(x)))
        return result


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


class TokenEmbedding(nn.Embedding):
    """Tokens → vectors, and back: Whisper projects to the vocabulary by the same matrix."""

    def logits(self, hidden: Tensor) -> Tensor:
        """Hidden states (..., state) → (..., n_vocab)."""
        rows = hidden.reshape(-1, hidden.shape[-1])
        if len(rows) > _FEW_ROWS:
            return F.linear(hidden, self.weight)
        # Few rows are a matter of reading the weights once. Matrix times two columns or more does so at the speed of
        # memory, 3 ms for tiny.en on one core; matrix times vector and rows times matrix take 6 to 11 (MKL, AVX-512).
        columns = (rows if len(rows) > 1 else torch.cat([rows, rows])).T
        return (self.weight @ columns)[:, : len(rows)].T.reshape(*hidden.shape[:-1], -1).contiguous()


class Decoder(nn.Module):
    def __init__(self, dims: Dimensions) -> None:
        super().__init__()
        n_state = dims.n_text_state
        self.token_embedding = TokenEmbedding(dims.n_vocab, n_state)
        self.positional_embedding = nn.Parameter(torch.zeros(dims.n_text_ctx, n_state))
        self.blocks = nn.ModuleList(DecoderBlock(n_state, dims.n_text_head) for _ in range(dims.n_text_layer))
        self.ln = nn.LayerNorm(n_state)

    def forward(self, tokens: Tensor, cache: Cache) -> tuple[Tensor, Cache]:
        begin, n = cache.n_tokens, tokens.shape[1]
        x = self.token_embedding(tokens) + self.positional_embedding[begin : begin + n]
        mask = _causal_mask(begin, n, tokens.device)
        text = []
        for block, past, audio in zip(self.blocks, cache.text, cache.audio, strict=True):
            x, longer = block(x, past, audio, mask)
            text.append(longer)
        return self.ln(x), Cache(tuple(text), cache.audio)

    def attention(self, tokens: Tensor, cache: Cache, heads: Sequence[tuple[int, int]]) -> tuple[Tensor, Tensor]:
        x = self.token_embedding(tokens) + self.positional_embedding[: tokens.shape[1]]
        mask = _causal_mask(0, tokens.shape[1], tokens.device)
        scores = []  # of each layer, (heads, n, positions)
        blocks = cast("Sequence[DecoderBlock]", self.blocks)
        for block, past, audio in zip(blocks, cache.text, cache.audio, strict=True):
            x, _ = block.look_back(x, past, mask)
            scores.append(block.cross_attn.scores(block.cross_attn_ln(x), audio)[0])
            x = block.look_at(audio, x)
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

        Up to 3000 frames. Fewer cost less: positions count from the start, and the decoder looks at what there is.
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
        audio = tuple(block.cross_attn.key_value(audio_features) for block in blocks)
        nothing = tuple(KeyValue(known.key[:, :, :0], known.value[:, :, :0]) for known in audio)
        return Cache(nothing, audio)

    @torch.inference_mode()
    def decode(self, tokens: Tensor, cache: Cache) -> tuple[Tensor, Cache]:
        """Read tokens (rows, n) after those in the cache → hidden states (rows, n, state), and the cache with them."""
        hidden, cache = self.decoder(tokens, cache)
        return hidden, cache

    @torch.inference_mode()
    def attention(
        self, tokens: Tensor, audio_features: Tensor, heads: Sequence[tuple[int, int]]
    ) -> tuple[Tensor, Tensor]:
        """Read tokens (1, n) from the start → hidden states (1, n, state), and where (layer, head) look meanwhile.

        That is (heads, n, positions): float32 scores before the softmax over positions of the audio.
        """
        hidden, scores = self.decoder.attention(tokens, self.start(audio_features), heads)
        return hidden, scores.float()

    @torch.inference_mode()
    def logits(self, hidden: Tensor) -> Tensor:
        """Hidden states (..., state) → float32 scores of what comes next (..., n_vocab).

        Apart from `decode`, because it reads as much memory as everything else: ask for the positions that matter.
        """
        return self.decoder.token_embedding.logits(hidden).float()


def _causal_mask(begin: int, n: int, device: torch.device) -> Tensor | None:
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
