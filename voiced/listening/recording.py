"""A recording of one command, without a wake word, as the utterance that the microphone would have made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.audio.vad import STEP_SAMPLES, Activity
from voiced.flow import Ending, Utterance

if TYPE_CHECKING:
    from voiced.audio.vad import Vad
    from voiced.flow import Samples


def as_utterance(samples: Samples, vad: Vad) -> Utterance:
    """All of the sound; the VAD says where in it somebody speaks."""
    vad.reset()
    spoken = [step for step, sound in enumerate(vad.judge(samples)) if sound is Activity.SPEECH]
    if not spoken:
        return Utterance(samples, 0, (0, 0), Ending.NO_SPEECH)
    return Utterance(samples, 0, (spoken[0] * STEP_SAMPLES, (spoken[-1] + 1) * STEP_SAMPLES), Ending.END_OF_AUDIO)
