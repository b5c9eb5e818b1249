"""Attention against its formula, caches against reading at once, and the projection to the vocabulary."""

from __future__ import annotations

import pytest
import torch

from voiced.whisper.blocks import (
    N_FREQUENT,
    Attention,
    DecoderBlock,
    GrowingKeyValue,
    KeyValue,
    Mlp,
    TokenEmbedding,
    attend,
)

HEADS, WIDTH = 3, 4


@pytest.fixture(autouse=True)
def _random() -> None:
    torch.manual_seed(0)


def key_value(positions: int, batch: int = 1) -> KeyValue:
    return KeyValue(*(torch.randn(batch, HEADS, positions, WIDTH) for _ in range(2)))


def test_attention_is_its_formula() -> None:
    query, past = torch.randn(2, HEADS, 5, WIDTH), key_value(7, batch=2)
    mask = torch.zeros(5, 7)
    mask[1, 3:] = -torch.inf
    weights = (query @ past.key.mT / WIDTH**0.5 + mask).softmax(dim=-1)
    torch.testing.assert_close(attend(query, past, mask), weights @ past.value)


def test_scores_are_those_that_attention_uses() -> None:
    layer = Attention(HEADS * WIDTH, HEADS)
    x, past = torch.randn(1, 5, HEADS * WIDTH), key_value(7)
    found = layer.scores(x, past).softmax(dim=-1) @ past.value
    torch.testing.assert_close(layer.out(found.transpose(1, 2).flatten(2)), layer(x, past))


@torch.inference_mode()
def test_what_grows_in_place_is_what_is_copied() -> None:
    copied = KeyValue(*(tensor[:, :, :0] for tensor in key_value(1)))
    growing = GrowingKeyValue(copied)
    for positions in (1, 3, 150, 1):  # 150: more than there is room for
        new = key_value(positions)
        copied = copied.extended(new)
        assert growing.extended(new) is growing
        assert torch.equal(growing.key, copied.key)
        assert torch.equal(growing.value, copied.value)


def test_a_value_is_not_changed_by_what_goes_on_from_it() -> None:
    past = key_value(2)
    before = past.key.clone()
    growing = GrowingKeyValue(past)
    growing.extended(key_value(1)).key.zero_()
    assert torch.equal(past.key, before)


@torch.inference_mode()
def test_a_fused_projection_is_three() -> None:
    layer, x = Attention(HEADS * WIDTH, HEADS), torch.randn(2, 5, HEADS * WIDTH)
    expected, _ = layer.self_attend(x, None)
    fused = torch.nn.Linear(HEADS * WIDTH, 3 * HEADS * WIDTH)
    three = (layer.query, layer.key, layer.value)
    fused.weight.copy_(torch.cat([each.weight for each in three]))
    biases = (layer.query.bias, torch.zeros(HEADS * WIDTH), layer.value.bias)
    fused.bias.copy_(torch.cat(biases))
    layer.fused = fused
    torch.testing.assert_close(layer.self_attend(x, None)[0], expected)


@torch.inference_mode()
def test_rows_of_one_audio_hear_what_each_hears_alone() -> None:
    block = DecoderBlock(HEADS * WIDTH, HEADS)
    audio, x = key_value(9, batch=2), torch.randn(6, 2, HEADS * WIDTH)  # three rows of each audio
    together = block.cross_attend(audio, x)
    for row in range(6):
        own = KeyValue(*(tensor[row // 3 : row // 3 + 1] for tensor in audio))
        torch.testing.assert_close(together[row : row + 1], block.cross_attend(own, x[row : row + 1]))


@torch.inference_mode()
def test_many_positions_in_pieces_are_those_at_once() -> None:
    mlp, x = Mlp(8), torch.randn(1, 1000, 8)
    torch.testing.assert_close(mlp(x), torch.nn.Sequential(*mlp)(x))


@pytest.mark.parametrize("shape", [(12,), (1, 12), (2, 3, 12), (20, 12)], ids=str)
@torch.inference_mode()
def test_logits_are_products_with_the_embedding(shape: tuple[int, ...]) -> None:
    embedding = TokenEmbedding(N_FREQUENT + 10, 12)
    hidden, tokens = torch.randn(shape), torch.tensor([N_FREQUENT + 3, 5])
    expected = hidden @ embedding.weight.T
    torch.testing.assert_close(embedding.logits(hidden), expected)
    torch.testing.assert_close(embedding.frequent_logits(hidden), expected[..., :N_FREQUENT])
    torch.testing.assert_close(embedding.logits_of(hidden, tokens), expected[..., tokens])
