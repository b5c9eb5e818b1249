"""`voiced sample`: sentences that are understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.cli import main

if TYPE_CHECKING:
    import pytest


def test_sample_prints_sentences_that_say_understands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "-n", "20", "--seed", "1"]) == 0
    sentences = capsys.readouterr().out.splitlines()
    assert len(sentences) == 20
    assert [sentence for sentence in sentences if main(["say", sentence]) != 0] == []
