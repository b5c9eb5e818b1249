"""Logit filters: what must not be written next, as in openai/whisper's `decoding.py`. Each is a small callable.

A filter sees what each row has written so far (its *prefix*: the tokens after the initial ones) and the logits of what
may follow. A grammar is one more filter. Knows nothing of the network or the search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from voiced.whisper.tokenizer import Tokenizer

Prefix: TypeAlias = tuple[int, ...]
NEVER = float("-inf")  # the logit of a token that must not be written: its probability becomes 0


class LogitFilter(Protocol):
    """A rule about what may follow."""

    def __call__(self, prefixes: Sequence[Prefix], logits: Tensor) -> None:
        """Set logits (rows, n_vocab) of what must not follow each prefix to -inf, in place."""


class SuppressBlank:
    """Forbids that the text begins with a lone space or ends before it begins."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.blank = [*tokenizer.encode(" "), tokenizer.eot]

    def __call__(self, prefixes: Sequence[Prefix], logits: Tensor) -> None:
        """Forbid both in all rows if they are still empty; rows are equally long."""
        if not prefixes[0]:
            logits[:, self.blank] = NEVER


class SuppressTokens:
    """Forbids some tokens everywhere: speaker tags, sound descriptions, special tokens."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self.tokens = torch.tensor(sorted(set(tokens)), dtype=torch.long)

    def __call__(self, prefixes: Sequence[Prefix], logits: Tensor) -> None:  # noqa: ARG002 # whatever was written
        """Forbid the tokens in all rows of logits (rows, n_vocab)."""
        logits[:, self.tokens.to(logits.device)] = NEVER


@dataclass(frozen=True)
class RepetitionPenalty:
    """Makes text tokens that a row has written before less likely (CTRL, Keskar et al. 2019, section 4.1)."""

    tokenizer: Tokenizer
    penalty: float  # above 1: they are less likely, below: likelier

    def __call__(self, prefixes: Sequence[Prefix], logits: Tensor) -> None:
        """Divide positive logits of written tokens by the penalty, multiply negative ones; logits (rows, n_vocab)."""
        for prefix, row in zip(prefixes, logits, strict=True):
            # Times are left alone: they come in pairs, and rules of their own hold for them.
            written = torch.tensor([*{token for token in prefix if self.tokenizer.is_text(token)}], dtype=torch.long)
            scores = row[written]
            row[written] = torch.where(scores > 0, scores / self.penalty, scores * self.penalty)


@dataclass(frozen=True)
class TimestampRules:
    """Timestamps begin the text, stand in pairs between segments, and never run backwards.

    openai/whisper's `ApplyTimestampRules`. What may be written, in EBNF; times never decrease:

        text    = { segment }, [ timestamp, { token } ] ;
        segment = timestamp, token, { token }, timestamp ;
    """

    tokenizer: Tokenizer
    max_initial: int | None  # the latest first timestamp, in steps of 20 ms; None: any
    given: Prefix = ()  # how the text begins, already read: <|0.00|> and words

    def __call__(self, prefixes: Sequence[Prefix], logits: Tensor) -> None:
        """Apply the rules to each row of logits (rows, n_vocab); ids from `begin` to `end` are timestamps."""
        begin, end = self.tokenizer.timestamp_begin, self.tokenizer.timestamp_end
        logits[:, self.tokenizer.no_timestamps] = NEVER
        # Each row is at another place of its own text: (n_vocab,) logits.
        for written, row in zip(prefixes, logits, strict=True):
            prefix = (*self.given, *written)
            if prefix:
                self._pair(prefix, row)
                self._advance(prefix, row)
            else:
                # The first token is a timestamp, and not a late one.
                row[:begin] = row[end:] = NEVER
                if self.max_initial is not None:
                    row[begin + self.max_initial + 1 :] = NEVER
            self._prefer_timestamps(row)

    def _pair(self, prefix: Prefix, row: Tensor) -> None:
        """Behind a timestamp that ends a segment comes another or the end of text; behind one that begins one, text."""
        begin, end = self.tokenizer.timestamp_begin, self.tokenizer.timestamp_end
        # Behind text anything goes: more text, or the timestamp that ends the segment.
        if not self.tokenizer.is_timestamp(prefix[-1]):
            return
        # Ids below the end of text are text, and so are words that were added behind the timestamps.
        if self._awaits_partner(prefix):
            row[: self.tokenizer.eot] = row[end:] = NEVER
        else:
            row[begin:end] = NEVER

    def _advance(self, prefix: Prefix, row: Tensor) -> None:
        """Forbid times before the last one."""
        begin, is_timestamp = self.tokenizer.timestamp_begin, self.tokenizer.is_timestamp
        # The next segment may begin when the last one ended; but no segment may end when it began.
        latest = next((token for token in reversed(prefix) if is_timestamp(token)), None)
        if latest is not None:
            row[begin : latest if self._awaits_partner(prefix) else latest + 1] = NEVER

    def _awaits_partner(self, prefix: Prefix) -> bool:
        """Whether the last token is a timestamp that ends a segment: there is text before it."""
        # In <0.00> a b <1.00>, the last one; in <0.00> or <1.00> <1.00>, none.
        is_timestamp = self.tokenizer.is_timestamp
        return is_timestamp(prefix[-1]) and len(prefix) > 1 and not is_timestamp(prefix[-2])

    def _prefer_timestamps(self, row: Tensor) -> None:
        """Force a timestamp if all of them together are likelier than any other token."""
        begin, end = self.tokenizer.timestamp_begin, self.tokenizer.timestamp_end
        # Its probability is spread over many neighbouring times, so none of them would win alone.
        # Log of the sum of their probabilities against the likeliest other token, both up to one constant.
        others = torch.cat((row[:begin], row[end:])).max() if end < len(row) else row[:begin].max()
        if row[begin:end].logsumexp(0) > others:
            row[:begin] = row[end:] = NEVER
