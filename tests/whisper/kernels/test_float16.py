"""Layers with weights of sixteen bits: what float32 makes of the same weights."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from tests.whisper.kernels.errors import relative_error
from voiced.whisper.blocks import TokenEmbedding
from voiced.whisper.kernels import float16
from voiced.whisper.kernels.float16 import Float16Linear, Float16TokenEmbedding, as_rows


@pytest.mark.skipif(not float16.is_available(), reason="this torch was built without FBGEMM")
@pytest.mark.parametrize("shape", [(64,), (1, 1, 64), (7, 64), (2, 300, 64)])
def test_float16_weights_compute_in_float32(
    weights_of_a_layer: tuple[torch.Tensor, torch.Tensor], shape: tuple[int, ...]
) -> None:
    """The very numbers of float16; sums differ by their order only."""
    weight, bias = weights_of_a_layer
    x = torch.randn(shape)
    for bias_or_none in (bias, None):
        found = Float16Linear(weight.half(), bias_or_none)(x)
        expected = F.linear(x, weight.half().float(), bias_or_none)
        assert found.shape == expected.shape
        assert relative_error(found, expected) < 1e-6


@pytest.mark.skipif(not float16.is_available(), reason="this torch was built without FBGEMM")
def test_tokens_in_float16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(float16, "WIDENED_ROWS", 20)  # so that the last part is a shorter one
    embedding = TokenEmbedding(50, 32).half()
    made = Float16TokenEmbedding(embedding.weight, as_rows(embedding.weight))
    tokens, hidden = torch.tensor([[3, 1, 49]]), torch.randn(2, 3, 32)
    assert torch.equal(made(tokens), embedding(tokens).float())
    assert relative_error(made.logits(hidden), embedding.float().logits(hidden)) < 1e-6
