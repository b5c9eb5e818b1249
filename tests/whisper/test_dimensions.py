"""Sizes of a Whisper, and what follows from them."""

from __future__ import annotations

import pytest

from voiced.whisper.dimensions import Dimensions, parameter_count, parameter_shapes
from voiced.whisper.model import Whisper


@pytest.mark.parametrize(
    ("n_vocab", "multilingual", "languages"), [(51864, False, 99), (51865, True, 99), (51866, True, 100)]
)
def test_a_vocabulary_tells_the_languages(n_vocab: int, multilingual: bool, languages: int) -> None:  # noqa: FBT001 # a table's column
    dims = Dimensions(80, 1500, 384, 6, 4, n_vocab, 448, 384, 6, 4)
    assert (dims.is_multilingual, dims.n_languages) == (multilingual, languages)


@pytest.mark.parametrize("multilingual", [True, False])
def test_parameters_are_those_of_the_network(multilingual: bool) -> None:  # noqa: FBT001 # a table's column
    dims = Dimensions(8, 40, 32, 4, 2, 51_864 + multilingual, 16, 32, 4, 3)
    state = Whisper(dims).state_dict()
    assert parameter_shapes(dims) == {name: tuple(tensor.shape) for name, tensor in state.items()}
    assert parameter_count(dims) == sum(tensor.numel() for tensor in state.values())
