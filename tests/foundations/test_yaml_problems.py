"""Problems of YAML files in words: keys as people write them, syntax errors with a remedy, lines to sort by."""

from __future__ import annotations

import pytest

from voiced.foundations.yaml_problems import dotted, line_of, syntax_problem


def test_keys_as_people_write_them() -> None:
    assert dotted(("lists", "room", 2, "in")) == "lists.room[2].in"
    assert dotted(()) == ""


@pytest.mark.parametrize(("problem", "line"), [("a.yaml:12: x: is missing", 12), ("a.yaml: cannot be read", 0)])
def test_problems_name_their_line(problem: str, line: int) -> None:
    assert line_of(problem) == line


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("a:\n\tb: 1", "the line is indented with a tab; use spaces"),
        ("- ok\n- [please] turn on", "a text that begins with [ must be in quotes"),
        ("- ok\n- {a: b(, c}", "inside { } a text that holds brackets or commas must be in quotes"),
        ("- ok\n- 'open", "the quote ' is not closed"),
        ("- ok\n- say: this: that", "a text that holds ': ' must be in quotes"),
        ("- ok\n plain", "check the indentation of this line"),
    ],
)
def test_syntax_errors_come_with_a_remedy(text: str, remedy: str) -> None:
    problem = syntax_problem(text, "a.yaml", stumbled=1, began=1, message="what PyYAML says")
    assert problem.startswith("a.yaml:2: ")
    assert remedy in problem
