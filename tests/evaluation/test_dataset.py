"""Folders of labelled recordings: which recordings are found, and what is wrong with labels in one sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from voiced.errors import VoicedError
from voiced.evaluation.dataset import NO_COMMAND, foreign, labelled

if TYPE_CHECKING:
    from pathlib import Path


def test_recordings_are_found_beside_the_labels_and_in_audio(tmp_path: Path) -> None:
    (tmp_path / "audio").mkdir()
    for name in ("b.wav", "audio/a.flac", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    labels = {"b.wav": {"intent": None}, "a.flac": {"intent": "LightSet", "slots": {"state": "on"}, "text": "light on"}}
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    first, second = labelled(tmp_path)
    assert (first.path, first.label) == (tmp_path / "b.wav", NO_COMMAND)
    assert (second.path, second.name) == (tmp_path / "audio/a.flac", "a.flac")
    assert (second.label.intent, second.label.slots) == ("LightSet", {"state": "on"})
    assert [recording.name for recording in foreign(tmp_path)] == ["a.flac", "b.wav"]


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ("", "Invalid JSON"),
        ("[]", "should be an object"),
        ("{}", "names no recording"),
        ('{"a.flac": {"slots": {}}}', "a.flac: intent: Field required"),
    ],
)
def test_labels_that_make_no_sense(labels: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text(labels)
    with pytest.raises(VoicedError, match=problem):
        labelled(tmp_path)


def test_a_folder_without_recordings_cannot_be_foreign(tmp_path: Path) -> None:
    with pytest.raises(VoicedError, match="there is no recording in it"):
        foreign(tmp_path / "nowhere")
