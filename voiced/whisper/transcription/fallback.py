"""One window, decoded until the text is believed: at rising temperatures, and perhaps it is silence after all.

Knows one window; the recording around it is the business of `segments`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.whisper.decoding import DecodingOptions, DecodingResult, decode

if TYPE_CHECKING:
    from torch import Tensor

    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.transcription.values import TranscriptionOptions


def decode_with_fallback(
    loaded: LoadedModel, audio_features: Tensor, language: str, prompt: tuple[int, ...], options: TranscriptionOptions
) -> DecodingResult:
    """The first result that is believed; if none is, the last."""
    for temperature in options.temperatures:
        asked = decoding_options(options, temperature, language, prompt)
        result = decode(loaded.model, loaded.tokenizer, audio_features, asked)
        if is_believable(result, options):
            break
    return result


def is_believable(result: DecodingResult, options: TranscriptionOptions) -> bool:
    """Neither repetitive nor guessed; or guessed where nobody speaks, which no temperature betters."""
    ratio, logprob = options.compression_ratio_threshold, options.logprob_threshold
    if logprob is not None and result.avg_logprob < logprob:
        return _nobody_speaks(result, options)
    return ratio is None or result.compression_ratio <= ratio


def is_silence(result: DecodingResult, options: TranscriptionOptions) -> bool:
    """Nobody speaks, and the text is no surer than a guess."""
    logprob = options.logprob_threshold
    return _nobody_speaks(result, options) and (logprob is None or result.avg_logprob <= logprob)


def _nobody_speaks(result: DecodingResult, options: TranscriptionOptions) -> bool:
    threshold = options.no_speech_threshold
    return threshold is not None and result.no_speech_prob > threshold


def decoding_options(
    options: TranscriptionOptions, temperature: float, language: str, prompt: tuple[int, ...]
) -> DecodingOptions:
    """What is asked of one window: beams at temperature 0, independent samples above."""
    hot = temperature > 0
    return DecodingOptions(
        task=options.task,
        language=language,
        temperature=temperature,
        best_of=options.best_of if hot else None,
        beam_size=None if hot else options.beam_size,
        patience=None if hot else options.patience,
        length_penalty=options.length_penalty,
        prompt=prompt,
        prefix=options.prefix,
        suppress_tokens=options.suppress_tokens,
        suppress_blank=options.suppress_blank,
        without_timestamps=options.without_timestamps,
        max_initial_timestamp=options.max_initial_timestamp,
    )
