"""The recogniser with real weights and the intents that ship: loaded once for all tests of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiced import grammar
from voiced.config import RecognizerSettings
from voiced.foundations.resources import shipped
from voiced.recognition.recognizer import Recognizer

if TYPE_CHECKING:
    from voiced.grammar import Grammar


@pytest.fixture(scope="session")
def shipped_grammar() -> Grammar:
    return grammar.load([shipped("intents")])


@pytest.fixture(scope="session")
def recognizer(shipped_grammar: Grammar) -> Recognizer:
    return Recognizer(RecognizerSettings(threads=1), shipped_grammar)
