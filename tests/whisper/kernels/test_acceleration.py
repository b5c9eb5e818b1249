"""Which layers replace which: what may be asked for, what is faster, and that real speech is still understood."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, TypeAlias

import pytest
import torch

from tests.whisper.clips import clip
from tests.whisper.kernels.errors import relative_error
from voiced.whisper.blocks import attend
from voiced.whisper.decoding import DecodingOptions, decode
from voiced.whisper.dimensions import Dimensions
from voiced.whisper.kernels import acceleration, float16, onednn
from voiced.whisper.kernels.acceleration import accelerate, choose_compute
from voiced.whisper.kernels.float16 import Float16Linear
from voiced.whisper.kernels.int8 import Int8TokenEmbedding, engines
from voiced.whisper.kernels.onednn import OneDnnLinear
from voiced.whisper.kernels.trials import UNAVAILABLE
from voiced.whisper.loading.weights import load
from voiced.whisper.log_mel import log_mel, pad_or_trim
from voiced.whisper.model import Whisper

if TYPE_CHECKING:
    from voiced.whisper.blocks import Attend
    from voiced.whisper.loaded import LoadedModel

CPU = torch.device("cpu")
ENGINES = engines()


def test_every_linear_layer_of_a_network_becomes_smaller() -> None:
    torch.manual_seed(0)
    model = Whisper(Dimensions(8, 40, 32, 4, 2, 50, 16, 32, 4, 3)).eval().requires_grad_(requires_grad=False)
    mel, tokens = torch.randn(8, 80), torch.tensor([[3, 1, 4, 1, 5]])
    expected = model.logits(model.decode(tokens, model.start(model.encode(mel)))[0])
    smaller = accelerate(model.half(), "int8")
    in_float32 = (torch.nn.Linear, OneDnnLinear, Float16Linear)
    exact = [name for name, module in smaller.named_modules() if isinstance(module, in_float32)]
    assert exact == [f"encoder.blocks.0.attn.{name}" for name in ("query", "key", "value", "out")]
    assert isinstance(smaller.decoder.token_embedding, Int8TokenEmbedding)
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


Seconds: TypeAlias = dict[str, float]  # by kernel; what is not in it is not available


def measured(monkeypatch: pytest.MonkeyPatch, found: Seconds) -> None:
    """As if the trials had found this."""
    monkeypatch.setattr(acceleration, "seconds", lambda kernel: found.get(kernel, UNAVAILABLE))
    monkeypatch.setattr(acceleration, "is_available", found.__contains__)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"default": 3, "onednn": 2, "float16": 2, f"int8-{ENGINES[0]}": 1}, "int8"),
        ({"default": 3, "onednn": 1, "float16": 3, f"int8-{ENGINES[0]}": 2}, "float32"),
        ({"default": 1, "onednn": 3, "float16": 3, f"int8-{ENGINES[0]}": 2}, "float32"),
        ({"default": 3, "onednn": 3, "float16": 1, f"int8-{ENGINES[0]}": 2}, "float32"),
        ({"default": 3, f"int8-{ENGINES[-1]}": 2}, "int8"),
    ],
)
def test_auto_takes_what_is_faster(monkeypatch: pytest.MonkeyPatch, found: Seconds, expected: str) -> None:
    measured(monkeypatch, found)
    assert choose_compute("auto", CPU) == expected


def test_the_fastest_engine_of_those_that_work_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    measured(monkeypatch, {"default": 3, f"int8-{ENGINES[-1]}": 2})
    assert acceleration._fastest_engine() == ENGINES[-1]


def test_without_an_engine_there_is_no_int8(monkeypatch: pytest.MonkeyPatch) -> None:
    measured(monkeypatch, {"default": 3})
    assert choose_compute("auto", CPU) == "float32"
    with pytest.raises(ValueError, match="nothing is computed in int8 on this machine; choose float32"):
        choose_compute("int8", CPU)


def test_bfloat16_is_refused_where_it_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    measured(monkeypatch, {"default": 3})
    with pytest.raises(ValueError, match="this processor does not compute in bfloat16; choose auto"):
        choose_compute("bfloat16", CPU)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"default": 2, "onednn": 1, "attention": 2, "bfloat16": 1}, onednn.attend_in_bfloat16),
        ({"default": 2, "onednn": 1, "attention": 1, "bfloat16": 2}, onednn.attend),
        ({"default": 2, "onednn": 1, "attention": 1}, onednn.attend),
        ({"default": 2, "attention": 1}, attend),
    ],
)
def test_attention_takes_what_is_faster_and_works(
    monkeypatch: pytest.MonkeyPatch, found: Seconds, expected: Attend
) -> None:
    measured(monkeypatch, found)
    assert acceleration._attend("int8") is expected


@pytest.mark.parametrize("faster", [True, False])
def test_float32_stays_float32(monkeypatch: pytest.MonkeyPatch, faster: bool) -> None:  # noqa: FBT001 # a table's column
    monkeypatch.setattr(acceleration, "_onednn_is_faster", lambda: faster and onednn.is_available())
    torch.manual_seed(0)
    model = Whisper(Dimensions(8, 40, 32, 4, 2, 50, 16, 32, 4, 3)).eval().requires_grad_(requires_grad=False)
    mel, names = torch.randn(8, 80), model.state_dict().keys()
    expected = model.encode(mel)
    accelerated = accelerate(model, "float32")
    assert relative_error(accelerated.encode(mel), expected) < 1e-5
    assert accelerated.state_dict().keys() == names


@pytest.mark.skipif(not float16.is_available(), reason="this torch was built without FBGEMM")
@pytest.mark.parametrize(("seconds", "expected"), [(1.4, Float16Linear), (1.6, torch.nn.Linear)])
def test_what_was_stored_in_float16_stays_so_where_that_pays(
    monkeypatch: pytest.MonkeyPatch, seconds: float, expected: type
) -> None:
    measured(monkeypatch, {"default": 1.0, "float16": seconds})
    torch.manual_seed(0)
    model = Whisper(Dimensions(8, 40, 32, 4, 2, 50, 16, 32, 4, 3)).half().eval().requires_grad_(requires_grad=False)
    mel, tokens = torch.randn(8, 80), torch.tensor([[3, 1, 4, 1, 5]])
    plain = copy.deepcopy(model).float()
    accelerated = accelerate(model, "float32")
    assert isinstance(accelerated.encoder.blocks[0].mlp[0], expected)  # type: ignore[index] # a Sequential
    assert accelerated.dtype == torch.float32
    found, wanted = (it.logits(it.decode(tokens, it.start(it.encode(mel)))[0]) for it in (accelerated, plain))
    assert relative_error(found, wanted) < 1e-5


def test_float32_is_float32_elsewhere_too() -> None:
    """Weights come as they are stored; `meta` stands for an accelerator."""
    stored = Whisper(Dimensions(8, 40, 32, 4, 2, 50, 16, 32, 4, 3)).half().to("meta")
    assert accelerate(stored, "float16").dtype == torch.float16
    assert accelerate(stored, "float32").dtype == torch.float32


@pytest.mark.slow
@pytest.mark.parametrize("compute", ["int8", "bfloat16"])
def test_speech_is_understood_as_well(tiny_en: LoadedModel, compute: str) -> None:
    smaller = load("tiny.en", compute=compute)
    mel = log_mel(pad_or_trim(clip("en")))
    expected, found = (
        decode(it.model, it.tokenizer, it.model.encode(mel), DecodingOptions()) for it in (tiny_en, smaller)
    )
    assert found.text == expected.text
    assert found.avg_logprob == pytest.approx(expected.avg_logprob, abs=0.05)
