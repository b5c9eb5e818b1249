"""The public Python API, as somebody would use it who has installed the package: five lines, and errors in words."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

import numpy as np
import pytest

import voiced
from voiced.api import Options
from voiced.audio import sound_file
from voiced.config import RecognizerSettings
from voiced.errors import AudioError, ConfigError, ModelError, VoicedError
from voiced.flow import Action, Reason

if TYPE_CHECKING:
    from voiced import Recognizer

INTENTS = Path(__file__).parents[1] / "intents"
SOUNDS = Path(__file__).parent / "sounds"
LIGHTS = {
    "intents": {
        "LightSet": {
            "sentences": ["turn {state} the office lights"],
            "action": {"topic": "office/light", "payload": "{state}"},
        }
    },
    "lists": {"state": ["on", "off"]},
}


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return voiced.Recognizer(str(INTENTS))


def test_a_recording_under_a_folder_of_intents(recognizer: Recognizer) -> None:
    outcome = recognizer.recognize(str(SOUNDS / "command_lights.ogg"))
    assert (outcome.accepted, outcome.intent, outcome.reason) == (True, "LightSet", None)
    assert outcome.slots == {"state": "off", "room": "office"}
    assert outcome.text == "Turn off the office lights."
    assert 0.9 < outcome.confidence <= 1
    assert outcome.actions == (Action("home/office/light/set", "off"),)


def test_samples_and_paths_are_recognised_alike(recognizer: Recognizer) -> None:
    path = SOUNDS / "command_heating.ogg"
    outcomes = [recognizer.recognize(sound) for sound in (path, sound_file.read(path))]
    assert outcomes[0].intent == "TemperatureSet"
    assert outcomes[0].transcript.text == outcomes[1].transcript.text
    assert outcomes[0].id != outcomes[1].id


def test_what_is_no_command_has_a_reason_and_nothing_else(recognizer: Recognizer) -> None:
    outcome = recognizer.recognize(SOUNDS / "no_command.ogg")
    assert (outcome.accepted, outcome.intent, outcome.slots, outcome.actions) == (False, None, {}, ())
    assert outcome.reason is not None
    silence = recognizer.recognize(np.zeros(16_000, np.float64))
    assert (silence.reason, silence.confidence) == (Reason.NO_SPEECH, 0.0)


def test_intents_may_be_a_mapping_and_settings_are_options() -> None:
    outcome = voiced.Recognizer(LIGHTS, min_confidence=0.2, threads=1).recognize(SOUNDS / "command_lights.ogg")
    assert outcome.actions == (Action("office/light", "off"),)


@pytest.mark.parametrize(
    ("sound", "complaint"),
    [
        (np.zeros((2, 100), np.float32), r"must be mono, of shape \(n_samples,\), not \(2, 100\)"),
        (np.zeros(100, np.int16), "must be floats of full scale ±1, not int16; divide int16 by 32768"),
        ([], "there are no samples"),
        (np.array([0.0, np.nan], np.float32), "must be numbers"),
        ("nowhere.wav", "nowhere.wav: cannot be read: No such file or directory"),
    ],
)
def test_sound_that_is_none_is_refused_in_words(recognizer: Recognizer, sound: object, complaint: str) -> None:
    with pytest.raises(AudioError, match=complaint):
        recognizer.recognize(sound)  # type: ignore[arg-type] # wrong on purpose


def test_everything_that_is_wrong_is_an_error_of_ours() -> None:
    with pytest.raises(ConfigError, match="min_confidence"):
        voiced.Recognizer(LIGHTS, min_confidence=7)
    with pytest.raises(ConfigError, match="did you mean 'threads'"):
        voiced.Recognizer(LIGHTS, treads=1)  # type: ignore[call-arg] # wrong on purpose
    with pytest.raises(ConfigError, match="intents: only text, numbers"):
        voiced.Recognizer({"intents": {1, 2}})
    with pytest.raises(ConfigError, match="sentences"):
        voiced.Recognizer({"intents": {"LightSet": {}}})
    with pytest.raises(ModelError):
        voiced.Recognizer(LIGHTS, model="nowhere/model.pt")
    with pytest.raises(VoicedError, match="nowhere: there is no such file"):
        voiced.Recognizer("nowhere")


def test_options_are_the_settings_of_the_recogniser() -> None:
    assert set(Options.__annotations__) == set(RecognizerSettings.model_fields)
    assert get_type_hints(Options)["device"] == RecognizerSettings.model_fields["device"].annotation


@pytest.mark.slow
def test_the_manual_s_programs_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a folder that has what they name."""
    page = (Path(voiced.__file__).parent / "manual/python.md").read_text(encoding="utf-8")
    programs = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert programs
    (tmp_path / "intents").symlink_to(INTENTS)
    (tmp_path / "turn_on.wav").symlink_to(SOUNDS / "command_lights.ogg")
    monkeypatch.chdir(tmp_path)
    for program in programs:
        exec(compile(program, "python.md", "exec"), {})
    told = capsys.readouterr().out
    assert "LightSet {'state': 'off', 'room': 'office'}" in told
    assert "nowhere.wav: cannot be read: No such file or directory" in told
    for line in re.findall(r"print\(.*\)  # (.*)", page):
        assert line in told


def test_importing_it_costs_nothing() -> None:
    heavy = "{'numpy', 'torch'} & {*sys.modules}"
    program = f"import sys, voiced; sys.exit('Recognizer' not in dir(voiced) or bool({heavy}))"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
    with pytest.raises(AttributeError, match="has no attribute 'Recogniser'"):
        voiced.Recogniser  # noqa: B018 # does not exist
