"""What the options do, on the real tiny.en; its figures are compared in test_reference.py."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from tests.whisper.clips import clip
from voiced.whisper.decoding import DecodingOptions, decode, detect_language
from voiced.whisper.log_mel import log_mel, pad_or_trim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.whisper.loaded import LoadedModel

PLAIN = DecodingOptions(without_timestamps=True)


@pytest.fixture(scope="module")
def features(tiny_en: LoadedModel) -> torch.Tensor:
    """Of the first sentence, cut after its last word, with a second of silence: a short window."""
    sentence = clip("en")[: round(4.4 * 16_000)]
    return tiny_en.model.encode(log_mel(pad_or_trim(sentence, round(5.4 * 16_000))))


def test_a_short_window_is_understood(tiny_en: LoadedModel, features: torch.Tensor) -> None:
    result = decode(tiny_en.model, tiny_en.tokenizer, features, replace(PLAIN, sample_len=20))
    assert features.shape == (1, 270, 384)
    assert result.text.startswith("The kitchen lights are off, and the heating in the bedroom is set to")


def test_one_beam_is_greedy(tiny_en: LoadedModel, features: torch.Tensor) -> None:
    greedy = decode(tiny_en.model, tiny_en.tokenizer, features, PLAIN)
    beam = decode(tiny_en.model, tiny_en.tokenizer, features, replace(PLAIN, beam_size=1))
    assert beam.tokens == greedy.tokens
    assert beam.avg_logprob == pytest.approx(greedy.avg_logprob, abs=1e-5)


def test_hypotheses_come_best_first(tiny_en: LoadedModel, features: torch.Tensor) -> None:
    result = decode(tiny_en.model, tiny_en.tokenizer, features, replace(PLAIN, beam_size=4))
    assert len(result.hypotheses) == 4
    assert result.hypotheses[0].tokens == result.tokens
    assert len({hypothesis.tokens for hypothesis in result.hypotheses}) == 4
    means = [hypothesis.sum_logprob / len(hypothesis.tokens) for hypothesis in result.hypotheses]
    assert means == sorted(means, reverse=True)


def test_best_of_several_samples(tiny_en: LoadedModel, features: torch.Tensor) -> None:
    options = replace(PLAIN, temperature=0.8, best_of=4, sample_len=8)
    torch.manual_seed(3)
    result = decode(tiny_en.model, tiny_en.tokenizer, features, options)
    torch.manual_seed(3)
    again = decode(tiny_en.model, tiny_en.tokenizer, features, options)
    assert result.tokens == again.tokens
    assert result.temperature == 0.8
    assert len(result.hypotheses) == 4
    assert result.avg_logprob == pytest.approx(max(h.avg_logprob for h in result.hypotheses), abs=0.05)


def test_one_more_filter(tiny_en: LoadedModel, features: torch.Tensor) -> None:
    """A grammar of one sentence, written as a filter from outside."""
    tokenizer = tiny_en.tokenizer
    sentence = [*tokenizer.encode(" The bedroom lights are off."), tokenizer.eot]

    def grammar(prefixes: Sequence[tuple[int, ...]], logits: torch.Tensor) -> None:
        for prefix, row in zip(prefixes, logits, strict=True):
            allowed = row[sentence[len(prefix)]].clone()
            row[:] = -float("inf")
            row[sentence[len(prefix)]] = allowed

    result = decode(tiny_en.model, tokenizer, features, PLAIN, [grammar])
    assert result.text == "The bedroom lights are off."


@pytest.mark.parametrize("beam_size", [None, 3])
def test_sample_len_is_the_most_that_is_written(
    tiny_en: LoadedModel, features: torch.Tensor, beam_size: int | None
) -> None:
    result = decode(tiny_en.model, tiny_en.tokenizer, features, replace(PLAIN, sample_len=5, beam_size=beam_size))
    assert len(result.tokens) == 5


def test_only_the_end_of_a_long_prompt_is_read(tiny_en: LoadedModel, features: torch.Tensor) -> None:
    short = replace(PLAIN, prompt=(1000,) * 223, sample_len=4)
    long = replace(PLAIN, prompt=(2000, *short.prompt), sample_len=4)
    one, other = (decode(tiny_en.model, tiny_en.tokenizer, features, options) for options in (short, long))
    assert one.tokens == other.tokens
    assert one.avg_logprob == pytest.approx(other.avg_logprob, abs=1e-6)


def test_a_blank_prompt_is_none(tiny_en: LoadedModel, features: torch.Tensor) -> None:
    one, other = (
        decode(tiny_en.model, tiny_en.tokenizer, features, replace(PLAIN, prompt=prompt, sample_len=4))
        for prompt in ("  ", ())
    )
    assert one.avg_logprob == other.avg_logprob


def test_no_prefix_beside_a_full_sample(tiny_en: LoadedModel, features: torch.Tensor) -> None:
    """sample_len takes the whole half of the context that belongs to the output."""
    options = replace(PLAIN, prefix=(1000,) * 5, sample_len=224)
    assert decode(tiny_en.model, tiny_en.tokenizer, features, options).text.startswith("The kitchen")


def test_languages_of_an_english_model(tiny_en: LoadedModel, features: torch.Tensor) -> None:
    assert detect_language(tiny_en.model, tiny_en.tokenizer, features) == {"en": 1.0}
    with pytest.raises(ValueError, match="English only"):
        decode(tiny_en.model, tiny_en.tokenizer, features, DecodingOptions(language="de"))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"best_of": 5}, "best_of needs a temperature"),
        ({"beam_size": 5, "temperature": 0.2}, "beam_size is for temperature 0"),
        ({"beam_size": 5, "best_of": 5}, "beam_size is for temperature 0"),
        ({"patience": 2.0}, "patience needs beam_size"),
        ({"length_penalty": 1.5}, "between 0 and 1"),
    ],
)
def test_options_that_exclude_each_other(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        DecodingOptions(**options)
