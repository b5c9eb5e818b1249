"""What Whisper writes without the grammar, up to where it begins again. Pure: texts.

In a short window Whisper does not end when it is through with what was said: it says it once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence


def said_once(text: str) -> str:
    """Return a text up to where it begins again: "set the kitchen to, set the kitchen to" → "set the kitchen to,"."""
    # Look for the first two words, or for the first one at the very end.
    words = text.split()
    plain = _plain(words)
    again = _again(plain)
    if again is None and len(plain) > 1 and plain[-1] == plain[0]:
        again = len(plain) - 1
    return text if again is None else " ".join(words[:again])


def begins_again(text: str) -> bool:
    """Return whether an unfinished text has begun again; its last word may still grow."""
    return _again(_plain(text.split()[:-1])) is not None


def _plain(words: Sequence[str]) -> list[str]:
    """Words in normal form: "Hey," and "hey" are one word."""
    return [normalize(word).text for word in words]


def _again(words: Sequence[str]) -> int | None:
    """Index from which the first two words come again; None if they do not."""
    return next((index for index in range(1, len(words) - 1) if words[index : index + 2] == words[:2]), None)
