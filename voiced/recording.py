"""A recording of one command, without a wake word, as the utterance that the microphone would have made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.command_start import long_pauses
from voiced.flow import Ending, Utterance
from voiced.vad import STEP_SAMPLES, Activity

if TYPE_CHECKING:
    from voiced.flow import Samples
    from voiced.vad import Vad


def as_utterance(samples: Samples, vad: Vad) -> Utterance:
    """All of the sound; the VAD says where in it somebody speaks."""
    vad.reset()
    sounds = list(vad.judge(samples))
    spoken = [step for step, sound in enumerate(sounds) if sound is Activity.SPEECH]
    if not spoken:
        return Utterance(samples, 0, (0, 0), Ending.NO_SPEECH)
    first, last = spoken[0], spoken[-1] + 1
    return Utterance(
        samples,
        0,
        (first * STEP_SAMPLES, last * STEP_SAMPLES),
        Ending.END_OF_AUDIO,
        pauses=long_pauses(sounds, (first, last)),
    )
