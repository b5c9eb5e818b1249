"""Whether a text repeats itself, as Whisper's do when it has lost the sound. Two tests; knows text, not tokens.

A window that is too short, or silence, may send the decoder round in circles: "the lights the lights the lights".
"""

from __future__ import annotations

import zlib

REPETITIVE_RATIO = 2.4  # compression ratio; a text above it repeats itself (openai/whisper, `transcribe`)
REPEATED_TIMES = 3  # nobody says one word so many times running
REPEATED_WORDS = 4  # nobody says so many words in a row a second time


def compression_ratio(text: str) -> float:
    """Bytes of the text in UTF-8, divided by its bytes after zlib: about 1 for a sentence, more the more it repeats."""
    # zlib (LZ77) writes a repetition as a reference to what it repeats: a few bytes, however long it is.
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))


def is_repetitive(text: str) -> bool:
    """Whether a finished text compresses so well that it must repeat itself."""
    return compression_ratio(text) > REPETITIVE_RATIO


def says_again(text: str, *, whole: bool) -> bool:
    """Whether an unfinished text repeats words: one word REPEATED_TIMES running, or the last REPEATED_WORDS again.

    `whole`: the last word is complete and counts; else it may still grow, and is left out.
    """
    words = text.split() if whole else text.split()[:-1]
    # Have the last four words been said before, in this order, anywhere in the text?
    last = words[-REPEATED_WORDS:]
    said_before = any(words[i : i + REPEATED_WORDS] == last for i in range(len(words) - REPEATED_WORDS))
    # Are the last three words one word?
    return said_before or (len(words) >= REPEATED_TIMES and len(set(words[-REPEATED_TIMES:])) == 1)
