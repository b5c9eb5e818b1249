"""What `voiced transcribe` can be asked for: defaults, refusals, and choices that exist."""

from __future__ import annotations

import subprocess
import sys

import pytest

from voiced.commands.parser import Parser
from voiced.commands.transcribe_options import COMPUTE, FORMATS, add_arguments
from voiced.whisper.kernels import acceleration
from voiced.whisper.transcription.writers import WRITERS


def parser() -> Parser:
    made = Parser(prog="voiced transcribe")
    add_arguments(made)
    return made


def test_without_options_it_transcribes_greedily_to_standard_output() -> None:
    options = parser().parse_args(["a.wav"])
    assert (options.task, options.language, options.format, options.output) == ("transcribe", "auto", "txt", None)
    assert (options.beam_size, options.temperature, options.word_timestamps) == (1, 0.0, False)


@pytest.mark.parametrize(
    "typed", ["--threads 0", "--temperature 2", "--format doc", "--output a --beside", "--compute int4"]
)
def test_impossible_values_are_refused(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = typed.split()
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([*words, "a.wav"])
    assert ended.value.code == 2
    assert words[0] in capsys.readouterr().err


def test_arguments_cost_no_torch() -> None:
    check = "import sys, voiced.commands.transcribe_options; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False, timeout=60).returncode == 0


def test_choices_are_those_that_there_are() -> None:
    assert set(FORMATS) == set(WRITERS)
    assert set(COMPUTE) == set(acceleration.COMPUTE)
