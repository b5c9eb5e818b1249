"""Options of a transcription, and its result: words in segments. Values only; knows no model.

Times are seconds in the recording: they come from Whisper's own timestamps, not from a stream of samples.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voiced.whisper.decoding import NON_SPEECH, check_ranking
from voiced.whisper.log_mel import HOP, SAMPLE_RATE, WINDOW_FRAMES
from voiced.whisper.repetition import REPETITIVE_RATIO

if TYPE_CHECKING:
    from torch import Tensor

    from voiced.whisper.tokenizer import Task

FRAMES_PER_SECOND = SAMPLE_RATE // HOP  # 100 mel frames
OPENING_MARKS = "\"'“¿([{-"
CLOSING_MARKS = "\"'.。,，!！?？:：”)]}、"  # noqa: RUF001 # East Asian marks are meant


@dataclass(frozen=True, slots=True)
class TranscriptionOptions:
    """How to transcribe. Names and defaults are openai/whisper's; ValueError if options contradict each other."""

    task: Task = "transcribe"  # or "translate": into English
    language: str | None = None  # code; None: detected, by multilingual models
    language_detection_segments: int = 1  # windows of 30 s that are heard for it, until one is sure

    # how tokens are chosen
    temperatures: tuple[float, ...] = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # tried in order until a text is believed
    beam_size: int | None = None  # at temperature 0; None: greedy
    patience: float | None = None  # with beam_size
    best_of: int | None = None  # samples at temperatures above 0; None: 1
    length_penalty: float | None = None  # alpha, 0 to 1; None: mean log probability per token

    # when a text is not believed, None: never for this reason
    compression_ratio_threshold: float | None = REPETITIVE_RATIO  # above it the text repeats itself
    logprob_threshold: float | None = -1.0  # mean per token; below it the text is guessed
    no_speech_threshold: float | None = 0.6  # above it, and below logprob_threshold: silence, nothing is written

    # what the decoder has read before
    condition_on_previous_text: bool = True  # the text so far; keeps names and style, may carry on a repetition
    initial_prompt: str = ""  # stands before the first window
    carry_initial_prompt: bool = False  # stands before every window
    hotwords: str = ""  # words to expect, before every window
    prefix: str = ""  # how the text begins

    # what is not written
    suppress_tokens: tuple[int, ...] = (NON_SPEECH,)
    suppress_blank: bool = True
    repetition_penalty: float = 1.0  # above 1: what was written before is less likely
    without_timestamps: bool = False  # a segment is a window then
    max_initial_timestamp: float | None = 1.0  # seconds; a window's first segment begins no later

    # which parts of the recording
    clips: tuple[float, ...] = ()  # start, end, start, end … in seconds; without a last end: to the end

    # when each word was said
    word_timestamps: bool = False
    prepend_punctuations: str = OPENING_MARKS  # belong to the word after them
    append_punctuations: str = CLOSING_MARKS  # belong to the word before them
    hallucination_silence_threshold: float | None = None  # seconds of silence around unlikely words: these are dropped

    def __post_init__(self) -> None:
        if not self.temperatures or not all(0 <= temperature <= 1 for temperature in self.temperatures):
            raise ValueError("temperatures lie between 0 and 1, and one is needed")
        if any(size is not None and size < 1 for size in (self.beam_size, self.best_of)):
            raise ValueError("beam_size and best_of are at least 1")
        if self.language_detection_segments < 1 or self.repetition_penalty <= 0:
            raise ValueError("language_detection_segments is at least 1, and repetition_penalty above 0")
        check_ranking(self.beam_size, self.patience, self.length_penalty)
        if self.hallucination_silence_threshold is not None and not self.word_timestamps:
            raise ValueError("hallucination_silence_threshold needs word_timestamps")
        empty = any(start == end for start, end in zip(self.clips[::2], self.clips[1::2], strict=False))
        if empty or any(clip < 0 for clip in self.clips) or list(self.clips) != sorted(self.clips):
            raise ValueError("clips are seconds in rising order: start, end, start, end")


@dataclass(frozen=True, eq=False, slots=True)
class Window:
    """The part of a recording that the encoder sees at once, encoded."""

    seek: int  # mel frame at which it begins
    n_frames: int  # mel frames of the recording; padding makes up for what is missing to 30 s
    audio_features: Tensor  # (1, positions, state), padding included

    @property
    def start(self) -> float:
        """Seconds in the recording."""
        return float(self.seek * HOP / SAMPLE_RATE)

    @property
    def duration(self) -> float:
        """Seconds of the recording, without padding."""
        return self.n_frames * HOP / SAMPLE_RATE

    @property
    def end(self) -> float:
        """Seconds in the recording at which the padding ends: 30 s behind the start."""
        return float((self.seek + WINDOW_FRAMES) * HOP / SAMPLE_RATE)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written, with the space before it and its punctuation."""

    text: str
    start: float  # seconds in the recording
    end: float  # seconds in the recording
    probability: float  # mean of its tokens'


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text between two timestamps, about a sentence."""

    start: float  # seconds in the recording
    end: float  # seconds in the recording
    text: str  # with the space before it
    tokens: tuple[int, ...]  # text and timestamps
    seek: int  # mel frame at which its window begins
    # Of the whole window that it was decoded in, as in `DecodingResult`:
    temperature: float
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float
    # Empty unless word_timestamps were asked for.
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentedWindow:
    """A window's text, cut into segments."""

    segments: list[Segment]
    seek: int  # mel frame at which the next window begins
    is_complete: bool  # nobody speaks after the last segment


@dataclass(frozen=True, slots=True)
class TranscribedWindow:
    """What one more window has brought, and how far the recording is done."""

    segments: tuple[Segment, ...]  # the new ones
    position: float  # seconds: the recording is done up to here
    duration: float  # seconds of the recording


@dataclass(frozen=True, slots=True)
class Transcription:
    """The text of a whole recording."""

    language: str  # code
    segments: tuple[Segment, ...]
    language_probs: dict[str, float] = field(default_factory=dict)  # code → probability; empty if not detected

    @property
    def text(self) -> str:
        """Text of all segments, each with the space before it."""
        return "".join(segment.text for segment in self.segments)
