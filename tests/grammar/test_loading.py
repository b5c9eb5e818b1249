"""What is wrong with an intents file is said with file, line and remedy; nothing half-valid gets out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiced import grammar
from voiced.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

LEFT_OUT = "say it in every sentence, or give it a value under 'slots'"
ONE_OF = "; keep one of them"
PUBLISHED = " and cannot be in a topic that is published to; remove it"


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        grammar.parse(text, "intents/lights.yaml")
    return list(raised.value.problems)


def in_template(template: str, rest: str = "lists: {room: [kitchen]}") -> str:
    return f'intents:\n  LightSet:\n    sentences:\n      - "{template}"\n{rest}\n'


@pytest.mark.parametrize(
    ("template", "column", "message"),
    [
        ("turn on [the light", 8, "'[' is never closed"),
        ("turn (on|off the light", 5, "'(' is never closed"),
        ("turn {room the light", 5, "'{' is never closed"),
        ("turn <on the light", 5, "'<' is never closed"),
        ("turn {ro[om} light", 5, "'{' is never closed"),
        ("turn on] light", 7, "']' closes nothing"),
        ("turn (on] light", 8, "']' closes nothing; the bracket that is open is '('"),
        ("turn () light", 5, "'()' is empty"),
        ("turn (a|b;c) light", 9, "'|' and ';' are mixed; put brackets around one of them"),
        ("turn (a;b;c;d;e;f;g;h;i)", 0, "a permutation has at most 8 parts; put some in brackets"),
        ("", 0, "the template is empty"),
        (
            "turn {0..100000:level} light",
            5,
            "the range holds more than 10,000 numbers; give it a step, as in {0..100,5}",
        ),
        ("turn {5..1:level} light", 5, "the range goes from 5 down to 1; swap its ends"),
        ("turn {1..5,0:level} light", 5, "the step of the range is 0; write 1 or more"),
        (f"turn {'(' * 31}a|b{')' * 31}", 35, "brackets are nested more than 30 deep; write a part as a rule"),
        ("turn {rom} light", 5, "there is no list 'rom'; did you mean 'room'?"),
        ("turn {planet} light", 5, "there is no list 'planet'; define it, or use one of: room"),
        ("turn <on> light", 5, "there is no rule 'on'; define the rule first"),
        ("[turn] [on]", 0, "the template matches silence, because every part is optional; make one part required"),
    ],
)
def test_a_template_is_shown_with_a_caret(template: str, column: int, message: str) -> None:
    place = f"intents/lights.yaml:4:{column + 10}"  # two spaces, a dash, a space and a quote stand before it
    assert problems(in_template(template)) == [f"{place}: {message}\n    {template}\n    {' ' * column}^"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("intents: {A: {sentences: [a]}}\nlists: {l: []}", "2: lists.l: the list is empty; give it values"),
        (
            "intents: {A: {sentences: ['{l}']}}\nlists: {l: {range: {from: 5, to: 1}}}",
            "2: lists.l.range: the range goes from 5 down to 1; swap 'from' and 'to'",
        ),
        (
            "intents: {A: {sentences: ['{l}']}}\nlists: {l: {range: {from: 0, to: 99999}}}",
            "2: lists.l.range: the range holds more than 10,000 numbers; use a larger 'step'",
        ),
        (
            "intents: {A: {sentences: ['{l}']}}\nlists: {l: {range: {from: 0, to: 9999, fractions: tenths}}}",
            "2: lists.l.range: the range holds more than 10,000 numbers; use a larger 'step', or no 'fractions'",
        ),
        (
            "intents: {A: {sentences: ['{l}']}}\nlists: {l: {range: {from: 0, to: 9, digits: false, words: false}}}",
            "2: lists.l.range: neither 'digits' nor 'words' may be said; leave one of them true",
        ),
        (
            "intents: {A: {sentences: ['{l}']}}\nlists: {l: {values: [a], wildcard: true}}",
            "2: lists.l: a list has values, or a 'range', or 'wildcard: true', or a 'type', or a 'join'" + ONE_OF,
        ),
        (
            "intents: {A: {sentences: ['{l}']}}\nlists:\n  l:\n  - a\n  - true",
            "5: lists.l[1]: the value is true; put it in quotes if it is a word",
        ),
        (
            "intents: {A: {sentences: ['{l}']}}\nlists:\n  l:\n  - {in: a, uot: b}",
            "4: lists.l[0]: the key 'uot' looks mistyped; did you mean 'out'? Attributes need another name",
        ),
        (
            "intents: {A: {sentences: [a]}}\nlists:\n  l:\n  - (a|b",
            "4:5: '(' is never closed\n    (a|b\n    ^",
        ),
        ("intents:\n  A: {}", "2: intents.A: the intent has no sentences; add some under 'sentences'"),
        ("intents:\n  A/B: {sentences: [a]}", "2: the intent's name holds '/', which MQTT topics cannot; rename it"),
        ("language: en", " there are no intents; write some under 'intents'"),
        (
            "intents: {A: {sentences: [a]}, A: {sentences: [b]}}",
            "1: intents.A: is given twice, first in line 1; remove one",
        ),
        (
            "intents: {A: {sentences: [a <x>]}}\nrules:\n  x: b <y>\n  y: c <x>",
            "3:8: the rule refers to itself (<x> → <y> → <x>); write one of them out\n    b <y>\n      ^",
        ),
        (
            "intents: {A: {sentences: [a <x>]}}\nrules:\n  x: b {y}\nlists:\n  y: [c, 'd <x>']",
            "5:13: the list refers to itself ({y} → <x> → {y}); write one of them out\n    d <x>\n      ^",
        ),
        (
            "intents: {A: {sentences: [a <x>]}}\nrules:\n  x: b {y}",
            "3:8: there is no list 'y'; define the list first\n    b {y}\n      ^",
        ),
        (
            "intents:\n  A:\n    sentences: ['a {l}', a]\n    action: {topic: 't/{l}'}\nlists: {l: [b]}",
            "4: the action needs the slot 'l', but 'a' may leave it out; " + LEFT_OUT,
        ),
        (
            "intents:\n  A:\n    sentences: ['a (b|{l})']\n    action: {topic: t, payload: ['{l}']}\nlists: {l: [b]}",
            "4: the action needs the slot 'l', but 'a (b|{l})' may leave it out; " + LEFT_OUT,
        ),
        (
            "intents:\n  A:\n    sentences: ['a {room}']\n    action: {topic: 't/{rom}'}\nlists: {room: [b]}",
            "4: no sentence of the intent has the slot 'rom'; did you mean 'room'?",
        ),
        (
            "intents:\n  A:\n    sentences: [a]\n    action: {topic: t/#}",
            "4: intents.A.action.topic: '#' is for subscriptions" + PUBLISHED,
        ),
        ("intents:\n  A:\n    sentnces: [a]", "3: intents.A.sentnces: unknown key; did you mean 'sentences'?"),
        (
            "intents:\n  A:\n    sentences:\n    - {state} the light",
            "4: this is not valid YAML: - {state} the light; a text that begins with { must be in quotes",
        ),
    ],
)
def test_a_mistake_is_answered(text: str, expected: str) -> None:
    assert f"intents/lights.yaml:{expected}" in problems(text)


def test_all_problems_of_all_files_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("intents: {A: {sentences: ['[a', '(b']}}")
    (tmp_path / "b.yaml").write_text("intents:\n  B: {sentence: [b]}")
    (tmp_path / "c.yaml").write_text("\tintents: 1")
    with pytest.raises(ConfigError) as raised:
        grammar.load([tmp_path, tmp_path / "d.yaml"])
    told = [problem.removeprefix(f"{tmp_path}/").split(": ")[0] for problem in raised.value.problems]
    assert told == ["b.yaml:2", "c.yaml:1", "d.yaml", "a.yaml:1:28", "a.yaml:1:34"]


def test_names_that_a_broken_file_may_define_are_not_missed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("intents: {A: {sentences: ['turn {room}']}}")
    (tmp_path / "b.yaml").write_text("lists: {room: []}")
    with pytest.raises(ConfigError) as raised:
        grammar.load([tmp_path])
    assert list(raised.value.problems) == [f"{tmp_path}/b.yaml:1: lists.room: the list is empty; give it values"]


def test_an_intent_belongs_to_one_definition(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text("intents:\n  A: {sentences: [a]}\n")
    with pytest.raises(ConfigError) as raised:
        grammar.load([tmp_path])
    assert list(raised.value.problems) == [
        f"{tmp_path}/b.yaml:2: the intent 'A' is already defined in {tmp_path}/a.yaml:2; rename one of them"
    ]


def test_languages_have_their_own_names(tmp_path: Path) -> None:
    (tmp_path / "en.yaml").write_text("intents: {A: {sentences: ['a {n}']}}\nlists: {n: {range: {from: 1, to: 9}}}")
    (tmp_path / "de.yaml").write_text(
        "language: de\nintents: {B: {sentences: ['b {n}']}}\nlists: {n: {range: {from: 1, to: 9}}}"
    )
    commands = grammar.load([tmp_path])
    assert [bool(commands.match(text)) for text in ("a two", "a zwei", "b two", "b zwei")] == [True, False, False, True]


def test_the_report_names_the_page_of_the_manual_once() -> None:
    with pytest.raises(ConfigError) as raised:
        grammar.parse("intents: {A: {sentences: ['[a', '(b']}}")
    first, *_, last = str(raised.value).splitlines()
    assert "'[' is never closed" in first
    assert last == "see `voiced manual intents`"
    assert str(raised.value).count("manual") == 1


def test_a_folder_without_intents(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the folder holds no \*\.yaml; put intents there"):
        grammar.load([tmp_path])


def test_examples_are_checked() -> None:
    text = """
intents:
  A:
    sentences: ["turn on {room}", "all off"]
    examples:
      "turn on kitchen": {room: kitchen}
      "turn on hall": {room: hal}
      "turn on attic": {room: attic}
      "good night": {}
  B:
    sentences: ["good night"]
lists: {room: [kitchen, hall]}
"""
    assert grammar.check_examples(grammar.parse(text, "a.yaml")) == [
        "a.yaml:7: 'turn on hall' is understood otherwise: room is 'hall', not 'hal'",
        "a.yaml:8: 'turn on attic' is not in the grammar; change the sentence or the example",
        "a.yaml:9: 'good night' is understood as 'B'; change one of the sentences, or move the example",
    ]
