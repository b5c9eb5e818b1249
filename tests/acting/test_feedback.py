"""Short sounds for the speaker: which, when, and that they neither wait nor fail anybody."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import soundfile

from tests.broker import wait_until
from voiced import grammar
from voiced.acting import feedback
from voiced.acting.feedback import SOUNDS, Feedback, Player, require_sound
from voiced.audio import sound_file
from voiced.audio.vad import Activity, Vad
from voiced.config import FeedbackSettings
from voiced.errors import AudioError
from voiced.flow import SAMPLE_RATE, Detection, Outcome, Reason, Transcript
from voiced.grammar import understand

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.virtual_microphone import VirtualMicrophone

NAMES = ("woken", "understood", "rejected", "broker_away")
ALL = FeedbackSettings(woken=True, understood=True, rejected=True, broker_away=True)
GOOD_NIGHT = Outcome("1", understand(grammar.parse("intents: {Night: {sentences: [good night]}}"), "good night"))


def rejected(reason: Reason) -> Outcome:
    return Outcome("2", Transcript("hm", None, reason, confidence=0.0, avg_logprob=-1.0))


def played(settings: FeedbackSettings, *, broker: bool = True) -> list[str]:
    """What is played if somebody waits for a sign, is understood, is not, and says nothing."""
    files: list[Path] = []
    sounds = Feedback(settings, {}, files.append, lambda: broker)
    sounds.woken(None)
    for outcome in (GOOD_NIGHT, rejected(Reason.LOW_CONFIDENCE), rejected(Reason.NO_SPEECH)):
        sounds.answered(outcome)
    return [file.name for file in files]


def test_each_has_its_sound() -> None:
    assert played(ALL) == ["woken.wav", "understood.wav", "rejected.wav"]
    assert played(ALL, broker=False) == ["woken.wav", "broker_away.wav", "rejected.wav"]


def test_what_is_switched_off_is_not_played() -> None:
    assert played(FeedbackSettings()) == []
    assert played(FeedbackSettings(rejected=True)) == ["rejected.wav"]


def test_a_sound_of_ones_own(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "gong.flac", np.zeros(800), 8_000)
    assert played(FeedbackSettings(woken=tmp_path / "gong.flac")) == ["gong.flac"]


def test_wake_words_may_have_sounds_of_their_own(tmp_path: Path) -> None:
    gong = tmp_path / "gong.flac"
    soundfile.write(gong, np.zeros(800), 8_000)
    files: list[Path] = []
    own: dict[str, bool | Path] = {"alexa": gong, "hey_mycroft": False, "hey_marvin": True}
    sounds = Feedback(FeedbackSettings(), own, files.append, lambda: True)
    for word in ("alexa", "hey_mycroft", "hey_marvin", "hey_jarvis"):
        sounds.woken(Detection(word, 0.9, 16_000))
    assert [file.name for file in files] == ["gong.flac", "woken.wav"]


def cut(folder: Path) -> Path:
    soundfile.write(folder / "whole.flac", np.random.default_rng(0).normal(size=8_000) / 9, 8_000)
    (folder / "cut.flac").write_bytes((folder / "whole.flac").read_bytes()[:5_000])
    return folder / "cut.flac"


def text(folder: Path) -> Path:
    (folder / "gong.wav").write_text("gong")
    return folder / "gong.wav"


def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "fifo.wav")
    return folder / "fifo.wav"


def large(folder: Path) -> Path:
    with (folder / "large.wav").open("wb") as sparse:
        sparse.truncate(1 << 40)
    return folder / "large.wav"


def missing(folder: Path) -> Path:
    return folder / "missing.wav"


BAD = [cut, text, fifo, large, missing, lambda folder: folder, lambda _folder: Path("/dev/zero")]


@pytest.mark.parametrize("bad", BAD, ids=["cut", "text", "fifo", "large", "missing", "folder", "zeros"])
def test_a_sound_that_is_none_is_left_out_and_told_once(
    bad: Callable[[Path], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = bad(tmp_path)
    assert played(FeedbackSettings(woken=file, understood=True)) == ["understood.wav"]
    assert caplog.text.count(f"feedback.woken is left out: {file}: ") == 1
    with pytest.raises(AudioError):
        require_sound(file)


def test_a_decoder_that_raises_something_else_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_file: Path) -> None:
        raise MemoryError("9 EiB")

    monkeypatch.setattr(sound_file, "read", fails)
    assert played(FeedbackSettings(woken=text(tmp_path))) == []
    assert "cannot be decoded: 9 EiB" in caplog.text


@pytest.mark.parametrize("name", NAMES)
def test_no_sound_is_taken_for_speech(name: str) -> None:
    sound = sound_file.read(SOUNDS / f"{name}.wav")
    quiet = np.zeros(SAMPLE_RATE // 2, np.float32)
    steps = list(Vad().judge(np.concatenate((quiet, sound, quiet))))
    assert steps.count(Activity.SPEECH) * 0.03 < 0.1
    assert len(sound) < SAMPLE_RATE


def test_the_sounds_are_what_the_script_makes(tmp_path: Path) -> None:
    script = (Path(__file__).parents[1] / "sounds" / "make_feedback.py").read_text()
    own = tmp_path / "tests" / "sounds" / "make_feedback.py"
    own.parent.mkdir(parents=True)
    own.write_text(script)
    (tmp_path / "voiced" / "sounds").mkdir(parents=True)
    subprocess.run([sys.executable, str(own)], check=True)
    for name in NAMES:
        made, there = (soundfile.read(folder / f"{name}.wav")[0] for folder in (tmp_path / "voiced" / "sounds", SOUNDS))
        assert np.allclose(made, there, atol=1e-4)


# -- playing -----------------------------------------------------------------------------------------


def threads() -> int:
    return sum(thread.name == "loudspeaker" for thread in threading.enumerate())


def test_a_command_plays_and_nobody_waits(tmp_path: Path) -> None:
    program = f"import sys, time; time.sleep(0.5); open({str(tmp_path / 'played')!r}, 'a').write(sys.argv[1] + ' ')"
    player = Player(FeedbackSettings(command=(sys.executable, "-c", program)))
    began = time.monotonic()
    player.play(Path("one.wav"))
    player.play(Path("two.wav"))  # dropped: never two at once
    assert time.monotonic() - began < 0.4
    assert wait_until(lambda: not threads(), 10)
    player.play(Path("three.wav"))
    assert wait_until(lambda: not threads(), 10)
    assert (tmp_path / "played").read_text() == "one.wav three.wav "


@pytest.mark.parametrize("command", [("no-such-player",), (sys.executable, "-c", "raise SystemExit(1)")])
def test_a_command_that_fails_is_a_warning(command: tuple[str, ...], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        Player(FeedbackSettings(command=command)).play(Path("one.wav"))
        assert wait_until(lambda: not threads(), 10)
    assert "feedback.command cannot play" in caplog.text


def test_one_problem_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    player = Player(FeedbackSettings(command=("no-such-player",)))
    for _ in range(3):
        player.play(Path("one.wav"))
        assert wait_until(lambda: not threads(), 10)
    assert caplog.text.count("feedback.command cannot play") == 1


def test_where_no_thread_can_be_started_no_sound_is_played_and_later_ones_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_run: Callable[[], None], _name: str) -> None:
        raise RuntimeError("can't start new thread")

    player = Player(FeedbackSettings(command=("touch",)))
    with monkeypatch.context() as patched:
        patched.setattr(feedback, "start_thread", fails)
        player.play(tmp_path / "one.wav")
    assert "can't start new thread" in caplog.text
    player.play(tmp_path / "two.wav")
    assert wait_until((tmp_path / "two.wav").exists, 10)


def test_a_loudspeaker_that_is_not_there_is_a_warning(
    virtual_microphone: VirtualMicrophone, caplog: pytest.LogCaptureFixture
) -> None:
    assert virtual_microphone
    with caplog.at_level(logging.WARNING):
        Player(FeedbackSettings(device="Concert Hall")).play(SOUNDS / "woken.wav")
        assert wait_until(lambda: not threads(), 10)
    assert "cannot play woken.wav" in caplog.text


def test_sounds_are_heard_through_portaudio(virtual_microphone: VirtualMicrophone) -> None:
    """The virtual microphone hears what is played: in a process of its own, which looks at that sound server."""
    program = (
        "import sys, time, threading\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from voiced.config import FeedbackSettings\n"
        "from voiced.acting.feedback import SOUNDS, Player\n"
        "from voiced.audio.microphone import Microphone\n"
        "levels = []\n"
        "with Microphone() as microphone:\n"
        "    for number, frame in enumerate(microphone.frames()):\n"
        "        if number == 3:\n"
        "            Player(FeedbackSettings(volume=0.5)).play(SOUNDS / 'broker_away.wav')\n"
        "        levels.append(float(np.abs(frame.samples).max()))\n"
        "        if number == 60 or (levels[-1] < 0.01 < 0.1 < max(levels)):\n"
        "            break\n"
        "print(max(levels))\n"
    )
    ran: Any = subprocess.run(
        [sys.executable, "-c", program],
        env=virtual_microphone.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert 0.2 < float(ran.stdout) < 0.3  # half of half of full scale
