"""Captions and the formats they are written in; players' parsers are the judges."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import srt
import webvtt

from tests.whisper.dialogues import dialogue
from tests.whisper.transcription.spoken import segment, spoken
from voiced.whisper.transcription.captions import Caption, Layout, captions
from voiced.whisper.transcription.segments import transcribe
from voiced.whisper.transcription.values import Segment, TranscriptionOptions, Word
from voiced.whisper.transcription.writers import WRITERS, clock

if TYPE_CHECKING:
    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.transcription.values import Transcription


def written(format_: str, *segments: Segment, layout: Layout | None = None) -> str:
    return "".join(f"{block}\n" for block in WRITERS[format_](segments, "en", layout or Layout()))


TWO = (segment(0.0, " Hello & <b>welcome</b>."), segment(3661.5, " Good\tbye --> now."))


def test_txt() -> None:
    assert written("txt", *TWO) == "Hello & <b>welcome</b>.\nGood\tbye --> now.\n"


def test_srt() -> None:
    assert written("srt", *TWO) == (
        "1\n00:00:00,000 --> 00:00:01,000\nHello & <b>welcome</b>.\n\n"
        "2\n01:01:01,500 --> 01:01:02,500\nGood bye -> now.\n\n"
    )


def test_vtt() -> None:
    """Where `&` and `<` begin something, they are written as HTML does."""
    assert written("vtt", *TWO) == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:01.000\nHello &amp; &lt;b&gt;welcome&lt;/b&gt;.\n\n"
        "01:01:01.500 --> 01:01:02.500\nGood bye -&gt; now.\n\n"
    )


def test_tsv() -> None:
    lines = "start\tend\ttext\n0\t1000\tHello & <b>welcome</b>.\n3661500\t3662500\tGood bye --> now.\n"
    assert written("tsv", *TWO) == lines


def test_csv() -> None:
    lines = 'start,end,text\n0,1000,"Hello, ""you"""\n'
    assert written("csv", segment(0.0, ' Hello, "you"')) == lines


def test_lrc() -> None:
    """A pause clears the line; two that touch do not."""
    three = (segment(0.0, " One\ntwo"), segment(1.0, " three"), segment(3661.5, " four"))
    assert written("lrc", *three) == "[00:00.00]One two\n[00:01.00]three\n[00:02.00]\n[61:01.50]four\n[61:02.50]\n"
    assert written("lrc") == ""


def test_json_has_the_references_keys() -> None:
    report = json.loads(written("json", segment(0.0, " Straße"), spoken(2.0, "ok")))
    assert (report["text"], report["language"]) == (" Straße ok", "en")
    plain, with_words = report["segments"]
    keys = "id seek start end text tokens temperature avg_logprob compression_ratio no_speech_prob"
    assert list(plain) == keys.split()
    assert list(with_words) == [*keys.split(), "words"]
    assert with_words["words"] == [{"word": " ok", "start": 2.0, "end": 2.1, "probability": 0.5}]
    assert with_words["id"] == 1


@pytest.mark.parametrize("format_", WRITERS)
def test_nothing_said_is_still_a_file(format_: str) -> None:
    empty = {
        "txt": "",
        "srt": "",
        "lrc": "",
        "vtt": "WEBVTT\n\n",
        "tsv": "start\tend\ttext\n",
        "csv": "start,end,text\n",
    }
    report = '{"text": "", "segments": [], "language": "en"}\n'
    assert written(format_) == empty.get(format_, report)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "00:00:00.000"), (59.9996, "00:01:00.000"), (3599.9994, "00:59:59.999"), (360_000.0, "100:00:00.000")],
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_highlighted_words() -> None:
    """And nothing is highlighted while nothing is said."""
    pausing = Segment(
        0.0, 2.0, " so be it", (), 0, 0.0, -0.3, 1.0, 0.0, (Word(" so", 0.0, 0.5, 0.9), Word(" be", 1.0, 1.5, 0.9))
    )
    layout = Layout(highlight_words=True, max_line_width=3)
    assert list(captions([pausing], layout)) == [
        Caption(0.0, 0.5, "so\nbe", (0, 2)),
        Caption(0.5, 1.0, "so\nbe"),
        Caption(1.0, 1.5, "so\nbe", (3, 5)),
    ]
    assert "00:00:00.000 --> 00:00:00.500\n<u>so</u>\nbe\n" in written("vtt", pausing, layout=layout)


@pytest.fixture(scope="module")
def talk(tiny_en: LoadedModel) -> Transcription:
    return transcribe(tiny_en, dialogue(), TranscriptionOptions(word_timestamps=True))


LAYOUTS = [Layout(), Layout(42, 2), Layout(max_words_per_line=4), Layout(42, 2, highlight_words=True)]


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_a_dialogue_in_srt(talk: Transcription, layout: Layout) -> None:
    subtitles = list(srt.parse(written("srt", *talk.segments, layout=layout), ignore_errors=False))
    assert [it.index for it in subtitles] == list(range(1, len(subtitles) + 1))
    assert all(timedelta() <= it.start <= it.end for it in subtitles)
    assert all(before.end <= after.start for before, after in pairwise(subtitles))
    if not layout.highlight_words:
        assert " ".join(" ".join(it.content.split()) for it in subtitles) == talk.text.strip()
    lines = [line.replace("<u>", "").replace("</u>", "") for it in subtitles for line in it.content.splitlines()]
    assert max(map(len, lines)) <= (layout.max_line_width or 1000)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_a_dialogue_in_vtt(talk: Transcription, layout: Layout) -> None:
    found = webvtt.from_buffer(StringIO(written("vtt", *talk.segments, layout=layout))).captions
    expected = list(captions(talk.segments, layout))
    assert [caption.text for caption in found] == [caption.text for caption in expected]
    assert [caption.start for caption in found] == [clock(caption.start) for caption in expected]
    assert [caption.end for caption in found] == [clock(caption.end) for caption in expected]
