"""Where somebody speaks in a recording: only that is transcribed, as if it were all, and times are moved back.

Whisper makes up text for long silence. Which steps are speech is decided elsewhere: here probabilities become spans,
spans are joined into one shorter recording and packed into windows, and times in it become times in the original.
Pure arithmetic on samples.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from voiced.whisper.log_mel import HOP, SAMPLE_RATE, WINDOW_FRAMES, WINDOW_SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    from voiced.whisper.transcription.values import Segment, TranscribedWindow, Word

Span: TypeAlias = tuple[int, int]  # first and last + 1 sample

# The rules are those of Silero's `get_speech_timestamps`; the values are faster-whisper's.
ON_PROBABILITY, OFF_PROBABILITY = 0.5, 0.35  # speech begins at the first, and ends below the second
PAUSE_SECONDS = 2.0  # a shorter pause stays in: sentences are better understood together
BATCH_PAUSE_SECONDS = 0.16  # between windows that are decoded side by side, so that each begins and ends in a pause
MARGIN_SECONDS = 0.4  # kept on either side of speech; higher → fewer words lose their ends, more silence is heard


def spans_of(
    probabilities: Sequence[float], step: int, n_samples: int, pause: float = PAUSE_SECONDS, longest: int | None = None
) -> list[Span]:
    """Probabilities of speech, one for each `step` samples of `n_samples` → the spans in which somebody speaks.

    `pause`: seconds of silence that divide two spans. `longest`: spans of more samples are cut where speech is least
    likely. Both ends of a span lie MARGIN_SECONDS outside of the speech, or in the middle of a shorter pause.
    """
    # 1. Steps → runs of speech.
    runs = _runs(probabilities, pause * SAMPLE_RATE / step)
    # 2. Long runs are cut, so that each fits into a window.
    most = len(probabilities) if longest is None else max(1, longest // step)
    pieces = [piece for first, last in runs for piece in _cut(probabilities, first, last, most)]
    # 3. Every piece gets its margins, in samples.
    return _with_margins([(first * step, last * step) for first, last in pieces], n_samples, longest)


def _runs(probabilities: Sequence[float], pause: float) -> list[tuple[int, int]]:
    """First and last + 1 step of each run of speech; a pause of less than `pause` steps does not divide."""
    runs: list[tuple[int, int]] = []
    is_speech = False
    for i, probability in enumerate(probabilities):
        # Hysteresis: more is needed to begin than to go on.
        is_speech = probability >= (OFF_PROBABILITY if is_speech else ON_PROBABILITY)
        if not is_speech:
            continue
        # Speech goes on after a short pause, or begins anew.
        if runs and i - runs[-1][1] < pause:
            runs[-1] = (runs[-1][0], i + 1)
        else:
            runs.append((i, i + 1))
    return runs


def _cut(probabilities: Sequence[float], first: int, last: int, most: int) -> Iterator[tuple[int, int]]:
    """Cut steps `first` to `last` into pieces of at most `most`, at the least likely step of the later half."""
    while last - first > most:
        # The earlier half would make pieces too short to be understood.
        half = first + max(1, most // 2)
        at = min(range(half, first + most + 1), key=probabilities.__getitem__)
        yield first, at
        first = at
    yield first, last


def _with_margins(spans: Sequence[Span], n_samples: int, longest: int | None) -> list[Span]:
    """Widen spans on either side, as far as they do not meet and do not become longer than allowed."""
    margin = round(MARGIN_SECONDS * SAMPLE_RATE)
    # Where each span may reach at most: the middle of the pause, or the end of the recording.
    edges = [0, *((before[1] + after[0]) // 2 for before, after in pairwise(spans)), n_samples]
    found = []
    for (first, last), least, most in zip(spans, edges, edges[1:], strict=False):
        room = margin if longest is None else max(0, min(margin, (longest - (last - first)) // 2))
        found.append((max(least, first - room), min(most, last + room, n_samples)))
    return found


def clipped(spans: Iterable[Span], clips: Sequence[float], n_samples: int) -> list[Span]:
    """Return the parts of the spans that lie in the clips: start, end, start, end … in seconds."""
    edges = [round(seconds * SAMPLE_RATE) for seconds in clips]
    parts = list(zip(edges[::2], [*edges[1::2], n_samples], strict=False)) if clips else [(0, n_samples)]
    both = [(max(a, c), min(b, d)) for a, b in spans for c, d in parts]
    return [(first, last) for first, last in both if first < last]


@dataclass(frozen=True, slots=True)
class Speech:
    """The spans of a recording that are transcribed, joined into one recording of their own."""

    spans: tuple[Span, ...]  # of the original, in order; they do not overlap
    n_samples: int  # of the original

    def joined(self, samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the samples of all spans, one behind the other: (n,)."""
        return np.concatenate([samples[:0], *(samples[first:last] for first, last in self.spans)])

    def windows(self) -> list[tuple[int, int]]:
        """Pack spans into windows of at most 30 s: first and last + 1 mel frame of the joined recording."""
        windows: list[tuple[int, int]] = []
        begin = end = 0
        for first, last in self.spans:
            # A span that does not fit any more begins the next window.
            if end - begin + last - first > WINDOW_SAMPLES:
                windows.append((begin, end))
                begin = end
            end += last - first
        windows.append((begin, end))
        frames = [(first // HOP, min(last // HOP, first // HOP + WINDOW_FRAMES)) for first, last in windows]
        return [(first, last) for first, last in frames if first < last]

    def moved(self, step: TranscribedWindow) -> TranscribedWindow:
        """Turn the times of a step of the joined recording into times of the original."""
        # Each segment by its own two ends: silence that was left out may lie within it.
        segments = tuple(self._moved(segment) for segment in step.segments)
        position = self.original(step.position, is_end=True)
        return replace(step, segments=segments, position=position, duration=self.n_samples / SAMPLE_RATE)

    def _moved(self, segment: Segment) -> Segment:
        seek = round(self.original(segment.seek * HOP / SAMPLE_RATE) * SAMPLE_RATE / HOP)
        words = tuple(self._moved_word(word) for word in segment.words)
        start, end = self.original(segment.start), self.original(segment.end, is_end=True)
        # Words know better than segments, whose ends may have been rounded into another span.
        if words:
            start, end = words[0].start, words[-1].end
        return replace(segment, seek=seek, start=start, end=max(start, end), words=words)

    def _moved_word(self, word: Word) -> Word:
        # A word lies in one span, that of its middle: alignment may have put its ends into the next.
        i = self._piece(round((word.start + word.end) / 2 * SAMPLE_RATE), is_end=False)
        # How far this span was moved forward when silence was left out, in seconds.
        first, last = (sample / SAMPLE_RATE for sample in self.spans[i])
        offset = first - self._offsets()[i] / SAMPLE_RATE
        start, end = (round(min(max(time + offset, first), last), 2) for time in (word.start, word.end))
        return replace(word, start=start, end=end)

    def original(self, seconds: float, *, is_end: bool = False) -> float:
        """Seconds in the joined recording → seconds in the original; a span's end is not the next one's start."""
        # Nobody speaks: the recording is done at once.
        if not self.spans:
            return self.n_samples / SAMPLE_RATE
        sample = round(seconds * SAMPLE_RATE)
        i = self._piece(sample, is_end=is_end)
        first, last = self.spans[i]
        return round(min(first + sample - self._offsets()[i], last) / SAMPLE_RATE, 3)

    def _piece(self, sample: int, *, is_end: bool) -> int:
        """Return the number of the span that holds a sample of the joined recording."""
        found = (bisect_left if is_end else bisect_right)(self._offsets(), sample) - 1
        return min(max(found, 0), len(self.spans) - 1)

    def _offsets(self) -> list[int]:
        """Where each span begins in the joined recording, and where the last one ends."""
        return [0, *accumulate(last - first for first, last in self.spans)]
