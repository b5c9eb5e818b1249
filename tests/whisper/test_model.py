"""Laws of the network, on a small one with random weights."""

from __future__ import annotations

import pytest
import torch

from voiced.whisper.dimensions import Dimensions
from voiced.whisper.model import Whisper

DIMS = Dimensions(
    n_mels=8,
    n_audio_ctx=40,
    n_audio_state=32,
    n_audio_head=4,
    n_audio_layer=2,
    n_vocab=50,
    n_text_ctx=16,
    n_text_state=32,
    n_text_head=4,
    n_text_layer=3,
)


@pytest.fixture(scope="module")
def model() -> Whisper:
    torch.manual_seed(0)
    small = Whisper(DIMS)
    torch.nn.init.normal_(small.decoder.positional_embedding)
    return small.eval()


@pytest.fixture(scope="module")
def features(model: Whisper) -> torch.Tensor:
    torch.manual_seed(1)
    return model.encode(torch.randn(2, 8, 80))


TOKENS = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6], [2, 7, 1, 8, 2, 8, 1, 8]])


def near(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape == other.shape and bool((one - other).abs().max() < 1e-5)


@pytest.mark.parametrize("cuts", [[1] * 8, [3, 5], [1, 6, 1], [4, 1, 3]])
def test_reading_in_parts_is_reading_at_once(model: Whisper, features: torch.Tensor, cuts: list[int]) -> None:
    whole, _ = model.decode(TOKENS, model.start(features))
    cache, parts = model.start(features), []
    for part in torch.split(TOKENS, cuts, dim=1):
        hidden, cache = model.decode(part, cache)
        parts.append(hidden)
    assert near(torch.cat(parts, dim=1), whole)
    assert cache.n_tokens == 8


@pytest.mark.parametrize("last", [1, 3, 8])
def test_the_last_positions_alone_are_what_they_are_among_all(
    model: Whisper, features: torch.Tensor, last: int
) -> None:
    whole, cache = model.decode(TOKENS, model.start(features))
    some, same = model.decode(TOKENS, model.start(features), last=last)
    assert near(some, whole[:, -last:])
    assert all(near(one.key, other.key) for one, other in zip(same.text, cache.text, strict=True))


def test_a_token_does_not_see_what_follows(model: Whisper, features: torch.Tensor) -> None:
    whole, _ = model.decode(TOKENS, model.start(features))
    changed = TOKENS.clone()
    changed[:, 5:] = 0
    other, _ = model.decode(changed, model.start(features))
    assert near(other[:, :5], whole[:, :5])
    assert not near(other[:, 5:], whole[:, 5:])


def test_the_past_is_a_value(model: Whisper, features: torch.Tensor) -> None:
    _, cache = model.decode(TOKENS[:, :4], model.start(features))
    first, _ = model.decode(TOKENS[:, 4:5], cache)
    model.decode(TOKENS[:, 6:8], cache)
    again, _ = model.decode(TOKENS[:, 4:5], cache)
    assert cache.n_tokens == 4
    assert near(first, again)


def test_rows_of_the_cache_go_where_they_are_sent(model: Whisper, features: torch.Tensor) -> None:
    """Three continuations of one audio, reordered and repeated, are what each reads alone."""
    audio = features[:1]
    rows = torch.tensor([[3, 1], [4, 1], [5, 9]])
    _, cache = model.decode(rows, model.start(audio)[[0, 0, 0]])
    hidden, _ = model.decode(torch.tensor([[2], [6], [5], [3]]), cache[[2, 0, 0, 1]])
    for row, (begin, token) in enumerate([(2, 2), (0, 6), (0, 5), (1, 3)]):
        alone, _ = model.decode(torch.tensor([[*rows[begin].tolist(), token]]), model.start(audio))
        assert near(hidden[row], alone[0, -1:])


def test_each_audio_keeps_its_rows(model: Whisper, features: torch.Tensor) -> None:
    tokens = torch.tensor([[3], [1], [4], [1]])
    hidden, _ = model.decode(tokens, model.start(features)[[0, 0, 1, 1]])
    for row, audio in enumerate([0, 0, 1, 1]):
        alone, _ = model.decode(tokens[row : row + 1], model.start(features[audio : audio + 1]))
        assert near(hidden[row], alone[0])


def test_a_shorter_window_is_encoded_from_the_first_position(model: Whisper) -> None:
    mel = torch.randn(8, 30)
    short = model.encode(mel)
    assert short.shape == (1, 15, 32)
    assert near(model.encode(mel[None]), short)
    with pytest.raises(AssertionError, match="no 82 mel frames"):
        model.encode(torch.randn(8, 82))
    with pytest.raises(AssertionError, match="8 bands"):
        model.encode(torch.randn(80, 30))


def test_logits_of_chosen_positions(model: Whisper, features: torch.Tensor) -> None:
    hidden, _ = model.decode(TOKENS, model.start(features))
    every = model.logits(hidden)
    assert every.shape == (2, 8, 50)
    assert near(model.logits(hidden[:, -1]), every[:, -1])
    assert near(model.logits(hidden[0, -1]), every[0, -1])
    assert near(model.logits(hidden[:, 2:4]), every[:, 2:4])
    assert near(every, hidden @ model.decoder.token_embedding.weight.detach().T)


def test_some_logits_are_those_of_all(model: Whisper) -> None:
    hidden = torch.randn(3, 32)
    every = model.logits(hidden)
    assert near(model.frequent_logits(hidden), every), "a small vocabulary is frequent as a whole"
    tokens = torch.tensor([7, 3, 49])
    assert near(model.logits_of(hidden[1], tokens), every[1, tokens])
