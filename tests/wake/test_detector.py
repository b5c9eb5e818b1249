"""Wake words: the real models on synthetic speech, held to the scores of the library that they come from."""

from __future__ import annotations

import shutil
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import openwakeword
import pytest

from voiced.audio import sound_file
from voiced.errors import ModelError
from voiced.flow import FRAME_SAMPLES, AudioFrame
from voiced.foundations.onnx_session import SHA256, openwakeword_model
from voiced.wake.detector import WakeWord, WakeWordDetector, WordDetector
from voiced.wake.head import Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from voiced.flow import Detection, Samples
    from voiced.wake.embedding import Features

SOUNDS = Path(__file__).parent.parent / "sounds"


@cache
def stream(*clips: str) -> Samples:
    """Clips with a second of faint noise before each and after the last, as 16-bit samples would be."""
    noise = np.random.default_rng(1).normal(scale=3e-4, size=16_000).astype(np.float32)
    parts = [noise]
    for clip in clips:
        parts += [sound_file.read(SOUNDS / f"{clip}.ogg"), noise]
    return np.asarray(np.round(np.concatenate(parts) * 32_768) / 32_768, np.float32)


def frames(samples: Samples) -> Iterator[AudioFrame]:
    for start in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield AudioFrame(start, samples[start : start + FRAME_SAMPLES])


def detections(words: Sequence[WakeWord], samples: Samples) -> list[Detection]:
    detector = WakeWordDetector(words)
    return [found for frame in frames(samples) if (found := detector.detect(frame))]


def library(path: Path) -> openwakeword.Model:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for CUDA, and says so
        return openwakeword.Model(wakeword_model_paths=[str(path)])


@pytest.mark.parametrize("name", [name for name in SHA256 if name.endswith("_v0.1.onnx")])
def test_scores_equal_the_librarys(name: str) -> None:
    samples = stream("wake_jarvis", "command_timer", "wake_alexa")
    path = openwakeword_model(name)
    reference, ours = library(path), WakeWordDetector([WakeWord(str(path))])
    for frame in frames(samples):
        ours.detect(frame)
        scores = reference.predict((frame.samples * 32_768).astype(np.int16))
        wanted = [score for label, score in scores.items() if label != "0"]  # output 0 of several: none of them
        assert ours.scores[path.stem] == pytest.approx(max(wanted), abs=1e-7), f"at {frame.start}"


def test_hears_its_word_and_no_other() -> None:
    heard = detections([WakeWord("hey_jarvis")], stream("wake_jarvis", "wake_alexa", "no_command"))
    assert [detection.wake_word for detection in heard] == ["hey_jarvis"]
    assert heard[0].score >= 0.5
    end = 16_000 + len(sound_file.read(SOUNDS / "wake_jarvis.ogg"))
    assert end - 0.2 * 16_000 < heard[0].at < end + 0.35 * 16_000
    assert heard[0].at % FRAME_SAMPLES == 0


def test_several_words_at_once() -> None:
    words = [WakeWord("alexa"), WakeWord("hey_jarvis")]
    heard = detections(words, stream("wake_jarvis", "wake_alexa", "wake_one_breath"))
    assert [detection.wake_word for detection in heard] == ["hey_jarvis", "alexa", "hey_jarvis"]


def test_several_words_score_as_each_alone() -> None:
    samples = stream("wake_jarvis")
    together, alone = WakeWordDetector([WakeWord("alexa"), WakeWord("timer")]), WakeWordDetector([WakeWord("timer")])
    for frame in frames(samples):
        together.detect(frame)
        alone.detect(frame)
        assert together.scores["timer"] == alone.scores["timer"]


def test_threshold() -> None:
    samples = stream("wake_jarvis")
    best = max(detections([WakeWord(threshold=0.1, refractory=0.0)], samples), key=lambda each: each.score)
    assert detections([WakeWord(threshold=best.score + 1e-4)], samples) == []
    assert detections([WakeWord(threshold=best.score)], samples)[0].score == best.score


def test_patience_waits_for_frames_in_a_row() -> None:
    samples = stream("wake_jarvis")
    at = [detections([WakeWord(patience=patience)], samples)[0].at for patience in (1, 3)]
    assert at[1] == at[0] + 2 * FRAME_SAMPLES
    assert detections([WakeWord(patience=20)], samples) == []


def test_refractory_time() -> None:
    samples = stream("wake_jarvis", "wake_jarvis")
    assert len(detections([WakeWord(refractory=1.0)], samples)) == 2
    assert len(detections([WakeWord(refractory=10.0)], samples)) == 1
    assert len(detections([WakeWord(refractory=0.0)], samples)) > 4


def test_reset_forgets_sound_and_refractory_time() -> None:
    detector = WakeWordDetector([WakeWord(refractory=60.0)])
    first = [detector.detect(frame) for frame in frames(stream("wake_jarvis"))]
    detector.reset()
    assert detector.scores == {"hey_jarvis": 0.0}
    assert [detector.detect(frame) for frame in frames(stream("wake_jarvis"))] == first
    assert any(first)


