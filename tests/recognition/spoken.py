"""Recorded commands as utterances, and what they mean under the intents that ship."""

from __future__ import annotations

from pathlib import Path

from voiced.audio import sound_file
from voiced.audio.vad import Vad
from voiced.flow import Utterance
from voiced.listening.recording import as_utterance

SOUNDS = Path(__file__).parents[1] / "sounds"
COMMANDS = {
    "command_blinds": ("CoverSet", {"cover_action": "close", "room": "bedroom"}),
    "command_heating": ("TemperatureSet", {"room": "bedroom", "temperature": 21}),
    "command_lights": ("LightSet", {"state": "off", "room": "office"}),
    "command_timer": ("TimerStart", {"seconds": 300}),
}


def utterance(name: str, prefix: str = "") -> Utterance:
    """One of the recordings in tests/sounds."""
    heard = as_utterance(sound_file.read(SOUNDS / f"{name}.ogg"), Vad())
    return Utterance(heard.samples, heard.start, heard.speech, heard.ending, prefix=prefix)
