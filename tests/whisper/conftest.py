"""The two models that packages carry, loaded once for all tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.system_parts import missing
from voiced.whisper.loading.weights import load

if TYPE_CHECKING:
    from voiced.whisper.loaded import LoadedModel


@pytest.fixture(scope="session")
def tiny_en() -> LoadedModel:
    return load("tiny.en")


@pytest.fixture(scope="session")
def base() -> LoadedModel:
    try:
        return load("base")
    except ValueError as error:
        missing(f"{error} (pip install '.[multilingual]')")
