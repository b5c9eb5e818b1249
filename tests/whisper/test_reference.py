"""Our figures against openai-whisper's on the same weights; `fixtures/make_reference.py` says how they were made."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from tests.whisper.clips import clip
from voiced.whisper.decoding import DecodingOptions, decode, detect_language
from voiced.whisper.log_mel import log_mel, pad_or_trim

if TYPE_CHECKING:
    from voiced.whisper.loaded import LoadedModel

FIXTURES = Path(__file__).parent / "fixtures"
REFERENCE: dict[str, Any] = json.loads((FIXTURES / "reference.json").read_text(encoding="utf-8"))
ARRAYS = np.load(FIXTURES / "reference.npz")
MODELS = ("tiny.en", "base")


@cache
def features(loaded: LoadedModel, sound: str) -> torch.Tensor:
    return loaded.model.encode(log_mel(pad_or_trim(clip(sound)), loaded.model.dims.n_mels))


@pytest.fixture
def loaded(request: pytest.FixtureRequest) -> LoadedModel:
    """The model that the test names."""
    found: LoadedModel = request.getfixturevalue(request.param.replace(".", "_"))
    return found


@pytest.mark.parametrize("n_mels", [80, 128])
def test_log_mel(n_mels: int) -> None:
    ours = log_mel(pad_or_trim(clip("en")), n_mels)
    assert ours.shape == (n_mels, 3000)
    assert np.abs(ours[::4, :1000:8].numpy() - ARRAYS[f"log_mel/{n_mels}"]).max() < 1e-4


@pytest.mark.parametrize("loaded", MODELS, indirect=True)
def test_audio_features(loaded: LoadedModel) -> None:
    ours = features(loaded, "en")[0, ::25, ::8].numpy()
    assert np.abs(ours - ARRAYS[f"{loaded.name}/audio_features"]).max() < 2e-2


@pytest.mark.parametrize("loaded", MODELS, indirect=True)
def test_first_logits(loaded: LoadedModel) -> None:
    model, tokenizer = loaded.model, loaded.tokenizer
    start = tokenizer.start_sequence("en", "transcribe", timestamps=True)
    hidden, _ = model.decode(torch.tensor([start]), model.start(features(loaded, "en")))
    ours = model.logits(hidden[0, -1])[::40].numpy()
    assert np.abs(ours - ARRAYS[f"{loaded.name}/logits"]).max() < 2e-2


def _name(case: dict[str, Any]) -> str:
    options = ",".join(f"{key}={str(value)[:20]}" for key, value in case["options"].items())
    return f"{case['model']}-{case['clip']}-{options or 'greedy'}"


@pytest.mark.parametrize(
    ("loaded", "case"),
    [pytest.param(case["model"], case, id=_name(case)) for case in REFERENCE["decodings"]],
    indirect=["loaded"],
)
def test_decoding(loaded: LoadedModel, case: dict[str, Any]) -> None:
    given: dict[str, Any] = {key: tuple(x) if isinstance(x, list) else x for key, x in case["options"].items()}
    result = decode(loaded.model, loaded.tokenizer, features(loaded, case["clip"]), DecodingOptions(**given))
    assert list(result.tokens) == case["tokens"]
    assert result.text == case["text"]
    assert result.language == case["language"]
    assert result.avg_logprob == pytest.approx(case["avg_logprob"], abs=2e-3)
    assert result.no_speech_prob == pytest.approx(case["no_speech_prob"], abs=2e-3)
    assert result.compression_ratio == pytest.approx(case["compression_ratio"], abs=0.02)  # zlib's versions differ


@pytest.mark.parametrize("sound", REFERENCE["languages"])
def test_language_probabilities(base: LoadedModel, sound: str) -> None:
    ours = detect_language(base.model, base.tokenizer, features(base, sound))
    theirs: dict[str, float] = REFERENCE["languages"][sound]
    assert ours.keys() == theirs.keys()
    assert ours == pytest.approx(theirs, abs=2e-3)
    assert list(ours.values()) == sorted(ours.values(), reverse=True)
