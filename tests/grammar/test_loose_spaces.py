"""Spaces that do not count, where a file of Home Assistant's says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.grammar.hassil_judge import judge, readings
from voiced import grammar
from voiced.grammar.loose_spaces import fragments, n_words

CHINESE = """
language: zh
SETTINGS
intents:
  A: {data: [{sentences: ["打开[我的] {name}", "亮度百分之{n}", "播放 {song}", "播放{song:x}第一首", "turn on tv"]}]}
lists:
  name: {values: [客厅灯, TV, "[大] 厅 灯"]}
  n: {range: {from: 0, to: 100}}
  song: {values: ["Taylor Swift", "x y"]}
skip_words: [请]
"""
KOREAN = """
language: ko
SETTINGS
intents:
  A: {data: [{sentences: ["{n}분 [타이머]", "불 켜줘"]}]}
lists: {n: {range: {from: 0, to: 100}}}
"""
LOOSE = "settings: {ignore_whitespace: true}"


@pytest.mark.parametrize(
    ("file", "text", "slots"),
    [
        (CHINESE, "打开客厅灯", {"name": "客厅灯"}),
        (CHINESE, "打开 客厅 灯", {"name": "客厅灯"}),
        (CHINESE, "打 开 我的 客厅灯", {"name": "客厅灯"}),
        (CHINESE, "打开大厅灯", {"name": "大厅灯"}),
        (CHINESE, "打开TV", {"name": "TV"}),
        (CHINESE, "亮度百分之 50", {"n": 50}),
        (CHINESE, "亮度 百分之50", {"n": 50}),
        (CHINESE, "亮度百分之五十", {"n": 50}),
        (CHINESE, "播放Taylor Swift", {"song": "Taylor Swift"}),
        (CHINESE, "播放 Taylor Swift 第一首", {"x": "Taylor Swift"}),
        (CHINESE, "播放TaylorSwift", None),
        (CHINESE, "turnon tv", None),
        (CHINESE, "请打开客厅灯", {"name": "客厅灯"}),
        (CHINESE, "打开 请 客厅灯", {"name": "客厅灯"}),
        (CHINESE, "打开", None),
        (KOREAN, "5분", {"n": 5}),
        (KOREAN, "5 분", {"n": 5}),
        (KOREAN, "5 분타이머", {"n": 5}),
        (KOREAN, "불켜줘", {}),
        (KOREAN, "불 켜 줘", {}),
    ],
)
def test_spaces_may_stand_or_be_missing(file: str, text: str, slots: dict[str, Any] | None) -> None:
    match = grammar.parse(file.replace("SETTINGS", LOOSE)).match(text)
    assert (match and match.slots) == slots


@pytest.mark.parametrize("text", ["亮度百分之 50", "亮度百分之50", "亮 度百分之50", "播放Taylor Swift第一首"])
def test_as_home_assistant_understands_it(text: str) -> None:
    file = CHINESE.replace("SETTINGS", LOOSE)
    match = grammar.parse(file).match(text)
    assert match
    judged = judge([file])
    judged.settings.ignore_whitespace = True
    assert ("A", match.slots) in readings(judged, text)


@pytest.mark.parametrize(("file", "text"), [(CHINESE, "打开客厅灯"), (CHINESE, "亮度 百分之50"), (KOREAN, "불켜줘")])
def test_elsewhere_spaces_count(file: str, text: str) -> None:
    assert grammar.parse(file.replace("SETTINGS", "")).match(text) is None
    assert grammar.parse(file.replace("SETTINGS", "settings: {ignore_whitespace: false}")).match(text) is None


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("打开 TV 灯", ["打", "开", "TV", "灯"]),
        ("5분", ["5", "분"]),
        ("Taylor Swift", ["Taylor Swift"]),
        ("", []),
    ],
)
def test_fragments(text: str, pieces: list[str]) -> None:
    assert fragments(text) == pieces


@pytest.mark.parametrize(
    ("text", "n"),
    [("oat milk", 2), ("", 0), ("\u95dc\u71c8", 2), ("\u6253\u5f00 tv", 3), ("\ubd88 \ucf1c", 2)],
)
def test_words_that_nobody_parts_are_counted_by_letters(text: str, n: int) -> None:
    assert n_words(text) == n


def test_what_is_known_comes_before_free_words_that_are_not_parted() -> None:
    """Half an hour more is said, not a command that begins with it."""
    file = """
language: zh-TW
settings: {ignore_whitespace: true}
intents:
  Timer:
    data:
      - sentences: ["{h}\u5c0f\u6642[{m}\u5206\u9418]\u5f8c{command}", "{h}\u5c0f\u6642{command}"]
lists:
  h: {range: {from: 1, to: 9}}
  m: {range: {from: 1, to: 59}}
  command: {wildcard: true}
"""
    match = grammar.parse(file).match("1\u5c0f\u664230\u5206\u9418\u5f8c\u95dc\u71c8")
    assert match
    assert match.slots == {"h": 1, "m": 30, "command": "\u95dc\u71c8"}
