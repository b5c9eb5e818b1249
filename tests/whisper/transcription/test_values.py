"""Options that contradict themselves, and times that values tell."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from voiced.whisper.transcription.values import Segment, Transcription, TranscriptionOptions, Window


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"temperatures": ()}, "one is needed"),
        ({"temperatures": (0.0, 1.5)}, "between 0 and 1"),
        ({"beam_size": 0}, "at least 1"),
        ({"patience": 2.0}, "patience needs beam_size"),
        ({"length_penalty": 2.0}, "between 0 and 1"),
        ({"hallucination_silence_threshold": 1.0}, "needs word_timestamps"),
        ({"clips": (3.0, 2.0)}, "rising"),
        ({"clips": (-1.0,)}, "rising"),
        ({"clips": (2.0, 2.0)}, "rising"),
    ],
)
def test_impossible_options(asked: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        TranscriptionOptions(**asked)


def test_a_window_knows_its_place_in_the_recording() -> None:
    window = Window(seek=1_250, n_frames=400, audio_features=torch.zeros(1, 1500, 8))
    assert (window.start, window.duration, window.end) == (12.5, 4.0, 42.5)  # of the padding, too


def test_a_transcription_is_its_segments_one_after_another() -> None:
    heard = [Segment(0.0, 1.0, text, (), 0, 0.0, -0.2, 1.0, 0.0) for text in (" The lights", " are off.")]
    assert Transcription("en", tuple(heard)).text == " The lights are off."
