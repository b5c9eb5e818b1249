"""Fuzz target: a template over lists of every kind. What loads keeps the laws: drawn or allowed, so matched."""

from __future__ import annotations

import json
from random import Random

from tests.fuzz.config import check_sentences
from voiced import grammar
from voiced.errors import ConfigError
from voiced.grammar.constraint import Constraint
from voiced.grammar.token_tree import Vocabulary

EOT = 1_000
BYTES = Vocabulary([bytes([byte]) for byte in range(256)] + [b" turn", b" on", b"ight", "\u00b0 ".encode(), b"% "])
LISTS = {
    "color": ["red", "dark red", {"in": "(sky|light) blue", "out": "blue"}, {"in": "7", "out": 7}, "-", " pale,"],
    "level": {"range": {"from": -5, "to": 30, "step": 5, "fractions": "halves"}},
    "anything": {"wildcard": True},
    "unsaid": ["-", "?"],
    "length": {"type": "duration"},
    "at": {"type": "time"},
}
RULES = {"often": "[very] often", "unit": "(degrees|percent|%)", "point": "(.|,)"}
PIECES = (
    "{color} {level:n} {anything} {unsaid} {length} {at:x} {0..9:n} {-9..9,3:m} <often> <unit> <point> {color:@x} "
    "[ ] ( ) | ; - "
    "-5 22.5 % \u00b0 A.C. what's qu' twenty one \\ \u00fc \u00df & 1,000 \u5f00 + $ \u00a3 . , ! ' \u2019 \u2013 _ /"
)
WORDS = (b" ", *(piece.encode() for piece in PIECES.split()))
FOUND = (
    b"{0..9:n}% :m{-9..9,3}",
    b"{0..9:n}% {-9..9,3:m}-1",
    b"it is-5 gree-5 des [and 2{-9..9,3:m}2.5 percent]",
    b"go {0..5:a}{-5..-1:b}",
    b" -" + b"9" * 400,
    b" -{color:@x}9",
    b"n{anything}",
    b"go {anything}n{anything:m}{color}{anything:k}",
    b"go [22].5",
    b"go {length}[.5]",
    b"go {length} {at}{at:x}[{length}]",
    b"go {0..9:n}[.5]",
    b"go {0..9:n}<point>{0..9:m}",
    "go[x]\u20135".encode(),
    b"n{color}5",
)


def seeds() -> list[bytes]:
    """Return templates that are right."""
    return [
        b"turn (on|off) [the] {color} light[s]",
        b"set {level:n} <unit> [now]",
        b"note {anything} (for|to) me",
        b"(red;[the] {color};<often>)",
        b"it is -5 degrees [and 22.5 percent]",
        b"{0..9:n}% {-9..9,3:m}",
        *FOUND,
    ]


def target(data: bytes) -> None:
    """Load an intents file with this template, and walk it both ways."""
    text = data.decode(errors="replace")  # what is no UTF-8 is told by `yaml_source.read`
    random = Random(data)
    # A comma in a number is a decimal point in the one language, and nothing in the other.
    file = {"language": random.choice(["en", "de"]), "intents": {"A": {"sentences": [text]}}}
    try:
        commands = grammar.parse(json.dumps({**file, "lists": LISTS, "rules": RULES}))
    except ConfigError as error:
        check_sentences(error)
        return
    constraint = Constraint(commands.automaton, commands.language, BYTES, EOT)
    for sample in commands.sample(random, 2):
        meanings = [(match.intent, match.slots) for match in commands.matches(sample.text)]
        assert meanings, f"not matched: {sample.text!r}"
    walk(commands, constraint, random, 60)


def walk(commands: grammar.Grammar, constraint: Constraint, random: Random, steps: int) -> None:
    """Write at random what is allowed: there must be a way on from everywhere, and whatever may end is matched."""
    position, written = constraint.start, b""
    for _ in range(steps):
        allowed = constraint.allowed(position)
        if EOT in allowed:
            assert commands.match(written.decode()) is not None, f"allowed, but not matched: {written!r}"
            if random.random() < 0.2:  # a fifth of them
                return
        tokens = allowed[allowed != EOT]
        if not len(tokens):
            assert EOT in allowed or not written, f"a dead end: {written!r}"
            return
        token = int(random.choice(tokens))
        step = constraint.advance(position, token)
        assert step is not None, f"allowed, and then refused: {written!r}"
        position, written = step.position, written + BYTES.tokens[token]
