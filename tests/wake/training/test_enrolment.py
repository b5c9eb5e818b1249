"""From takes to a wake word that hears its phrase and nothing else; and takes that are refused."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.wake.speakers import RATE, said, takes
from tests.wake.test_detector import detections
from voiced.wake import tuning, word_file
from voiced.wake.detector import WakeWord
from voiced.wake.training import negatives
from voiced.wake.training.enrolment import Enrolled, Fault, Take, enrol, listen_to

if TYPE_CHECKING:
    from pathlib import Path

    from voiced.flow import Samples


@cache
def jarvis() -> Enrolled:
    heard = [listen_to(sound) for sound in takes("wake_jarvis")]
    assert not [take for take in heard if isinstance(take, Fault)]
    return enrol([take for take in heard if isinstance(take, Take)], negatives.read(tuning.CALIBRATION_MINUTES))


def jarvis_word() -> word_file.WordOfTakes:
    return word_file.WordOfTakes(
        "hey jarvis", jarvis().takes, negatives.read(tuning.CALIBRATION_MINUTES).scale, jarvis().calibration
    )


@pytest.fixture
def word(tmp_path: Path) -> Path:
    path = tmp_path / "jarvis.npz"
    word_file.write(path, jarvis_word())
    return path


def test_a_word_of_five_takes_hears_another_and_no_other_word(word: Path) -> None:
    sound = np.concatenate([said("wake_jarvis", 0.97), said("wake_alexa"), said("no_command"), said("command_timer")])
    [heard] = detections([WakeWord(str(word))], sound)
    assert (heard.wake_word, heard.phrase) == ("jarvis", "hey jarvis")
    assert heard.at < len(said("wake_jarvis", 0.97))
    assert heard.score > 0.5


def test_each_take_is_heard_by_the_others() -> None:
    assert jarvis().heard == len(jarvis().left_out) == 5


def test_a_take_unlike_the_others_shows() -> None:
    heard = [listen_to(sound) for sound in (*takes("wake_jarvis")[:3], said("wake_alexa"))]
    enrolled = enrol([take for take in heard if isinstance(take, Take)], negatives.read(tuning.CALIBRATION_MINUTES))
    assert enrolled.heard == 3
    assert enrolled.left_out[-1] < 0.1


SILENCE = np.zeros(2 * RATE, np.float32)


@pytest.mark.parametrize(
    ("sound", "fault"),
    [
        (SILENCE, Fault.SILENT),
        (np.random.default_rng(1).normal(scale=0.05, size=2 * RATE).astype(np.float32), Fault.SILENT),
        (said("wake_jarvis")[: RATE // 2 + 2_500], Fault.SHORT),
        (np.concatenate([said("wake_jarvis"), said("wake_alexa"), said("wake_jarvis")]), Fault.LONG),
        (said("wake_jarvis", gain=0.02, noise=1e-5), Fault.QUIET),
        (np.clip(said("wake_jarvis", gain=20), -1, 1), Fault.CLIPPED),
        (said("wake_jarvis", noise=0.05), Fault.NOISY),
    ],
    ids=["silence", "noise", "short", "long", "quiet", "clipped", "noisy"],
)
def test_takes_that_cannot_be_used(sound: Samples, fault: Fault) -> None:
    assert listen_to(sound) is fault
