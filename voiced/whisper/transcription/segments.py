"""Recordings of any length → segments: windows of 30 s, each beginning where the last whole segment before it ended.

    recording = prepare(loaded, samples, options)
    for step in transcribe_windows(loaded, recording, options):
        for segment in step.segments: ...

What a step holds is final. Knows no files, no formats and no clock.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch.nn.functional as F

from voiced.whisper.loading.weights import release_memory
from voiced.whisper.log_mel import WINDOW_FRAMES
from voiced.whisper.transcription.cutting import cut_window, within
from voiced.whisper.transcription.fallback import decode_with_fallback, is_silence, with_prefix
from voiced.whisper.transcription.hallucination import end_of_speech, without_hallucinations
from voiced.whisper.transcription.recording import prepare
from voiced.whisper.transcription.timing import add_words
from voiced.whisper.transcription.values import (
    FRAMES_PER_SECOND,
    SegmentedWindow,
    TranscribedWindow,
    Transcription,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    from voiced.whisper.decoding import DecodingResult
    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.transcription.recording import MelRecording
    from voiced.whisper.transcription.values import Segment, TranscriptionOptions

# Mel frames: nothing is said in a tenth of a second, but Whisper would write something.
SHORTEST_WINDOW_FRAMES = 10
HOT_TEMPERATURE = 0.5  # a text written above it is no good prompt for the next window (openai/whisper's value)


def transcribe(loaded: LoadedModel, samples: npt.NDArray[np.float32], options: TranscriptionOptions) -> Transcription:
    """Mono samples at 16 kHz, full scale ±1 → the whole transcription. ValueError as from `check_options`."""
    recording = prepare(loaded, samples, options)
    segments = tuple(segment for step in transcribe_windows(loaded, recording, options) for segment in step.segments)
    return Transcription(recording.language, segments, recording.language_probs)


def transcribe_windows(
    loaded: LoadedModel, recording: MelRecording, options: TranscriptionOptions
) -> Iterator[TranscribedWindow]:
    """Transcribe window by window. What is yielded is final; every segment has text and takes time."""
    transcriber = WindowTranscriber(loaded, recording, options)
    for begin, end in _clips(options.clips, recording.n_frames):
        seek = begin
        while end - seek >= SHORTEST_WINDOW_FRAMES:
            window = _window(loaded, recording, seek, min(end - seek, WINDOW_FRAMES))
            # Decode it, and cut its text at timestamps.
            cut = transcriber.hear(window)
            # The next window begins where the last whole segment ended. If no time has passed, skip this window, so
            # that it is not decoded for ever; what is left behind it may be too short for another one.
            seek = cut.seek if cut.seek > seek else seek + window.n_frames
            seek = seek if end - seek >= SHORTEST_WINDOW_FRAMES else end
            yield TranscribedWindow(
                tuple(cut.segments), min(seek, recording.n_frames) / FRAMES_PER_SECOND, recording.duration
            )


class WindowTranscriber:
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
            self.loaded, window.audio_features, self.recording.language, self.prompt(), self.options
        )
        return self.written(window, result)

    def written(self, window: Window, result: DecodingResult, *, is_last: bool = False) -> SegmentedWindow:
        """Cut what was decoded into segments; `is_last` as in `cut_window`."""
        # Nobody speaks: nothing is written, whatever the decoder wrote.
        if is_silence(result, self.options):
            return SegmentedWindow([], window.seek + window.n_frames, is_complete=True)
        # A given beginning is part of the text, once.
        result = with_prefix(self.loaded, result, self.options)
        self.options = replace(self.options, prefix="")
        cut = cut_window(result, window, self.loaded.tokenizer, is_last=is_last)
        if self.options.word_timestamps:
            cut = self._with_words(window, cut)
        # Segments without text or duration are dropped.
        whole = [segment for segment in cut.segments if segment.text.strip() and segment.start != segment.end]
        # A window in which nothing is said leaves the prompt as it is.
        if whole:
            self._remember(whole, result.temperature)
        # Whisper hears 30 s, whatever there is: times may lie in the silence that fills them up.
        return replace(cut, segments=[within(segment, self.recording.duration) for segment in whole])

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

    def prompt(self) -> tuple[int, ...]:
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
