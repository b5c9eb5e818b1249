"""Home Assistant's own sentences, where its package is installed."""

from __future__ import annotations

import sys

import pytest

from voiced.foundations.built_in_sentences import built_in_sentences, is_installed

pytest.importorskip("home_assistant_intents")


@pytest.fixture(autouse=True)
def _forgetful() -> None:
    built_in_sentences.cache_clear()


@pytest.mark.parametrize(
    ("asked", "found"), [("en", "en"), ("de-AT", "de"), ("zh_cn", "zh-CN"), ("pt-BR", "pt-BR"), ("EN", "en")]
)
def test_the_nearest_language(asked: str, found: str) -> None:
    assert built_in_sentences(asked)["language"] == found
    assert "brightness" in built_in_sentences(asked)["lists"]


def test_a_language_that_it_does_not_have() -> None:
    assert built_in_sentences("xx") == {}
    assert is_installed()


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "home_assistant_intents", None)
    assert built_in_sentences("en") == {}
    assert not is_installed()
    built_in_sentences.cache_clear()
