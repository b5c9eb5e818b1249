"""Sentences that are said and recognised: what counts as understood, and what is printed; with the real recogniser."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest

from tests.system_parts import require_program
from voiced import grammar
from voiced.advice.misheard import Heard
from voiced.cli import main
from voiced.flow import Reason, Transcript
from voiced.foundations.resources import shipped
from voiced.grammar import understand

SOUND = Path(__file__).parents[1] / "sounds" / "command_lights.ogg"  # "turn off the office lights"
HOUSE = """
intents:
  Light: {sentences: ["turn {state} the {room} lights"]}
lists:
  state: ["on", "off"]
  room: [office, kitchen]
"""


def test_what_counts_as_understood() -> None:
    commands = grammar.load([shipped("intents")])
    (said,) = commands.sample(Random(1), 1)
    meant = commands.match(said.text)
    right = understand(commands, said.text)
    assert Heard(said, meant, right).understood
    doubtful = Transcript(said.text, right.match, Reason.LOW_CONFIDENCE, 0.1, -3.0)
    other = understand(commands, "good night")
    for transcript in (doubtful, other, understand(commands, "make me a sandwich")):
        heard = Heard(said, meant, transcript)
        assert not heard.understood
        assert heard.as_json()["reason"] == (transcript.reason.value if transcript.reason else None)
    assert Heard(said, meant, doubtful).as_json()["heard_intent"] is None
    assert Heard(said, meant, other).as_json()["heard_intent"] == "GoodNight"


@pytest.mark.slow
def test_a_voice_that_says_something_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the four sentences one is what this voice says, whatever it is asked to."""
    (tmp_path / "a.yaml").write_text(HOUSE)
    given = ["sample", "--check", "-n", "6", "--seed", "1", "--intents", str(tmp_path), "--voice", f"cat {SOUND}"]
    assert main([*given, "--json"]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(told) == 6
    for each in told:
        assert (each["heard_intent"], each["heard_slots"]) == ("Light", {"state": "off", "room": "office"})
        assert each["understood"] == (each["slots"] == {"state": "off", "room": "office"})
    assert main(given) == 1
    *lines, last = capsys.readouterr().out.splitlines()
    wrong = [each["text"] for each in told if not each["understood"]]
    assert [line.split(":")[0] for line in lines] == wrong
    assert all(line.endswith(" → Light state=off room=office") for line in lines)
    assert last == f"{6 - len(wrong)} of 6 understood"


def test_espeak_is_understood_and_noise_is_mixed_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    require_program("espeak-ng", "apt-get install espeak-ng")
    soundfile = pytest.importorskip("soundfile")
    (tmp_path / "a.yaml").write_text(HOUSE)
    given = ["sample", "--check", "-n", "2", "--seed", "2", "--intents", str(tmp_path)]
    assert main(given) == 0
    assert capsys.readouterr().out == "2 of 2 understood\n"
    noise = np.random.default_rng(0).standard_normal(32_000).astype(np.float32) * 0.1
    soundfile.write(tmp_path / "noise.wav", noise, 16_000)
    assert main([*given, "--noise", str(tmp_path / "noise.wav"), "--snr", "-30"]) == 1
    assert "0 of 2 understood" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--voice", "/no/such/program"], "cannot run /no/such/program"),
        (["--noise", "/no/such/noise.wav"], "/no/such/noise.wav: cannot be read"),
    ],
)
def test_bad_options_are_one_sentence(options: list[str], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "--check", "--voice", f"cat {SOUND}", *options]) == 1
    assert problem in capsys.readouterr().err


def test_a_ratio_is_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    for ratio in ("loud", "nan", "1e9"):
        with pytest.raises(SystemExit) as ended:
            main(["sample", "--check", "--snr", ratio])
        assert ended.value.code == 2
        assert "dB" in capsys.readouterr().err
