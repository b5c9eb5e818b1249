"""What may not be written next: masks over logits, each a small callable. Knows nothing of the network or the search.

A filter sees what each row has written so far (its *prefix*: the tokens after the initial ones) and the logits of what
may follow. A grammar is one more filter.
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
NEVER = float("-inf")


class LogitFilter(Protocol):
    def __call__(self, prefixes: Sequence[Prefix], logits: Tensor) -> None:
        """Set logits (rows, n_vocab) of what must not follow each prefix to -inf, in place."""


class SuppressBlank:
    """The text begins neither with a space alone nor with its end."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.blank = [*tokenizer.encode(" "), tokenizer.eot]

    def __call__(self, prefixes: Sequence[Prefix], logits: Tensor) -> None:
        if not prefixes[0]:  # all rows are equally long
            logits[:, self.blank] = NEVER


class SuppressTokens:
    """These tokens never."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self.tokens = torch.tensor(sorted(set(tokens)), dtype=torch.long)

    def __call__(self, prefixes: Sequence[Prefix], logits: Tensor) -> None:  # noqa: ARG002 # whatever was written
        logits[:, self.tokens.to(logits.device)] = NEVER


@dataclass(frozen=True)
class TimestampRules:
    """Timestamps begin the text, come in pairs between segments, and never run backwards."""

    tokenizer: Tokenizer
    max_initial: int | None  # the latest first timestamp, in steps of 20 ms; None: any

    def __call__(self, prefixes: Sequence[Prefix], logits: Tensor) -> None:
        begin = self.tokenizer.timestamp_begin
        logits[:, self.tokenizer.no_timestamps] = NEVER
        for prefix, row in zip(prefixes, logits, strict=True):
            if prefix:
                self._pair(prefix, row)
                self._advance(prefix, row)
            else:
                row[:begin] = NEVER
                if self.max_initial is not None:
                    row[begin + self.max_initial + 1 :] = NEVER
            self._prefer_timestamps(row)

    def _pair(self, prefix: Prefix, row: Tensor) -> None:
        """After text, one timestamp ends the segment; then one begins the next, or the text ends; then text follows."""
        begin = self.tokenizer.timestamp_begin
        if prefix[-1] < begin:
            return
        if self._awaits_partner(prefix):
            row[: self.tokenizer.eot] = NEVER
        else:
            row[begin:] = NEVER

    def _advance(self, prefix: Prefix, row: Tensor) -> None:
        """No earlier time than the last. Equal only where one segment ends and the next begins: none is empty."""
        begin = self.tokenizer.timestamp_begin
        latest = next((token for token in reversed(prefix) if token >= begin), None)
        if latest is not None:
            row[begin : latest if self._awaits_partner(prefix) else latest + 1] = NEVER

    def _awaits_partner(self, prefix: Prefix) -> bool:
        """The last token is a timestamp and ends a segment."""
        begin = self.tokenizer.timestamp_begin
        return prefix[-1] >= begin and len(prefix) > 1 and prefix[-2] < begin

    def _prefer_timestamps(self, row: Tensor) -> None:
        """If all timestamps together are likelier than any other token, it is time for one."""
        begin = self.tokenizer.timestamp_begin
        if row[begin:].logsumexp(0) > row[:begin].max():
            row[:begin] = NEVER
