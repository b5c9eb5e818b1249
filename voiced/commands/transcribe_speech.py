"""Which parts of a recording `voiced transcribe` hears: those in which Silero's network finds speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.audio.vad import STEP_SAMPLES, Vad
from voiced.whisper.log_mel import WINDOW_SAMPLES
from voiced.whisper.transcription.speech import BATCH_PAUSE_SECONDS, PAUSE_SECONDS, Speech, clipped, spans_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.flow import Samples


def speech_in(samples: Samples, clips: Sequence[float] = (), *, batched: bool = False) -> Speech:
    """Find where somebody speaks in the clips of a recording; `samples` (n,) at 16 kHz, `clips` in seconds.

    `batched`: spans are for windows of up to 30 s that are decoded at once, so they begin and end in pauses.
    """
    vad, whole = Vad(), len(samples) - len(samples) % STEP_SAMPLES
    probabilities = [vad.probability(step) for step in samples[:whole].reshape(-1, STEP_SAMPLES)]
    pause, longest = (BATCH_PAUSE_SECONDS, WINDOW_SAMPLES) if batched else (PAUSE_SECONDS, None)
    spans = spans_of(probabilities, STEP_SAMPLES, len(samples), pause, longest)
    return Speech(tuple(clipped(spans, clips, len(samples))), len(samples))
