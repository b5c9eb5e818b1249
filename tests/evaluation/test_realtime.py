"""The real-time benchmark: recordings spoken to the daemon's own ears are answered by the real model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from voiced.audio.sound_file import read
from voiced.audio.vad import Vad
from voiced.config import ListeningSettings, RecognizerSettings
from voiced.evaluation.realtime import recorded, speak
from voiced.evaluation.trials import Setup, own_tasks
from voiced.flow import SAMPLE_RATE, Ending
from voiced.foundations.resources import shipped

if TYPE_CHECKING:
    from voiced.flow import Samples

SOUNDS = Path(__file__).parents[1] / "sounds"
NOISE = np.random.default_rng(1)


def room(seconds: float) -> Samples:
    return NOISE.normal(scale=1e-3, size=round(seconds * SAMPLE_RATE)).astype(np.float32)


def test_what_the_ear_records_of_a_sound() -> None:
    """The speech, a little before it, and the silence that ends it; nothing, if the sound ends before that."""
    lights, settings = read(SOUNDS / "command_lights.ogg"), ListeningSettings()
    utterance = recorded(np.concatenate((room(1.0), lights, room(2.0))), settings, Vad())
    assert utterance
    assert utterance.ending is Ending.SILENCE
    first, last = utterance.speech
    assert 1.0 <= first / SAMPLE_RATE <= last / SAMPLE_RATE <= 1.0 + len(lights) / SAMPLE_RATE
    quiet = (utterance.start + len(utterance.samples) - last) / SAMPLE_RATE
    assert settings.silence <= quiet < settings.silence + 0.2
    assert recorded(lights[: len(lights) // 2], settings, Vad()) is None


def test_where_nobody_speaks_the_ear_records_nothing() -> None:
    utterance = recorded(room(2.0), ListeningSettings(start_timeout=1.0), Vad())
    assert utterance
    assert utterance.ending is Ending.NO_SPEECH


@pytest.mark.slow
def test_commands_are_answered_in_real_time(tmp_path: Path) -> None:
    """Two recordings: one is recognised while the microphone listens on, and its end is not waited for."""
    shutil.copy(SOUNDS / "command_lights.ogg", tmp_path / "lights.ogg")
    soundfile.write(tmp_path / "nothing.wav", room(1.0), SAMPLE_RATE)
    labels = {
        "lights.ogg": {"intent": "LightSet", "slots": {"state": "off", "room": "office"}},
        "nothing.wav": {"intent": None},
    }
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    done: list[int] = []
    setup = Setup(RecognizerSettings(), shipped("intents"))
    listening = ListeningSettings(start_timeout=1.0)
    lights, nothing = speak(setup, listening, own_tasks(tmp_path, (), None), lambda: done.append(1))
    assert len(done) == 2
    assert (lights.trial.file, lights.trial.verdict.value) == ("lights.ogg", "right")
    assert lights.ending in {"complete", "silence"}  # on a machine that is too busy to answer in time
    assert lights.passes >= 1
    assert -0.15 < lights.stopped < lights.published
    assert lights.fixed == pytest.approx(0.7, abs=0.3)
    assert (nothing.ending, nothing.trial.accepted, nothing.passes) == ("no_speech", False, 1)
