"""What commands share: numbers, settings without a config file, JSON, and colours where there is a terminal."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

import pytest

from voiced.commands.shared import config_of, count, grammar_of, print_json, print_outcome
from voiced.errors import ConfigError
from voiced.flow import Match, Outcome, Reason, Transcript

if TYPE_CHECKING:
    from pathlib import Path

UNDERSTOOD = Outcome("1", Transcript("hello", Match("Greet", {}, "hello", {}), None, 1.0, 0.0))
REJECTED = Outcome("1", Transcript("tea", None, Reason.OUT_OF_GRAMMAR, 0.0, 0.0))


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "", "²"])
def test_no_number_of_things(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a whole number of at least 1"):
        count(text)
    assert count("12") == 12


def test_options_go_before_the_config(tmp_path: Path) -> None:
    (tmp_path / "intents").mkdir()
    (tmp_path / "intents/a.yaml").write_text("intents: {Greet: {sentences: [hello]}}\n")
    (tmp_path / "config.yaml").write_text("intents: nowhere\nrecognizer: {model: base}\n")
    options = Namespace(config=tmp_path / "config.yaml", intents=tmp_path / "intents", model=None)
    assert grammar_of(options).match("hello")
    assert config_of(options).recognizer.model == "base"
    with pytest.raises(ConfigError, match="nowhere"):
        grammar_of(Namespace(config=tmp_path / "config.yaml", intents=None, model=None))


def test_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"text": "Küche\nan"})
    assert capsys.readouterr().out == '{"text": "Küche\\nan"}\n'


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    print_outcome(UNDERSTOOD, "a.wav: ")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    print_outcome(UNDERSTOOD)
    print_outcome(REJECTED)
    monkeypatch.setenv("NO_COLOR", "1")
    print_outcome(REJECTED)
    plain, understood, rejected, without = capsys.readouterr().out.splitlines()
    assert (plain, without) == ("a.wav: hello → Greet", "tea → rejected: out_of_grammar")
    assert understood == "\x1b[32mhello → Greet\x1b[0m"
    assert rejected == "\x1b[31mtea → rejected: out_of_grammar\x1b[0m"
