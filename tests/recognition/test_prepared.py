"""What passes ask about the sound of an utterance: pauses are shortened, windows measured, letters counted."""

from __future__ import annotations

import numpy as np
import pytest

from voiced.flow import SAMPLE_RATE, Ending, Utterance
from voiced.recognition.prepared import Prepared, measured, prepare, with_short_pauses
from voiced.recognition.tuning import FASTEST_LETTERS_PER_SECOND, MORE_LETTERS
from voiced.recognition.tuning import KEPT_PAUSE_BLOCKS as KEPT
from voiced.recognition.tuning import PAUSE_BLOCK_SAMPLES as BLOCK
from voiced.whisper.log_mel import WINDOW_SAMPLES


def spoken(*lengths: int) -> Utterance:
    """Blocks of speech and silence in turn, with half a block of silence before them and four behind."""
    random = np.random.default_rng(0)
    parts = [random.uniform(-1, 1, n * BLOCK) * (0.001 if index % 2 else 0.5) for index, n in enumerate(lengths)]
    samples = np.concatenate([np.zeros(BLOCK // 2), *parts, np.zeros(4 * BLOCK)]).astype(np.float32)
    speech = (1_000 + BLOCK // 2, 1_000 + BLOCK // 2 + sum(lengths) * BLOCK)
    return Utterance(samples, 1_000, speech, Ending.SILENCE)


def test_the_middle_of_long_ones_is_left_out() -> None:
    whole = spoken(20, 18, 20, 11, 20)
    shorter = with_short_pauses(whole)
    left_out = (18 + 11 - 2 * KEPT) * BLOCK
    assert len(shorter.samples) == len(whole.samples) - left_out
    assert shorter.speech == (whole.speech[0], whole.speech[1] - left_out)
    assert (shorter.start, shorter.ending) == (whole.start, whole.ending)
    assert np.array_equal(shorter.samples[: 20 * BLOCK], whole.samples[: 20 * BLOCK])
    assert np.array_equal(shorter.samples[-22 * BLOCK :], whole.samples[-22 * BLOCK :])


def test_short_ones_stay() -> None:
    whole = spoken(20, 9, 20)
    assert with_short_pauses(whole) is whole


def test_what_is_not_silent_is_kept() -> None:
    """In noise, what the VAD takes for a pause may be a word."""
    whole = spoken(20, 18, 20)
    begin = BLOCK // 2 + 28 * BLOCK
    whole.samples[begin : begin + BLOCK] = 0.1
    assert with_short_pauses(whole) is whole


def test_without_speech_there_is_no_pause() -> None:
    whole = Utterance(np.zeros(100, np.float32), 0, (0, 0), Ending.NO_SPEECH)
    assert with_short_pauses(whole) is whole


def of(seconds: float, lead: float = 0.3) -> Prepared:
    """So many seconds of speech after a lead of silence."""
    first, n = round(lead * SAMPLE_RATE), round(seconds * SAMPLE_RATE)
    samples = np.concatenate([np.zeros(first), np.ones(n)]).astype(np.float32)
    return measured(Utterance(samples, 5_000, (5_000 + first, 5_000 + first + n), Ending.SILENCE, prefix="Alexa,"))


def test_speech_is_counted_from_the_first_sample() -> None:
    heard = of(2.0)
    assert (heard.begin, heard.end) == (4_800, 36_800)
    assert heard.end_seconds == pytest.approx(2.3)


def test_a_whole_utterance_is_prepared_after_its_pauses_are_shortened() -> None:
    whole = spoken(20, 18, 20)
    heard = prepare(whole)
    assert len(heard.samples) == len(whole.samples) - (18 - KEPT) * BLOCK
    assert heard.end == whole.speech[1] - whole.start - (18 - KEPT) * BLOCK
    assert len(measured(whole).samples) == len(whole.samples)


@pytest.mark.parametrize(("seconds", "window"), [(0.1, 1.5), (1.2, 2.5), (1.3, 3.0), (28.9, 30.0), (40.0, 30.0)])
def test_the_window_is_the_speech_and_a_second_in_steps(seconds: float, window: float) -> None:
    assert of(seconds).window == window * SAMPLE_RATE


def test_without_speech_the_window_holds_all_samples() -> None:
    samples = np.zeros(3 * SAMPLE_RATE, np.float32)
    heard = measured(Utterance(samples, 0, (0, 0), Ending.SILENCE))
    assert heard.window == 4 * SAMPLE_RATE < WINDOW_SAMPLES
    assert heard.letters == np.inf  # the VAD has heard nothing, Whisper may have


def test_nobody_says_more_than_there_was_time_for() -> None:
    assert of(2.0).letters == pytest.approx(MORE_LETTERS + 2 * FASTEST_LETTERS_PER_SECOND)


def test_a_text_may_fill_the_speech() -> None:
    assert of(1.3).is_filled_by("turn on the kitchen lights")
    assert not of(3.0).is_filled_by("turn on the kitchen lights")
    assert of(1.5).is_filled_by("dim it to 44%")


def test_a_text_is_said_after_its_prefix() -> None:
    assert of(1.0).with_prefix("stop") == "Alexa, stop"
