"""`mode: free`: Whisper writes what it likes, shown the vocabulary of the grammar, and the text is matched afterwards.

Worse at commands than the constraint, and slower: free text needs the whole window, or it repeats itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.flow import Hypothesis, Reason, Transcript
from voiced.foundations.logistic import probability_of
from voiced.whisper.decoding import DecodingOptions, decode

if TYPE_CHECKING:
    from torch import Tensor

    from voiced.flow import Match
    from voiced.grammar import Grammar
    from voiced.whisper.decoding import DecodingResult
    from voiced.whisper.loaded import LoadedModel

NO_SPEECH = 0.6  # probability above which an unsure text is taken for noise; the reference's value
UNSURE = -1.0  # mean log probability per token below which a text is; the reference's value, too


def read_freely(
    loaded: LoadedModel, grammar: Grammar, features: Tensor, options: DecodingOptions, least: float
) -> Transcript:
    """What was said, its reading by the grammar, or why there is none; `least` is the confidence that is enough."""
    result = decode(loaded.model, loaded.tokenizer, features, options)
    matches = grammar.matches(result.text)
    confidence = _confidence(result.avg_logprob)
    reason = _rejection(result, matches, confidence, least)
    return Transcript(
        text="" if reason is Reason.NO_SPEECH else result.text.strip(),
        match=matches[0] if matches else None,
        reason=reason,
        confidence=confidence if matches else 0.0,
        avg_logprob=result.avg_logprob,
        alternatives=_alternatives(loaded, grammar, result),
    )


def _confidence(avg_logprob: float) -> float:
    """One half where the reference implementation loses its trust."""
    return probability_of(4 * (avg_logprob - UNSURE))


def _rejection(result: DecodingResult, matches: tuple[Match, ...], confidence: float, least: float) -> Reason | None:
    if not result.text.strip() or (result.avg_logprob < UNSURE and result.no_speech_prob > NO_SPEECH):
        return Reason.NO_SPEECH
    if not matches:
        return Reason.OUT_OF_GRAMMAR
    if confidence < least:
        return Reason.LOW_CONFIDENCE
    rivals = [match for match in matches[1:] if match.literal_words == matches[0].literal_words]
    return Reason.AMBIGUOUS if any(rival.intent != matches[0].intent for rival in rivals) else None


def _alternatives(loaded: LoadedModel, grammar: Grammar, result: DecodingResult) -> tuple[Hypothesis, ...]:
    """What the beams that came second wrote, most likely first, each text once."""
    texts: dict[str, float] = {}
    for hypothesis in result.hypotheses:
        texts.setdefault(loaded.tokenizer.decode(hypothesis.tokens).strip(), hypothesis.avg_logprob)
    texts.pop(result.text.strip(), None)
    return tuple(Hypothesis(text, grammar.match(text), logprob) for text, logprob in texts.items())
