"""The last wakes are remembered without sound, and what is marked as wrong is learnt from."""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.commands.test_wake import takes_of
from tests.fakes import Notes
from tests.wake.speakers import RATE, said, takes
from tests.wake.test_detector import detections
from voiced.cli import main
from voiced.flow import Detection, Opinion
from voiced.listening.events import Listening
from voiced.listening.second_stage import SecondStage
from voiced.records.state import Writer, folders
from voiced.records.wakes import (
    FILE,
    KEPT_WAKES,
    KEPT_WRONG_WAKES,
    WakeMemory,
    mark_as_wrong,
    read,
    wrong_wakes,
)
from voiced.wake import tuning
from voiced.wake.detector import WakeWord
from voiced.wake.templates import similarities
from voiced.wake.training import negatives
from voiced.wake.training.enrolment import Take, enrol, listen_to

HEARD = np.random.default_rng(0).normal(size=(tuning.REMEMBERED_FRAMES, 96)).astype(np.float32)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own; the folder where a user's daemon keeps wakes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / ".local/state/voiced"


def wake(word: str, score: float = 0.9) -> Detection:
    return Detection(word, score, 16_000, heard=HEARD * np.float32(score))


def remember(folder: Path, *words: str) -> None:
    writer = Writer()
    memory = WakeMemory(folder, writer)
    for number, word in enumerate(words):
        memory.remember(wake(word, 0.5 + number / 100), accepted=bool(number % 2))
    writer.close()


def test_the_last_wakes_are_kept(state: Path) -> None:
    remember(state, *(f"word{number}" for number in range(KEPT_WAKES + 2)))
    kept = read(state / FILE)
    assert [each.wake_word for each in kept] == [f"word{number}" for number in range(2, KEPT_WAKES + 2)]
    assert (kept[0].score, kept[0].accepted, kept[1].accepted) == (0.52, False, True)
    assert kept[0].heard == pytest.approx(0.52 * HEARD, abs=0.01)
    assert [path.name for path in state.iterdir()] == [FILE]
    assert (state / FILE).stat().st_mode & 0o077 == 0
    assert (state / FILE).stat().st_size < 100_000


def test_they_outlive_the_daemon(state: Path) -> None:
    remember(state, "alexa")
    remember(state, "computer")
    assert [each.wake_word for each in read(state / FILE)] == ["alexa", "computer"]


def test_a_folder_that_cannot_be_written_is_one_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    remember(tmp_path / "file" / "folder", "alexa", "alexa")
    assert caplog.text.count("cannot write the last wakes, for `voiced wake bad`: ") == 1


