"""The command line as a whole: usage, exit codes, and what is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from voiced.cli import COMMANDS, main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _nobody_s_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.parametrize("arguments", [[], ["fly"], ["say"], ["sample", "-n", "0"], ["check", "--schema", "x"]])
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: voiced" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["check"], ["say", "good night"], ["sample"], ["models"]])
def test_quick_commands_do_not_import_torch(command: list[str]) -> None:
    script = (
        "import sys; from voiced.cli import main; code = main(sys.argv[1:]); sys.exit(code or 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_help_of_every_command_loads_nothing_heavy() -> None:
    """As completion does in a shell."""
    heavy = {"numpy", "onnxruntime", "rich", "sounddevice", "soundfile", "tiktoken", "torch"}
    script = (
        "import sys; from voiced.cli import COMMANDS, make_parser; make_parser(COMMANDS);"
        f"sys.exit(str({heavy} & {{*sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == "set()\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_summary_and_a_help_of_its_own(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    described = " ".join(capsys.readouterr().out.split("\n\n")[1].split())
    assert described
    assert COMMANDS[command][0].islower()
    assert not COMMANDS[command].endswith(".")


def test_what_is_printed_holds_no_commands_to_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    strange = tmp_path / os.fsdecode(b"\x1b[2J\xff.yaml")
    strange.write_text('intents: {A: {sentences: [go], action: {topic: t, payload: "\\e[31m"}}}')
    assert main(["say", "go", "--intents", str(strange)]) == 0
    assert main(["say", "go", "--intents", f"{strange}x"]) == 78
    shown = capfd.readouterr()
    assert "\x1b" not in shown.out + shown.err
    assert r"  t \x1b[31m" in shown.out
    assert r"\x1b[2J\udcff.yamlx: there is no such file" in shown.err


@pytest.mark.parametrize("threads", ["1000", "0", "-1", "1e3", "9" * 5_000])
def test_as_many_threads_as_a_processor_has(threads: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["transcribe", "a.wav", "--threads", threads])
    assert ended.value.code == 2
    assert "--threads" in capsys.readouterr().err


@pytest.mark.parametrize(("asked", "expected"), [(None, "passive"), ("active", "active")])
def test_waiting_threads_do_not_spin_unless_asked_to(
    monkeypatch: pytest.MonkeyPatch, asked: str | None, expected: str
) -> None:
    monkeypatch.setattr(os, "environ", {"OMP_WAIT_POLICY": asked} if asked else {})
    assert main(["sample", "-n", "1"]) == 0
    assert os.environ["OMP_WAIT_POLICY"] == expected


@pytest.mark.parametrize("command", [["sample"], ["check", "--schema", "config"], ["models", "--json"], ["say", "tea"]])
def test_a_full_disk_behind_standard_output_is_told(command: list[str]) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 # a device
        run = [sys.executable, "-m", "voiced", *command]
        done = subprocess.run(run, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr == "voiced: what was found cannot be written: No space left on device\n"


def test_standard_output_that_is_closed_costs_nothing() -> None:
    command = f"{sys.executable} -m voiced models >&-"
    done = subprocess.run(command, shell=True, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
