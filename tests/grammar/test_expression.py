"""Templates as trees."""

from __future__ import annotations

import pytest

from voiced.grammar.expression import (
    Choice,
    Expression,
    ListReference,
    Permutation,
    RuleReference,
    Sequence,
    Text,
    is_template,
    parse_template,
    references,
)


@pytest.mark.parametrize(
    ("template", "expression"),
    [
        ("turn on", Text("turn on")),
        ("a [b] c", Sequence((Text("a "), Choice((Text("b"), Text(""))), Text(" c")))),
        ("light[s]", Sequence((Text("light"), Choice((Text("s"), Text("")))))),
        ("a|b c", Choice((Text("a"), Text("b c")))),
        ("(a;b)", Permutation((Text(" a "), Text(" b ")))),
        ("{l}", Sequence((ListReference("l", "l"),))),
        ("{l:s} <r>", Sequence((ListReference("l", "s"), Text(" "), RuleReference("r")))),
        ("{l:@s}", Sequence((ListReference("l", None),))),
        ("{0..9,3:s}", Sequence((ListReference("0..9,3", "s"),))),
        (r"\[a\]", Text("[a]")),
    ],
)
def test_trees(template: str, expression: Expression) -> None:
    parsed = parse_template(template)
    assert parsed == expression or Sequence((parsed,)) == expression


def test_references_from_left_to_right() -> None:
    found = references(parse_template("{a} (<b>|{c} [{a:d}])"))
    assert list(found) == [
        ListReference("a", "a"),
        RuleReference("b"),
        ListReference("c", "c"),
        ListReference("a", "d"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"), [("living room", False), ("a-b!", False), ("[the] hall", True), ("{a}", True)]
)
def test_what_is_a_template(text: str, expected: bool) -> None:  # noqa: FBT001 # a table's column
    assert is_template(text) is expected