def test_a_model_of_ones_own(tmp_path: Path) -> None:
    path = shutil.copy(openwakeword_model("hey_jarvis_v0.1.onnx"), tmp_path / "computer.onnx")
    assert [each.wake_word for each in detections([WakeWord(str(path))], stream("wake_jarvis"))] == ["computer"]


def test_the_same_word_twice() -> None:
    with pytest.raises(ModelError, match="'alexa' is listed twice"):
        WakeWordDetector([WakeWord("alexa"), WakeWord("hey_jarvis"), WakeWord("alexa", threshold=0.9)])


def test_a_missing_model() -> None:
    with pytest.raises(ModelError, match=r"nowhere/word\.onnx: no such model file"):
        WakeWordDetector([WakeWord("nowhere/word.onnx")])


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "word.onnx"
    path.write_text("hey jarvis")
    with pytest.raises(ModelError, match=r"word\.onnx: is not an ONNX model") as raised:
        WakeWordDetector([WakeWord(str(path))])
    assert "\n" not in str(raised.value)


def said_again(words: Sequence[WakeWord], samples: Samples) -> list[Detection]:
    """Detections where each begins a recording, in which a word may be said again."""
    detector = WakeWordDetector(words)
    found: list[Detection] = []
    for frame in frames(samples):
        if detection := detector.detect(frame):
            found.append(detection)
            detector.allow_again()
    return found


@pytest.mark.parametrize("verified", [False, True])
def test_a_word_said_again_is_detected_within_the_refractory_time(*, verified: bool) -> None:
    word = WakeWord(threshold=0.1 if verified else 0.5, refractory=10.0, verified=verified)
    assert len(said_again([word], stream("wake_jarvis", "wake_jarvis", "wake_jarvis"))) == 3


@pytest.mark.parametrize("verified", [False, True])
@pytest.mark.parametrize("clip", ["wake_jarvis", "wake_one_breath", "wake_one_word"])
def test_a_word_said_once_is_detected_once(clip: str, *, verified: bool) -> None:
    """Its score may rise twice, or stay high for a while."""
    word = WakeWord(threshold=0.1 if verified else 0.5, refractory=10.0, verified=verified)
    assert len(said_again([word], stream(clip, "command_lights"))) == 1


class ScriptHead:
    """Scores frames as a text says: a digit is so many tenths."""

    steps, alone = 16, 0.5

    def __init__(self, script: str) -> None:
        self._scores = iter(script)

    def hear(self, _embeddings: Features) -> float:
        return int(next(self._scores)) / 10

    def reset(self) -> None:
        """Nothing to forget."""


def told_of(script: str, *, verified: bool = False, again: bool = True) -> list[tuple[int, bool]]:
    """Frame and doubt of each detection; each begins a recording in which the word may be said again."""
    word = WordDetector(WakeWord(verified=verified, refractory=2.0), Model("word", "word", ScriptHead(script)))
    found: list[tuple[int, bool]] = []
    for frame in range(len(script)):
        word.hear(np.zeros((16, 96), np.float32), (frame + 1) * FRAME_SAMPLES, warm=True)
        if detection := word.detection((frame + 1) * FRAME_SAMPLES):
            found.append((frame, detection.doubtful))
            if again:
                word.allow_again()
    return found


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("0900" + "0" * 20, [(1, False)]),
        ("0900" + "0" * 20 + "9" + "0" * 5, [(1, False), (24, False)]),  # said again
        ("0900" + "0" * 6 + "9" + "0" * 5, [(1, False), (13, True)]),  # soon: it may be an echo
        ("0990900" + "0" * 9, [(1, False)]),  # one word, two peaks
        ("09" + "9" * 20, [(1, False)]),  # it never fell
        ("0900" + "0" * 24 + "9" + "0" * 5, [(1, False), (28, False)]),  # beyond the refractory time
    ],
)
def test_a_word_may_be_said_again_in_the_recording_that_it_began(script: str, found: list[tuple[int, bool]]) -> None:
    assert told_of(script) == found


def test_without_a_recording_the_refractory_time_is_kept() -> None:
    assert told_of("0900" + "0" * 12 + "9" + "0" * 5, again=False) == [(1, False)]
    assert told_of("0900" + "0" * 24 + "9" + "0" * 5, again=False) == [(1, False), (28, False)]


def test_a_verified_word_is_in_doubt_again() -> None:
    assert told_of("09000" + "0" * 8 + "9" + "0" * 5, verified=True) == [(4, True), (16, True)]


def test_a_word_that_is_perhaps_said_again_is_suspected_before_it_is_detected() -> None:
    detector = WakeWordDetector([WakeWord(threshold=0.1, verified=True)])
    told: list[str] = []
    for frame in frames(stream("wake_jarvis", "wake_jarvis")):
        if detector.detect(frame):
            told.append("detected")
            detector.allow_again()
        elif detector.suspects and told[-1:] != ["suspected"]:
            told.append("suspected")
    assert told == ["detected", "suspected", "detected"]
