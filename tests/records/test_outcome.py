"""One command as a line for people, and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from voiced.flow import Action, Ending, Hypothesis, Match, Outcome, Reason, Timings, Transcript, Utterance
from voiced.records.outcome import outcome_json, outcome_line, words_json
from voiced.whisper.words import TimedWord

MATCH = Match("LightSet", {"state": "on", "room": "living room"}, "light on", {"state": (6, 8)})
TRANSCRIPT = Transcript(
    "light on",
    MATCH,
    None,
    0.98765,
    -0.12345,
    "light on!",
    2.504,
    (Hypothesis("light", None, -1.0),),
    Timings(0.1, 0.2),
)
BOTH = replace(
    TRANSCRIPT, text="light on and tea", match=replace(MATCH, then=(Match("Tea", {}, "light on and tea", {}),))
)
SPOKEN = Utterance(np.zeros(32_000, np.float32), 16_000, (24_000, 40_000), Ending.SILENCE)


def rejected(reason: Reason, text: str = "", heard: str = "") -> Outcome:
    return Outcome("1", Transcript(text, None, reason, 0.0, 0.0, heard))


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (Outcome("1", TRANSCRIPT), "light on → LightSet state=on room='living room'"),
        (
            Outcome("1", Transcript("red", Match("Color", {"c": [255, 0], "m": {"h": 0}}, "red", {}), None, 1.0, 0.0)),
            'red → Color c=[255,0] m={"h":0}',
        ),
        (Outcome("1", BOTH), "light on and tea → LightSet state=on room='living room' + Tea"),
        (rejected(Reason.NO_SPEECH), "(nothing) → rejected: no_speech"),
        (rejected(Reason.OUT_OF_GRAMMAR, "tea"), "tea → rejected: out_of_grammar"),
        (rejected(Reason.LOW_CONFIDENCE, "tea", "tee"), "tee → rejected: low_confidence"),
    ],
)
def test_a_line(outcome: Outcome, line: str) -> None:
    assert outcome_line(outcome) == line


def test_a_sentence_in_writing_says_nothing_of_sound() -> None:
    told = outcome_json(Outcome("1", TRANSCRIPT, (Action("a/b", "on"),)))
    assert set(told) == {
        "accepted",
        "reason",
        "text",
        "intent",
        "slots",
        "then",
        "confidence",
        "language",
        "nearest",
        "difference",
        "actions",
    }
    assert told["actions"] == [{"topic": "a/b", "payload": "on", "qos": 1, "retain": False}]
    assert json.loads(json.dumps(told)) == told


def test_a_compound_tells_all_its_commands() -> None:
    told = outcome_json(Outcome("1", BOTH))
    assert (told["intent"], told["slots"]) == ("LightSet", {"state": "on", "room": "living room"})
    assert told["then"] == [{"intent": "Tea", "slots": {}}]


def test_a_recording_counts_from_its_own_beginning() -> None:
    told = outcome_json(Outcome("1", TRANSCRIPT, utterance=SPOKEN), "a.wav")
    assert (told["file"], told["speech"], told["ending"]) == ("a.wav", [0.5, 1.5], "silence")
    assert (told["confidence"], told["window"], told["timings"]["total"]) == (0.9877, 2.5, 0.3)
    assert told["alternatives"] == [{"text": "light", "intent": None, "slots": {}, "then": [], "avg_logprob": -1.0}]
    assert "words" not in told


def test_words_lose_their_spaces() -> None:
    assert words_json([TimedWord(" on", (1,), 0.25, 0.5, 0.98765)]) == [
        {"word": "on", "start": 0.25, "end": 0.5, "probability": 0.9877}
    ]
