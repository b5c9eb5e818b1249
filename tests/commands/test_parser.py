"""Options may stand before, between and after file names, whatever the command; what is misspelt is put right."""

from __future__ import annotations

import re
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from voiced.cli import COMMANDS, main, make_parser

A, B, C = (Path(f"{letter}.wav") for letter in "abc")
ORDERS: dict[
    str, tuple[list[str], dict[str, Any]]
] = {  # command → pieces that may come in any order, what is understood
    "recognize": (["a.wav", "--json", "b.wav", "--model base", "--config c.yaml"], {"files": [A, B], "json": True}),
    "transcribe": (["a.wav", "--beam-size 5", "b.wav", "--format=srt", "--beside"], {"files": [A, B], "beam_size": 5}),
    "say": (["good", "--publish", "night", "--intents my"], {"text": ["good", "night"], "intents": Path("my")}),
    "bench": (
        ["coffee", "--noise a.wav", "--snr 12 -6", "--foreign other", "--foreign another"],
        {"folder": Path("coffee"), "snr": [12, -6], "foreign": [Path("other"), Path("another")]},
    ),
    "init": (
        ["voice", "--json", "--home-assistant http://home:8123"],
        {"folder": Path("voice"), "json": True, "home_assistant": "http://home:8123"},
    ),
    "import rhasspy": (
        ["a.ini", "--language de", "-o b.yaml"],
        {"files": [Path("a.ini")], "language": "de", "output": Path("b.yaml")},
    ),
    "wake enroll": (
        ["hey jarvis", "-o x.npz", "a.wav", "--config c.yaml", "b.wav"],
        {"phrase": "hey jarvis", "out": Path("x.npz"), "files": [A, B], "config": Path("c.yaml")},
    ),
    "wake train": (
        ["hey jarvis", "--take c.wav", "a.wav", "--language en"],
        {"phrase": "hey jarvis", "files": [A], "takes": [C], "language": "en"},
    ),
    "wake test": (
        ["alexa", "--other b.wav", "a.wav", "--plot p.png", "--other c.wav"],
        {"word": "alexa", "files": [A], "other": [B, C], "plot": Path("p.png")},
    ),
    "wake bad": (["last", "--config c.yaml"], {"which": "last", "config": Path("c.yaml")}),
    "models download": (["small", "--json"], {"download": "small", "json": True}),
}


def orders(command: str) -> list[list[str]]:
    """The words of a command in every order in which those without a dash keep theirs, and repeated options too."""
    pieces, _ = ORDERS[command]
    plain = [piece for piece in pieces if not piece.startswith("-")]
    split = {piece: [piece] if piece in plain else piece.split() for piece in pieces}
    kept = [plain, *([piece for piece in pieces if piece.startswith(name)] for name in ("--other", "--foreign"))]
    return [
        [word for piece in order for word in split[piece]]
        for order in permutations(pieces)
        if all([piece for piece in order if piece in some] == some for some in kept)
    ]


@pytest.mark.parametrize("command", ORDERS)
def test_options_may_stand_anywhere(command: str) -> None:
    parser = make_parser(command.split(maxsplit=1)[:1])
    expected = ORDERS[command][1]
    for words in orders(command):
        options = vars(parser.parse_args([*command.split(), *words]))
        assert {key: options[key] for key in expected} == expected, words


def test_every_command_with_files_is_in_the_table() -> None:
    told = {command.partition(" ")[0] for command in ORDERS}
    with_names = {name for name in COMMANDS if re.search(r"(?m)^positional arguments:", _help(name))}
    assert with_names - told <= {"manual"}


def _help(name: str) -> str:
    parser = make_parser([name])
    (commands,) = (action for action in parser._actions if action.dest == "command")
    assert isinstance(commands.choices, dict)
    text: str = commands.choices[name].format_help()
    return text


def test_settings_may_stand_before_an_action_too() -> None:
    options = make_parser(["wake"]).parse_args(["wake", "--config", "c.yaml", "bad", "--intents", "my"])
    assert (options.config, options.intents, options.model) == (Path("c.yaml"), Path("my"), None)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--", "--json", "good"], ["--json", "good"]),
        (["good", "--", "--json"], ["good", "--json"]),
        (["-5", "degrees"], ["-5", "degrees"]),
        (["-", "5"], ["-", "5"]),
    ],
)
def test_what_looks_like_an_option(words: list[str], text: list[str]) -> None:
    options = make_parser(["say"]).parse_args(["say", *words])
    assert (options.text, options.json) == (text, False)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("chek", "voiced: there is no command 'chek'; did you mean 'check'?"),
        ("fly", "voiced: there is no command 'fly'"),
        ("wake enrol x", "voiced wake: there is no action 'enrol'; did you mean 'enroll'?"),
        ("say good --jsn", "voiced say: there is no option --jsn; did you mean '--json'?"),
        ("recognize --modle=base a.wav", "there is no option --modle=base; did you mean '--model'?"),
        (
            "transcribe a.wav --task transalte",
            "'transalte' is not one of transcribe, translate; did you mean 'translate'?",
        ),
        ("init voice home", "voiced init: 'home' is one argument too many"),
        ("bench --snr DIR", "argument --snr"),
        ("recognize --json", "the following arguments are required: FILE"),
    ],
)
def test_what_is_misspelt_is_put_right(typed: str, problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(typed.split())
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("usage: voiced")
    assert problem in said


@pytest.mark.parametrize("columns", [50, 100])
def test_help_fits_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = _help("recognize").splitlines()
    assert 0.7 * columns < max(len(line) for line in lines) <= columns
