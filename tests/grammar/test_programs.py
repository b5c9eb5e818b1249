"""Programs of actions: speech chooses among those that somebody wrote, and every one of them is known beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiced import grammar
from voiced.errors import ConfigError
from voiced.grammar.programs import programs_of

if TYPE_CHECKING:
    from pathlib import Path

FILE = """
intents:
  Open:
    sentences: ["open [the] {app}"]
    action:
      - {topic: opened, payload: "{app}"}
      - {run: ["PROGRAM", "{app}"], map: {MAP}}
    slots: {fixed: gedit}
lists:
  app: [{in: browser, out: firefox, program: /opt/firefox}, {in: "(editor|notes)", out: gedit, program: gedit}]
  said: ["(this|that)"]
  text: {wildcard: true}
  number: {range: {from: 1, to: 3}}
"""


def house(program: str, mapped: str = "", sentence: str = "open [the] {app}") -> grammar.Grammar:
    text = FILE.replace("PROGRAM", program).replace("MAP", mapped).replace("open [the] {app}", sentence)
    return grammar.parse(text)


@pytest.mark.parametrize(
    ("program", "mapped", "every"),
    [
        ("xdg-open", "", ["xdg-open"]),
        ("{app}", "", ["firefox", "gedit"]),
        ("/usr/bin/{app}", "app: {firefox: ff, gedit: ge}", ["/usr/bin/ff", "/usr/bin/ge"]),
        ("{app.program}", "", ["/opt/firefox", "gedit"]),
        ("{fixed}", "", ["gedit"]),
        ("{app}-{fixed}", "", ["firefox-gedit", "gedit-gedit"]),
    ],
)
def test_each_program_is_known_with_its_place(program: str, mapped: str, every: list[str]) -> None:
    assert list(programs_of(house(program, mapped))) == [("intents.yaml:7", each) for each in every]


@pytest.mark.parametrize(
    ("program", "sentence", "problem"),
    [
        ("{text}", "open [the] {app} {text}", "the list 'text' holds no values"),
        ("{text}", "open [the] {app}", "'text' is whatever was said"),
        ("/bin/{number}", "open [the] {app} {number}", "the list 'number' holds no values"),
        ("{said}", "open [the] {app} {said}", "'(this|that)' in intents.yaml:11 has no 'out'"),
    ],
)
def test_speech_names_no_program(program: str, sentence: str, problem: str) -> None:
    with pytest.raises(ConfigError) as error:
        house(program, sentence=sentence)
    assert error.value.problems == (
        f"intents.yaml:7: {problem}, and cannot name the program; choose it by 'out' of a list",
    )


def test_actions_know_their_places() -> None:
    assert [intent.places for intent in house("a").intents.values()] == [("intents.yaml:6", "intents.yaml:7")]


def test_a_language_that_borrows_an_action_runs_its_program(tmp_path: Path) -> None:
    (tmp_path / "en.yaml").write_text("language: en\nintents: {A: {sentences: [one], action: {run: [a]}}}")
    (tmp_path / "de.yaml").write_text("language: de\nintents: {A: {sentences: [eins]}}")
    english, german = grammar.load([tmp_path], languages=["en", "de"]).every
    assert [program for each in (english, german) for _, program in programs_of(each)] == ["a", "a"]


def test_several_values_may_be_said_where_a_program_names_the_slot() -> None:
    match = house("a").match("open the browser and the editor")
    assert match is None  # the message before the program has the slot in its payload alone
    alone = grammar.parse(FILE.replace('      - {topic: opened, payload: "{app}"}\n', "").replace("MAP", ""))
    match = alone.match("open the browser and the editor")
    assert match
    assert list(match.slots["app"]) == ["firefox", "gedit"]  # type: ignore[arg-type] # of several
