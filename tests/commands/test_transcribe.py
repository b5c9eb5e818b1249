"""`voiced transcribe` with the real model: where texts go, what is refused, and what Ctrl-C leaves behind."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from shutil import copy
from typing import TYPE_CHECKING

import pytest
import srt

from tests.system_parts import missing
from voiced.commands import transcribe
from voiced.commands.transcribe import Live, UsageError
from voiced.commands.transcribe_options import FORMATS, add_arguments
from voiced.errors import ModelError
from voiced.whisper.kernels import float16
from voiced.whisper.transcription.values import Segment, TranscribedWindow

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
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
