"""When a window's text is believed, when it is silence, and what is asked for at each temperature."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voiced.whisper.decoding import DecodingOptions, DecodingResult
from voiced.whisper.transcription.fallback import decoding_options, is_believable, is_silence
from voiced.whisper.transcription.values import TranscriptionOptions

USUAL = TranscriptionOptions()  # compression 2.4, log probability -1, no speech 0.6
FINE = DecodingResult("so", (1,), "en", -0.3, 0.1, 0.0, 1.2, ())


@pytest.mark.parametrize(
    ("result", "believed", "silent"),
    [
        (FINE, True, False),
        (replace(FINE, compression_ratio=2.5), False, False),  # repeats itself
        (replace(FINE, avg_logprob=-1.1), False, False),  # guessed
        (replace(FINE, avg_logprob=-1.1, no_speech_prob=0.7), True, True),  # guessed where nobody speaks
        (replace(FINE, avg_logprob=-1.1, no_speech_prob=0.7, compression_ratio=9.0), True, True),
        (replace(FINE, no_speech_prob=0.9), True, False),  # sure of its text all the same
    ],
)
def test_beliefs(result: DecodingResult, *, believed: bool, silent: bool) -> None:
    assert is_believable(result, USUAL) is believed
    assert is_silence(result, USUAL) is silent


def test_without_thresholds_everything_is_believed() -> None:
    never = TranscriptionOptions(compression_ratio_threshold=None, logprob_threshold=None, no_speech_threshold=None)
    worst = replace(FINE, compression_ratio=9.0, avg_logprob=-5.0, no_speech_prob=1.0)
    assert is_believable(worst, never)
    assert not is_silence(worst, never)


def test_beams_when_cold_samples_when_hot() -> None:
    asked = TranscriptionOptions(beam_size=5, patience=2.0, best_of=3, task="translate", prefix="So")
    cold, hot = (decoding_options(asked, temperature, "de", (7, 8)) for temperature in (0.0, 0.4))
    assert (cold.beam_size, cold.patience, cold.best_of) == (5, 2.0, None)
    assert (hot.beam_size, hot.patience, hot.best_of, hot.temperature) == (None, None, 3, 0.4)
    for options in (cold, hot):
        assert (options.task, options.language, options.prompt, options.prefix) == ("translate", "de", (7, 8), "So")


def test_the_defaults_are_those_of_one_window() -> None:
    assert decoding_options(USUAL, 0.0, "en", ()) == DecodingOptions(language="en", prefix="")
