"""Recordings of any length: windows of 30 s, each beginning where the last whole segment before it ended.

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

FRAMES_PER_TIMESTAMP = 2  # mel frames
SILENT_FRAMES = 4  # the last of them sees nothing of the sound any more
HOT_TEMPERATURE = 0.5  # temperature above which a text is no good prompt for the next window


@dataclass(frozen=True, eq=False, slots=True)
class MelRecording:
    """A recording made ready, and the language that is spoken in it."""

    log_mel: Tensor  # (n_mels, mel frames)
    language: str  # code
    language_probs: dict[str, float]  # code → probability, likeliest first; empty if not detected

    @property
    def n_frames(self) -> int:
        return self.log_mel.shape[1]

    @property
    def duration(self) -> float:
        return self.n_frames / FRAMES_PER_SECOND


def transcribe(loaded: LoadedModel, samples: npt.NDArray[np.float32], options: TranscriptionOptions) -> Transcription:
    """All at once; as `prepare` and `transcribe_windows`."""
    recording = prepare(loaded, samples, options)
    segments = tuple(segment for step in transcribe_windows(loaded, recording, options) for segment in step.segments)
    return Transcription(recording.language, segments, recording.language_probs)


def prepare(loaded: LoadedModel, samples: npt.NDArray[np.float32], options: TranscriptionOptions) -> MelRecording:
    """Mono samples at 16 kHz. ValueError as `check_language`'s."""
    check_language(loaded, options)
    model, tokenizer = loaded.model, loaded.tokenizer
    # Silence follows, as everywhere in Whisper: all of its mel frames are like the first few.
    mel = log_mel(samples, model.dims.n_mels, SILENT_FRAMES)
    if options.language or not tokenizer.is_multilingual:
        language, probs = options.language or "en", {}
    else:
        first = F.pad(mel, (0, max(0, WINDOW_FRAMES - mel.shape[1])), value=float(mel[0, -1]))[:, :WINDOW_FRAMES]
        probs = detect_language(model, tokenizer, model.encode(first))
        language = next(iter(probs))
    return MelRecording(mel[:, :-SILENT_FRAMES], language, probs)


def check_language(loaded: LoadedModel, options: TranscriptionOptions) -> None:
    """ValueError for a language or task that the model does not know."""
    tokenizer = loaded.tokenizer
    if not tokenizer.is_multilingual and (options.task == "translate" or options.language not in (None, "en")):
        raise ValueError(f"the model {loaded.name} knows English only; choose a multilingual one, such as base")
    if tokenizer.is_multilingual and options.language and options.language not in tokenizer.languages:
        raise ValueError(f"the model {loaded.name} does not know the language {options.language!r}")


def transcribe_windows(
    loaded: LoadedModel, recording: MelRecording, options: TranscriptionOptions
) -> Iterator[TranscribedWindow]:
    """Window by window. Every segment has text and takes time."""
    listener = _Transcriber(loaded, recording, options)
    for begin, end in _clips(options.clips, recording.n_frames):
        seek = begin
        while seek < end:
            window = _window(loaded, recording, seek, min(end - seek, WINDOW_FRAMES))
            cut = listener.hear(window)
            # Word times may say that nothing took any time: such a window is not heard for ever.
            seek = cut.seek if cut.seek > seek else seek + window.n_frames
            yield TranscribedWindow(
                tuple(cut.segments), min(seek, recording.n_frames) / FRAMES_PER_SECOND, recording.duration
            )


