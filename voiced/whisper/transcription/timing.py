"""Words with times for the segments of a window: alignment, put right where it is known to go wrong.

The rules are the reference implementation's. Alignment stretches the words beside a pause into it, so long words at the
ends of sentences and segments are cut to twice the usual length. Knows nothing of how the window was decoded.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from voiced.whisper.alignment import align
from voiced.whisper.transcription.values import Word
from voiced.whisper.words import merge_punctuation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.transcription.values import Segment, TranscriptionOptions, Window
    from voiced.whisper.words import TimedWord

SENTENCE_ENDS = ".。!！?？"  # noqa: RUF001 # East Asian marks are meant
MOST_USUAL_SECONDS = 0.7  # seconds; a median above it says that the alignment is poor
TRUSTED_SECONDS = 0.5  # seconds by which words may leave a segment's own times before those are believed instead


def add_words(
    loaded: LoadedModel,
    window: Window,
    segments: Sequence[Segment],
    last_speech: float,
    language: str,
    options: TranscriptionOptions,
) -> list[Segment]:
    """The segments of one window with their words, and with these words' times; `last_speech` ended before them."""
    eot = loaded.tokenizer.eot
    texts = [[token for token in segment.tokens if token < eot] for segment in segments]
    text = [token for tokens in texts for token in tokens]
    start = loaded.model.start(window.audio_features)
    aligned = align(loaded, start, window.n_frames // 2, text, language, options.task)
    usual = usual_duration(aligned)
    whole = merge_punctuation(
        shorten_at_sentence_ends(aligned, 2 * usual), options.prepend_punctuations, options.append_punctuations
    )
    shares = _share_out(whole, [len(tokens) for tokens in texts])
    settled: list[Segment] = []
    for segment, share in zip(segments, shares, strict=True):
        words = tuple(_placed(word, window.start) for word in share)
        settled.append(settle(replace(segment, words=words), last_speech, usual))
        last_speech = settled[-1].end if words else last_speech
    return settled


def usual_duration(words: Sequence[TimedWord]) -> float:
    """The median, in seconds."""
    durations = [word.duration for word in words if word.duration]
    return min(MOST_USUAL_SECONDS, float(np.median(durations))) if durations else 0.0


def shorten_at_sentence_ends(words: Sequence[TimedWord], longest: float) -> list[TimedWord]:
    """A mark that ends a sentence, or the word after it, is cut to `longest` seconds."""
    shortened = list(words[:1])
    for before, word in pairwise(words):
        if word.duration > longest and word.text in SENTENCE_ENDS:
            shortened.append(replace(word, end=word.start + longest))
        elif word.duration > longest and before.text in SENTENCE_ENDS:
            shortened.append(replace(word, start=word.end - longest))
        else:
            shortened.append(word)
    return shortened


def _share_out(words: Sequence[TimedWord], sizes: Sequence[int]) -> list[list[TimedWord]]:
    """To each segment the words that its tokens begin with; `sizes` are the segments' tokens."""
    left = list(reversed(words))
    shares = []
    for size in sizes:
        share: list[TimedWord] = []
        while left and sum(len(word.tokens) for word in share) < size:
            share.append(left.pop())
        shares.append(share)
    return shares


def _placed(word: TimedWord, offset: float) -> Word:
    return Word(word.text, round(offset + word.start, 2), round(offset + word.end, 2), word.probability)


def settle(segment: Segment, last_speech: float, usual: float) -> Segment:
    """Words beside the segment's edges put right, and the edges set to the words'."""
    if not segment.words:
        return segment
    words = list(segment.words)
    longest = 2 * usual
    first, second = words[0], words[1] if len(words) > 1 else words[0]
    after_pause = first.end - last_speech > 4 * usual
    # The first and second word after a pause are no longer than twice the usual.
    if after_pause and (first.end - first.start > longest or second.end - first.start > 2 * longest):
        if len(words) > 1 and second.end - second.start > longest:
            boundary = max(second.end / 2, second.end - longest)
            first, words[1] = replace(first, end=boundary), replace(second, start=boundary)
        first = replace(first, start=max(0.0, first.end - longest))
    # The segment's own times are believed if a word lies far outside.
    start, end = segment.start, segment.end
    if first.start < start - TRUSTED_SECONDS and start < first.end:
        first = replace(first, start=max(0.0, min(first.end - usual, start)))
    else:
        start = first.start
    words[0] = first
    last = words[-1]
    if last.start < end and end + TRUSTED_SECONDS < last.end:
        words[-1] = replace(last, end=max(last.start + usual, end))
    else:
        end = last.end
    return replace(segment, start=start, end=end, words=tuple(words))
