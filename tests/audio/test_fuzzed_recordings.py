"""Seeds of the fuzz target for sound files are heard whole; what is left of them, cut anywhere, does no harm."""

from __future__ import annotations

import pytest

from tests.fuzz import sound


@pytest.mark.parametrize("number", range(len(sound.seeds())))
def test_a_seed_and_its_beginnings(number: int) -> None:
    seed = sound.seeds()[number]
    for size in (len(seed), len(seed) - 1, len(seed) // 2, 60, 1, 0):
        sound.target(seed[:size])
