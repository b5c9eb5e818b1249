"""Laws of whole intents files that hypothesis makes up: each loads or is refused in sentences; what loads agrees.

Drawn, so matched with this meaning; matched, so allowed token by token and to the end of the text.
"""

from __future__ import annotations

import json
import unicodedata
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voiced import grammar
from voiced.errors import ConfigError
from voiced.grammar.constraint import Constraint
from voiced.grammar.continuation import continuation, goes_without_saying
from voiced.grammar.normalize import normalize
from voiced.grammar.sample import sample_sentence, sayable
from voiced.grammar.token_tree import Vocabulary

EOT = 1_000
BYTES = Vocabulary([bytes([byte]) for byte in range(256)] + [b" turn", b" the", b"ight", "\u00b0 ".encode(), b" -"])
FILE = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

MARKS = {".", ",", "-"}
MARKED = st.sampled_from(["-5", ".5", ",", "."])
WORDS = MARKED | st.sampled_from(
    [
        "turn",
        "on",
        "the",
        "light",
        "lights",
        "twenty one",
        "5",
        "what's",
        "percent",
        "A.C.",
        "\u00fcber",
        "%",
        "e-bike",
        "a1",
        "\u5ba2\u5385 \u706f",
    ]
)
SLOTS = st.sampled_from(["{d[room=hall]}", "{e[floor=1]:x}", "{e}", "{a}", "{b:x}", "{c:y}", "{a:@x}", "<r>", "<s>"])
RANGES = st.builds(
    lambda start, length, step: f"{{{start}..{start + length},{step}:z}}",
    st.integers(-20, 20),
    st.integers(-1, 20),
    st.integers(0, 5),
)


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        inner.map("[{}]".format),
        several.map(lambda parts: f"({'|'.join(parts)})"),
        several.map(lambda parts: f"({';'.join(parts)})"),
        several.map(" ".join),
        several.map("".join),
    )


TEMPLATES = st.recursive(WORDS | SLOTS | RANGES, _joined, max_leaves=5)
PARTS = st.recursive(WORDS, _joined, max_leaves=3)  # of lists and rules, to which sentences refer
SENTENCES = TEMPLATES.map("go {}".format) | TEMPLATES  # a first word keeps it from being silent
CONTEXTS = st.dictionaries(st.sampled_from(["room", "floor"]), st.sampled_from(["hall", "attic"]), max_size=1)
OUTS = st.one_of(st.none(), st.booleans(), WORDS, st.lists(st.integers(0, 255), max_size=3), st.just({"h": [0, None]}))


HALL = {"in": "hall lamp", "room": "hall", "floor": 1}
TABLES = st.builds(
    lambda said, room, floor: {"in": said, "room": room, "floor": floor},
    PARTS,
    st.sampled_from(["hall", ["hall", "attic"], "attic"]),
    st.integers(0, 2),
)


