"""Tokens → words: where a word begins, and which punctuation belongs to it. Knows no network, and sets no times.

The rules are those of openai/whisper: `split_to_word_tokens` of its tokenizer, `merge_punctuations` of its `timing.py`.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voiced.whisper.tokenizer import Tokenizer

# For example, " Küche!" may be six tokens: " K", half of "ü", its other half, "ch", "e", "!".
#
#     characters    " K" | "ü" (two tokens) | "ch" | "e" | "!"
#     words         " Küche" | "!"
#     punctuation   " Küche!"               joined after the words have their times

# Languages that write no spaces between words.
WITHOUT_SPACES = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
# The replacement character, which bytes that are not yet a character are decoded to.
_UNFINISHED = "\ufffd"


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word, its tokens, and when it was said: seconds from the beginning of the window."""

    text: str  # with the space before it
    tokens: tuple[int, ...]
    start: float  # seconds
    end: float  # seconds
    probability: float  # mean of its tokens'

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start


def split_words(tokenizer: Tokenizer, tokens: Sequence[int], language: str) -> list[tuple[int, ...]]:
    """Group token ids into words. In a language without spaces, each group that completes characters is a word."""
    characters = split_characters(tokenizer, tokens)
    if language in WITHOUT_SPACES:
        return characters
    words: list[tuple[int, ...]] = []
    for group in characters:
        text = tokenizer.decode_with_timestamps(group)
        # A space, a mark or a special token begins a word; everything else continues the one before.
        is_punctuation = text.strip() in string.punctuation
        if not words or text.startswith(" ") or is_punctuation or group[0] >= tokenizer.eot:
            words.append(group)
        else:
            words[-1] += group
    return words


def split_characters(tokenizer: Tokenizer, tokens: Sequence[int]) -> list[tuple[int, ...]]:
    """Group token ids so that each group is whole characters: a character's bytes may be spread over tokens."""
    whole = tokenizer.decode_with_timestamps(tokens)
    groups: list[tuple[int, ...]] = []
    group: tuple[int, ...] = ()
    # Characters of `whole` that are in groups already.
    done = 0
    for token in tokens:
        # Take tokens until their bytes decode without a remainder.
        group += (token,)
        text = tokenizer.decode_with_timestamps(group)
        unfinished = text.find(_UNFINISHED)
        # The replacement character in the whole text, too: the model wrote bytes that never become a character.
        if unfinished < 0 or whole[done + unfinished : done + unfinished + 1] == _UNFINISHED:
            groups.append(group)
            done += len(text)
            group = ()
    return [*groups, group] if group else groups


def merge_punctuation(words: Iterable[TimedWord], prepended: str, appended: str) -> list[TimedWord]:
    """Join opening marks to the word after them and closing marks to the word before; times stay that word's."""
    # From right to left, so that several opening marks in a row join one after the other.
    backwards: list[TimedWord] = []
    for word in reversed(list(words)):
        if backwards and word.text.startswith(" ") and word.text.strip() in prepended:
            backwards[-1] = _joined(word, backwards[-1], backwards[-1])
        else:
            backwards.append(word)
    # Then from left to right for closing marks.
    merged: list[TimedWord] = []
    for word in reversed(backwards):
        if merged and not merged[-1].text.endswith(" ") and word.text in appended:
            merged[-1] = _joined(merged[-1], word, merged[-1])
        else:
            merged.append(word)
    return merged


def _joined(left: TimedWord, right: TimedWord, times_of: TimedWord) -> TimedWord:
    # A mark takes no time of its own: alignment gives it a pause.
    return replace(times_of, text=left.text + right.text, tokens=left.tokens + right.tokens)
