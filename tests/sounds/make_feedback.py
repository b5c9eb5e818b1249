"""Makes the sounds in `voiced/sounds/`: rising for understood, falling for rejected, three for no broker.

    python tests/sounds/make_feedback.py

48 kHz mono WAV of 16 bits, which every device and `aplay` play as they are. Pure tones with soft edges: the voice
activity detector does not take them for speech; it does take lower ones (440 to 330 Hz) for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

if TYPE_CHECKING:
    import numpy.typing as npt

SOUNDS = Path(__file__).parents[2] / "voiced" / "sounds"
RATE = 48_000  # Hz
LOUDNESS = 0.5  # of full scale; `feedback.volume` makes it less
FADE = 0.012  # seconds at either end of a tone
TONES = {  # Hz and seconds, one after the other
    "woken": [(880, 0.09)],
    "understood": [(880, 0.08), (1175, 0.11)],
    "rejected": [(587, 0.09), (440, 0.13)],
    "broker_away": [(660, 0.07), (0, 0.06), (660, 0.07), (0, 0.06), (660, 0.07)],
}


def main() -> None:
    """Write all of them."""
    for name, tones in TONES.items():
        sound = np.concatenate([tone(*each) for each in tones])
        soundfile.write(SOUNDS / f"{name}.wav", LOUDNESS * sound, RATE, subtype="PCM_16")


def tone(frequency: float, seconds: float) -> npt.NDArray[np.float64]:
    """A sine that fades in and out; 0 Hz is silence."""
    time = np.arange(round(seconds * RATE)) / RATE
    edges = np.clip(np.minimum(time, time[::-1]) / FADE, 0, 1)
    sound: npt.NDArray[np.float64] = np.sin(2 * np.pi * frequency * time) * np.sin(edges * np.pi / 2) ** 2
    return sound


if __name__ == "__main__":
    main()
