"""What can be known about a template without reading a text: silence, slots, circles of rules."""

from __future__ import annotations

import pytest

from voiced.grammar.checks import check_rules, may_be_silent, point_at, slots_always_set
from voiced.grammar.definitions import Scope, Template, TextList
from voiced.grammar.expression import parse_template


def template(text: str) -> Template:
    return Template(text, parse_template(text), "en", "a.yaml:1", 5)


SCOPE = Scope({"l": TextList(()), "m": TextList(())}, {"often": template("[a|b]"), "has": template("in {l}")}, "en")


@pytest.mark.parametrize(
    ("text", "silent"),
    [
        ("a", False),
        ("[a]", True),
        ("[a] [b]", True),
        ("[a] b", False),
        ("(a|[b])", True),
        ("([a];[b])", True),
        ("{l}", False),
        ("[{l}]", True),
        ("<often>", True),
        ("<often> <has>", False),
        (",", True),
    ],
)
def test_silence(text: str, silent: bool) -> None:  # noqa: FBT001 # a table's column
    assert may_be_silent(parse_template(text), SCOPE) is silent


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("a {l} {m:n}", {"l", "n"}),
        ("a [{l}] {m}", {"m"}),
        ("(a {l}|b {m:l})", {"l"}),
        ("({l};{m})", {"l", "m"}),
        ("<has> [<has>]", {"l"}),
        ("{l:@response}", set()),
    ],
)
def test_slots_that_are_always_set(text: str, slots: set[str]) -> None:
    assert slots_always_set(parse_template(text), SCOPE) == slots


def test_a_circle_is_named_by_each_rule_that_is_in_it() -> None:
    rules = {"a": template("x [<b>]"), "b": template("<a> <c>"), "c": template("y")}
    problems = list(check_rules(Scope({}, rules, "en")))
    circles = [problem.split("(")[1].split(")")[0] for problem in problems]
    assert circles == ["<a> \u2192 <b> \u2192 <a>", "<b> \u2192 <a> \u2192 <b>"]


def test_a_caret_points_at_the_place() -> None:
    assert point_at("a.yaml:3", 7, "turn {x", 5, "no") == "a.yaml:3:12: no\n    turn {x\n         ^"
    assert point_at("a.yaml:3", None, "turn {x", 5, "no") == "a.yaml:3: no\n    turn {x\n         ^"
