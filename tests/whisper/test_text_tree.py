"""A tree of texts says of each what the decoder says of it alone; on a small network with random weights."""

from __future__ import annotations

import pytest
import torch

from tests.whisper.test_model import DIMS
from voiced.whisper.model import Whisper
from voiced.whisper.text_tree import TextTree

BEFORE = [1, 2, 3]


@pytest.fixture(scope="module")
def model() -> Whisper:
    torch.manual_seed(0)
    small = Whisper(DIMS)
    torch.nn.init.normal_(small.decoder.positional_embedding)
    return small.eval()


@pytest.fixture(scope="module")
def features(model: Whisper) -> torch.Tensor:
    torch.manual_seed(1)
    return model.encode(torch.randn(1, 8, 80))


def alone(model: Whisper, features: torch.Tensor, text: list[int]) -> torch.Tensor:
    """Log probabilities of what comes after a text."""
    hidden, _ = model.decode(torch.tensor([[*BEFORE, *text]]), model.start(features))
    return model.logits(hidden[0, -1]).log_softmax(0)


def near(one: torch.Tensor, other: torch.Tensor) -> bool:
    return bool((one - other).abs().max() < 1e-4)


def test_texts_that_branch_do_not_see_each_other(model: Whisper, features: torch.Tensor) -> None:
    tree = TextTree(model, model.start(features), BEFORE, last=2)
    four, five = tree.read([4, 5], [tree.root, tree.root])
    six, seven, eight = tree.read([6, 7, 8], [five, four, four])
    (nine,) = tree.read([9], [six])
    tree.score([nine, seven, tree.root])  # in any order, and some are left for later
    texts = {tree.root: [], four: [4], six: [5, 6], seven: [4, 7], eight: [4, 8], nine: [5, 6, 9]}
    for node, text in texts.items():
        assert near(tree.logprobs(node), alone(model, features, text)), text
    before_root, _ = model.decode(torch.tensor([BEFORE[:-1]]), model.start(features))
    assert near(tree.logprobs(tree.root - 1), model.logits(before_root[0, -1]).log_softmax(0))


def test_a_text_is_read_on_at_once(model: Whisper, features: torch.Tensor) -> None:
    tree = TextTree(model, model.start(features), BEFORE)
    tree.read([4], [tree.root])
    nodes = tree.read_on([5, 6, 7], tree.root)
    for length, node in enumerate(nodes, start=1):
        assert near(tree.logprobs(node), alone(model, features, [5, 6, 7][:length]))
    assert tree.knows(nodes[0], 6) == nodes[1]
    assert tree.knows(nodes[0], 7) is None


def test_more_than_there_was_room_for(model: Whisper, features: torch.Tensor) -> None:
    tree = TextTree(model, model.start(features), BEFORE)
    for _ in range(40):
        tree.read([4, 5, 6, 7], [tree.root] * 4)
    (last,) = tree.read([9], [tree.knows(tree.root, 4) or 0])
    assert near(tree.logprobs(last), alone(model, features, [4, 9]))
