"""Recordings of any length → segments: windows of 30 s, each beginning where the last whole segment before it ended.

    recording = prepare(loaded, samples, options)
    for step in transcribe_windows(loaded, recording, options):
        for segment in step.segments: ...

What a step holds is final. Knows no files, no formats and no clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import torch.nn.functional as F

from voiced.whisper.decoding import detect_language
from voiced.whisper.loading.weights import release_memory
from voiced.whisper.log_mel import WINDOW_FRAMES, log_mel
from voiced.whisper.tokenizer import SECONDS_PER_TIMESTAMP
from voiced.whisper.transcription.fallback import decode_with_fallback, is_silence
from voiced.whisper.transcription.hallucination import end_of_speech, without_hallucinations
from voiced.whisper.transcription.timing import add_words
from voiced.whisper.transcription.values import (
    FRAMES_PER_SECOND,
    Segment,
    SegmentedWindow,
    TranscribedWindow,
    Transcription,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import numpy.typing as npt
    from torch import Tensor

    from voiced.whisper.decoding import DecodingResult
    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.tokenizer import Tokenizer
    from voiced.whisper.transcription.values import TranscriptionOptions

FRAMES_PER_TIMESTAMP = 2  # mel frames of 10 ms in the 20 ms from one timestamp to the next
# Mel frames of silence behind the recording: the last of them is not reached by any window over the sound.
SILENT_FRAMES = 4
HOT_TEMPERATURE = 0.5  # a text written above it is no good prompt for the next window (openai/whisper's value)


@dataclass(frozen=True, eq=False, slots=True)
class MelRecording:
    """The log-mel spectrogram of a recording, and the language that is spoken in it."""

    log_mel: Tensor  # (n_mels, mel frames)
    language: str  # code
    language_probs: dict[str, float]  # code → probability, likeliest first; empty if not detected

    @property
    def n_frames(self) -> int:
        """Mel frames of 10 ms."""
        return self.log_mel.shape[1]

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.n_frames / FRAMES_PER_SECOND


def transcribe(loaded: LoadedModel, samples: npt.NDArray[np.float32], options: TranscriptionOptions) -> Transcription:
    """Mono samples at 16 kHz, full scale ±1 → the whole transcription. ValueError as from `check_language`."""
    recording = prepare(loaded, samples, options)
    segments = tuple(segment for step in transcribe_windows(loaded, recording, options) for segment in step.segments)
    return Transcription(recording.language, segments, recording.language_probs)


def prepare(loaded: LoadedModel, samples: npt.NDArray[np.float32], options: TranscriptionOptions) -> MelRecording:
    """Mono samples at 16 kHz, full scale ±1 → spectrogram and language. ValueError as from `check_language`."""
    check_language(loaded, options)
    model, tokenizer = loaded.model, loaded.tokenizer
    # (n_mels, mel frames). Whisper expects 30 s of silence behind every recording. All of its frames are alike, so the
    # last of a few stands for them.
    mel = log_mel(samples, model.dims.n_mels, SILENT_FRAMES)
    # The language is detected in the first window, padded to 30 s by that frame: (n_mels, 3000).
    if options.language or not tokenizer.is_multilingual:
        language, probs = options.language or "en", {}
    else:
        first = F.pad(mel, (0, max(0, WINDOW_FRAMES - mel.shape[1])), value=float(mel[0, -1]))[:, :WINDOW_FRAMES]
        probs = detect_language(model, tokenizer, model.encode(first))
        language = next(iter(probs))
    return MelRecording(mel[:, :-SILENT_FRAMES], language, probs)


def check_language(loaded: LoadedModel, options: TranscriptionOptions) -> None:
    """Raise ValueError for a language or task that the model does not know."""
    tokenizer = loaded.tokenizer
    if not tokenizer.is_multilingual and (options.task == "translate" or options.language not in (None, "en")):
        raise ValueError(f"the model {loaded.name} knows English only; choose a multilingual one, such as base")
    if tokenizer.is_multilingual and options.language and options.language not in tokenizer.languages:
        raise ValueError(f"the model {loaded.name} does not know the language {options.language!r}")


def transcribe_windows(
    loaded: LoadedModel, recording: MelRecording, options: TranscriptionOptions
) -> Iterator[TranscribedWindow]:
    """Transcribe window by window. What is yielded is final; every segment has text and takes time."""
    listener = _Transcriber(loaded, recording, options)
    for begin, end in _clips(options.clips, recording.n_frames):
        seek = begin
        while seek < end:
            window = _window(loaded, recording, seek, min(end - seek, WINDOW_FRAMES))
            cut = listener.hear(window)
            # The next window begins where the last whole segment ended. If no time has passed, skip this window, so
            # that it is not decoded for ever.
            seek = cut.seek if cut.seek > seek else seek + window.n_frames
            yield TranscribedWindow(
                tuple(cut.segments), min(seek, recording.n_frames) / FRAMES_PER_SECOND, recording.duration
            )


class _Transcriber:
    """Transcribes the windows of one recording in turn, and keeps the text so far as the next one's prompt."""

    def __init__(self, loaded: LoadedModel, recording: MelRecording, options: TranscriptionOptions) -> None:
        self.loaded, self.recording, self.options = loaded, recording, options
        self.last_speech = 0.0  # when the last word ended, in seconds
        encode = loaded.tokenizer.encode_phrase
        hotwords, initial = encode(options.hotwords), encode(options.initial_prompt)
        # What stands in every prompt, and what stands in the next one only.
        self.always = [*hotwords, *(initial if options.carry_initial_prompt else [])]  # in every prompt
        self.so_far = [] if options.carry_initial_prompt else initial  # the text that the next window should know

    def hear(self, window: Window) -> SegmentedWindow:
        """Decode a window, cut its text into segments, and find where the next window begins."""
        result = decode_with_fallback(
            self.loaded, window.audio_features, self.recording.language, self._prompt(), self.options
        )
        # Nobody speaks: nothing is written, whatever the decoder wrote.
        if is_silence(result, self.options):
            return SegmentedWindow([], window.seek + window.n_frames, is_complete=True)
        cut = cut_window(result, window, self.loaded.tokenizer)
        if self.options.word_timestamps:
            cut = self._with_words(window, cut)
        # Segments without text or duration are dropped.
        spoken = [segment for segment in cut.segments if segment.text.strip() and segment.start != segment.end]
        # A window in which nothing is said leaves the prompt as it is.
        if spoken:
            self._remember(spoken, result.temperature)
        return replace(cut, segments=spoken)

    def _with_words(self, window: Window, cut: SegmentedWindow) -> SegmentedWindow:
        """Time the words; their times, which are better than timestamp tokens, say where the next window begins."""
        segments = add_words(self.loaded, window, cut.segments, self.last_speech, self.recording.language, self.options)
        # Behind the last word, unless a timestamp says that nobody speaks any more.
        end = end_of_speech(segments, window.start)
        seek = cut.seek if cut.is_complete or end <= window.start else round(end * FRAMES_PER_SECOND)
        cut = SegmentedWindow(segments, seek, cut.is_complete)
        threshold = self.options.hallucination_silence_threshold
        if threshold is not None:
            cut = without_hallucinations(window, cut, self.last_speech, self.recording.n_frames, threshold)
        self.last_speech = end_of_speech(cut.segments, self.last_speech)
        return cut

    def _prompt(self) -> tuple[int, ...]:
        """Hotwords and carried prompt, then as much of the end of the text so far as there is room for."""
        # Half of the decoder's 448 positions, less the start of prompt.
        limit = self.loaded.model.dims.n_text_ctx // 2 - 1
        always = self.always[:limit]
        n_left = limit - len(always)
        return (*always, *self.so_far[max(0, len(self.so_far) - n_left) :])

    def _remember(self, segments: Sequence[Segment], temperature: float) -> None:
        """Keep the text as a prompt, unless it was sampled at a high temperature: errors would be carried on."""
        if self.options.condition_on_previous_text and temperature <= HOT_TEMPERATURE:
            self.so_far += [token for segment in segments for token in segment.tokens]
        else:
            self.so_far = []


