"""Windows of a recording decoded side by side: what is said in one is not known in the next, but it is faster.

Windows must begin and end in pauses, see `speech`. A text that is not believed is decoded again by itself, at rising
temperatures. Knows how to decode; cutting and timing is `segments`' business.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from voiced.whisper.decoding import decode_batch
from voiced.whisper.loading.weights import release_memory
from voiced.whisper.log_mel import WINDOW_FRAMES
from voiced.whisper.transcription.fallback import decode_with_fallback, decoding_options, is_believable
from voiced.whisper.transcription.segments import WindowTranscriber
from voiced.whisper.transcription.values import FRAMES_PER_SECOND, TranscribedWindow, Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from voiced.whisper.decoding import DecodingResult
    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.transcription.recording import MelRecording
    from voiced.whisper.transcription.values import TranscriptionOptions


def transcribe_batches(
    loaded: LoadedModel,
    recording: MelRecording,
    windows: Sequence[tuple[int, int]],
    options: TranscriptionOptions,
    batch_size: int,
) -> Iterator[TranscribedWindow]:
    """Transcribe windows, first and last + 1 mel frame of each, `batch_size` at once; yields one step a window.

    The initial prompt stands before every window, and the text so far before none.
    """
    # What is carried into a window must not depend on the one before it.
    options = replace(options, condition_on_previous_text=False, carry_initial_prompt=True)
    transcriber = WindowTranscriber(loaded, recording, options)
    for first in range(0, len(windows), batch_size):
        some = windows[first : first + batch_size]
        # Features of the windows before go before new ones come.
        release_memory()
        features = _encoded(loaded, recording, some)
        results = _decoded(transcriber, features)
        for (begin, end), heard, result in zip(some, torch.split(features, 1), results, strict=True):
            cut = transcriber.written(Window(begin, end - begin, heard), result, is_last=True)
            yield TranscribedWindow(tuple(cut.segments), end / FRAMES_PER_SECOND, recording.duration)


def _encoded(loaded: LoadedModel, recording: MelRecording, windows: Sequence[tuple[int, int]]) -> Tensor:
    """Audio features (windows, positions, state), each padded to 30 s."""
    mels = [F.pad(recording.log_mel[:, begin:end], (0, WINDOW_FRAMES - (end - begin))) for begin, end in windows]
    # The encoder keeps a processor busy with one window; an accelerator needs all of them.
    if loaded.model.device.type == "cpu":
        return torch.cat([loaded.model.encode(mel) for mel in mels])
    return loaded.model.encode(torch.stack(mels))


def _decoded(transcriber: WindowTranscriber, features: Tensor) -> Iterator[DecodingResult]:
    """Decode audio features (windows, positions, state) together, and those again that are not believed."""
    loaded, language, prompt = transcriber.loaded, transcriber.recording.language, transcriber.prompt()
    # A given beginning belongs to one window, and chance to each by itself: these are decoded one by one.
    while len(features) and (transcriber.options.prefix or transcriber.options.temperatures[0] > 0):
        yield decode_with_fallback(loaded, features[:1], language, prompt, transcriber.options)
        features = features[1:]
    if not len(features):
        return
    options = transcriber.options
    asked = decoding_options(options, 0.0, language, prompt)
    results = decode_batch(loaded.model, loaded.tokenizer, features, asked)
    # A text that repeats itself or is guessed gets out of that by chance, without the others waiting for it.
    for heard, result in zip(torch.split(features, 1), results, strict=True):
        if is_believable(result, options) or len(options.temperatures) == 1:
            yield result
        else:
            hotter = replace(options, temperatures=options.temperatures[1:])
            yield decode_with_fallback(loaded, heard, language, prompt, hotter)
