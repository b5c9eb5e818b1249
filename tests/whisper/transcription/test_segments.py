"""Long recordings against openai-whisper's transcriptions; `fixtures/make_transcriptions.py` says how it made these."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from tests.whisper.clips import SAMPLE_RATE, clip, silence
from tests.whisper.dialogues import sound
from tests.whisper.transcription.spoken import segment
from voiced.whisper.decoding import DecodingResult
from voiced.whisper.transcription.cutting import cut_window, within
from voiced.whisper.transcription.recording import prepare
from voiced.whisper.transcription.segments import WindowTranscriber, transcribe, transcribe_windows
from voiced.whisper.transcription.values import SegmentedWindow, TranscriptionOptions, Window

if TYPE_CHECKING:
    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.transcription.values import Segment, Transcription

REFERENCE = json.loads((Path(__file__).parents[1] / "fixtures" / "transcriptions.json").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = REFERENCE["transcriptions"]
SEED = 0  # the fixtures'


def options(asked: dict[str, Any]) -> TranscriptionOptions:
    """The reference's names → ours."""
    ours: dict[str, Any] = {{"clip_timestamps": "clips"}.get(name, name): value for name, value in asked.items()}
    for name, value in ours.items():
        ours[name] = tuple(value) if isinstance(value, list) else value
    return TranscriptionOptions(**ours)


def named(case: dict[str, Any]) -> str:
    return " ".join([case["model"], case["sound"], *case["options"]])


@pytest.fixture
def loaded(request: pytest.FixtureRequest) -> LoadedModel:
    found: LoadedModel = request.getfixturevalue(request.param.replace(".", "_"))
    return found


CERTAIN = [case for case in CASES if all(segment["temperature"] == 0 for segment in case["segments"])]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loaded", "case"), [(it["model"], it) for it in CERTAIN], indirect=["loaded"], ids=map(named, CERTAIN)
)
def test_equals_the_reference(loaded: LoadedModel, case: dict[str, Any]) -> None:
    found = transcribe(loaded, sound(case["sound"]), options(case["options"]))
    assert found.text == case["text"]
    assert found.language == case["language"]
    assert [segment.tokens for segment in found.segments] == [tuple(it["tokens"]) for it in case["segments"]]
    for ours, theirs in zip(found.segments, case["segments"], strict=True):
        same_segment(ours, theirs)


def same_segment(ours: Segment, theirs: dict[str, Any]) -> None:
    assert (ours.text, ours.seek) == (theirs["text"], theirs["seek"])
    assert (ours.start, ours.end) == pytest.approx((theirs["start"], theirs["end"]), abs=0.02)
    assert ours.avg_logprob == pytest.approx(theirs["avg_logprob"], abs=0.01)
    assert ours.compression_ratio == pytest.approx(theirs["compression_ratio"], abs=0.02)  # zlib's versions differ
    assert ours.no_speech_prob == pytest.approx(theirs["no_speech_prob"], abs=0.01)
    words = theirs.get("words", [])
    assert [word.text for word in ours.words] == [word["word"] for word in words]
    for word, reference in zip(ours.words, words, strict=True):
        assert (word.start, word.end) == pytest.approx((reference["start"], reference["end"]), abs=0.02)
        assert word.probability == pytest.approx(reference["probability"], abs=0.02)


@pytest.mark.slow
def test_falls_back_where_the_reference_does(tiny_en: LoadedModel) -> None:
    """To its last resort; what is drawn at random there depends on the processor's library."""
    (case,) = [case for case in CASES if case["sound"] == "very noisy"]
    torch.manual_seed(SEED)
    found = transcribe(tiny_en, sound("very noisy"), TranscriptionOptions())
    assert {segment.temperature for segment in found.segments} == {
        segment["temperature"] for segment in case["segments"]
    }


def test_language_is_detected_with_probabilities(base: LoadedModel) -> None:
    recording = prepare(base, clip("es"), TranscriptionOptions())
    assert recording.language == "es"
    assert recording.language_probs["es"] > 0.9
    assert sum(recording.language_probs.values()) == pytest.approx(1)
    assert prepare(base, clip("es"), TranscriptionOptions(language="de")).language == "de"


@pytest.mark.parametrize("asked", [{"task": "translate"}, {"language": "de"}])
def test_an_english_model_is_not_asked_for_more(tiny_en: LoadedModel, asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"tiny\.en knows English only; choose a multilingual one, such as base"):
        prepare(tiny_en, silence(1), TranscriptionOptions(**asked))


@pytest.mark.slow
def test_hotwords_and_prompt_spell_names(tiny_en: LoadedModel) -> None:
    plain = whole(tiny_en)
    assert "nineteen" not in plain
    assert "nineteen" in whole(tiny_en, hotwords="nineteen degrees, half past seven")
    assert "nineteen" in whole(
        tiny_en, initial_prompt="It is fifteen degrees, not nineteen.", carry_initial_prompt=True
    )


