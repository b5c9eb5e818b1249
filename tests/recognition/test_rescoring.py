"""What speaks for the best hypothesis of all views, and what against it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.recognition.spoken import COMMANDS, utterance
from voiced.flow import SAMPLE_RATE
from voiced.recognition.prepared import prepare
from voiced.recognition.rescoring import Rescorer

if TYPE_CHECKING:
    from voiced.recognition.recognizer import Recognizer


def test_the_best_of_all_views_with_its_alternatives(recognizer: Recognizer) -> None:
    heard, (_, _, two, _) = prepare(utterance("command_lights")), recognizer.passes
    best = two.take(heard).rescored
    assert best.match
    assert (best.match.intent, best.match.slots) == COMMANDS["command_lights"]
    assert best.free_text.lower().strip(" .") == "turn off the office lights"
    meanings = [str((other.match.intent, other.match.slots)) for other in best.alternatives if other.match]
    assert len({*meanings, str(COMMANDS["command_lights"])}) == len(meanings) + 1, "each meaning once"
    assert all(other.avg_logprob < best.avg_logprob for other in best.alternatives)


def test_words_are_timed_only_where_the_text_does_not_fill_the_speech(recognizer: Recognizer) -> None:
    """A second and a half of loud speech more is what "turn off the office lights" leaves over."""
    heard, one = prepare(utterance("command_lights")), recognizer.passes[0]
    brisk = replace(heard, end=heard.begin + SAMPLE_RATE)
    assert not one.take(brisk).rescored.words
    said = heard.samples[heard.begin : heard.end]
    samples = np.concatenate([heard.samples[: heard.end], said[:SAMPLE_RATE], said[: SAMPLE_RATE // 2]])
    longer = replace(heard, samples=samples, end=len(samples), window=5 * SAMPLE_RATE)
    found = one.take(longer).rescored
    assert found.words
    assert found.evidence
    assert found.evidence.unexplained > 0.3


@pytest.mark.parametrize(
    ("free_text", "left_out", "made_up", "implied"),
    [
        ("Don't turn off the office lights.", 4, 0, 0),
        ("Turn", 0, 18, 0),
        ("Off the office lights.", 0, 0, 1),
        ("The office lights.", 0, 7, 0),
    ],
)
def test_a_second_pass_compares_with_what_is_written_freely(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch, free_text: str, left_out: int, made_up: int, implied: int
) -> None:
    heard, (one, _, two, _) = prepare(utterance("command_lights")), recognizer.passes
    first = one.take(heard)
    monkeypatch.setattr(Rescorer, "_written_freely", lambda *_, **__: (free_text, -0.1))
    evidence = two.take(heard, first).rescored.evidence
    assert evidence
    assert evidence.free
    assert (evidence.free.left_out, evidence.free.made_up, evidence.free.implied) == (left_out, made_up, implied)
