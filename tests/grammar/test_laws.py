"""Laws of any grammar, on grammars that are made up: matcher, sampler and constraint never disagree.

Whatever is drawn is matched, with its meaning; whatever is drawn, the constraint allows byte by byte; whatever the
constraint allows to its end is matched. Two commands that are drawn may be joined, too.
"""

from __future__ import annotations

import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from voiced import grammar
from voiced.grammar.constraint import Constraint
from voiced.grammar.normalize import normalize
from voiced.grammar.token_tree import Vocabulary

WORDS = st.sampled_from(["turn", "on", "the", "light", "twenty one", "5", "what's", "percent", "22.5", "A.C."])
LEAVES = WORDS | st.sampled_from(["{color}", "{level:n}", "{0..3:deep}", "<often>"])
LISTS = {
    "color": ["red", "dark red", {"in": "(sky|light) blue", "out": "blue"}, {"in": "7", "out": 7}],
    "level": {"range": {"from": 0, "to": 30, "step": 3}},
}
RULES = {"often": "[very] often"}
BYTES = Vocabulary([bytes([byte]) for byte in range(256)] + [b" turn", b" on", b" the", b"ight", b" red", b"en", b" 2"])
EOT = 1_000


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Templates made of smaller ones: optional parts, alternatives, permutations, sequences."""
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        inner.map("[{}]".format),
        several.map(lambda parts: f"({'|'.join(parts)})"),
        several.map(lambda parts: f"({';'.join(parts)})"),
        several.map(" ".join),
    )


TEMPLATES = st.recursive(LEAVES, joined, max_leaves=6)
GRAMMARS = st.lists(TEMPLATES, min_size=1, max_size=3)


def _intent(sentence: str) -> dict[str, object]:
    """Colours may be said several at once."""
    return {"sentences": [sentence], "slots": {"color": ""}, "action": {"topic": "paint/{color}"}}


def made_of(templates: list[str]) -> grammar.Grammar:
    """Each template an intent; a first word keeps it from being silent."""
    intents = {f"I{number}": _intent(f"go {template}") for number, template in enumerate(templates)}
    return grammar.parse(json.dumps({"intents": intents, "lists": LISTS, "rules": RULES}))


@settings(max_examples=40, deadline=None)
@given(GRAMMARS, st.integers(0, 1_000))
def test_what_is_drawn_is_matched(templates: list[str], seed: int) -> None:
    commands = made_of(templates)
    for sample in commands.sample(Random(seed), 5):
        meanings = [(match.intent, match.slots) for match in commands.matches(sample.text)]
        assert (sample.intent, sample.slots) in meanings, sample


@settings(max_examples=20, deadline=None)
@given(GRAMMARS, st.sampled_from(["and", "& then", ", and then,"]), st.integers(0, 1_000))
def test_two_that_are_drawn_are_a_compound(templates: list[str], joining: str, seed: int) -> None:
    commands = made_of(templates)
    constraint = Constraint(commands.automaton, "en", BYTES, EOT)
    one, other = commands.sample(Random(seed), 2)
    text = f"{one.text} {joining} {other.text}"
    meanings = [[(each.intent, each.slots) for each in match.commands] for match in commands.matches(text)]
    said = [(one.intent, one.slots), (other.intent, other.slots)]
    assert said in meanings or len(meanings) >= 8, text
    position = constraint.walk(f" {normalize(text).text}".encode())
    assert position is not None, text
    assert constraint.accepts(position), text


@settings(max_examples=15, deadline=None)
@given(GRAMMARS, st.integers(0, 1_000))
def test_what_is_drawn_is_allowed(templates: list[str], seed: int) -> None:
    commands = made_of(templates)
    constraint = Constraint(commands.automaton, "en", BYTES, EOT)
    for sample in commands.sample(Random(seed), 2):
        position = constraint.start
        for byte in f" {sample.text}".encode():
            assert byte in constraint.allowed(position), sample
            step = constraint.advance(position, byte)
            assert step is not None
            position = step.position
        assert EOT in constraint.allowed(position), sample


@settings(max_examples=15, deadline=None)
@given(GRAMMARS, st.integers(0, 1_000))
def test_what_is_allowed_to_its_end_is_matched(templates: list[str], seed: int) -> None:
    commands = made_of(templates)
    constraint = Constraint(commands.automaton, "en", BYTES, EOT)
    random, position, written = Random(seed), constraint.start, b""
    while True:
        allowed = constraint.allowed(position)
        assert len(allowed), written
        if EOT in allowed and (random.random() < 0.4 or len(allowed) == 1):
            break
        token = int(random.choice(allowed[allowed != EOT]))
        step = constraint.advance(position, token)
        assert step is not None, written
        position, written = step.position, written + BYTES.tokens[token]
    assert commands.match(written.decode()) is not None, written