def whole(loaded: LoadedModel, **asked: Any) -> str:
    return transcribe(loaded, clip("en"), TranscriptionOptions(**asked)).text


@pytest.mark.slow
def test_steps_reach_the_end_and_never_go_back(tiny_en: LoadedModel) -> None:
    samples = np.tile(clip("en"), 4)[: 33 * SAMPLE_RATE]
    recording = prepare(tiny_en, samples, TranscriptionOptions(compression_ratio_threshold=None))
    taken = list(transcribe_windows(tiny_en, recording, TranscriptionOptions(compression_ratio_threshold=None)))
    positions = [step.position for step in taken]
    assert len(positions) >= 2
    assert positions == sorted(positions)
    assert positions[-1] == taken[-1].duration == pytest.approx(33)
    ends = [segment.end for step in taken for segment in step.segments]
    assert ends == sorted(ends)


@pytest.mark.parametrize("seconds", [0.0, 0.005, 0.01, 0.1])
def test_next_to_nothing_is_nothing(tiny_en: LoadedModel, seconds: float) -> None:
    found: Transcription = transcribe(tiny_en, silence(seconds), TranscriptionOptions(word_timestamps=True))
    assert found.text == ""
    assert found.language == "en"


def test_a_tail_of_20_ms_is_not_decoded(tiny_en: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []

    def nothing(_: WindowTranscriber, window: Window) -> SegmentedWindow:
        heard.append(window.n_frames)
        return SegmentedWindow([], window.seek + window.n_frames, is_complete=True)

    monkeypatch.setattr(WindowTranscriber, "hear", nothing)
    whole = SAMPLE_RATE * 30 + SAMPLE_RATE // 50
    recording = prepare(tiny_en, silence(whole / SAMPLE_RATE), TranscriptionOptions())
    (step,) = transcribe_windows(tiny_en, recording, TranscriptionOptions())
    assert heard == [3000]
    assert step.position == step.duration == 30.02
    assert list(transcribe_windows(tiny_en, recording, TranscriptionOptions(clips=(1.0, 1.02)))) == []


def test_clips_beyond_the_end_are_empty(tiny_en: LoadedModel) -> None:
    assert transcribe(tiny_en, clip("en"), TranscriptionOptions(clips=(20.0, 30.0, 40.0))).segments == ()


@pytest.mark.parametrize(
    ("written", "times", "seek", "is_complete"),
    [
        ("t0 A t50 t50 B t100", [(10.0, 11.0), (11.0, 12.0)], 4000, True),  # one time ends it: nothing follows
        ("t0 A t50 t60 B t100 t100", [(10.0, 11.0), (11.2, 12.0)], 1200, False),  # a pair ends it: go on there
        ("t0 A t50 t60 B", [(10.0, 11.0)], 1100, False),  # B has no end: heard again
        ("t0 A t50", [(10.0, 11.0)], 4000, True),
        ("t0 A", [(10.0, 40.0)], 4000, False),  # no end at all: the window's
        ("A B", [(10.0, 40.0)], 4000, False),  # without timestamps
    ],
)
def test_cut_window(
    tiny_en: LoadedModel, written: str, times: list[tuple[float, float]], seek: int, *, is_complete: bool
) -> None:
    begin = tiny_en.tokenizer.timestamp_begin
    letters = {letter: tiny_en.tokenizer.encode(" " + letter)[0] for letter in "AB"}
    tokens = tuple(letters.get(it) or begin + int(it[1:]) for it in written.split())
    result = DecodingResult("", tokens, "en", -0.5, 0.1, 0.0, 1.0, ())
    window = Window(1000, 3000, torch.zeros(1, 1500, 384))
    cut = cut_window(result, window, tiny_en.tokenizer)
    found = [(round(segment.start, 2), round(segment.end, 2)) for segment in cut.segments]
    assert found == times
    assert (cut.seek, cut.is_complete) == (seek, is_complete)
    # If no window follows, all of the text is there, and the window is done.
    alone = cut_window(result, window, tiny_en.tokenizer, is_last=True)
    assert "".join(it.text for it in alone.segments) == "".join(f" {it}" for it in written.split() if it in "AB")
    assert (alone.segments[: len(cut.segments)], alone.seek) == (cut.segments, 4000)


def test_times_end_with_the_sound() -> None:
    heard = segment(1.0, " a b", "a b")  # 1.0 to 2.0, words of 0.1 s
    assert within(heard, 2.0) == heard
    cut = within(heard, 1.15)
    assert (cut.start, cut.end, cut.text) == (1.0, 1.15, " a b")
    assert [(word.start, word.end) for word in cut.words] == [(1.0, 1.1), (1.1, 1.15)]
    behind = within(heard, 0.9)
    assert (behind.start, behind.end) == (0.88, 0.9)
