"""YAML without 1.1's traps, and every problem with its line and what to do."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from voiced.errors import ConfigError
from voiced.foundations.sections import Section, load, parse
from voiced.foundations.yaml_source import document, written


class WakeWord(Section):
    name: str
    threshold: float = Field(default=0.5, ge=0, le=1)


class Settings(Section):
    wake_word: WakeWord | None = None
    words: list[str] = Field(default_factory=list)
    named: dict[str, WakeWord] = Field(default_factory=dict)
    mode: Literal["fast", "exact"] = "fast"
    level: int = 1


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        parse(text, "c.yaml", Settings)
    return list(raised.value.problems)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("off", "off"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("22:30", "22:30"),
        ("1_000", "1_000"),
        ("2026-11-22", "2026-11-22"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("012", 12),
        ("0o14", 12),
        ("0xC", 12),
        ("-3", -3),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("'1'", "1"),
        ('"\\u00e9"', "é"),
        ("{state: on}", {"state": "on"}),
        ("[on, 1]", ["on", 1]),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(written: str, value: object) -> None:
    data = document(f"key: {written}", "c.yaml").data
    assert data == {"key": value}
    assert type(data["key"]) is type(value)


def test_json_of_programs_is_yaml_whatever_letters_it_escapes() -> None:
    """Letters beyond 16 bits are two escapes in JSON; a backslash that is itself escaped begins none."""
    told = {"site": "K\u00fcche \U0001f4a1", "text": '"\\ud83d\\udca1', "half": "\u00e9\n"}
    assert document(json.dumps(told), "a.yaml").data == told


def test_keys_are_text() -> None:
    assert document("on: 1\n5: 2\ntrue: 3", "c.yaml").data == {"on": 1, "5": 2, "true": 3}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wake_word:\n  name: a\n  treshold: 1", "3: wake_word.treshold: unknown key; did you mean 'threshold'?"),
        ("wake_word:\n  threshold: 1", "1: wake_word.name: is missing; add it"),
        ("colour: red", "1: colour: unknown key; remove it, or use one of: level, mode, named, wake_word, words"),
        ("named:\n  a:\n    nam: b", "3: named.a.nam: unknown key; did you mean 'name'?"),
        ("named:\n  a: 3", "2: named.a: should be a mapping, not 3"),
        ("words: [a, 5]", "1: words[1]: should be text, not 5; put it in quotes"),
        ("words:\n- a: b", "2: words[0]: should be text, not a mapping; put it in quotes"),
        ("words:\n- {state}", '2: words[0]: {state} without quotes is a mapping in YAML; put it in quotes: "{state}"'),
        ("words: on", "1: words: should be a list, not 'on'"),
        ("words:", "1: words: should be a list, not empty"),
        ("level: high", "1: level: should be a whole number, not 'high'"),
        ("level: 1.5", "1: level: should be a whole number, not 1.5"),
        ("mode: fats", "1: mode: 'fats' is not one of fast, exact; did you mean 'fast'?"),
        ("level: 1\nlevel: 2", "2: level: is given twice, first in line 1; remove one"),
        ("level: !secret x", "1: level: the tag !secret means nothing here; write the value itself"),
        ("words: &w [a, *w]", "1: words[1]: contains itself; write it out instead of using this alias"),
        ("? [a]\n: b", "1: a key must be plain text; put it in quotes"),
        ("- a", "1: should be a mapping, not a list"),
        ("words:\n\t- a", "2: the line is indented with a tab; use spaces"),
        (
            "words:\n- [please] turn on",
            "2: this is not valid YAML: - [please] turn on; a text that begins with [ must be in quotes",
        ),
        (
            "a:\n  words:\n  - {state} light",
            "3: this is not valid YAML: - {state} light; a text that begins with { must be in quotes",
        ),
        (
            "words:\n- {in: dinner [time]}",
            "2: this is not valid YAML: - {in: dinner [time]}; inside { } a text that holds brackets or commas must be",
        ),
        (
            "words: 'a",
            "1: this is not valid YAML: words: 'a; the quote ' is not closed, or text follows it; put quotes around",
        ),
        ("level: a: b", "1: this is not valid YAML: level: a: b; a text that holds ': ' must be in quotes"),
        ("words: [a\nlevel: 1", "1: this is not valid YAML: words: [a; a text that begins with [ must be in"),
        ("level: .inf", "1: level: is not a finite number; write another one, or put it in quotes if it is a text"),
        ("words: [-.INF, .nan]", "1: words[0]: is not a finite number"),
        ("level: 1e999", "1: level: is a number too large to count with"),
        (f"level: {'9' * 5_000}", "1: level: is a number too large to count with"),
        (f"level: 0x{'f' * 5_000}", "1: level: is a number too large to count with"),
        ('words: ["a\\0"]', "1: words[0]: holds the character '\\x00', which no name and no"),
        ('"a\\0": 1', "1: holds the character '\\x00'"),
        ("level: \x07", " holds a character that YAML does not allow"),
    ],
)  # fmt: skip
def test_a_problem_is_one_sentence(text: str, expected: str) -> None:
    assert any(problem.startswith(f"c.yaml:{expected}") for problem in problems(text)), problems(text)


def test_every_problem_at_once_in_the_order_of_lines() -> None:
    text = "level: x\nwake_word:\n  nam: a\nmode: slow\nlevel: 2\nwords: [1]"
    assert [problem.split(": ")[0] for problem in problems(text)] == [f"c.yaml:{n}" for n in (2, 3, 4, 5, 6)]


def test_what_is_right_is_frozen() -> None:
    settings = parse("wake_word: {name: alexa}", "c.yaml", Settings)
    assert settings.wake_word == WakeWord(name="alexa")
    with pytest.raises(ValueError, match="frozen"):
        settings.level = 2


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n"])
def test_an_empty_file_is_the_defaults(text: str) -> None:
    assert parse(text, "c.yaml", Settings) == Settings()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    missing, binary = tmp_path / "missing.yaml", tmp_path / "latin1.yaml"
    binary.write_bytes(b"words:\n- k\xfcche\n")
    with pytest.raises(ConfigError, match=r"missing.yaml: there is no such file; check the path"):
        load(missing, Settings)
    with pytest.raises(ConfigError, match=r"latin1.yaml:2: this is not UTF-8 text; save the file as UTF-8"):
        load(binary, Settings)
    with pytest.raises(ConfigError, match=r"cannot be read: Is a directory"):
        load(tmp_path, Settings)


def test_places() -> None:
    source = document("a:\n  b: [x, 'y']\n  c: |\n    text\n", "c.yaml")
    assert [source.where(key) for key in [("a",), ("a", "b", 1), ("a", "c"), ("a", "d"), ()]] == [
        "c.yaml:1",
        "c.yaml:2",
        "c.yaml:3",
        "c.yaml:1",
        "c.yaml:1",
    ]
    assert [source.column(key) for key in [("a", "b", 0), ("a", "b", 1), ("a", "c"), ("a",)]] == [7, 11, None, None]


def aliases(levels: int, nine: str) -> str:
    """Nine times nine times … one value, in half a kilobyte."""
    names = "abcdefghij"
    lists = [f"{name}: &{name} {nine.format(*[f'*{names[at]}'] * 9)}" for at, name in enumerate(names[1:levels])]
    return "\n".join(["a: &a [x]", *lists])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (aliases(10, "[{}, {}, {}, {}, {}, {}, {}, {}, {}]"), "the file has more than 100,000 values"),
        (aliases(10, "{{k: {}, k: {}, k: {}, k: {}, k: {}, k: {}, k: {}, k: {}}}"), "the file has more"),
        ("- a\n" * 300_000, "the file has more than 100,000 values"),
        ("[" * 900 + "]" * 900, "lists and mappings stand more than 50 deep in each other; write it flatter"),
        ("[" * 1_000_000, "lists and mappings stand more than 50 deep"),
        ("\n".join(f"{' ' * depth}a:" for depth in range(60)), "lists and mappings stand more than 50 deep"),
    ],
    ids=["aliases", "doubled aliases", "a long list", "deep", "deeper", "deep blocks"],
)
def test_what_is_too_large_takes_neither_time_nor_memory(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as raised:
        document(text, "c.yaml")
    assert problem in str(raised.value)


def test_only_regular_files_of_a_bounded_size_are_read(tmp_path: Path) -> None:
    fifo, large = tmp_path / "fifo.yaml", tmp_path / "large.yaml"
    os.mkfifo(fifo)
    large.write_bytes(b"#" * 2_000_001)
    for path, problem in [
        (fifo, "it is a device or a pipe, not a file"),
        (Path("/dev/zero"), "it is a device or a pipe, not a file"),
        (large, "it has more than 2 MB"),
        (tmp_path / "a\0.yaml", "no file can have such a name"),
    ]:
        with pytest.raises(ConfigError, match=f"cannot be read: {problem}"):
            load(path, Settings)


def test_a_report_tells_a_hundred_problems_and_how_many_are_left() -> None:
    told = problems("\n".join(f"k{number}: 1" for number in range(1_000)))
    assert len(told) == 101
    assert told[-1] == "and 100 more problems; mend these first"
    assert max(map(len, problems(f"mode: {'a' * 100_000}"))) < 500


@pytest.mark.parametrize(
    "text", ["1e5", "1e999", "0o17", "on", "no", "12", "1_000", "1:30", "~", "", ".5", "é: a", "- b"]
)
def test_a_text_that_is_written_is_read_as_that_text(text: str) -> None:
    assert document(written({"key": [text]}), "c.yaml").data == {"key": [text]}
