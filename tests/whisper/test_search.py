"""Searches over a small random network, whose few sequences can all be counted."""

from __future__ import annotations

from itertools import product
from math import log
from typing import TYPE_CHECKING

import pytest
import torch

from voiced.whisper.dimensions import Dimensions
from voiced.whisper.model import Cache, Whisper
from voiced.whisper.search import BeamSearch, Sampling, TokenHypothesis, ranked, search

if TYPE_CHECKING:
    from collections.abc import Sequence

EOT, FIRST, N_VOCAB, LIMIT = 0, 1, 5, 4
DIMS = Dimensions(8, 20, 16, 2, 1, N_VOCAB, 16, 16, 2, 2)


@pytest.fixture(scope="module", params=range(3))
def model(request: pytest.FixtureRequest) -> Whisper:
    torch.manual_seed(request.param)
    small = Whisper(DIMS).eval()
    torch.nn.init.normal_(small.decoder.token_embedding.weight, std=0.6)  # logits of a few units: nothing is certain
    torch.nn.init.normal_(small.decoder.positional_embedding)
    return small


@pytest.fixture(scope="module")
def cache(model: Whisper) -> Cache:
    return model.start(model.encode(torch.randn(8, 40)))


def start(model: Whisper, cache: Cache) -> tuple[torch.Tensor, Cache]:
    hidden, after = model.decode(torch.tensor([[FIRST]]), cache)
    return model.logits(hidden[:, -1]), after


def sum_logprob(model: Whisper, cache: Cache, tokens: Sequence[int], *, ended: bool) -> float:
    """Of one sequence, read at once."""
    hidden, _ = model.decode(torch.tensor([[FIRST, *tokens]]), cache)
    logprobs = model.logits(hidden[0]).log_softmax(dim=1)
    following = [*tokens, EOT] if ended else tokens
    return sum(float(logprobs[at, token]) for at, token in enumerate(following))


def test_the_likeliest_token_each_time(model: Whisper, cache: Cache) -> None:
    (found,) = search(model, start(model, cache), [], Sampling(EOT), LIMIT)
    written: list[int] = []
    while len(written) < LIMIT:
        hidden, _ = model.decode(torch.tensor([[FIRST, *written]]), cache)
        token = int(model.logits(hidden[0, -1]).argmax())
        if token == EOT:
            break
        written.append(token)
    assert found.tokens == tuple(written)
    assert found.sum_logprob == pytest.approx(sum_logprob(model, cache, written, ended=len(written) < LIMIT), abs=1e-4)


def test_one_beam_is_greedy(model: Whisper, cache: Cache) -> None:
    (greedy,) = search(model, start(model, cache), [], Sampling(EOT), LIMIT)
    (beam,) = search(model, start(model, cache), [], BeamSearch(EOT, beam_size=1), LIMIT)
    assert beam.tokens == greedy.tokens
    assert beam.sum_logprob == pytest.approx(greedy.sum_logprob, abs=1e-5)


def test_enough_beams_find_every_sequence(model: Whisper, cache: Cache) -> None:
    chooser = BeamSearch(EOT, beam_size=5**LIMIT, patience=10)
    found = {h.tokens: h.sum_logprob for h in search(model, start(model, cache), [], chooser, LIMIT)}
    others = range(1, N_VOCAB)
    every = [tokens for length in range(LIMIT) for tokens in product(others, repeat=length)]
    assert [tokens for tokens in every if tokens not in found] == []
    for tokens in every:
        assert found[tokens] == pytest.approx(sum_logprob(model, cache, tokens, ended=True), abs=1e-3)


@pytest.mark.parametrize(("patience", "wanted"), [(1.0, 3), (2.0, 6), (0.1, 1)])
def test_patience_is_how_many_must_end(patience: float, wanted: int) -> None:
    assert BeamSearch(EOT, 3, patience).n_wanted == wanted


def test_what_a_beam_step_keeps() -> None:
    """Two beams of probability 0.6 and 0.4. By hand, the best are 0.6*0.5, 0.4*0.6, 0.6*0.3 (ends), 0.4*0.2."""
    live = [TokenHypothesis((7,), log(0.6)), TokenHypothesis((8,), log(0.4))]
    logprobs = torch.tensor([[0.3, 0.5, 0.1, 0.1], [0.1, 0.2, 0.6, 0.1]]).log()
    chosen, rows, ended = BeamSearch(EOT, beam_size=2)(live, logprobs)
    assert [hypothesis.tokens for hypothesis in chosen] == [(7, 1), (8, 2)]
    assert rows == [0, 1]
    assert ended == []  # what is less likely than beam_size others is not looked at
    chosen, rows, ended = BeamSearch(EOT, beam_size=3)(live, logprobs)
    assert [hypothesis.tokens for hypothesis in chosen] == [(7, 1), (8, 2), (8, 1)]
    assert rows == [0, 1, 1]
    (end,) = ended
    assert end.tokens == (7,)
    assert end.sum_logprob == pytest.approx(log(0.6 * 0.3), abs=1e-5)


def test_filters_see_prefixes_and_have_their_way(model: Whisper, cache: Cache) -> None:
    seen: list[list[tuple[int, ...]]] = []

    def only(prefixes: Sequence[tuple[int, ...]], logits: torch.Tensor) -> None:
        seen.append(list(prefixes))
        for prefix, row in zip(prefixes, logits, strict=True):
            wanted = (3, 2, EOT)[len(prefix)]
            row[[token for token in range(N_VOCAB) if token != wanted]] = -float("inf")

    for chooser in (Sampling(EOT), BeamSearch(EOT, beam_size=3)):
        seen.clear()
        (found,) = search(model, start(model, cache), [only], chooser, LIMIT)
        assert found.tokens == (3, 2)
        assert found.sum_logprob == pytest.approx(0, abs=1e-6)
        assert seen == [[()], [(3,)], [(3, 2)]]


def test_samples_are_drawn_as_often_as_they_are_likely(model: Whisper, cache: Cache) -> None:
    torch.manual_seed(0)
    temperature, n = 0.7, 4000
    found = search(model, start(model, cache), [], Sampling(EOT, temperature, n), limit=1)
    logits, _ = start(model, cache)
    expected = (logits[0].log_softmax(0) / temperature).softmax(0)
    share = torch.tensor([sum(h.tokens == ((token,) if token else ()) for h in found) / n for token in range(N_VOCAB)])
    # A share of n draws strays by less than 5 standard deviations but once in two million.
    assert (share - expected).abs().max() < 5 * 0.5 / n**0.5


def test_ranking_by_mean_or_by_length_penalty() -> None:
    short, long = TokenHypothesis((1,), -1.0), TokenHypothesis((1, 2, 3, 4), -3.0)
    assert ranked([short, long]) == [long, short]  # -1.0 and -0.75 per token
    assert ranked([long, short], length_penalty=0.0) == [short, long]  # their sums
    assert ranked([short, long], length_penalty=1.0) == [short, long]  # -1.0 and -2.0
    assert long.avg_logprob == pytest.approx(-0.6)  # the end of text counts
    assert ranked([TokenHypothesis((), -0.5), short]) == [TokenHypothesis((), -0.5), short]
