"""The rewritten embedding network against the one that it was made from."""

from __future__ import annotations

import numpy as np
import pytest

from voiced.foundations.onnx_session import open_session, shipped_model
from voiced.wake.incremental import CACHE_SHAPES, STEP, field, fields, incremental

MODEL = shipped_model("embedding_model.onnx")
WINDOW = 76  # mel frames that the original looks at


def test_embeddings_are_the_same_to_the_last_bit() -> None:
    mel = np.random.default_rng(1).normal(size=(40 * STEP, 32)).astype(np.float32)
    original, ours = open_session(MODEL), open_session(MODEL, incremental)
    caches = [np.zeros((1, *shape), np.float32) for shape in CACHE_SHAPES]
    compared = 0
    for end in range(STEP, len(mel) + 1, STEP):
        inputs = {"input_1": mel[None, end - STEP : end, :, None]}
        inputs |= {f"cache{index}": cache for index, cache in enumerate(caches)}
        embedding, *caches = ours.run(None, inputs)
        if end >= WINDOW:
            [expected] = original.run(None, {"input_1": mel[None, end - WINDOW : end, :, None]})
            assert np.array_equal(embedding.ravel(), expected.ravel())
            compared += 1
    assert compared > 30


def test_what_is_not_changed_is_written_as_it_was_read() -> None:
    content = MODEL.read_bytes()
    assert b"".join(field(number, value) for number, value in fields(content)) == content


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**31, 2**63])
def test_numbers(number: int) -> None:
    assert list(fields(field(5, number) + field(1_000, b"text"))) == [(5, number), (1_000, b"text")]
