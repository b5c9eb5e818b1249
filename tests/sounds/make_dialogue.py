"""Makes `dialogue_en.ogg` of this folder: over a minute in which two voices talk about a house, with pauses.

In the environment that `make_speech.py` beside this file describes:

    python tests/sounds/make_dialogue.py

Turns alternate between Piper's "joe" and SVOX Pico's British voice. 16 kHz mono Ogg Opus, of low quality to be small.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from make_speech import SAMPLE_RATE, speak_pico, speak_piper

TURNS = [
    "Good morning. Did you sleep well?",
    "Quite well, thank you, although the dog next door began to bark at five o'clock.",
    "I heard nothing at all. Shall I make some coffee, or would you rather have tea?",
    "Coffee, please. And could you turn up the heating? It is only seventeen degrees in here.",
    "The thermostat has a will of its own. Yesterday it was set to twenty-one, and nobody has touched it since.",
    "Then we should call the plumber. His number is on the fridge, below the picture of the lighthouse.",
    "I will do it after breakfast.",
    "What are your plans for this afternoon?",
    "First I want to repair the bicycle, because the front brake squeaks. Then I am going to the market.",
    "If you go there, please bring a dozen eggs, two loaves of rye bread, and a bunch of parsley.",
    "That is a lot to carry. Why don't you come along?",
    "I would love to, but the electrician is coming between three and four to look at the garage door.",
    "All right. Write everything on a piece of paper, or I shall forget half of it.",
    "There is no need. The list is in your pocket already.",
]
PAUSES = (0.4, 0.7, 0.3, 1.2, 0.5, 2.5, 0.6)  # seconds after a turn, over and over
HISS = 0.002


def main() -> None:
    parts = []
    for i, text in enumerate(TURNS):
        spoken = speak_pico(text, "en-GB") if i % 2 else speak_piper(text)
        parts += [0.6 * spoken / np.abs(spoken).max(), np.zeros(round(PAUSES[i % len(PAUSES)] * SAMPLE_RATE))]
    samples = np.concatenate(parts)
    samples += HISS * np.random.RandomState(0).standard_normal(len(samples))
    path = Path(__file__).with_name("dialogue_en.ogg")
    soundfile.write(path, samples, SAMPLE_RATE, format="OGG", subtype="OPUS", compression_level=0.97)
    print(f"{path.name}: {len(samples) / SAMPLE_RATE:.1f} s, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
