"""Intents files that nobody writes on purpose: each is answered with one sentence, in little time and memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.stranger import without_rights
from voiced import grammar
from voiced.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

ONE = "intents: {{A: {{sentences: ['{}']}}}}\n"
GO = ONE.format("go {a}")
EIGHT = "(a;b;c;d;e;f;g;h)"


def problems(text: str) -> str:
    with pytest.raises(ConfigError) as raised:
        grammar.parse(text)
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ONE.format("word " * 100_000), "1:28: the template has 500,000 characters, at most 300,000; make parts of it"),
        (ONE.format("set {0..100,0:level}"), "1:32: the step of the range is 0; write 1 or more"),
        (
            ONE.format("set {0..9999999999:level}"),
            "1:32: numbers of a range go up to 1,000,000,000; write smaller ones",
        ),
        (ONE.format("set {0.." + "9" * 5_000 + ":level}"), "1:32: there is no list '0..999"),
        (GO + "lists: {a: ['{a}']}", "2:14: the list refers to itself ({a} → {a}); write one of them out"),
        (GO + "lists: {a: &a [*a]}", "2: lists.a[0]: contains itself; write it out instead of using this alias"),
        (GO + "lists: {a: {range: {from: 0, to: 999999999999}}}", "2: lists.a.range: numbers of a range, and its"),
        (GO + "lists: {a: {range: {from: 0, to: 5, multiplier: 1e308}}}", "2: lists.a.range: numbers of a range, and"),
        (GO + "lists: {a: [{in: x, out: .inf}]}", "2: lists.a[0].out: is not a finite number"),
        (
            GO + "lists: {a: {range: {from: 0, to: 5, words_language: ../../x}}}",
            "2: lists.a.range: '../../x' is no lang",
        ),
        (
            "language: ../x\n" + ONE.format("go"),
            "1: language: '../x' is no language; write its code, such as 'en', 'de'",
        ),
        (
            "intents: {A: {sentences: [a], action: {topic: $SYS/x}}}",
            "1: intents.A.action.topic: topics that begin with '$'",
        ),
        ('intents: {A: {sentences: [a], action: {topic: "a\\e[2J"}}}', "1: intents.A.action.topic: '\\x1b' is no text"),
        (
            "intents: {A: {sentences: [a], action: {topic: " + "a" * 70_000 + "}}}",
            "the topic is longer than 65,535 bytes",
        ),
        (
            "intents: {A: {sentences: [a], action: {topic: t, expires: .inf}}}",
            "1: intents.A.action.expires: is not a fin",
        ),
        (
            "intents: {A: {sentences: [a], action: {topic: t, payload: {a: .nan}}}}",
            "1: intents.A.action.payload.a: is not",
        ),
        (
            'intents: {"a\\e[2J": {sentences: [a]}}',
            "1: the intent's name holds '\\x1b', which MQTT topics cannot; rename it",
        ),
        ("intents: {'': {sentences: [go]}}", "1: the intent's name is empty; rename it"),
        ("intents: {' ': {sentences: [go]}}", "1: the intent's name is empty; rename it"),
        (f"intents: {{{'n' * 1_001}: {{sentences: [go]}}}}", "1: the intent's name is longer than 1,000 bytes; rename"),
        (
            GO + f"lists: {{a: {[letter * 90_000 for letter in 'bcdefg']}}}",
            "1: up to this sentence the grammar, written out, has more than 500,000 states",
        ),
        (
            "intents:\n  A:\n    sentences:\n" + f"    - {EIGHT}\n" * 1_000,
            "up to this sentence the grammar, written out",
        ),
        (ONE.format(f"({EIGHT};{EIGHT};x)"), "with its rules written out the template has 8,212 parts, at most 3,000"),
    ],
)
def test_each_is_one_sentence(text: str, problem: str) -> None:
    assert problem in problems(text)


@pytest.mark.slow
def test_ten_thousand_rules_in_a_circle() -> None:
    rules = "\n".join(f"  r{number}: '<r{(number + 1) % 10_000}>'" for number in range(10_000))
    told = problems(f"{ONE.format('go <r0>')}rules:\n{rules}")
    assert "2 refers to itself" not in told
    assert "the rule refers to itself (<r0> → <r1>" in told
    assert len(told) < 50_000


def test_ten_thousand_names_that_do_not_exist() -> None:
    lists = "\n".join(f"  l{number}: [a]" for number in range(5_000))
    sentences = "\n".join(f"    - go {{k{number}}}" for number in range(5_000))
    told = problems(f"lists:\n{lists}\nintents:\n  A:\n    sentences:\n{sentences}")
    assert "there is no list 'k0'; define it, or use one of: l0, l1" in told
    assert "and 100 more problems; mend these first" in told


def test_editors_lock_files_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ONE.format("go"))
    (tmp_path / ".#a.yaml").symlink_to("me@host.4711:1")  # Emacs
    (tmp_path / "._a.yaml").write_bytes(b"\0\5\26\7")  # macOS
    (tmp_path / ".a.yaml.swp").write_bytes(b"b0VIM")
    assert grammar.load([tmp_path]).match("go") is not None


def test_only_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").mkdir()
    (tmp_path / "c.yaml").symlink_to("/dev/zero")
    with pytest.raises(ConfigError) as raised:
        grammar.load([tmp_path])
    assert [problem.split(": ")[2] for problem in raised.value.problems] == [
        "it is a device or a pipe, not a file; check the path and its permissions",
        "Is a directory; check the path and its permissions",
        "it is a device or a pipe, not a file; check the path and its permissions",
    ]


@pytest.mark.parametrize("mode", [0o000, 0o111])
def test_a_folder_that_must_not_be_read(mode: int) -> None:
    with without_rights() as folder:
        (folder / "intents").mkdir()
        (folder / "intents").chmod(mode)
        with pytest.raises(ConfigError, match="cannot be read: Permission denied; check the path and its permissions"):
            grammar.load([folder / "intents"])


def test_a_folder_that_must_not_be_looked_at() -> None:
    with without_rights() as folder:
        (folder / "closed" / "intents").mkdir(parents=True)
        (folder / "closed").chmod(0)
        with pytest.raises(ConfigError, match="cannot be read: Permission denied; check the path and its permissions"):
            grammar.load([folder / "closed" / "intents"])


def test_a_folder_of_too_many_files(tmp_path: Path) -> None:
    for number in range(501):
        (tmp_path / f"{number}.yaml").touch()
    with pytest.raises(ConfigError, match=r"holds more than 500 \*.yaml; is it the right one\?"):
        grammar.load([tmp_path])