@pytest.mark.parametrize("content", [b"", b"wakes", b"PK\x03\x04" + bytes(99)])
def test_a_damaged_file_is_none(state: Path, content: bytes) -> None:
    state.mkdir(parents=True)
    (state / FILE).write_bytes(content)
    assert read(state / FILE) == []
    remember(state, "alexa")
    assert len(read(state / FILE)) == 1


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Of a file with three wakes."""
    folder = tmp_path_factory.mktemp("state")
    remember(folder, "alexa", "computer", "jarvis")
    return (folder / FILE).read_bytes()


def test_a_damaged_byte_or_a_block_of_zeros_ends_nothing(state: Path, content: bytes) -> None:
    """What a power cut leaves, or a card that grows old: read or not, and never an error."""
    state.mkdir(parents=True)
    dice = np.random.default_rng(0)
    for number in range(400):
        damaged = bytearray(content)
        at = int(dice.integers(len(damaged)))
        if number % 2:
            damaged[at] ^= 1 << int(dice.integers(8))
        else:
            damaged[at : at + 512] = bytes(len(damaged[at : at + 512]))
        (state / FILE).write_bytes(damaged if number % 3 else damaged[:at])
        assert len(read(state / FILE)) in {0, 3}
    remember(state, "alexa")
    assert read(state / FILE)[-1].wake_word == "alexa"


def test_what_unpacks_to_gigabytes_is_none(state: Path, caplog: pytest.LogCaptureFixture) -> None:
    state.mkdir(parents=True)
    with zipfile.ZipFile(state / FILE, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("words.npy", "w") as part:
        for _ in range(50):
            part.write(bytes(1_000_000))
    assert read(state / FILE) == []
    assert "is damaged; the wakes in it are forgotten: it unpacks to 50000000 bytes" in caplog.text


@pytest.mark.parametrize("number", [np.nan, np.inf, 1e300])
def test_numbers_that_cannot_be_are_none(state: Path, number: float) -> None:
    state.mkdir(parents=True)
    heard = np.zeros((1, tuning.REMEMBERED_FRAMES, 96))
    np.savez(state / FILE, words=np.array(["alexa"]), numbers=np.array([[number, 1.0, 1.0]]), heard=heard)
    assert read(state / FILE) == []


def test_a_fifo_is_not_waited_for(state: Path) -> None:
    state.mkdir(parents=True)
    os.mkfifo(state / FILE)
    assert read(state / FILE) == []
    remember(state, "alexa")
    assert len(read(state / FILE)) == 1


def test_a_file_of_another_shape_is_none(state: Path) -> None:
    state.mkdir(parents=True)
    np.savez(state / FILE, words=np.array(["alexa"]), numbers=np.zeros((1, 3)), heard=np.zeros((1, 5, 96)))
    assert read(state / FILE) == []


def test_where_they_are_kept(monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    assert folders() == [state, Path("/var/lib/voiced")]
    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere")
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/voiced-kitchen:/another")
    assert folders()[:2] == [Path("/var/lib/voiced-kitchen"), Path("/elsewhere/voiced")]


def test_a_detection_carries_what_was_heard() -> None:
    [heard] = detections([WakeWord("hey_jarvis")], said("wake_jarvis"))
    assert heard.heard is not None
    assert heard.heard.shape == (tuning.REMEMBERED_FRAMES, 96)


def test_every_wake_is_told_refused_or_not() -> None:
    told: list[tuple[str, bool]] = []

    def keep(detection: Detection, *, accepted: bool) -> None:
        told.append((detection.wake_word, accepted))

    believed = {"alexa": 0.9, "computer": 0.1, "jarvis": 0.9}
    stage = SecondStage(lambda found, _: Opinion(believed[found.wake_word], -1.0), dict.fromkeys(believed, 0.6), keep)
    sound = np.zeros(RATE, np.float32)
    events = [
        Listening(wake("alexa"), sound),
        Listening(wake("computer"), sound),
        Listening(wake("jarvis")),
        Listening(None),
    ]
    kept = list(stage.verified(events, Notes(), Notes()))
    assert told == [("alexa", True), ("computer", False), ("jarvis", True)]
    assert len(kept) == 3


def test_the_command_lists_and_marks(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remember(state, "alexa", "hey_computer")
    assert main(["wake", "bad"]) == 0
    newest, oldest = capsys.readouterr().out.splitlines()
    assert newest.startswith(" 1  20")
    assert newest.endswith("hey_computer  score 0.51  woke")
    assert oldest.endswith("alexa  score 0.50  refused")
    assert main(["wake", "bad", "LAST"]) == 0
    assert capsys.readouterr().out.startswith("marked as wrong, 1 of hey_computer in all")
    assert main(["wake", "bad", "2"]) == 0
    assert wrong_wakes("hey_computer") == pytest.approx(0.51 * HEARD[None], abs=0.01)
    assert len(wrong_wakes("alexa")) == 1
    assert wrong_wakes("smart_mirror").shape == (0, tuning.REMEMBERED_FRAMES, 96)


@pytest.mark.parametrize("which", ["0", "3", "first", "-1"])
def test_what_cannot_be_marked(which: str, state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remember(state, "alexa", "alexa")
    assert main(["wake", "bad", which]) == 1
    assert "is none of the 2 last wakes; `voiced wake bad` lists them" in capsys.readouterr().err
    assert not list(state.glob("wrong*"))


def test_nothing_to_mark(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wake", "bad"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("voiced: no wakes are remembered: ")


def test_only_so_many_are_kept_of_a_word(state: Path) -> None:
    remember(state, "alexa")
    [one] = read(state / FILE)
    for number in range(3):
        assert mark_as_wrong(state, one) == number + 1
    state.joinpath("wrong_alexa.npz").unlink()
    for _ in range(KEPT_WRONG_WAKES):
        mark_as_wrong(state, one)
    assert mark_as_wrong(state, replace(one, score=0.1)) == KEPT_WRONG_WAKES
    assert len(wrong_wakes("alexa")) == KEPT_WRONG_WAKES


@pytest.mark.slow
def test_an_enrolled_word_becomes_deaf_to_what_was_wrong() -> None:
    heard = [listen_to(sound) for sound in takes("wake_jarvis")]
    used, others = [take for take in heard if isinstance(take, Take)], negatives.read(tuning.CALIBRATION_MINUTES)
    directions = others.scale.directions
    [near] = (take for take in [listen_to(said("wake_jarvis", 1.25))] if isinstance(take, Take))

    def score(wrong: list[np.ndarray]) -> float:
        word = enrol(used, others, wrong)
        units = word.calibration.units(similarities(word.takes, directions(near.stream))).max()
        return word.calibration.score(float(units))

    before = score([])
    assert score([near.stream]) < before
    assert enrol(used, others, [near.stream]).heard == len(used)
    # and it still hears its own takes
    word = enrol(used, others, [take.stream for take in used])
    for take in used:
        units = word.calibration.units(similarities(word.takes, directions(take.stream))).max()
        assert word.calibration.score(float(units)) > tuning.CANDIDATE_SCORE


@pytest.mark.slow
def test_enrolling_again_learns_of_it(state: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def record(name: str, sound: np.ndarray) -> str:
        soundfile.write(tmp_path / f"{name}.wav", sound, RATE)
        return f"{name}.wav"

    files = takes_of(record)
    assert main(["wake", "enroll", "hey jarvis", *files]) == 0
    [found] = detections([WakeWord("hey_jarvis.npz", 0.1)], said("wake_jarvis", 1.25))
    writer = Writer()
    WakeMemory(state, writer).remember(found, accepted=True)
    writer.close()
    assert main(["wake", "bad", "last"]) == 0
    assert main(["wake", "enroll", "hey jarvis", *files]) == 0
    again = detections([WakeWord("hey_jarvis.npz", 0.01)], said("wake_jarvis", 1.25))
    assert max(each.score for each in again) < found.score
    capsys.readouterr()
