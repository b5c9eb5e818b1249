"""A compound is as sure as that of its commands which is the least sure."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.recognition.beam_search import Path, Written
from voiced.recognition.of_each_command import is_said, least_words

COMMANDS = grammar.parse("""
intents:
  Light: {sentences: ["light[s] {0..100:percent} percent"]}
  Stop: {sentences: [stop]}
  Halt: {sentences: [stop it]}
  Order: {sentences: ["order {drink} [with {more}]"]}
lists: {drink: [tea, coffee], more: [milk]}
""")


def least(spelt: list[tuple[str, float]]) -> float:
    """Of tokens with their log probabilities, as a text that is matched."""
    texts = [text for text, _ in spelt]
    match = COMMANDS.match("".join(texts))
    assert match is not None
    written = [Written(number, 0, logprob, any(map(str.isalnum, text))) for number, (text, logprob) in enumerate(spelt)]
    path = Path((*written, Written(len(texts), 0, -9.0, is_word=False)), "")
    return least_words(match, path, lambda tokens: "".join(texts[token] for token in tokens), "en")


def test_of_one_command_all_words_count() -> None:
    assert least([(" Stop", -1.0), (".", -8.0)]) == -1.0
    assert least([(" Lights", -1.0), (" 5", -2.0), (" percent", -3.0)]) == pytest.approx(-2.0)


@pytest.mark.parametrize("marks", ["", ","])
def test_of_several_the_least_sure_counts(marks: str) -> None:
    light = [(" Lights", -0.5), (" 5", -0.25), ("%", 0.0)]
    both = [*light, (marks, -9.0), (" and", -1.0), (" st", -2.0), ("op", -3.0)]
    assert least(both) == pytest.approx(-2.0)
    sure = [(text, 0.0) for text, _ in both[4:]]
    assert least([*light, *sure]) == pytest.approx(-0.375)
    assert least([(" Stop", 0.0), (" and", 0.0), (" stop", 0.0), (" and", -1.0), (" stop", -4.0)]) == -2.5


def said(spelt: list[tuple[str, float]], *views: list[float]) -> bool:
    """Whether a text may have been said, by its log probabilities in one view, and in others."""
    texts = [text for text, _ in spelt]
    match = COMMANDS.match("".join(texts))
    assert match is not None
    paths = []
    for logprobs in ([logprob for _, logprob in spelt], *views):
        each = zip(texts, logprobs, strict=True)
        written = [Written(n, 0, logprob, any(map(str.isalnum, text))) for n, (text, logprob) in enumerate(each)]
        paths.append(Path((*written, Written(len(texts), 0, 0.0, is_word=False)), ""))
    return is_said(match, paths, lambda tokens: "".join(texts[token] for token in tokens), "en")


def test_a_joining_word_has_to_be_heard() -> None:
    spelt = [(" Stop", -5.0), (",", -1.0), (" and", -1.0), (" lights", -5.0), (" 5%", 0.0)]
    assert said(spelt)
    assert said([*spelt[:1], (",", -3.0), *spelt[2:]]) is False
    assert said(spelt, [0.0, -1.0, -2.0, 0.0, 0.0])
    assert said(spelt, [0.0, -3.0, -4.0, 0.0, 0.0]) is False
    assert said([(" Stop", -9.0)])


def test_nobody_says_one_command_twice() -> None:
    assert said([(" stop", 0.0), (" and", 0.0), (" stop", 0.0)]) is False
    twice = [(" light", 0.0), (" 5%", 0.0), (" and", 0.0), (" lights", 0.0), (" five", 0.0), (" percent", 0.0)]
    assert said(twice) is False
    assert said([*twice[:4], (" six", 0.0), twice[5]])
    assert said([(" stop it", 0.0), (" and", 0.0), (" stop", 0.0)])
    part = [(" order tea with milk", 0.0), (" and", 0.0), (" order tea", 0.0)]
    assert said(part) is False
    assert said([*part[::-1]]) is False
    assert said([*part[:2], (" order coffee", 0.0)])
