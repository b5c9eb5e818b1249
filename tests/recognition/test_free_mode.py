"""Free transcription, matched afterwards: what is believed, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.recognition.spoken import COMMANDS, utterance
from voiced import grammar
from voiced.config import RecognizerSettings
from voiced.flow import Continuation, Ending, Reason
from voiced.recognition.free_mode import confidence_of
from voiced.recognition.recognizer import Recognizer

if TYPE_CHECKING:
    from voiced.grammar import Grammar


@pytest.fixture(scope="module")
def free(shipped_grammar: Grammar) -> Recognizer:
    return Recognizer(RecognizerSettings(threads=1, mode="free", beam_size=1), shipped_grammar)


def test_free_mode_transcribes_and_matches(free: Recognizer) -> None:
    transcript = free.recognize(utterance("command_lights"))
    assert transcript.match is not None
    assert (transcript.match.intent, transcript.match.slots) == COMMANDS["command_lights"]
    assert transcript.window == 30
    assert transcript.timings.encode > 0


def test_what_is_no_sentence_of_the_grammar_is_rejected(free: Recognizer) -> None:
    transcript = free.recognize(utterance("no_command"))
    assert (transcript.match, transcript.reason, transcript.confidence) == (None, Reason.OUT_OF_GRAMMAR, 0.0)


def test_at_a_pause_nothing_is_known_of_the_last_word(free: Recognizer) -> None:
    said = utterance("command_lights")
    so_far = free.recognize_so_far(said)
    assert (so_far.continuation, so_far.prosody, so_far.doubt) == (Continuation.UNKNOWN, None, None)
    assert so_far.settled(said) is so_far.transcript
    assert said.ending is not Ending.NO_SPEECH


@pytest.mark.slow
def test_two_intents_that_fit_equally_well_are_ambiguous() -> None:
    twice = "intents: {A: {sentences: [turn off the office lights]}, B: {sentences: [turn off the office lights]}}"
    settings = RecognizerSettings(threads=1, mode="free", beam_size=1)
    recognizer = Recognizer(settings, grammar.parse(twice))
    assert recognizer.recognize(utterance("command_lights")).reason is Reason.AMBIGUOUS


def test_confidence_is_one_half_where_the_reference_implementation_doubts() -> None:
    assert confidence_of(-1.0) == 0.5
    assert confidence_of(-2.0) < 0.1
    assert confidence_of(-0.2) > 0.9
