"""oneDNN's products and attention: torch's own numbers, up to rounding."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from tests.whisper.kernels.errors import relative_error
from voiced.whisper.blocks import KeyValue, attend
from voiced.whisper.kernels import onednn
from voiced.whisper.kernels.onednn import OneDnnLinear
from voiced.whisper.kernels.trials import is_available


@pytest.mark.skipif(not onednn.is_available(), reason="this torch was built without oneDNN")
@pytest.mark.parametrize("shape", [(1, 1, 64), (2, 30, 64)])
def test_onednn_computes_the_same(
    weights_of_a_layer: tuple[torch.Tensor, torch.Tensor], shape: tuple[int, ...]
) -> None:
    weight, bias = weights_of_a_layer
    x = torch.randn(shape)
    for bias_or_none in (bias, None):
        assert relative_error(OneDnnLinear(weight, bias_or_none)(x), F.linear(x, weight, bias_or_none)) < 1e-6


@pytest.mark.skipif(not onednn.is_available(), reason="this torch was built without oneDNN")
@pytest.mark.parametrize(("n", "n_keys"), [(3, 40), (40, 60), (400, 400), (200, 1500)])
def test_attention_in_parts_is_attention(n: int, n_keys: int) -> None:
    torch.manual_seed(0)
    query = torch.randn(2, 3, n, 16)
    past = KeyValue(torch.randn(2, 3, n_keys, 16), torch.randn(2, 3, n_keys, 16))
    assert relative_error(onednn.attend(query, past, None), attend(query, past, None)) < 1e-5
    mask = torch.full((n, n_keys), -torch.inf).triu(n_keys - n + 1)
    assert relative_error(onednn.attend(query, past, mask), attend(query, past, mask)) < 1e-5
    if is_available("bfloat16"):
        assert relative_error(onednn.attend_in_bfloat16(query, past, None), attend(query, past, None)) < 0.01
        assert relative_error(onednn.attend_in_bfloat16(query, past, mask), attend(query, past, mask)) < 0.01