def _lists(inner: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Lists whose values are made of `inner`: words, and lists that are named later."""
    values = st.one_of(
        WORDS,
        st.builds("{} of {}".format, WORDS, inner),
        st.integers(-5, 100),
        st.builds(lambda said, out: {"in": f"big {said}", "out": out}, inner, OUTS),
        st.builds(lambda said, context: {"in": said, "out": said, "context": context}, WORDS, CONTEXTS),
    )
    return st.one_of(
        st.lists(values, min_size=1, max_size=4),
        st.just({"wildcard": True}),
        st.sampled_from(
            [
                {"type": "color", "as": "rgb"},
                {"type": "date"},
                {"type": "duration"},
                {"type": "number", "from": -5, "to": 20},
                {"type": "percent"},
                {"type": "spelling", "to": 3},
                {"type": "time"},
            ]
        ),
        st.builds(
            lambda start, length, step, fractions: {
                "range": {"from": start, "to": start + length, "step": step, "fractions": fractions}
            },
            st.integers(-20, 100),
            st.integers(0, 30),
            st.integers(1, 7),
            st.sampled_from(["halves", "tenths"]),
        ),
    )


BLOCKS = st.builds(
    lambda sentences, requires, excludes: {
        "sentences": sentences,
        "requires_context": requires,
        "excludes_context": excludes,
    },
    st.lists(SENTENCES, min_size=1, max_size=2),
    CONTEXTS,
    CONTEXTS,
)
INTENTS = st.one_of(
    st.builds(
        lambda sentences, compound, action: {
            "sentences": sentences,
            "compound": compound,
            "slots": dict.fromkeys("abxyz", ""),
            "action": action,
        },
        st.lists(SENTENCES, min_size=1, max_size=2),
        st.sampled_from([True, True, False]),
        # Slots in topics, and in arguments of programs, may have several values.
        st.sampled_from([{"topic": "home"}, {"topic": "home/{a}/{x}/{y}"}, {"run": ["x", "{a}", "{x} {y}"]}]),
    ),
    st.builds(lambda blocks: {"data": blocks}, st.lists(BLOCKS, min_size=1, max_size=2)),
)
FILES = st.fixed_dictionaries(
    {
        "language": st.sampled_from(["en", "de", "fr"]),
        "intents": st.dictionaries(st.sampled_from(["A", "B"]), INTENTS, min_size=1),
        "lists": st.fixed_dictionaries(
            {
                "a": _lists(PARTS | st.sampled_from(["{b}", "{c:@y}", "the {c:x} {b:@z}", "<r>"])),
                "b": _lists(PARTS | st.sampled_from(["{c}", "[{c:@z}] end", "<r>"])),
                "c": _lists(PARTS),
                "d": st.lists(TABLES, min_size=1, max_size=3).map(lambda values: [HALL, *values]),
                "e": st.just({"join": ["d", "f"]}),
                "f": st.lists(TABLES, min_size=1, max_size=2),
            }
        ),
        "rules": st.fixed_dictionaries({"r": PARTS, "s": PARTS.map("[{}]".format)}),
        "folding": st.none() | st.booleans(),
        "settings": st.sampled_from([None, {"ignore_whitespace": True}]),
        "skip_words": st.lists(st.sampled_from(["please", "now"]), max_size=1),
    }
)


def _loaded(file: dict[str, Any]) -> grammar.Grammar | None:
    """The grammar of a file; None if it is refused, in sentences that name the file."""
    try:
        return grammar.parse(json.dumps(file))
    except ConfigError as error:
        problems = error.problems
    assert problems
    assert all(problem.startswith("intents.yaml:") for problem in problems), problems
    return None


@FILE
@given(FILES, st.integers(0, 1_000))
def test_what_is_drawn_is_matched(file: dict[str, Any], seed: int) -> None:
    commands = _loaded(file)
    for sample in commands.sample(Random(seed), 4) if commands else ():
        meanings = [(match.intent, match.slots) for match in commands.matches(sample.text)] if commands else []
        # Of many meanings some are forgotten; parts in any order come to each by two ways.
        assert (sample.intent, sample.slots) in meanings or len(meanings) >= 4, sample


@FILE
@given(FILES.map(lambda file: file | {"folding": True}), st.integers(0, 1_000))
def test_what_is_drawn_is_matched_without_accents_and_hyphens(file: dict[str, Any], seed: int) -> None:
    commands = _loaded(file)
    for sample in commands.sample(Random(seed), 4) if commands else ():
        # "ue" is what German writes for "ü", and others leave the dots out.
        plain = sample.text.replace("\u00fc", "ue" if file["language"] == "de" else "u").replace("e-bike", "ebike")
        found = {match.intent for match in commands.matches(plain)} if commands else set()
        assert sample.intent in found or len(found) >= 8, sample


@FILE
@given(FILES, st.integers(0, 1_000))
def test_the_nearest_sentence_is_one(file: dict[str, Any], seed: int) -> None:
    """Of a sentence with a word too much, too few, or another one: what is told as near is matched, and differs."""
    commands, random = _loaded(file), Random(seed)
    for sample in commands.sample(random, 3) if commands else ():
        words = sample.text.split()
        at = random.randrange(len(words))
        words[at : at + 1] = random.choice([[], ["zebra"], [words[at], "zebra"]])
        text = " ".join(words)
        near = commands.finder.find(text, commands.language) if commands and not commands.match(text) else None
        if commands and near and near.text:
            assert near.difference, near
            assert "\u2026" in near.text or commands.match(near.text), (text, near)


@FILE
@given(FILES, st.integers(0, 1_000))
def test_what_is_drawn_may_be_cut_anywhere(file: dict[str, Any], seed: int) -> None:
    commands = _loaded(file)
    for sample in commands.sample(Random(seed), 2) if commands else ():
        words = sample.text.split()
        for at in range(1, len(words)):
            assert commands is not None
            goes_without_saying(commands, " ".join(words[:at]), " ".join(words[at:]))
            continuation(commands, " ".join(words[:at]))


@FILE
@given(FILES, st.integers(0, 1_000))
def test_what_is_matched_is_allowed(file: dict[str, Any], seed: int) -> None:
    commands = _loaded(file)
    if commands is None:
        return
    constraint = Constraint(commands.automaton, commands.language, BYTES, EOT)
    for sample in commands.sample(Random(seed), 2):
        # Nobody writes a mark before a word: then the text as the grammar sees it.
        has_marks = not MARKS.isdisjoint(sample.text)
        position = constraint.start
        text = normalize(sample.text, commands.language).text if has_marks else sample.text
        for byte in f" {unicodedata.normalize('NFC', text)}".encode():
            assert byte in constraint.allowed(position), sample
            step = constraint.advance(position, byte)
            assert step is not None, sample
            position = step.position
        assert EOT in constraint.allowed(position), sample


@FILE
@given(FILES, st.integers(0, 1_000))
def test_two_that_are_drawn_are_matched_and_allowed(file: dict[str, Any], seed: int) -> None:
    """If they may be joined; by themselves, or as one command that says the same words."""
    commands, random = _loaded(file), Random(seed)
    if commands is None:
        return
    sets = commands.automaton.sets
    for joint in (joined.joint for joined in commands.automaton.joined):
        first, second = random.choice(sorted(joint.before)), random.choice(sorted(joint.behind))
        if not all(
            sayable(commands.sentences[each].template.expression, commands.sentences[each].scope)
            for each in (first, second)
        ):
            continue
        texts = [sample_sentence(commands.sentences[each], random).text for each in (first, second)]
        one, other = (normalize(text, commands.language).text for text in texts)
        text = f"{one}{random.choice(joint.forms)}{other}"
        assert commands.match(text) is not None, text
        assert sets.finish(sets.walk(text)).sentences, text


@FILE
@given(FILES, st.integers(0, 1_000))
def test_what_is_drawn_is_matched_with_another_value(file: dict[str, Any], seed: int) -> None:
    """Behind a value of a slot that may have several: with both, or as something else that says the same words."""
    commands = _loaded(file)
    for sample in commands.sample(Random(seed), 4) if commands else ():
        for match in commands.matches(sample.text) if commands else ():
            for slot, (begin, end) in match.spans.items():
                said = sample.text[begin:end]
                text = f"{sample.text[:end]} and {said}{sample.text[end:]}"
                assert commands is not None
                sets = commands.automaton.sets
                may_be_said = sets.finish(sets.walk(commands.normalize(text).text)).sentences
                assert bool(may_be_said) == bool(commands.matches(text)), (slot, text)


@FILE
@given(FILES.filter(lambda file: file["language"] == "de"), st.integers(0, 1_000))
def test_words_that_touch_are_matched_if_they_are_allowed(file: dict[str, Any], seed: int) -> None:
    """And the other way round, wherever a space is missing that the sentence has: behind a value it may be."""
    commands = _loaded(file)
    for sample in commands.sample(Random(seed), 3) if commands else ():
        assert commands is not None
        sets = commands.automaton.sets
        for at in [at for at, letter in enumerate(sample.text) if letter == " "]:
            text = sample.text[:at] + sample.text[at + 1 :]
            may_be_said = sets.finish(sets.walk(commands.normalize(text).text)).sentences
            assert bool(may_be_said) == bool(commands.matches(text)), text


@FILE
@given(FILES, st.integers(0, 1_000))
def test_what_is_allowed_goes_on_to_an_end_that_is_matched(file: dict[str, Any], seed: int) -> None:
    commands = _loaded(file)
    if commands is None:
        return
    constraint = Constraint(commands.automaton, commands.language, BYTES, EOT)
    random, position, written = Random(seed), constraint.start, b""
    for _ in range(60):
        allowed = constraint.allowed(position)
        if EOT in allowed:
            assert commands.match(written.decode()) is not None, written
        assert len(allowed) or not written, written
        # Behind a whole command another one may be joined.
        on = allowed[allowed != EOT]
        if not len(on) or (EOT in allowed and random.random() < 0.3):
            break
        token = int(random.choice(on))
        step = constraint.advance(position, token)
        assert step is not None, written
        position, written = step.position, written + BYTES.tokens[token]
