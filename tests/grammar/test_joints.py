"""Where a space may be missing in a piece of a template."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.grammar.folding import AS_WRITTEN, folding_of
from voiced.grammar.joints import words_of


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("e-bike", {"e bike", "ebike"}),
        ("A/C", {"a c", "ac"}),
        ("old B-12 lamp", {"old b 12 lamp", "old b12 lamp", "old b twelve lamp"}),
        ("SWR 3", {"swr 3", "swr3", "swr three"}),
        ("SWR3", {"swr 3", "swr3", "swr three"}),
        ("3D", {"3d"}),
        ("10-20", {"10 20", "10 twenty", "ten 20", "ten twenty"}),
        ("night stand", {"night stand"}),
        ("-", set()),
        (" on/off ", {" on off ", " onoff "}),
    ],
)
def test_ways_to_write_a_text(text: str, ways: set[str]) -> None:
    words = words_of(text, "en", folding_of("en"))
    found = set(words.ways())
    # Ordinals are words of numbers, too.
    assert ways <= found if "12" in text or "3" in text or "10" in text else ways == found
    assert len(found) <= max(words.n_ways(), 1)


def test_without_folding_a_hyphen_is_a_space() -> None:
    assert set(words_of("e-scooter", "en", AS_WRITTEN).ways()) == {"e scooter"}


@pytest.mark.parametrize(
    "text",
    ["play SWR 3", "play swr3", "play SWR-3", "play swr three", "open the X-box", "open the xbox", "open the X box"],
)
def test_both_in_sentences_and_in_lists(text: str) -> None:
    commands = grammar.parse(
        "intents: {Play: {sentences: ['play {what}', 'open the X-box']}}\n"
        "lists: {what: ['SWR 3', {in: '[the] SWR1', out: 1}]}"
    )
    assert commands.match(text) is not None
    assert commands.match("play the SWR 1") is not None
    assert commands.match("play swr one") is not None
    assert commands.match("play swrone") is None


def test_a_hyphen_behind_a_list() -> None:
    commands = grammar.parse(
        "language: de\nintents: {A: {sentences: ['{room}-licht (an|aus)']}}\n"
        "lists: {room: [Küche, {in: '[das] Bad', out: b}]}"
    )
    for text in ("Küchelicht an", "Küche-Licht an", "Kueche Licht aus", "das Badlicht an", "Bad Licht aus"):
        assert commands.match(text) is not None, text
    assert commands.match("licht an") is None


def test_words_without_meaning_stay_between_words() -> None:
    commands = grammar.parse("skip_words: [please]\nintents: {A: {sentences: ['start x-box']}}")
    assert commands.match("start x please box") is not None
    assert commands.match("start xplease box") is None
