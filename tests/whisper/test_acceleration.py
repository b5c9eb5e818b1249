"""Eight-bit weights: how near they come, what they refuse, and that the speech of a real clip is still understood."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from tests.whisper.clips import clip
from voiced.whisper import acceleration
from voiced.whisper.acceleration import Int8Linear, Int8TokenEmbedding, choose_compute, to_int8
from voiced.whisper.decoding import DecodingOptions, decode
from voiced.whisper.dimensions import Dimensions
from voiced.whisper.log_mel import log_mel, pad_or_trim
from voiced.whisper.model import TokenEmbedding, Whisper
from voiced.whisper.weights import LoadedModel, load

CPU = torch.device("cpu")
ENGINES = [engine for engine in acceleration._ENGINES if engine in torch.backends.quantized.supported_engines]


def relative_error(found: torch.Tensor, expected: torch.Tensor) -> float:
    return float((found - expected).norm() / expected.norm())


@pytest.fixture
def weights_of_a_layer() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(40, 64), torch.randn(40)


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
    monkeypatch.setattr(acceleration, "_overflows", lambda _: True)
    weight, x = torch.ones(64, 64), torch.ones(1, 64)
    layer = Int8Linear(weight, None, engine)
    assert layer.reduce_range
    assert relative_error(layer(x), F.linear(x, weight)) < 0.01


def test_tokens_are_looked_up_as_they_were_stored() -> None:
    embedding = TokenEmbedding(50, 32)
    made = Int8TokenEmbedding(embedding.weight, ENGINES[0])
    tokens, hidden = torch.tensor([[3, 1, 4]]), torch.randn(2, 3, 32)
    assert torch.equal(made(tokens), embedding(tokens).half().float())
    assert relative_error(made.logits(hidden), embedding.logits(hidden)) < 0.02


def test_every_linear_layer_of_a_network_becomes_smaller() -> None:
    torch.manual_seed(0)
    model = Whisper(Dimensions(8, 40, 32, 4, 2, 50, 16, 32, 4, 3)).eval().requires_grad_(requires_grad=False)
    mel, tokens = torch.randn(8, 80), torch.tensor([[3, 1, 4, 1, 5]])
    expected = model.logits(model.decode(tokens, model.start(model.encode(mel)))[0])
    smaller = to_int8(model.half())
    assert not any(type(module) in (torch.nn.Linear, TokenEmbedding) for module in smaller.modules())
    assert smaller.dtype == torch.float32
    found = smaller.logits(smaller.decode(tokens, smaller.start(smaller.encode(mel)))[0])
    assert relative_error(found, expected) < 0.05


def test_what_compute_may_be() -> None:
    assert choose_compute("auto", CPU) in {"int8", "float32"}
    assert choose_compute("bfloat16", CPU) == "bfloat16"
    assert choose_compute("auto", torch.device("cuda")) == "float16"
    with pytest.raises(ValueError, match="choose one of auto, float32, bfloat16, int8"):
        choose_compute("int4", CPU)
    with pytest.raises(ValueError, match="processors only, not on cuda"):
        choose_compute("int8", torch.device("cuda"))


def test_auto_takes_what_is_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceleration, "_time_float32", lambda: 1.0)
    for seconds, expected in ((0.5, "int8"), (2.0, "float32")):
        monkeypatch.setattr(acceleration, "_fastest_engine", lambda: "x86")
        monkeypatch.setattr(acceleration, "_time_int8", lambda _, seconds=seconds: seconds)
        assert choose_compute("auto", CPU) == expected
    monkeypatch.setattr(acceleration, "_fastest_engine", lambda: None)
    assert choose_compute("auto", CPU) == "float32"


@pytest.mark.parametrize("compute", ["int8", "bfloat16"])
def test_speech_is_understood_as_well(tiny_en: LoadedModel, compute: str) -> None:
    smaller = load("tiny.en", compute=compute)
    mel = log_mel(pad_or_trim(clip("en")))
    expected, found = (
        decode(it.model, it.tokenizer, it.model.encode(mel), DecodingOptions()) for it in (tiny_en, smaller)
    )
    assert found.text == expected.text
    assert found.avg_logprob == pytest.approx(expected.avg_logprob, abs=0.05)
