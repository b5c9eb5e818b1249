"""The VAD: its policy as arithmetic, and the real network on speech, silence and noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openwakeword
import pytest

from voiced.audio import sound_file
from voiced.audio.vad import GATE_DB, HOLD_STEPS, STEP_SAMPLES, SpeechDecider, Vad

SOUNDS = Path(__file__).parents[1] / "sounds"
LOUD = -20.0  # dB


def decide(steps: list[tuple[float, float]]) -> str:
    decider = SpeechDecider()
    return "".join(decider.decide(probability, level).value for probability, level in steps)


def judge(vad: Vad, samples: np.ndarray) -> str:
    return "".join(sound.value for sound in vad.judge(samples.astype(np.float32)))


@pytest.mark.parametrize(
    ("probabilities", "verdicts"),
    [
        ([0.1, 0.4, 0.49, 0.5, 0.4, 0.35, 0.34, 0.4, 0.6], "...sss..s"),  # once speech, it takes less to stay so
        ([0.0, 1.0, 0.0, 1.0], ".s.s"),
    ],
)
def test_hysteresis(probabilities: list[float], verdicts: str) -> None:
    assert decide([(probability, LOUD) for probability in probabilities]) == verdicts


def test_a_quieter_voice_is_somebody_else() -> None:
    user = [(0.9, LOUD)] * 5
    television = [(0.9, LOUD - GATE_DB - 1)] * 8
    assert decide(user + television) == "s" * 5 + "s" * (HOLD_STEPS - 1) + "d" * (9 - HOLD_STEPS)


def test_quiet_consonants_are_still_the_user() -> None:
    word = [(0.9, LOUD), *[(0.9, LOUD - 30)] * (HOLD_STEPS - 1)] * 3
    assert decide(word) == "s" * len(word)


def test_the_loudest_voice_counts_however_late_it_comes() -> None:
    levels = [LOUD - 20] * 3 + [LOUD] + [LOUD - 20] * HOLD_STEPS
    assert decide([(0.9, level) for level in levels]) == "ssss" + "s" * (HOLD_STEPS - 1) + "d"


def test_loud_noise_is_no_voice() -> None:
    assert decide([(0.1, 0.0), (0.9, LOUD)]) == ".s"


def test_hears_a_command_and_the_quiet_around_it() -> None:
    command = sound_file.read(SOUNDS / "command_heating.ogg")  # 2.6 s
    quiet = np.random.default_rng(1).normal(scale=3e-4, size=16_000)
    verdicts = judge(Vad(), np.concatenate((quiet, command, quiet)))
    lead, tail = 16_000 // STEP_SAMPLES, (16_000 + len(command)) // STEP_SAMPLES
    assert "s" not in verdicts[: lead - 1]
    assert verdicts[lead:tail].count("s") > 0.75 * (tail - lead)
    assert "s" not in verdicts[tail + 8 :]  # 0.24 s later


@pytest.mark.parametrize("level", [0.0, 1e-3, 0.1])
def test_neither_silence_nor_hiss_is_speech(level: float) -> None:
    assert "s" not in judge(Vad(), np.random.default_rng(2).normal(scale=level, size=32_000))


def test_blocks_of_any_length_give_the_same_verdicts() -> None:
    command = sound_file.read(SOUNDS / "command_timer.ogg")
    whole, vad = judge(Vad(), command), Vad()
    pieces = "".join(judge(vad, piece) for piece in np.array_split(command, 37))
    assert pieces == whole
    assert len(whole) == len(command) // STEP_SAMPLES


def test_reset_forgets() -> None:
    command = sound_file.read(SOUNDS / "command_timer.ogg")
    vad = Vad()
    first = judge(vad, command)
    vad.reset()
    assert judge(vad, command) == first


def test_scores_equal_the_librarys() -> None:
    command = np.round(sound_file.read(SOUNDS / "command_lights.ogg") * 32767).astype(np.int16)
    command = command[: len(command) // STEP_SAMPLES * STEP_SAMPLES]
    reference, ours = openwakeword.VAD(), Vad()
    for step in command.reshape(-1, STEP_SAMPLES):
        assert ours.probability((step / 32767).astype(np.float32)) == pytest.approx(reference.predict(step), abs=1e-5)
