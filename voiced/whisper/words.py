"""Tokens → words: where a word begins, and which punctuation belongs to it. Knows no network, and no times to set."""

from __future__ import annotations

import string
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voiced.whisper.tokenizer import Tokenizer

WITHOUT_SPACES = frozenset({"zh", "ja", "th", "lo", "my", "yue"})  # languages that write no spaces between words
_UNFINISHED = "\ufffd"  # what bytes that are not yet a character are decoded to


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word, its tokens, and when it was said."""

    text: str
    tokens: tuple[int, ...]
    start: float  # seconds
    end: float
    probability: float

    @property
    def duration(self) -> float:
        return self.end - self.start


def split_words(tokenizer: Tokenizer, tokens: Sequence[int], language: str) -> list[tuple[int, ...]]:
    """The tokens of each word. Without spaces to go by, each character that a token completes is one."""
    characters = split_characters(tokenizer, tokens)
    if language in WITHOUT_SPACES:
        return characters
    words: list[tuple[int, ...]] = []
    for group in characters:
        text = tokenizer.decode_with_timestamps(group)
        is_punctuation = text.strip() in string.punctuation
        if not words or text.startswith(" ") or is_punctuation or group[0] >= tokenizer.eot:
            words.append(group)
        else:
            words[-1] += group
    return words


def split_characters(tokenizer: Tokenizer, tokens: Sequence[int]) -> list[tuple[int, ...]]:
    """The smallest groups of tokens that are whole characters; one may be spread over several tokens."""
    whole = tokenizer.decode_with_timestamps(tokens)
    groups: list[tuple[int, ...]] = []
    group: tuple[int, ...] = ()
    done = 0  # characters of `whole` that are in groups
    for token in tokens:
        group += (token,)
        text = tokenizer.decode_with_timestamps(group)
        unfinished = text.find(_UNFINISHED)
        # The sign may also stand in the text itself, where the model wrote bytes that never become a character.
        if unfinished < 0 or whole[done + unfinished : done + unfinished + 1] == _UNFINISHED:
            groups.append(group)
            done += len(text)
            group = ()
    return [*groups, group] if group else groups


def merge_punctuation(words: Iterable[TimedWord], prepended: str, appended: str) -> list[TimedWord]:
    """Opening marks become part of the word after them, closing marks of the word before; times are that word's."""
    backwards: list[TimedWord] = []
    for word in reversed(list(words)):
        if backwards and word.text.startswith(" ") and word.text.strip() in prepended:
            backwards[-1] = _joined(word, backwards[-1], backwards[-1])
        else:
            backwards.append(word)
    merged: list[TimedWord] = []
    for word in reversed(backwards):
        if merged and not merged[-1].text.endswith(" ") and word.text in appended:
            merged[-1] = _joined(merged[-1], word, merged[-1])
        else:
            merged.append(word)
    return merged


def _joined(left: TimedWord, right: TimedWord, times_of: TimedWord) -> TimedWord:
    return replace(times_of, text=left.text + right.text, tokens=left.tokens + right.tokens)
