"""The bar fills with its share, keeps its width, and never overflows."""

from __future__ import annotations

import json
import os

import pytest

from voiced.foundations.terminal import bar, printable, printable_json


@pytest.mark.parametrize(
    ("share", "drawn"), [(0, "|    |"), (0.5, "|##  |"), (1, "|####|"), (-1, "|    |"), (7.0, "|####|")]
)
def test_bar(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("café\n\t✓ 开", "café\n\t✓ 开"),
        ("\x1b[2J\x1b]0;owned\x07", r"\x1b[2J\x1b]0;owned\x07"),
        ("a\rb\x00\x7f\x9b", r"a\rb\x00\x7f\x9b"),
        ("lights\u202elmay.exe", r"lights\u202elmay.exe"),
        (os.fsdecode(b"k\xfcche"), r"k\udcfcche"),
    ],
)
def test_names_hold_no_commands_to_the_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(text).encode()


@pytest.mark.parametrize("text", ["a\x1b\x7f\x9b\u202e", os.fsdecode(b"k\xfcche")])
def test_json_stays_json(text: str) -> None:
    written = printable_json(json.dumps({"a": text}, ensure_ascii=False))
    assert json.loads(written) == {"a": text}
    assert written == printable(written)
