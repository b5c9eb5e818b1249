"""Decodes one window until its text is believed: at rising temperatures; and tells silence.

Temperature fallback of Radford et al. 2022, section 4.5. Knows one window; `segments` knows the recording.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from voiced.whisper.decoding import DecodingOptions, DecodingResult, decode, prefix_tokens

if TYPE_CHECKING:
    from torch import Tensor

    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.transcription.values import TranscriptionOptions


def decode_with_fallback(
    loaded: LoadedModel, audio_features: Tensor, language: str, prompt: tuple[int, ...], options: TranscriptionOptions
) -> DecodingResult:
    """Audio features (1, positions, state) of one window → the first result that is believed; if none is, the last."""
    # Greedy search or beams first; then samples, ever more random, which get out of a loop.
    for temperature in options.temperatures:
        asked = decoding_options(options, temperature, language, prompt)
        result = decode(loaded.model, loaded.tokenizer, audio_features, asked)
        if is_believable(result, options):
            break
    return result


def with_prefix(loaded: LoadedModel, result: DecodingResult, options: TranscriptionOptions) -> DecodingResult:
    """Put the prefix, which the decoder has read and not written, before the text."""
    # Which tokens were read before the text follows from the options alone.
    asked = decoding_options(options, result.temperature, result.language, ())
    tokens = (*prefix_tokens(loaded.tokenizer, asked, loaded.model.dims.n_text_ctx), *result.tokens)
    return replace(result, tokens=tokens, text=loaded.tokenizer.decode(tokens).strip())


def is_believable(result: DecodingResult, options: TranscriptionOptions) -> bool:
    """Whether no further temperature is tried: the text is likely and does not repeat itself, or nobody speaks."""
    # What is unlikely because nobody speaks stays so at every temperature.
    ratio, logprob = options.compression_ratio_threshold, options.logprob_threshold
    if logprob is not None and result.avg_logprob < logprob:
        return _nobody_speaks(result, options)
    return ratio is None or result.compression_ratio <= ratio


def is_silence(result: DecodingResult, options: TranscriptionOptions) -> bool:
    """Whether nobody speaks: <|nospeech|> is likely, and the text is not."""
    # A likely text overrules <|nospeech|>, which alone is not reliable.
    logprob = options.logprob_threshold
    return _nobody_speaks(result, options) and (logprob is None or result.avg_logprob <= logprob)


def _nobody_speaks(result: DecodingResult, options: TranscriptionOptions) -> bool:
    threshold = options.no_speech_threshold
    return threshold is not None and result.no_speech_prob > threshold


def decoding_options(
    options: TranscriptionOptions, temperature: float, language: str, prompt: tuple[int, ...]
) -> DecodingOptions:
    """Options of a recording → options of one window: beams at temperature 0, independent samples above."""
    # Beams need likeliest tokens, and samples chance: each has options that would be an error with the other.
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
        repetition_penalty=options.repetition_penalty,
        without_timestamps=options.without_timestamps,
        max_initial_timestamp=options.max_initial_timestamp,
    )
