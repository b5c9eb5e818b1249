"""Which words stand on the screen together, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.whisper.transcription.spoken import spoken
from voiced.whisper.transcription.captions import Caption, Layout, captions

if TYPE_CHECKING:
    from voiced.whisper.transcription.values import Segment

SPEECH = (spoken(0.0, "the lights are off"), spoken(1.0, "and it is dark"), spoken(9.0, "good night"))


def shown(*segments: Segment, layout: Layout) -> list[str]:
    return [caption.text for caption in captions(segments, layout)]


@pytest.mark.parametrize(
    ("layout", "texts"),
    [
        (Layout(), ["the lights are off", "and it is dark", "good night"]),
        (Layout(max_line_width=10), ["the lights\nare off", "and it is\ndark", "good night"]),
        (Layout(max_words_per_line=3), ["the lights are", "off", "and it is", "dark", "good night"]),
        (Layout(max_line_width=10, max_line_count=1), ["the lights", "are off", "and it is", "dark", "good night"]),
        # Captions run on over segments, but not over the pause before "good night".
        (Layout(max_line_width=12, max_line_count=2), ["the lights\nare off and", "it is dark", "good night"]),
        (Layout(max_line_width=1, max_line_count=3), ["the\nlights\nare", "off\nand\nit", "is\ndark", "good\nnight"]),
    ],
)
def test_layout(layout: Layout, texts: list[str]) -> None:
    assert shown(*SPEECH, layout=layout) == texts


def test_captions_last_from_their_first_word_to_their_last() -> None:
    first, *_ = captions(SPEECH, Layout(max_words_per_line=3))
    assert first == Caption(0.0, 0.3, "the lights are")


def test_captions_come_as_segments_do() -> None:
    """Those that are complete when the next segment begins."""
    heard = iter(SPEECH)
    assert next(captions(heard, Layout())).text == "the lights are off"
    assert len(list(heard)) == 1


@pytest.mark.parametrize("layout", [{"max_line_width": 0}, {"max_line_count": -1}, {"max_words_per_line": 0}])
def test_impossible_layouts(layout: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Layout(**layout)  # type: ignore[arg-type] # mypy does not look into the dictionary
