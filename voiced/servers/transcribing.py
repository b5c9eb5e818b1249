"""A command for other programs → its words: those of the grammar, or whatever was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.flow import Ending
from voiced.servers.wyoming_info import ANYTHING, COMMANDS
from voiced.whisper.transcription.recording import prepare
from voiced.whisper.transcription.segments import transcribe_windows
from voiced.whisper.transcription.values import TranscriptionOptions

if TYPE_CHECKING:
    from voiced.flow import Utterance
    from voiced.recognition.end_of_turn import SoFar
    from voiced.servers.house import House


def written(house: House, utterance: Utterance, model: str, so_far: SoFar | None = None) -> tuple[str, str]:
    """Return what was said, and its language.

    `model`: commands, anything, or any other name for both: a command if it is one, and freely if not. `so_far`: what
    was recognised at the newest pause.
    """
    pipelines = house.pipelines()
    if utterance.ending is Ending.NO_SPEECH:
        return "", pipelines.grammar_of(None).language
    if model != ANYTHING:
        transcript = (so_far and so_far.settled(utterance)) or pipelines.recognize(utterance, so_far)
        if transcript.reason is None or model == COMMANDS:
            return transcript.text if transcript.reason is None else "", pipelines.grammar_of(None).language
    recording = prepare(pipelines.loaded, utterance.samples, options := TranscriptionOptions())
    windows = transcribe_windows(pipelines.loaded, recording, options)
    return "".join(segment.text for window in windows for segment in window.segments).strip(), recording.language
