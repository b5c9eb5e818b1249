"""Whatever the constraint allows can be gone on from: a beam is never left without a next token."""

from __future__ import annotations

from random import Random

import pytest

from voiced import grammar
from voiced.foundations.resources import shipped
from voiced.grammar.constraint import Constraint
from voiced.grammar.token_tree import Vocabulary

EOT = 1_000
BYTES = Vocabulary([bytes([byte]) for byte in range(256)] + [b"\xc2\xb0 ", b" \xc2\xb0", b", ", b" -"])
# In each, something was once allowed behind which nothing could come.
KINDS = {
    "a space after a symbol": "intents: {A: {sentences: ['set {0..9:n} (degrees|percent)']}}",
    "an apostrophe before a point": """
        intents: {A: {sentences: ["set {n}"]}}
        lists: {n: {range: {from: -3, to: 3, fractions: halves}}}""",
    "a character begun after a full stop": """
        intents: {A: {sentences: ["note {anything}"]}}
        lists: {anything: {wildcard: true}}""",
    "a list that cannot be said": """
        intents: {A: {sentences: ["set {bad} now", "go [{bad}] on"]}, B: {sentences: ["also <r>"]}}
        lists: {bad: ["-", "?"]}
        rules: {r: "{bad} now"}""",
    "a wildcard that touches a word": """
        intents: {A: {sentences: ["n{anything}", "{color}{anything} now", "<r>{anything}%"]}}
        lists: {anything: {wildcard: true}, color: [red, "5"]}
        rules: {r: "qu'"}""",
    "wildcards that touch each other": """
        intents: {A: {sentences: ["go {anything}{more}[{anything:c}]", "{0..9:n}{anything}.{more},{0..9:m}"]}}
        lists: {anything: {wildcard: true}, more: {wildcard: true}}""",
    "long numbers": "intents: {A: {sentences: ['go -999999999999999', 'set -0.000001']}}",
    "spaces at the end": "intents: {A: {sentences: ['go [now ] [or then ]']}}",
    "marks of other alphabets": """
        language: zh
        intents: {A: {sentences: ["打开{房间}的灯", "记 {anything}"]}}
        lists: {房间: [厨房, 卧室], anything: {wildcard: true}}""",
}


def walk(constraint: Constraint, random: Random) -> bytes | None:
    """Write at random until the text may end, or 100 bytes long; None: it could not go on."""
    position, written = constraint.start, b""
    while len(written) < 100:
        allowed = constraint.allowed(position)
        if EOT in allowed and random.random() < 0.4:
            return written
        tokens = allowed[allowed != EOT]
        if not len(tokens):
            return written if EOT in allowed else None
        token = int(random.choice(tokens))
        step = constraint.advance(position, token)
        assert step is not None, "allowed, and then refused"
        position, written = step.position, written + BYTES.tokens[token]
    return b""


@pytest.mark.parametrize("kind", [*KINDS, "shipped"])
def test_no_walk_ends_before_its_end(kind: str) -> None:
    commands = grammar.load([shipped("intents")]) if kind == "shipped" else grammar.parse(KINDS[kind])
    constraint = Constraint(commands.automaton, commands.language, BYTES, EOT)
    random = Random(1)
    written = [walk(constraint, random) for _ in range(300)]
    assert None not in written
    ended = [text.decode() for text in written if text]
    assert len(ended) > 20
    assert [text for text in ended if commands.match(text) is None] == []


def test_what_needs_a_list_that_cannot_be_said_is_cut_away() -> None:
    commands = grammar.parse(KINDS["a list that cannot be said"])
    constraint = Constraint(commands.automaton, "en", BYTES, EOT)
    beginnings = {chr(token) for token in constraint.allowed(constraint.start)}
    assert beginnings == {" ", "g", "G"}, "neither 'set' nor 'also' can be ended"
    assert commands.match("go on") is not None
