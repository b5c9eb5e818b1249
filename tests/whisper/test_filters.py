"""Each filter on a row of equal logits: what is left is what may be written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from voiced.whisper.filters import LogitFilter, SuppressBlank, SuppressTokens, TimestampRules

if TYPE_CHECKING:
    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def tokenizer(tiny_en: LoadedModel) -> Tokenizer:
    return tiny_en.tokenizer


def left(rule: LogitFilter, prefix: tuple[int, ...], likely: dict[int, float] | None = None) -> set[int]:
    logits = torch.zeros(1, 51_864)
    for token, logit in (likely or {}).items():
        logits[0, token] = logit
    rule([prefix], logits)
    return set((logits[0] > -float("inf")).nonzero()[:, 0].tolist())


def test_blank_only_at_the_beginning(tokenizer: Tokenizer) -> None:
    rule = SuppressBlank(tokenizer)
    everything = set(range(51_864))
    assert left(rule, ()) == everything - {tokenizer.eot, *tokenizer.encode(" ")}
    assert left(rule, (5,)) == everything


def test_tokens_never(tokenizer: Tokenizer) -> None:
    rule = SuppressTokens([7, 3, 7])
    assert left(rule, ()) == left(rule, (3,)) == set(range(51_864)) - {3, 7}
    assert len(left(SuppressTokens([]), ())) == tokenizer.n_vocab


# In a prefix 't' is a text token and numbers are timestamps in steps of 20 ms. Of what may follow, 't' is text, 'e' the
# end of the text, and the range the timestamps.
@pytest.mark.parametrize(
    ("prefix", "others", "times"),
    [
        ("", "", range(51)),  # the first second
        ("10", "te", range(0)),  # an end too: the reference leaves it
        ("10 t", "te", range(11, 1501)),  # a segment is not empty
        ("10 t t", "te", range(11, 1501)),
        ("10 t 40", "e", range(40, 1501)),  # the next segment may begin where one ends
        ("10 t 40 40", "te", range(0)),
        ("10 t 40 55", "te", range(0)),
        ("10 t 40 55 t", "te", range(56, 1501)),
        ("10 t 40 55 t 1500", "e", range(1500, 1501)),
        ("t", "te", range(1501)),  # no timestamp yet, as after a prefix
    ],
)
def test_timestamps(tokenizer: Tokenizer, prefix: str, others: str, times: range) -> None:
    begin, word = tokenizer.timestamp_begin, tokenizer.encode(" word")[0]
    written = tuple(word if part == "t" else begin + int(part) for part in prefix.split())
    # Text and end are so likely that they are not left out for the timestamps' sake.
    found = left(TimestampRules(tokenizer, max_initial=50), written, {word: 50.0, tokenizer.eot: 50.0})
    assert (word in found) == ("t" in others)
    assert (tokenizer.eot in found) == ("e" in others)
    assert {token - begin for token in found if token >= begin} == set(times)
    assert tokenizer.no_timestamps not in found


def test_any_first_timestamp(tokenizer: Tokenizer) -> None:
    begin = tokenizer.timestamp_begin
    assert left(TimestampRules(tokenizer, max_initial=None), ()) == set(range(begin, begin + 1501))


def test_timestamps_together_likelier_than_any_other_token(tokenizer: Tokenizer) -> None:
    """1490 timestamps of logit 0 weigh ln 1490 = 7.307 together."""
    rule = TimestampRules(tokenizer, max_initial=None)
    begin, word = tokenizer.timestamp_begin, tokenizer.encode(" word")[0]
    prefix = (begin + 10, word)  # 11 to 1500 are left
    assert word in left(rule, prefix, {word: 7.31})
    assert left(rule, prefix, {word: 7.30}) == set(range(begin + 11, begin + 1501))


def test_words_behind_the_timestamps_are_text(tokenizer: Tokenizer) -> None:
    """They come with fine-tuned models, and stand where text may."""
    more, times = 51_864, range(tokenizer.timestamp_begin, tokenizer.timestamp_end)
    rule, begin = TimestampRules(replace(tokenizer, added=frozenset({more})), max_initial=50), times[0]

    def may_follow(*prefix: int) -> set[int]:
        logits = torch.zeros(1, more + 1)
        logits[0, more] = 50.0
        rule([prefix], logits)
        return set((logits[0] > -float("inf")).nonzero()[:, 0].tolist())

    assert may_follow() == set(times[:51])
    assert more in may_follow(begin)
    assert more in may_follow(begin, more)
    assert may_follow(begin, more, begin + 9) == set(times[9:])


def test_each_row_by_its_own_prefix(tokenizer: Tokenizer) -> None:
    begin, word = tokenizer.timestamp_begin, tokenizer.encode(" word")[0]
    logits = torch.zeros(2, 51_864)
    logits[:, word] = 50.0
    TimestampRules(tokenizer, max_initial=None)([(begin, word), (begin + 5, begin + 9)], logits)
    assert logits[0, begin + 1] == 0
    assert torch.isinf(logits[0, begin])
    assert torch.isinf(logits[1, begin:]).all()
