"""Recording of one command, without a wake word → utterance, as `capture` would have cut it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.audio.vad import STEP_SAMPLES, Activity
from voiced.flow import Ending, Utterance

if TYPE_CHECKING:
    from voiced.flow import Samples
    from voiced.listening.capture import VoiceActivity


def as_utterance(samples: Samples, vad: VoiceActivity) -> Utterance:
    """Return an utterance of all samples, (n_samples,) at 16 kHz; the VAD finds first and last speech in them."""
    vad.reset()
    spoken = [step for step, sound in enumerate(vad.judge(samples)) if sound is Activity.SPEECH]
    if not spoken:
        return Utterance(samples, 0, (0, 0), Ending.NO_SPEECH)
    return Utterance(samples, 0, (spoken[0] * STEP_SAMPLES, (spoken[-1] + 1) * STEP_SAMPLES), Ending.END_OF_AUDIO)
