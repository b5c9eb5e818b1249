"""Times of the words in a window's segments: alignment, corrected where it is known to go wrong.

The rules are those of `add_word_timestamps` in openai/whisper's `timing.py`. Alignment stretches the words beside a
pause into it, so long words at the ends of sentences and segments are cut to twice the usual length. Knows nothing of
how the window was decoded.
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
# Both values are openai/whisper's.
MOST_USUAL_SECONDS = 0.7  # a median duration above it says that the alignment is poor
TRUSTED_SECONDS = 0.5  # words may leave a segment's own times by so much before these are believed instead


def add_words(
    loaded: LoadedModel,
    window: Window,
    segments: Sequence[Segment],
    last_speech: float,
    language: str,
    options: TranscriptionOptions,
) -> list[Segment]:
    """Return the segments of one window with their words, and with the words' times for their own.

    `last_speech`: when the last word before the window ended, in seconds of the recording.
    """
    # Align the text of all segments at once. Two mel frames are one position of the encoder.
    texts = [[token for token in segment.tokens if loaded.tokenizer.is_text(token)] for segment in segments]
    text = [token for tokens in texts for token in tokens]
    start = loaded.model.start(window.audio_features)
    aligned = align(loaded, start, window.n_frames // 2, text, language, options.task)
    # Correct times within the window, then join punctuation to its words.
    usual = usual_duration(aligned)
    whole = merge_punctuation(
        shorten_at_sentence_ends(aligned, 2 * usual), options.prepend_punctuations, options.append_punctuations
    )
    # Give each segment its words, in times of the recording, and correct those at its edges.
    shares = _share_out(whole, [len(tokens) for tokens in texts])
    settled: list[Segment] = []
    for segment, share in zip(segments, shares, strict=True):
        words = tuple(_placed(word, window.start) for word in share)
        settled.append(settle(replace(segment, words=words), last_speech, usual))
        last_speech = settled[-1].end if words else last_speech
    return settled


def usual_duration(words: Sequence[TimedWord]) -> float:
    """Median duration of the words in seconds, MOST_USUAL_SECONDS at most; 0 if none takes time."""
    # Words without duration are marks and words that alignment has found no room for.
    durations = [word.duration for word in words if word.duration]
    return min(MOST_USUAL_SECONDS, float(np.median(durations))) if durations else 0.0


def shorten_at_sentence_ends(words: Sequence[TimedWord], longest: float) -> list[TimedWord]:
    """Cut marks that end a sentence, and words after such marks, to `longest` seconds."""
    shortened = list(words[:1])
    for before, word in pairwise(words):
        # Silence behind the sentence was given to its mark, or to the next word: to its end or its beginning.
        if word.duration > longest and word.text in SENTENCE_ENDS:
            shortened.append(replace(word, end=word.start + longest))
        elif word.duration > longest and before.text in SENTENCE_ENDS:
            shortened.append(replace(word, start=word.end - longest))
        else:
            shortened.append(word)
    return shortened


def _share_out(words: Sequence[TimedWord], sizes: Sequence[int]) -> list[list[TimedWord]]:
    """Deal out words to segments in order, to each until it has as many tokens as `sizes` says."""
    # Punctuation is joined already, so a word may hold tokens of two segments: it goes to the first of them.
    left = list(reversed(words))
    shares = []
    for size in sizes:
        share: list[TimedWord] = []
        while left and sum(len(word.tokens) for word in share) < size:
            share.append(left.pop())
        shares.append(share)
    return shares


def _placed(word: TimedWord, offset: float) -> Word:
    """Turn times in the window into times in the recording, in hundredths of a second."""
    return Word(word.text, round(offset + word.start, 2), round(offset + word.end, 2), word.probability)


def settle(segment: Segment, last_speech: float, usual: float) -> Segment:
    """Correct the first and last words of a segment, and set its start and end to theirs.

    `last_speech`: when the word before it ended; `usual`: usual duration of a word. Both are seconds.
    """
    if not segment.words:
        return segment
    words = list(segment.words)
    longest = 2 * usual
    first, second = words[0], words[1] if len(words) > 1 else words[0]
    after_pause = first.end - last_speech > 4 * usual
    # 1. After a pause, the first word is no longer than twice the usual, nor both of the first two than four times: the
    #    pause was given to them. Their ends are right, so beginnings move.
    if after_pause and (first.end - first.start > longest or second.end - first.start > 2 * longest):
        # The pause may lie in the second word: then the boundary between the two moves, to twice the usual before the
        # second one's end.
        if len(words) > 1 and second.end - second.start > longest:
            boundary = max(second.end / 2, second.end - longest)
            first, words[1] = replace(first, end=boundary), replace(second, start=boundary)
        first = replace(first, start=max(0.0, first.end - longest))
    # 2. The segment's own times, from timestamp tokens, are believed where a word begins or ends far outside of them.
    start, end = segment.start, segment.end
    # The first word reaches far across the segment's beginning: it is cut there, but keeps a usual length. Else it is
    # right, and the segment begins with it.
    if first.start < start - TRUSTED_SECONDS and start < first.end:
        first = replace(first, start=max(0.0, min(first.end - usual, start)))
    else:
        start = first.start
    words[0] = first
    # A last word that reaches far across the end of the segment is cut there.
    last = words[-1]
    if last.start < end and end + TRUSTED_SECONDS < last.end:
        words[-1] = replace(last, end=max(last.start + usual, end))
    else:
        end = last.end
    return replace(segment, start=start, end=end, words=tuple(words))