def cut_window(result: DecodingResult, window: Window, tokenizer: Tokenizer) -> SegmentedWindow:
    """Cut a window's text into segments: two timestamps in a row end one segment and begin the next.

    What comes behind the last pair is decoded again, in the next window; unless a single timestamp ends the text: then
    nobody speaks after it. Without a pair, all is one segment.
    """
    begin, tokens = tokenizer.timestamp_begin, result.tokens
    is_time = [tokenizer.is_timestamp(token) for token in tokens]
    is_complete = is_time[-2:] == [False, True]
    # For <0.00> a b <1.00> <1.00> c d <2.00> <2.00> e: edges 0, 4 and 8; "e" is cut off and will be decoded again.
    edges = [0, *(i for i in range(1, len(tokens)) if is_time[i - 1] and is_time[i])]
    # No pair: one segment up to the last timestamp, or to the end of the window.
    if len(edges) == 1:
        last = next((token for token in reversed(tokens) if token > begin and tokenizer.is_timestamp(token)), None)
        end = window.duration if last is None else (last - begin) * SECONDS_PER_TIMESTAMP
        segment = _segment(tokens, (0.0, end), result, window, tokenizer)
        return SegmentedWindow([segment], window.seek + window.n_frames, is_complete)
    if is_complete:
        edges.append(len(tokens))
    # Each part is timestamp, text, timestamp.
    parts = [tokens[start:end] for start, end in pairwise(edges)]
    segments = [_segment(part, _times(part, begin), result, window, tokenizer) for part in parts]
    # The next window begins at the last timestamp of the last part.
    done = window.n_frames if is_complete else (parts[-1][-1] - begin) * FRAMES_PER_TIMESTAMP
    return SegmentedWindow(segments, window.seek + done, is_complete)


