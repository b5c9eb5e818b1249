"""`mode: free`: Whisper writes what it likes, shown the vocabulary of the grammar, and the text is matched afterwards.

Worse at commands than the constraint, and slower: free text needs the whole window, or it repeats itself.
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from voiced.flow import SAMPLE_RATE, Hypothesis, Reason, Timings, Transcript
from voiced.foundations.logistic import probability_of
from voiced.recognition import tuning
from voiced.recognition.contest import likeliest_first
from voiced.whisper.decoding import DecodingOptions, decode
from voiced.whisper.log_mel import WINDOW_SAMPLES, pad_or_trim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from voiced.config import RecognizerSettings
    from voiced.flow import Match, Samples
    from voiced.grammar import Grammar
    from voiced.recognition.tongue import Tongue
    from voiced.recognition.views import GrammarModel
    from voiced.whisper.decoding import DecodingResult
    from voiced.whisper.loaded import LoadedModel


def transcribe_freely(
    tongues: Sequence[Tongue], settings: RecognizerSettings, samples: Samples, prefix: str
) -> Transcript:
    """Transcribe the whole window of 30 s, match the text, and tell how long that took.

    Of several languages the likeliest counts in which the text is a command; if there is none, the likeliest of all.
    """
    # Short windows make free text repeat itself, so that the whole one is encoded.
    begin, model = perf_counter(), tongues[0].model
    features = model.hear(pad_or_trim(samples, WINDOW_SAMPLES))  # (1, n_positions, n_state)
    encoded = perf_counter()
    found: list[Transcript] = []
    for tongue in _likeliest_first(tongues, model, features):
        found.append(_transcribed(tongue.model, settings, features, prefix))
        if found[-1].match:
            break
    transcript = found[-1] if found[-1].match else found[0]
    timings = Timings(encode=encoded - begin, decode=perf_counter() - encoded)
    return replace(transcript, window=WINDOW_SAMPLES / SAMPLE_RATE, timings=timings)


def _likeliest_first(tongues: Sequence[Tongue], model: GrammarModel, features: Tensor) -> list[Tongue]:
    """The languages that may be spoken, of several the likeliest first."""
    if len(tongues) == 1:
        return list(tongues)
    ordered = likeliest_first(tongues, model, model.loaded.model.start(features))
    return [tongue for prior, tongue in ordered if prior > ordered[0][0] - tuning.FOREIGN_NATS]


def _transcribed(model: GrammarModel, settings: RecognizerSettings, features: Tensor, prefix: str) -> Transcript:
    """What is heard in one language."""
    # Beam search with the vocabulary as a prompt, and with the wake word, if it is in the samples, as a prefix.
    options = DecodingOptions(
        language=model.language,
        beam_size=model.beam_size if model.beam_size > 1 else None,
        sample_len=tuning.MAX_TOKENS,
        prompt=model.prompts.vocabulary,
        prefix=prefix,
        without_timestamps=True,
    )
    result = decode(model.loaded.model, model.loaded.tokenizer, features, options)
    transcript = matched(model.loaded, model.grammar, result, settings.min_confidence)
    return replace(transcript, language=model.language)


def matched(loaded: LoadedModel, grammar: Grammar, result: DecodingResult, least: float) -> Transcript:
    """Match what was decoded: its meaning, or why it has none; `least` is the confidence that is enough."""
    # A text may have several meanings: the first has most words spelt out by its template.
    matches = grammar.matches(result.text)
    confidence = confidence_of(result.avg_logprob)
    reason = _rejection(result, matches, confidence, least)
    return Transcript(
        text="" if reason is Reason.NO_SPEECH else result.text.strip(),
        match=matches[0] if matches else None,
        reason=reason,
        confidence=confidence if matches else 0.0,
        avg_logprob=result.avg_logprob,
        alternatives=_alternatives(loaded, grammar, result),
    )


def confidence_of(avg_logprob: float) -> float:
    """Return a confidence, 0 to 1: one half where the reference implementation loses its trust."""
    return probability_of(tuning.FREE_STEEPNESS * (avg_logprob - tuning.FREE_UNSURE_LOGPROB))


def _rejection(result: DecodingResult, matches: tuple[Match, ...], confidence: float, least: float) -> Reason | None:
    # Noise makes Whisper write something, too, but then it is unsure and thinks that nobody spoke.
    is_unsure = result.avg_logprob < tuning.FREE_UNSURE_LOGPROB
    if not result.text.strip() or (is_unsure and result.no_speech_prob > tuning.FREE_NO_SPEECH_PROBABILITY):
        return Reason.NO_SPEECH
    if not matches:
        return Reason.OUT_OF_GRAMMAR
    if confidence < least:
        return Reason.LOW_CONFIDENCE
    # Two templates that spell out as many words of the text, but mean something else: nobody can tell.
    rivals = [match for match in matches[1:] if match.literal_words == matches[0].literal_words]
    return Reason.AMBIGUOUS if any(rival.intent != matches[0].intent for rival in rivals) else None


def _alternatives(loaded: LoadedModel, grammar: Grammar, result: DecodingResult) -> tuple[Hypothesis, ...]:
    """What the beams that came second wrote, most likely first, each text once."""
    # Hypotheses come best first, so that of equal texts the likeliest stays.
    texts: dict[str, float] = {}
    for hypothesis in result.hypotheses:
        texts.setdefault(loaded.tokenizer.decode(hypothesis.tokens).strip(), hypothesis.avg_logprob)
    texts.pop(result.text.strip(), None)
    return tuple(Hypothesis(text, grammar.match(text), logprob) for text, logprob in texts.items())