class _Transcriber:
    """Hears the windows of one recording, and remembers of them what the next one needs."""

    def __init__(self, loaded: LoadedModel, recording: MelRecording, options: TranscriptionOptions) -> None:
        self.loaded, self.recording, self.options = loaded, recording, options
        self.last_speech = 0.0  # when the last word ended, in seconds
        encode = loaded.tokenizer.encode_phrase
        hotwords, initial = encode(options.hotwords), encode(options.initial_prompt)
        self.always = [*hotwords, *(initial if options.carry_initial_prompt else [])]  # in every prompt
        self.so_far = [] if options.carry_initial_prompt else initial  # the text that the next window should know

    def hear(self, window: Window) -> SegmentedWindow:
        """What is said in a window, and where the next one begins."""
        result = decode_with_fallback(
            self.loaded, window.audio_features, self.recording.language, self._prompt(), self.options
        )
        if is_silence(result, self.options):
            return SegmentedWindow([], window.seek + window.n_frames, is_complete=True)
        cut = cut_window(result, window, self.loaded.tokenizer)
        if self.options.word_timestamps:
            cut = self._with_words(window, cut)
        spoken = [segment for segment in cut.segments if segment.text.strip() and segment.start != segment.end]
        if spoken:
            self._remember(spoken, result.temperature)
        return replace(cut, segments=spoken)

    def _with_words(self, window: Window, cut: SegmentedWindow) -> SegmentedWindow:
        segments = add_words(self.loaded, window, cut.segments, self.last_speech, self.recording.language, self.options)
        end = end_of_speech(segments, window.start)
        seek = cut.seek if cut.is_complete or end <= window.start else round(end * FRAMES_PER_SECOND)
        cut = SegmentedWindow(segments, seek, cut.is_complete)
        threshold = self.options.hallucination_silence_threshold
        if threshold is not None:
            cut = without_hallucinations(window, cut, self.last_speech, self.recording.n_frames, threshold)
        self.last_speech = end_of_speech(cut.segments, self.last_speech)
        return cut

    def _prompt(self) -> tuple[int, ...]:
        limit = self.loaded.model.dims.n_text_ctx // 2 - 1
        always = self.always[:limit]
        n_left = limit - len(always)
        return (*always, *self.so_far[max(0, len(self.so_far) - n_left) :])

    def _remember(self, segments: Sequence[Segment], temperature: float) -> None:
        """Wild guesses are no prompt for what comes."""
        if self.options.condition_on_previous_text and temperature <= HOT_TEMPERATURE:
            self.so_far += [token for segment in segments for token in segment.tokens]
        else:
            self.so_far = []


def cut_window(result: DecodingResult, window: Window, tokenizer: Tokenizer) -> SegmentedWindow:
    """Two timestamps in a row end one segment and begin the next; what comes after the last pair is heard again.

    Unless one timestamp ends the text: then nobody speaks after it. Without a pair, all is one segment.
    """
    begin, tokens = tokenizer.timestamp_begin, result.tokens
    is_time = [token >= begin for token in tokens]
    is_complete = is_time[-2:] == [False, True]
    edges = [0, *(i for i in range(1, len(tokens)) if is_time[i - 1] and is_time[i])]
    if len(edges) == 1:
        last = next((token for token in reversed(tokens) if token > begin), None)
        end = window.duration if last is None else (last - begin) * SECONDS_PER_TIMESTAMP
        segment = _segment(tokens, (0.0, end), result, window, tokenizer)
        return SegmentedWindow([segment], window.seek + window.n_frames, is_complete)
    if is_complete:
        edges.append(len(tokens))
    parts = [tokens[start:end] for start, end in pairwise(edges)]
    segments = [_segment(part, _times(part, begin), result, window, tokenizer) for part in parts]
    done = window.n_frames if is_complete else (parts[-1][-1] - begin) * FRAMES_PER_TIMESTAMP
    return SegmentedWindow(segments, window.seek + done, is_complete)


def _times(tokens: Sequence[int], begin: int) -> tuple[float, float]:
    """First and last timestamp in seconds; a prefix may stand in the first one's place."""
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
        text=tokenizer.decode(token for token in tokens if token < tokenizer.eot),
        tokens=tokens,
        seek=window.seek,
        temperature=result.temperature,
        avg_logprob=result.avg_logprob,
        compression_ratio=result.compression_ratio,
        no_speech_prob=result.no_speech_prob,
    )


def _window(loaded: LoadedModel, recording: MelRecording, seek: int, n_frames: int) -> Window:
    release_memory()  # what the decoder needed, before the encoder takes its own, and the other way round
    mel = recording.log_mel[:, seek : seek + n_frames]
    window = Window(seek, n_frames, loaded.model.encode(F.pad(mel, (0, WINDOW_FRAMES - n_frames))))
    release_memory()
    return window


def _clips(clips: Sequence[float], n_frames: int) -> Iterator[tuple[int, int]]:
    """First and last + 1 mel frame of each part that is asked for."""
    edges = [min(n_frames, round(seconds * FRAMES_PER_SECOND)) for seconds in clips or (0.0,)]
    return zip(edges[::2], [*edges[1::2], n_frames], strict=False)
