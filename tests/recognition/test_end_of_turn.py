"""What may follow what was recognised at a pause: is the last word believed, what was begun, does it sound done?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from voiced import grammar
from voiced.flow import SAMPLE_RATE, Continuation, Ending, Reason, Transcript, Utterance
from voiced.recognition.end_of_turn import (
    FINAL_SAMPLES,
    LastWord,
    Prosody,
    SoFar,
    expected,
    judged,
    prosody_of,
    sounds_done,
)
from voiced.recognition.prepared import Prepared, measured
from voiced.recognition.tuning import QUIET_PAUSE_DB
from voiced.whisper.words import TimedWord

COMMANDS = grammar.parse(
    "intents: {Light: {sentences: ['turn on the light [in the {room}]']}}\nlists: {room: [kitchen, hall]}"
)
COMPLETE, EXTENDABLE, CONCLUDED, UNFINISHED, UNKNOWN = Continuation


def transcript(text: str, reason: Reason | None = None, heard: str = "") -> Transcript:
    match = COMMANDS.match(text)
    return Transcript(text, match, reason, confidence=0.9, avg_logprob=-0.1, heard=heard)


@pytest.mark.parametrize(
    ("lead", "probability", "done", "continuation"),
    [
        (0.4, 0.9, False, COMPLETE),
        (0.1, 0.9, False, COMPLETE),
        (0.4, 0.03, False, COMPLETE),
        (0.4, 0.01, True, UNKNOWN),  # nothing in the sound suggests it
        (0.05, 0.9, False, UNKNOWN),  # comes too late to have been spoken, and yet
        (0.05, 0.9, True, EXTENDABLE),  # the speaker sounds done: most likely it was spoken
        (0.05, 0.3, True, UNKNOWN),
        (-0.2, 0.05, True, UNFINISHED),  # an invention: it was not said yet
    ],
)
def test_the_last_word_must_have_been_spoken(
    lead: float, probability: float, *, done: bool, continuation: Continuation
) -> None:
    whole = transcript("Turn on the light in the kitchen.")
    assert expected(COMMANDS, whole, LastWord(lead, probability), done=done) is continuation


@pytest.mark.parametrize(("done", "continuation"), [(False, EXTENDABLE), (True, CONCLUDED)])
def test_a_command_that_may_go_on(*, done: bool, continuation: Continuation) -> None:
    assert expected(COMMANDS, transcript("turn on the light"), LastWord(0.4, 0.9), done=done) is continuation


def test_nobody_is_done_in_the_middle_of_a_sentence() -> None:
    assert expected(COMMANDS, transcript("turn", Reason.LOW_CONFIDENCE, "turn on"), None, done=True) is UNFINISHED


@pytest.mark.parametrize(
    ("heard", "continuation"),
    [
        ("turn on the", UNFINISHED),
        ("turn on the, turn on the, turn", UNFINISHED),
        ("Turn on the light in, turn", UNFINISHED),
        ("turn on the light", UNKNOWN),  # a whole command, but it was rejected
        ("turn on a", UNFINISHED),  # the last word was misheard
        ("it is going to", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_what_is_rejected_may_have_been_begun(heard: str, continuation: Continuation) -> None:
    doubtful = transcript("turn on the light in the hall", Reason.LOW_CONFIDENCE, heard)
    assert expected(COMMANDS, doubtful, LastWord(0.4, 0.9)) is continuation
    nothing = transcript("something else", Reason.OUT_OF_GRAMMAR, heard)
    assert expected(COMMANDS, nothing, None) is continuation


# -- prosody: measured in sound that is made for it

DONE = Prosody(stop=-0.5, sinking=-2.5, last=0.25, pause=-30.0)


def spoken(end: float, pause: float) -> Prepared:
    """A second of loud speech, an end and a pause of these loudnesses."""
    random = np.random.default_rng(1)
    parts = [(SAMPLE_RATE, 0.1), (FINAL_SAMPLES, end), (3_000, pause)]
    sound = np.concatenate([random.normal(scale=scale, size=length) for length, scale in parts]).astype(np.float32)
    return measured(Utterance(sound, 5_000, (5_000, 5_000 + SAMPLE_RATE + FINAL_SAMPLES), Ending.SILENCE))


def test_a_voice_that_sinks_before_a_quiet_pause() -> None:
    how = prosody_of(spoken(0.05, 0.001), 0.3, -0.5)
    assert how.sinking == pytest.approx(20 * np.log10(0.05 / 0.1) + 1.1, abs=0.3)  # the whole is 1.1 dB quieter, too
    assert how.pause == pytest.approx(-39, abs=0.5)
    assert (how.last, how.stop) == (0.3, -0.5)


def test_a_voice_that_is_kept_up() -> None:
    assert prosody_of(spoken(0.1, 0.001), 0.3, -0.5).sinking == pytest.approx(0, abs=0.2)


def test_where_the_sound_ends_with_the_speech_nothing_is_known_of_the_pause() -> None:
    whole = spoken(0.05, 0.001)
    assert not sounds_done(prosody_of(replace(whole, samples=whole.samples[:-3_000]), 0.25, -0.1))


@pytest.mark.parametrize(
    ("other", "done"),
    [
        ({}, True),
        ({"stop": -4.0}, False),  # Whisper would write a comma
        ({"sinking": 1.0}, False),  # the voice is kept up
        ({"last": 0.6}, False),  # the last word is drawn out
        ({"last": 3.0, "sinking": -9.0, "stop": 0.0}, True),  # how much longer does not matter
        ({"pause": QUIET_PAUSE_DB + 1}, False),  # no pause that could be relied upon
    ],
)
def test_sounds_done(other: dict[str, float], *, done: bool) -> None:
    assert sounds_done(replace(DONE, **other)) is done


# -- both together, and the value that is handed back


@pytest.mark.parametrize(("begin", "continuation"), [(1.1, CONCLUDED), (1.35, UNKNOWN), (None, UNKNOWN)])
def test_the_last_word_tells_by_its_time_and_by_its_sound(begin: float | None, continuation: Continuation) -> None:
    said, heard = transcript("turn on the light"), spoken(0.05, 0.001)
    words = [TimedWord(" light", (), begin, begin + 0.2, 0.35)] if begin else []
    found, prosody = judged(COMMANDS, heard, said, words, -0.2)
    assert found is continuation
    assert (prosody is None) is (begin is None)


def test_what_was_found_counts_while_nothing_is_said() -> None:
    utterance = Utterance(np.arange(100, dtype=np.float32), 1_000, (1_010, 1_090), Ending.SILENCE)
    longer = replace(utterance, samples=np.arange(120, dtype=np.float32))
    other = replace(longer, speech=(1_010, 1_095))
    so_far = SoFar(utterance, transcript("turn on the light"), EXTENDABLE)
    assert so_far.settled(longer) is so_far.transcript
    assert so_far.settled(other) is None
    assert so_far.settled(replace(longer, ending=Ending.NO_SPEECH)) is None