def _times(tokens: Sequence[int], begin: int) -> tuple[float, float]:
    """First and last timestamp in seconds from the window's beginning; a prefix in place of the first counts as 0."""
    return max(0, tokens[0] - begin) * SECONDS_PER_TIMESTAMP, (tokens[-1] - begin) * SECONDS_PER_TIMESTAMP


def _segment(
    tokens: tuple[int, ...],
    times: tuple[float, float],
    result: DecodingResult,
    window: Window,
    tokenizer: Tokenizer,
) -> Segment:
    return Segment(
        start=window.start + times[0],
        end=window.start + times[1],
        text=tokenizer.decode(token for token in tokens if tokenizer.is_text(token)),
        tokens=tokens,
        seek=window.seek,
        temperature=result.temperature,
        avg_logprob=result.avg_logprob,
        compression_ratio=result.compression_ratio,
        no_speech_prob=result.no_speech_prob,
    )


def _window(loaded: LoadedModel, recording: MelRecording, seek: int, n_frames: int) -> Window:
    """Encode `n_frames` mel frames from `seek` on, padded to 30 s."""
    # Memory that the decoder needed goes before the encoder takes its own, and the other way round.
    release_memory()
    mel = recording.log_mel[:, seek : seek + n_frames]
    window = Window(seek, n_frames, loaded.model.encode(F.pad(mel, (0, WINDOW_FRAMES - n_frames))))
    release_memory()
    return window


def _clips(clips: Sequence[float], n_frames: int) -> Iterator[tuple[int, int]]:
    """Start, end, start, end … in seconds → first and last + 1 mel frame of each part."""
    # Without a last end, the last part goes to the end of the recording.
    edges = [min(n_frames, round(seconds * FRAMES_PER_SECOND)) for seconds in clips or (0.0,)]
    return zip(edges[::2], [*edges[1::2], n_frames], strict=False)
