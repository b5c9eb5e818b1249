"""`voiced transcribe` with the real model: where texts go, what is refused, and what Ctrl-C leaves behind."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from difflib import SequenceMatcher
from pathlib import Path
from shutil import copy
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import soundfile
import srt

from tests.system_parts import missing
from tests.whisper.clips import SAMPLE_RATE, clip, silence
from voiced.commands import transcribe
from voiced.commands.transcribe import Live
from voiced.commands.transcribe_options import FORMATS, add_arguments
from voiced.commands.transcribe_outputs import UsageError
from voiced.errors import ModelError
from voiced.whisper.kernels import float16
from voiced.whisper.transcription.values import Segment, TranscribedWindow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.whisper.clips import Samples

SOUNDS = Path(__file__).parents[1] / "sounds"
ENGLISH, GERMAN, DIALOGUE = SOUNDS / "speech_en.flac", SOUNDS / "speech_de.flac", SOUNDS / "dialogue_en.ogg"


def run(*arguments: object, model: str = "tiny.en") -> int:
    """As the command line does it: parsed, run, the exit code returned."""
    parser = ArgumentParser()
    add_arguments(parser)
    return transcribe.run(parser.parse_args([str(it) for it in arguments]), model)


def test_text_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ENGLISH, "--threads", 1) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "The kitchen lights are off, and the heating in the bedroom is set to 19 degrees."
    assert second.startswith("Please remind me tomorrow")


def test_one_bad_recording_does_not_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torn = tmp_path / "torn.wav"
    torn.write_bytes(b"RIFF")
    assert run(torn, tmp_path / "missing.wav", ENGLISH) == 1
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        f"voiced: {torn}: is not a recording that can be read (WAV, FLAC, OGG or MP3), or is damaged",
        f"voiced: {tmp_path / 'missing.wav'}: cannot be read: No such file or directory",
    ]
    assert f"==> {ENGLISH} <==\nThe kitchen lights" in said.out


def test_names_of_recordings_command_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = tmp_path / "a\x1b[31m.flac"
    copy(ENGLISH, named)
    assert run(named, tmp_path / "b\x9b.wav", "--threads", 1) == 1
    said = capsys.readouterr()
    assert f"==> {tmp_path}/a\\x1b[31m.flac <==" in said.out
    assert not {"\x1b", "\x9b"} & set(said.out + said.err)


@pytest.mark.parametrize("penalty", [pytest.param("0.01", marks=pytest.mark.slow), "100"])  # the first goes on for long
def test_the_most_extreme_penalties(penalty: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ENGLISH, "--threads", 1, "--clip-timestamps", "0,2", "--repetition-penalty", penalty) == 0
    assert capsys.readouterr().out


def test_a_recording_is_not_written_over(tmp_path: Path) -> None:
    recording, link = tmp_path / "talk.txt", tmp_path / "link.txt"
    copy(ENGLISH, recording)
    link.symlink_to(recording)
    for asked in ((recording, "--beside"), (link, "--output", tmp_path), (recording, "--beside", "--format", "all")):
        with pytest.raises(UsageError, match=r"txt is a recording, and would be written over; write to another folder"):
            run(*asked)
    assert recording.read_bytes() == ENGLISH.read_bytes()


def test_what_is_there_of_a_damaged_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    cut = tmp_path / "cut.flac"
    cut.write_bytes(ENGLISH.read_bytes()[:40_000])
    assert run(cut, "--threads", 1) == 0
    assert capsys.readouterr().out.startswith("The kitchen lights are off")
    assert caplog.messages == [f"{cut}: is cut short; what is there is used"]


def test_standard_input_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ENGLISH.read_bytes())))
    assert run("-", "--format", "json", "--word-timestamps", "--clip-timestamps", "0,4.4") == 0
    (segment,) = json.loads(capsys.readouterr().out)["segments"]
    assert segment["words"][0]["word"] == " The"
    assert segment["words"][-1]["end"] == pytest.approx(4.2, abs=0.2)


def test_every_format_into_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "made" / "here"
    assert run(ENGLISH, "--output", folder, "--format", "all", "--max-line-width", 30, "--max-line-count", 2) == 0
    assert capsys.readouterr().out == ""
    assert {path.name for path in folder.iterdir()} == {f"speech_en.{format_}" for format_ in FORMATS}
    captions = list(srt.parse((folder / "speech_en.srt").read_text(encoding="utf-8")))
    assert max(len(line) for caption in captions for line in caption.content.splitlines()) <= 30
    report = json.loads((folder / "speech_en.json").read_text(encoding="utf-8"))
    assert " ".join(" ".join(it.content.split()) for it in captions) == report["text"].strip()


@pytest.mark.slow
def test_beside_the_recording_and_the_same_every_time(tmp_path: Path) -> None:
    """Also where tokens are drawn at random."""
    copy(ENGLISH, tmp_path / "a.flac")
    copy(ENGLISH, tmp_path / "b.flac")
    assert run(tmp_path / "a.flac", tmp_path / "b.flac", "--beside", "--temperature", 0.7, "--best-of", 2) == 0
    assert (tmp_path / "a.txt").read_text() == (tmp_path / "b.txt").read_text() != ""


def test_a_file_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder").write_text("a file, after all")
    assert run(ENGLISH, "--output", tmp_path / "folder") == 1
    assert (
        capsys.readouterr().err == f"voiced: {tmp_path / 'folder' / 'speech_en.txt'}: cannot be written: File exists\n"
    )


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def of_json(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def recorded(path: Path, *parts: Samples) -> Path:
    soundfile.write(path, np.concatenate(parts), SAMPLE_RATE)
    return path


@pytest.mark.slow
def test_silence_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quiet = recorded(tmp_path / "quiet.wav", silence(30))
    assert run(quiet, "--vad-filter", "--format", "json") == 0
    assert of_json(capsys) == {"text": "", "segments": [], "language": "en"}
    late = recorded(tmp_path / "late.wav", silence(31), clip("en"), silence(31))
    assert run(late, "--vad-filter", "--format", "json", "--word-timestamps") == 0
    found = of_json(capsys)
    assert found["text"].startswith(" The kitchen lights are off")
    times = [time for it in found["segments"] for word in it["words"] for time in (word["start"], word["end"])]
    assert times == sorted(times)
    assert 30.6 <= times[0] <= 31.6  # a margin of 0.4 s is heard before the speech
    assert times[-1] <= 31 + len(clip("en")) / SAMPLE_RATE


def test_times_end_with_the_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = recorded(tmp_path / "cut.wav", clip("en")[: 3 * SAMPLE_RATE])
    assert run(cut, "--format", "json") == 0
    assert [segment["end"] for segment in of_json(capsys)["segments"]][-1] <= 3.0


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--beam-size", 2), ("--without-timestamps",), ("--word-timestamps",)])
def test_windows_at_once(more: tuple[object, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """72 s: three windows or four, and nearly the text that they have one after the other."""
    assert run(DIALOGUE, "--format", "json") == 0
    one_by_one = of_json(capsys)
    assert run(DIALOGUE, "--format", "json", "--batch-size", 3, *more) == 0
    together = of_json(capsys)
    assert SequenceMatcher(None, words(one_by_one["text"]), words(together["text"])).ratio() > 0.93
    ends = [segment["end"] for segment in together["segments"]]
    assert ends == sorted(ends)
    assert ends[-1] == pytest.approx(one_by_one["segments"][-1]["end"], abs=1.0)


@pytest.mark.slow
def test_the_given_beginning_is_part_of_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    for how in ([], ["--without-timestamps"], ["--batch-size", 2]):
        assert run(ENGLISH, "--prefix", "So the kitchen", *how) == 0
        said = capsys.readouterr().out
        assert said.startswith("So the kitchen lights are off")
        assert said.count("So the kitchen") == 1


def test_tokens_that_there_are_none_of() -> None:
    with pytest.raises(UsageError, match=r"the model tiny\.en has no token 999999; .* 0 to 51863") as refused:
        run(ENGLISH, "--suppress-tokens=-1,999999")
    assert refused.value.exit_code == 2
    with pytest.raises(UsageError, match="the end of text"):
        run(ENGLISH, "--suppress-tokens", "50256")


@pytest.mark.slow
def test_the_language_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="knows English only"):
        run(GERMAN, "--detect-language")
    late = recorded(tmp_path / "late.wav", silence(30), clip("de"))
    try:
        assert run(late, "--detect-language", "--vad-filter", model="base") == 0
    except ModelError as error:
        missing(str(error))
    assert re.fullmatch(r"de \(german, \d+%\)\n", capsys.readouterr().out)
    assert run(GERMAN, "--detect-language", "--format", "json", model="base") == 0
    found = of_json(capsys)
    assert (found["language"], next(iter(found["probabilities"]))) == ("de", "de")


@pytest.mark.slow
def test_a_terminal_without_these_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii"))
    assert run(ENGLISH, "--prefix", "Die Küche 浴室") == 0
    assert shown.getvalue().startswith(b"Die K?che ??")


def test_models_in_another_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the model small is not installed"):
        run(ENGLISH, "--model-dir", tmp_path, model="small")
    (tmp_path / "small.pt").write_bytes(b"<!DOCTYPE html>")
    with pytest.raises(ModelError, match=r"small\.pt is not the published file"):
        run(ENGLISH, "--model-dir", tmp_path, model="small")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["a.wav", "--batch-size", "2", "--hallucination-silence-threshold", "2"], "goes with --vad-filter"),
        (["a.wav", "--format", "all"], "--format all needs files here: add --output DIR or --beside"),
        (["a.wav", "b.wav", "--format", "srt"], "--format srt needs files here"),
        (
            ["a.wav", "a.flac", "--beside"],
            "a.wav and a.flac would both be written to a.txt; give them different folders",
        ),
        (["x/a.wav", "y/a.wav", "--output", "z"], "x/a.wav and y/a.wav would both be written to z/a.txt"),
        (["a.wav", "--patience", "2"], "patience needs beam_size"),
        (["a.wav", "--language", "klingon"], "'klingon' is not a language that Whisper knows"),
    ],
)
def test_what_does_not_go_together(arguments: list[str], problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as refused:
        run(*arguments)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("--beam-size 0", "'0' is not a whole number of at least 1"),
        ("--temperature 1.5", "'1.5' is not between 0 and 1"),
        ("--patience nan", "'nan' is not a number above 0"),
        ("--clip-timestamps 5,3", "'5,3' is not a list of start,end,start,end… in rising order"),
        ("--clip-timestamps soon", "'soon' is not a number of seconds"),
        ("--suppress-tokens 1,x", "'1,x' is not a list of token numbers"),
        ("--suppress-tokens=-2", "'-2' is not a list of token numbers"),
        ("--beam-size 1000000000", "'1000000000' is more than 256"),
        ("--batch-size 257", "'257' is more than 256"),
        ("--temperature-increment 1e-9", "'1e-9' is not 0 or between 0.01 and 1"),
        ("--repetition-penalty 0", "'0' is not between 0.01 and 100"),
        ("--repetition-penalty 1e-300", "'1e-300' is not between 0.01 and 100"),
        ("--repetition-penalty nan", "'nan' is not between 0.01 and 100"),
        ("--logprob-threshold nan", "'nan' is not a number"),
        ("--logprob-threshold none", "'none' is not a number"),
        ("--clip-timestamps 1e308", "'1e308' is not a number of seconds"),
        ("--hallucination-silence-threshold 1e10", "'1e10' is not a number of seconds"),
        ("--language-detection-segments 0", "'0' is not a whole number of at least 1"),
        ("--output x --beside", "not allowed with argument"),
    ],
)
def test_impossible_values(arguments: str, problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("a.wav", *arguments.split())
    assert ended.value.code == 2
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "model", "problem"),
    [
        (["--task", "translate"], "tiny.en", "knows English only; choose a multilingual one, such as base"),
        (["--language", "de"], "tiny.en", "knows English only"),
        ([], "tny.en", "did you mean 'tiny.en'"),
    ],
)
def test_what_the_model_cannot_do(arguments: list[str], model: str, problem: str) -> None:
    with pytest.raises(ModelError, match=problem):
        run(ENGLISH, *arguments, model=model)


@pytest.mark.slow
def test_translation(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        assert run(GERMAN, "--task", "translate", model="base") == 0
    except ModelError as error:
        missing(str(error))
    assert "kitchen" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(not float16.is_available(), reason="this torch was built without FBGEMM, which halves the weights")
def test_memory_that_is_taken() -> None:
    """As the manual says, in KiB. Without pages of libraries' files: how many of them count is up to the kernel.

    (The same program has 153 MiB of them after a cold start, and 213 MiB while what pip wrote is still cached.)
    """
    program = (
        "import re, sys\n"
        "from voiced.cli import main\n"
        "assert main(['transcribe', sys.argv[1], '--threads', '1']) == 0\n"
        "print(*re.findall(r'(?:VmHWM|RssFile):\\s*(\\d+) kB', open('/proc/self/status').read()))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, ENGLISH], capture_output=True, text=True, check=True)
    *text, numbers = done.stdout.splitlines()
    peak, of_files = map(int, numbers.split())
    assert text[0].startswith("The kitchen lights are off")
    assert peak - of_files < 340_000


# -- Ctrl-C ------------------------------------------------------------------------------------------


def test_interrupted_segments_end_as_the_recording_would() -> None:
    heard = Segment(0.0, 1.0, " so", (), 0, 0.0, -0.3, 1.0, 0.0)

    def steps() -> Iterator[TranscribedWindow]:
        yield TranscribedWindow((heard,), 1.0, 60.0)
        raise KeyboardInterrupt

    advanced: list[float] = []
    live = Live(steps(), advanced.append)
    assert list(live) == live.found == [heard]
    assert live.interrupted
    assert advanced == [1.0]


def read_terminal(terminal: int) -> str:
    """What came within a twentieth of a second. A terminal that nobody reads fills up, and whoever writes waits."""
    ready, _, _ = select.select([terminal], [], [], 0.05)
    try:
        return os.read(terminal, 100_000).decode(errors="replace") if ready else ""
    except OSError:  # nobody has it open any more
        return ""


@pytest.mark.slow
def test_ctrl_c_leaves_whole_segments(tmp_path: Path) -> None:
    """On a terminal, where a bar shows how far it is."""
    ours, terminal = pty.openpty()
    asked = [DIALOGUE, "--output", tmp_path, "--format", "all", "--threads", "1", "--beam-size", "4"]
    program = [sys.executable, "-m", "voiced", "transcribe", *map(str, asked)]
    with subprocess.Popen(program, stderr=terminal, stdout=subprocess.PIPE) as running:
        os.close(terminal)
        txt = tmp_path / "dialogue_en.txt"
        until, shown = time.monotonic() + 120, ""
        while not (txt.exists() and txt.read_text()) and running.poll() is None and time.monotonic() < until:
            shown += read_terminal(ours)
        running.send_signal(signal.SIGINT)
        while running.poll() is None and time.monotonic() < until + 60:
            shown += read_terminal(ours)
        assert running.poll() == 130
    os.close(ours)
    assert "dialogue_en" in shown
    assert "%" in shown
    lines = txt.read_text().splitlines()
    assert lines[0].startswith("Good morning")
    assert len(lines) < 15  # of about 20
    captions = list(srt.parse((tmp_path / "dialogue_en.srt").read_text(), ignore_errors=False))
    assert [caption.content for caption in captions] == lines
    assert len(json.loads((tmp_path / "dialogue_en.json").read_text())["segments"]) == len(lines)
