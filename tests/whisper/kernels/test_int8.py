"""Layers with weights of eight bits: how near they come, on every engine of this machine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch
import torch.nn.functional as F

from tests.whisper.kernels.errors import relative_error
from voiced.whisper.blocks import TokenEmbedding
from voiced.whisper.kernels import int8
from voiced.whisper.kernels.float16 import as_rows
from voiced.whisper.kernels.int8 import Int8Linear, Int8TokenEmbedding, engines

ENGINES = engines()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("shape", [(1, 64), (1, 1, 64), (5, 1, 64), (2, 30, 64)])
def test_a_layer_is_nearly_the_same(
    weights_of_a_layer: tuple[torch.Tensor, torch.Tensor], engine: str, shape: tuple[int, ...]
) -> None:
    weight, bias = weights_of_a_layer
    x = torch.randn(shape)
    for bias_or_none in (bias, None):
        found = Int8Linear(weight, bias_or_none, engine)(x)
        expected = F.linear(x, weight, bias_or_none)
        assert found.shape == expected.shape
        assert relative_error(found, expected) < 0.015


@pytest.mark.parametrize("engine", ENGINES)
def test_a_loud_position_costs_a_quiet_one_nothing(
    weights_of_a_layer: tuple[torch.Tensor, torch.Tensor], engine: str
) -> None:
    weight, bias = weights_of_a_layer
    layer = Int8Linear(weight, bias, engine)
    quiet, loud = torch.randn(64), 1000 * torch.randn(64)
    found = layer(torch.stack([quiet, loud, torch.zeros(64)]))
    expected = F.linear(quiet, weight, bias)
    assert relative_error(found[0], expected) < 0.015
    assert torch.allclose(found[2], bias)


@pytest.mark.parametrize("engine", ENGINES)
def test_activations_that_would_overflow_are_made_smaller(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    """On processors without VNNI; seven bits are a little less exact."""
    monkeypatch.setattr(int8, "_overflows", lambda _: True)
    weight, x = torch.ones(64, 64), torch.ones(1, 64)
    layer = Int8Linear(weight, None, engine)
    assert layer.reduce_range
    assert relative_error(layer(x), F.linear(x, weight)) < 0.01


@pytest.mark.skipif("x86" not in ENGINES, reason="only x86 has such processors")
def test_older_processors_compute_the_same() -> None:
    """As if there were no VNNI, FBGEMM's sums of two products overflow; that must be noticed."""
    program = (
        "import torch\n"
        "from voiced.whisper.kernels.int8 import Int8Linear\n"
        "weight, x = torch.ones(64, 64), torch.ones(3, 64)\n"
        "layer = Int8Linear(weight, None, 'x86')\n"
        "assert layer.reduce_range\n"
        "assert (layer(x) - 64).abs().max() < 0.5, layer(x)\n"
    )
    environment = os.environ | {"FBGEMM_ENABLE_INSTRUCTIONS": "AVX2"}
    run = [sys.executable, "-c", program]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_tokens_are_looked_up_as_they_were_stored() -> None:
    embedding = TokenEmbedding(50, 32)
    made = Int8TokenEmbedding(embedding.weight, as_rows(embedding.weight.half()), ENGINES[0])
    tokens, hidden = torch.tensor([[3, 1, 4]]), torch.randn(2, 3, 32)
    assert torch.equal(made(tokens), embedding(tokens).half().float())
    assert relative_error(made.logits(hidden), embedding.logits(hidden)) < 0.02
