"""Where spaces do not count: Chinese, Japanese and Korean are written with them or without.

Home Assistant's files ask for it by `settings: {ignore_whitespace: true}`. "打开客厅灯" may then be written
"打开 客厅 灯", "5분" as "5 분". Between words of other scripts a space stays a space: "Taylor Swift" is not
"TaylorSwift".
"""

from __future__ import annotations

import re

# Han, kana and Hangul, as people type them; in normal form a syllable of Hangul would be several letters.
_EAST_ASIAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_LOOSE = re.compile(rf"\s*(?<=[{_EAST_ASIAN}])\s*(?=\S)|\s*(?=[{_EAST_ASIAN}])")
# Of Thai, Lao, Burmese, Khmer, and of Chinese and Japanese; Korean parts its words.
_UNPARTED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_UNPARTED}]|[^\s{_UNPARTED}]+")


def fragments(text: str) -> list[str]:
    """A text cut wherever a space may stand or be missing: "打开 TV 灯" → ["打", "开", "TV", "灯"]."""
    # Between fragments a space may stand; at the ends of the text there is none.
    return [fragment for fragment in _LOOSE.split(text) if fragment]


def n_words(normal: str) -> int:
    """How many words free text in normal form has; where nobody parts words, each letter counts as one."""
    return len(_WORD.findall(normal))
