"""Heads: a file of each kind is opened as its head, which scores the newest embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.wake.words import speech, window, word_of_network, word_of_takes
from voiced.errors import ModelError
from voiced.flow import FRAME_SAMPLES
from voiced.foundations.onnx_session import shipped_model
from voiced.wake import word_file
from voiced.wake.embedding import Embedder
from voiced.wake.head import NetworkHead, OnnxHead, TemplateHead, open_model, phrase_of
from voiced.wake.model_file import ModelFile, find
from voiced.wake.network import STEPS

if TYPE_CHECKING:
    from pathlib import Path


def test_a_network_scores_the_last_steps(tmp_path: Path) -> None:
    path = tmp_path / "hey_computer.npz"
    word_file.write(path, word_of_network())
    model = open_model(find(str(path)))
    assert (model.name, model.phrase) == ("hey_computer", "hey computer")
    assert isinstance(model.head, NetworkHead)
    assert model.head.steps == STEPS
    high = model.head.hear(np.concatenate((window(0)[:5], window(3))))
    assert high > 0.9
    assert model.head.hear(window(3)) == high  # what is older is not looked at
    assert model.head.hear(np.concatenate((window(3)[:5], window(0)))) < 0.1


def test_takes_score_where_one_of_them_ends(tmp_path: Path) -> None:
    path = tmp_path / "jarvis.npz"
    word_file.write(path, word_of_takes())
    head = open_model(find(str(path))).head
    assert isinstance(head, TemplateHead)
    said, other = speech(11, seed=1), speech(11, seed=77)
    scores = [head.hear(each[None]) for each in said]
    assert max(scores[:8]) < 0.1
    assert scores[-1] > 0.9
    head.reset()
    assert [head.hear(each[None]) for each in said] == scores
    head.reset()
    assert max(head.hear(each[None]) for each in other) < 0.1


def test_the_first_of_several_outputs_means_none_of_them() -> None:
    head = open_model(find("timer")).head
    assert isinstance(head, OnnxHead)
    embedder = Embedder(longest=head.steps + 3)
    assert head.hear(embedder.hear(np.zeros(FRAME_SAMPLES, np.float32))) < 0.1


def test_a_model_that_is_no_wake_word() -> None:
    path = shipped_model("silero_vad.onnx")
    with pytest.raises(ModelError, match="is not a wake word model of openWakeWord"):
        open_model(ModelFile("silero", path, bundled=False))


@pytest.mark.parametrize(
    ("name", "phrase"), [("hey_jarvis_v0.1", "hey jarvis"), ("Computer", "computer"), ("my_word", "my word")]
)
def test_a_name_as_it_is_spoken(name: str, phrase: str) -> None:
    assert phrase_of(name) == phrase
