"""What the search is told of allowed tokens: right but for one number per row, for the tokens that are left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.whisper.test_model import DIMS
from voiced.recognition.token_scores import next_logprobs
from voiced.whisper.blocks import N_FREQUENT
from voiced.whisper.model import Whisper

N_VOCAB = N_FREQUENT + 3000


@pytest.fixture(scope="module")
def model() -> Whisper:
    torch.manual_seed(0)
    return Whisper(replace(DIMS, n_vocab=N_VOCAB)).eval()


def test_what_is_left_out_is_the_same_for_all_tokens_of_a_row(model: Whisper) -> None:
    hidden = torch.randn(4, DIMS.n_text_state)
    allowed = [
        np.array([3, 70, N_FREQUENT - 1]),
        np.array([N_FREQUENT, N_VOCAB - 1]),
        np.array([5, N_FREQUENT + 7]),
        np.array([], np.int64),
    ]
    exact = model.logits(hidden).log_softmax(dim=1).numpy()
    for row, logprobs in enumerate(next_logprobs(model, hidden, allowed)):
        too_high = logprobs - exact[row, allowed[row]]
        assert too_high == pytest.approx(np.full(len(too_high), too_high.max(initial=0.0)), abs=1e-4)
        assert (too_high > 0).all()


def test_where_nearly_everything_is_allowed_nothing_is_left_out(model: Whisper) -> None:
    hidden = torch.randn(2, DIMS.n_text_state)
    allowed = [np.arange(N_VOCAB), np.array([1, N_FREQUENT + 1])]
    exact = model.logits(hidden).log_softmax(dim=1).numpy()
    for row, logprobs in enumerate(next_logprobs(model, hidden, allowed)):
        assert logprobs == pytest.approx(exact[row, allowed[row]], abs=1e-4)
