"""`voiced wake enroll` and `voiced wake test`, as a user has them: on recordings, and on a microphone of frames."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from tests.wake.speakers import RATE, SPEEDS, said
from tests.wake.test_detector import frames
from voiced.cli import main, make_parser
from voiced.commands import wake_enroll
from voiced.errors import AudioError, VoicedError
from voiced.flow import Opinion
from voiced.wake import tuning, word_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.flow import Samples


@pytest.fixture(autouse=True)
def _nobody_s_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[[str, Samples], str]:
    def write(name: str, sound: Samples) -> str:
        soundfile.write(tmp_path / f"{name}.wav", sound, RATE)
        return f"{name}.wav"

    return write


def takes_of(recorded: Callable[[str, Samples], str], count: int = 5) -> list[str]:
    return [recorded(f"take{number}", said("wake_jarvis", SPEEDS[number])) for number in range(count)]


@pytest.mark.parametrize(("answer", "asked"), [("", True), ("n", True), (None, False)])
def test_nothing_is_overwritten_that_is_no_wake_word(
    answer: str | None,
    *,
    asked: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "thesis.npz").write_text("years of work")
    monkeypatch.setattr("sys.stdin.isatty", lambda: asked, raising=False)
    monkeypatch.setattr("builtins.input", lambda _question: answer)
    assert main(["wake", "enroll", "hey jarvis", "-o", "thesis.npz", "take.wav"]) == 1
    assert "thesis.npz: is there, and is no wake word; remove it, or name another file" in capsys.readouterr().err
    assert (tmp_path / "thesis.npz").read_text() == "years of work"


def test_a_folder_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "words.npz").mkdir()
    assert main(["wake", "train", "hey jarvis", "-o", "words.npz"]) == 1
    assert "words.npz: is a folder; name a file" in capsys.readouterr().err


@pytest.mark.slow
def test_from_recordings_to_a_word_that_is_heard(
    recorded: Callable[[str, Samples], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = recorded("other", said("wake_alexa"))
    assert main(["wake", "enroll", "Hey  Jarvis", *takes_of(recorded), other]) == 0
    told = capsys.readouterr().out
    assert "other.wav: that did not sound like the other takes" in told
    assert "heard by a wake word of the others: 5 of 5" in told
    assert "The recogniser hears 'hey jarvis' in 5 of 5 takes." in told
    assert (tmp_path / "hey_jarvis.npz").stat().st_size < 100_000

    new = recorded("new", said("wake_jarvis", 0.97))
    assert main(["wake", "test", "hey_jarvis.npz", new, "--other", other, "--plot", "scores.png"]) == 0
    told = capsys.readouterr().out
    assert "new.wav: heard, best score 1.00" in told
    assert "missed 0 of 1" in told
    assert "0 false in" in told
    assert "wrote scores.png" in told
    assert (tmp_path / "scores.png").read_bytes().startswith(b"\x89PNG")

    assert main(["wake", "test", "hey_jarvis.npz", other, "--json"]) == 1
    captured = capsys.readouterr()
    missed = {"file": other, "said": True, "heard": 0, "score": 0, "wakes": []}
    assert json.loads(captured.out) | {"score": 0} == missed
    assert captured.err == "missed 1 of 1\n"


@pytest.mark.slow
def test_options_between_and_one_json_object(
    recorded: Callable[[str, Samples], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    takes = takes_of(recorded)
    assert main(["wake", "enroll", "hey jarvis", "-o", "x.npz", *takes[:3], "--json", *takes[3:]]) == 0
    captured = capsys.readouterr()
    told = json.loads(captured.out)
    assert told == {"phrase": "hey jarvis", "file": "x.npz", "bytes": (tmp_path / "x.npz").stat().st_size}
    assert "5 of 5" in captured.err


@pytest.mark.parametrize(
    "typed",
    ["test alexa --other no.wav yes.wav", "test --other no.wav alexa yes.wav", "test alexa yes.wav --other no.wav"],
)
def test_each_other_recording_is_named(typed: str) -> None:
    options = make_parser(["wake"]).parse_args(["wake", *typed.split()])
    assert (options.word, options.files, options.other) == ("alexa", [Path("yes.wav")], [Path("no.wav")])


def test_too_few_takes_write_nothing(
    recorded: Callable[[str, Samples], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silence = recorded("silence", np.zeros(2 * RATE, np.float32))
    assert main(["wake", "enroll", "hey jarvis", *takes_of(recorded, 2), silence]) == 1
    captured = capsys.readouterr()
    assert "silence.wav: nothing was heard" in captured.out
    assert captured.err == "voiced: 2 of 3 recordings can be used, and 3 are needed; nothing was written\n"
    assert not list(tmp_path.glob("*.npz*"))


class Prints:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.text = ""

    def __call__(self, text: str, /, *, end: str = "\n", flush: bool = False) -> None:
        assert flush or end == "\n"
        self.text += text + end


def hears(_sound: Samples, _phrase: str, _score: float) -> Opinion:
    return Opinion(0.9, -1.0)


PAUSE = np.random.default_rng(4).normal(scale=3e-4, size=RATE).astype(np.float32)


def test_from_the_microphone_each_take_is_judged_at_once(tmp_path: Path) -> None:
    spoken = [said("wake_jarvis", speed) for speed in SPEEDS]
    spoken.insert(2, np.clip(said("wake_jarvis", gain=20), -1, 1))
    sound = np.concatenate(list(chain.from_iterable((take, PAUSE) for take in spoken)))
    prints = Prints()
    wake_enroll.from_microphone("hey jarvis", frames(sound), tmp_path / "word.npz", hears, prints)
    assert prints.text.count("good\n") == 5
    assert "once more: too loud" in prints.text
    assert "5 of 5" in prints.text
    word = word_file.read(tmp_path / "word.npz")
    assert isinstance(word, word_file.WordOfTakes)
    assert len(word.takes) == 5


@pytest.mark.slow
def test_a_take_unlike_the_others_is_asked_for_again(tmp_path: Path) -> None:
    spoken = [said("wake_jarvis", speed) for speed in SPEEDS]
    spoken.insert(1, said("wake_alexa"))
    sound = np.concatenate(list(chain.from_iterable((take, PAUSE) for take in spoken)))
    prints = Prints()
    wake_enroll.from_microphone("hey jarvis", frames(sound), tmp_path / "word.npz", hears, prints)
    assert "take 2 once more: that did not sound like the other takes" in prints.text
    assert "Take 5 of 5" in prints.text


@pytest.mark.slow
def test_a_microphone_that_ends_or_stays_silent_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "word.npz"
    with pytest.raises(AudioError, match="ended before there were enough takes; nothing was written"):
        wake_enroll.from_microphone("hey jarvis", frames(said("wake_jarvis")), out, hears, Prints())
    prints = Prints()
    with pytest.raises(VoicedError, match="nothing was written"):
        wake_enroll.from_microphone("hey jarvis", frames(np.zeros(120 * RATE, np.float32)), out, hears, prints)
    assert prints.text.count("once more: nothing was heard") == tuning.MOST_TRIES
    assert not list(tmp_path.glob("*.npz*"))


def test_a_phrase_that_the_recogniser_does_not_know_is_told(tmp_path: Path) -> None:
    sound = np.concatenate(list(chain.from_iterable((said("wake_jarvis", speed), PAUSE) for speed in SPEEDS)))
    prints = Prints()
    wake_enroll.from_microphone(
        "hey jarvis", frames(sound), tmp_path / "word.npz", lambda *_: Opinion(0.2, -8.0), prints
    )
    assert "hears 'hey jarvis' in 0 of 5 takes" in prints.text
    assert "take another phrase, or write" in prints.text


def test_an_interrupted_enrolment_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(_sound: Samples, _phrase: str, _score: float) -> Opinion:
        raise AssertionError("never asked")

    def stream() -> object:
        yield from frames(np.concatenate([said("wake_jarvis"), PAUSE, said("wake_jarvis", 0.9)]))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wake_enroll.from_microphone("hey jarvis", stream(), tmp_path / "word.npz", interrupted, Prints())  # type: ignore[arg-type] # frames, then Ctrl-C
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["alexa"], "name recordings to test the wake word on, or --mic"),
        (["alexa", "a.wav", "--mic"], "name recordings to test the wake word on, or --mic"),
        (["hey_siri", "a.wav"], "unknown wake word 'hey_siri'; known are hey_jarvis, alexa"),
        (["alexa", "missing.wav"], "missing.wav"),
    ],
)
def test_what_cannot_be_tested(arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wake", "test", *arguments]) in {1, 78}
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("voiced: ")
    assert problem in line
