"""Templates that need not be said: what is left when silence does not count."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.grammar.definitions import Scope, Template
from voiced.grammar.expression import NEVER, parse_template
from voiced.grammar.silence import spoken

SCOPE = Scope({}, {"r": Template("[x]", parse_template("[x]"), "en", "a.yaml:1", 1)}, "en")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("(on|)", "on"),
        ("[on]", "on"),
        ("[the] [light]", "(the [light]|light)"),
        ("[<r>]", "x"),
        ("<r>", "x"),
        ("[[a|b]]", "(a|b)"),
        ("on", "on"),
    ],
)
def test_what_is_said_of_it(template: str, said: str) -> None:
    found = {text for text in TEXTS if understands(spoken(parse_template(template), SCOPE), text)}
    assert found == {text for text in TEXTS if understands(parse_template(said), text)}


TEXTS = ("on", "the", "light", "the light", "x", "a", "b", "")


def understands(expression: object, text: str) -> bool:
    from voiced.grammar.compile import compile_sentences  # noqa: PLC0415 # only here
    from voiced.grammar.compound import match_text  # noqa: PLC0415
    from voiced.grammar.definitions import SentenceTemplate  # noqa: PLC0415

    template = Template("", expression, "en", "a.yaml:1", 1)  # type: ignore[arg-type] # an expression
    sentences = (SentenceTemplate("A", template, {}, SCOPE),)
    return bool(match_text(compile_sentences(sentences), sentences, text, "en"))


@pytest.mark.parametrize("template", ["(,|.)", "[!]", "..."])
def test_nothing_is_left_of_what_has_no_word(template: str) -> None:
    assert spoken(parse_template(template), SCOPE) == NEVER


@pytest.mark.parametrize("wrapped", ["{values: VALUES}", "VALUES"])
@pytest.mark.parametrize(
    ("value", "said", "told"),
    [
        (
            '{in: "", out: nothing}',
            None,
            "the value has no word, and can never be said; write what is said, or remove it",
        ),
        ('""', None, "the value has no word"),
        ('"(on|)"', "on", "every part of the value is optional, and it counts only where something is said"),
        ('{in: "[now]", out: 1}', "now", "every part of the value is optional"),
        ('"[!]"', None, "the value has no word, and can never be said"),
    ],
)
def test_a_silent_value_never_matches_and_the_rest_loads(value: str, said: str | None, told: str, wrapped: str) -> None:
    lists = f"lists:\n  state: {wrapped.replace('VALUES', f'[{value}, off]')}\n"
    commands = grammar.parse(f"intents: {{A: {{sentences: ['turn {{state}}']}}}}\n{lists}")
    assert commands.match("turn off")
    assert commands.match("turn") is None
    assert bool(commands.match(f"turn {said}")) is (said is not None)
    [warning] = commands.warnings
    assert warning.startswith("intents.yaml:3")
    assert told in warning
