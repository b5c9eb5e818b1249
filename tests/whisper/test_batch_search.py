"""Several windows searched side by side find what each finds alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from tests.whisper.test_search import DIMS, EOT, FIRST, N_VOCAB
from voiced.whisper.batch_search import search_batch
from voiced.whisper.model import Whisper
from voiced.whisper.search import BeamSearch, Sampling, search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.whisper.search import Chooser

LIMIT = 9


@pytest.fixture(scope="module", params=range(3))
def model(request: pytest.FixtureRequest) -> Whisper:
    torch.manual_seed(request.param)
    small = Whisper(DIMS).eval()
    torch.nn.init.normal_(small.decoder.token_embedding.weight, std=0.6)
    torch.nn.init.normal_(small.decoder.positional_embedding)
    for name, parameter in small.decoder.named_parameters():
        if name.endswith("cross_attn.out.weight"):  # what is heard matters
            torch.nn.init.normal_(parameter)
    return small


class ForbidRepetition:
    """A filter that looks at what each row has written: no token twice running."""

    def __call__(self, prefixes: Sequence[tuple[int, ...]], logits: torch.Tensor) -> None:
        for prefix, row in zip(prefixes, logits, strict=True):
            if prefix:
                row[prefix[-1]] = -float("inf")


@pytest.mark.parametrize(
    "chooser",
    [Sampling(EOT), BeamSearch(EOT, 2), BeamSearch(EOT, 3, patience=2.0), BeamSearch(EOT, beam_size=N_VOCAB + 3)],
    ids=["greedy", "two beams", "patient", "more beams than tokens"],
)
def test_each_window_finds_what_it_finds_alone(model: Whisper, chooser: Chooser) -> None:
    features = torch.randn(8, 20, DIMS.n_audio_state) * torch.linspace(1, 30, 8)[:, None, None]  # very different sounds
    filters = [ForbidRepetition()]
    alone = []
    for heard in features:
        hidden, after = model.decode(torch.tensor([[FIRST]]), model.start(heard[None]))
        alone.append(search(model, (model.logits(hidden[:, -1]), after), filters, chooser, LIMIT))
    hidden, after = model.decode(torch.tensor([[FIRST]] * 8), model.start(features))
    together = search_batch(model, (model.logits(hidden[:, -1]), after), filters, chooser, LIMIT)
    for found, expected in zip(together, alone, strict=True):
        assert [hypothesis.tokens for hypothesis in found] == [hypothesis.tokens for hypothesis in expected]
        for ours, theirs in zip(found, expected, strict=True):
            assert ours.sum_logprob == pytest.approx(theirs.sum_logprob, abs=1e-3)
    if chooser == Sampling(EOT):
        assert len({len(found[0].tokens) for found in together}) > 1, "they end at different times"
