"""What Whisper expects before it has heard anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from voiced.recognition.internal_lm import InternalLm
from voiced.whisper.loading.weights import load
from voiced.whisper.log_mel import SAMPLE_RATE, log_mel

if TYPE_CHECKING:
    from voiced.whisper.loaded import LoadedModel

TEXTS = ("Turn on the kitchen lights.", " Turn on the kitchen radio.", "Lights the on kitchen turn.")


@pytest.fixture(scope="module")
def tiny_en() -> LoadedModel:
    return load("tiny.en")


@pytest.fixture(scope="module")
def expected(tiny_en: LoadedModel) -> list[float]:
    return InternalLm(tiny_en, "en").avg_logprobs(TEXTS)


def test_what_people_say_is_expected_rather_than_what_nobody_says(expected: list[float]) -> None:
    usual, also, never = expected
    assert usual > also > never + 0.5


def test_several_texts_do_not_see_each_other(tiny_en: LoadedModel, expected: list[float]) -> None:
    ilm = InternalLm(tiny_en, "en")
    assert [ilm.avg_logprobs([text])[0] for text in TEXTS] == pytest.approx(expected, abs=1e-3)


def test_the_end_counts_as_a_token(tiny_en: LoadedModel, expected: list[float]) -> None:
    """The same, computed by the plain decoder."""
    model, tokenizer = tiny_en.model, tiny_en.tokenizer
    initial = tokenizer.start_sequence("en", "transcribe", timestamps=False)
    said = [*tokenizer.encode(" " + TEXTS[0]), tokenizer.eot]
    start = model.start(model.encode(log_mel(np.zeros(SAMPLE_RATE, np.float32), model.dims.n_mels)))
    hidden, _ = model.decode(torch.tensor([[*initial, *said[:-1]]]), start)
    logprobs = model.logits(hidden[0, len(initial) - 1 :]).log_softmax(dim=1)
    assert expected[0] == pytest.approx(float(logprobs[range(len(said)), said].mean()), abs=1e-3)
