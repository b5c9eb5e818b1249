"""How large a Whisper is, and so which parameters it has and their shapes. Knows no torch: it is quick to import."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

# Sizes of the vocabularies: of English-only models, of multilingual ones, and of those that know Cantonese, too.
ENGLISH_TOKENS, MULTILINGUAL_TOKENS, CANTONESE_TOKENS = 51_864, 51_865, 51_866
# Text, tasks and timestamps; one more in multilingual vocabularies, whose text has 50,257 tokens instead of 50,256.
_TOKENS_BESIDE_LANGUAGES = 51_765


@dataclass(frozen=True, slots=True)
class Dimensions:
    """How large a Whisper is, by the names of openai/whisper's `ModelDimensions` (Radford et al. 2022, table 1)."""

    n_mels: int  # 80; 128 since large-v3
    n_audio_ctx: int  # encoder positions of 20 ms: 1500
    n_audio_state: int  # width of the encoder's hidden states: 384 (tiny) to 1280 (large)
    n_audio_head: int  # attention heads in each of its layers; 64 numbers each
    n_audio_layer: int  # its blocks
    n_vocab: int  # token ids
    n_text_ctx: int  # tokens that the decoder can look back on: 448
    n_text_state: int  # width of the decoder's hidden states: that of the encoder
    n_text_head: int
    n_text_layer: int  # the decoder's blocks; fewer than the encoder's in turbo

    @property
    def is_multilingual(self) -> bool:
        """Whether the model writes other languages than English."""
        return self.n_vocab >= MULTILINGUAL_TOKENS

    @property
    def n_languages(self) -> int:
        """Number of language tokens; English-only models have them, too, and use none."""
        return self.n_vocab - _TOKENS_BESIDE_LANGUAGES - int(self.is_multilingual)


def parameter_shapes(dims: Dimensions) -> dict[str, tuple[int, ...]]:
    """Every parameter of a Whisper of these dimensions: openai/whisper's name → shape."""
    # The encoder's positions are computed and no parameters, but every format stores them.
    audio, text = dims.n_audio_state, dims.n_text_state
    shapes: dict[str, tuple[int, ...]] = {
        "encoder.positional_embedding": (dims.n_audio_ctx, audio),
        "encoder.conv1.weight": (audio, dims.n_mels, 3),
        "encoder.conv1.bias": (audio,),
        "encoder.conv2.weight": (audio, audio, 3),
        "encoder.conv2.bias": (audio,),
        **_norm("encoder.ln_post", audio),
        "decoder.positional_embedding": (dims.n_text_ctx, text),
        "decoder.token_embedding.weight": (dims.n_vocab, text),
        **_norm("decoder.ln", text),
    }
    # Blocks of both; the decoder's have a second attention, to the sound.
    for i in range(dims.n_audio_layer):
        shapes |= _block(f"encoder.blocks.{i}", audio)
    for i in range(dims.n_text_layer):
        shapes |= _block(f"decoder.blocks.{i}", text)
        shapes |= _attention(f"decoder.blocks.{i}.cross_attn", text)
    return shapes


def _block(name: str, state: int) -> dict[str, tuple[int, ...]]:
    """Shapes of self-attention and the two-layer perceptron, which is four times as wide inside."""
    return {
        **_attention(f"{name}.attn", state),
        **_linear(f"{name}.mlp.0", state, 4 * state),
        **_linear(f"{name}.mlp.2", 4 * state, state),
        **_norm(f"{name}.mlp_ln", state),
    }


def _attention(name: str, state: int) -> dict[str, tuple[int, ...]]:
    """Shapes of an attention layer and of the normalisation before it."""
    # The norm is the block's, named after the attention behind it: attn_ln, cross_attn_ln.
    shapes = _norm(f"{name}_ln", state)
    for projection in ("query", "key", "value", "out"):
        shapes |= _linear(f"{name}.{projection}", state, state)
    # A bias of keys would only add a constant to all scores of a query, which softmax ignores.
    del shapes[f"{name}.key.bias"]
    return shapes


def _linear(name: str, n_in: int, n_out: int) -> dict[str, tuple[int, ...]]:
    # torch multiplies by the transposed weight: rows are outputs.
    return {f"{name}.weight": (n_out, n_in), f"{name}.bias": (n_out,)}


def _norm(name: str, state: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (state,), f"{name}.bias": (state,)}


def parameter_count(dims: Dimensions) -> int:
    """Count the numbers in a model of these dimensions."""
    return sum(prod(shape) for shape in parameter_shapes(dims).values())
