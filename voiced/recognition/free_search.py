"""Greedy search without a grammar: what Whisper would write if it were free to. Knows the network only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.recognition import tuning

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voiced.whisper.text_tree import TextTree


def free_search(
    tree: TextTree,
    eot: int,
    limit: int,
    guess: Sequence[int] = (),
    is_over: Callable[[Sequence[int]], bool] = lambda _: False,
) -> tuple[tuple[int, ...], float]:
    """Write greedily whatever the decoder likes: return the tokens, and their mean log probability.

    `guess` are tokens that it is likely to write: they are read ahead, several in one step (speculative decoding).
    `is_over` tells whether the tokens so far are enough.
    """
    node, tokens, sum_logprob = tree.root, list[int](), 0.0
    for _ in range(limit):
        logprobs = tree.logprobs(node)  # (n_vocab,)
        token = int(logprobs[: eot + 1].argmax())
        sum_logprob += float(logprobs[token])
        tokens.append(token)
        if token == eot or is_over(tokens):
            break
        # If the token is where the guess goes on, its node is known; else read it, and the guess behind it.
        known = tree.knows(node, token)
        if known is None:
            ahead = tree.read_on([token, *guess[len(tokens) :][: tuning.GUESS_TOKENS]], node)
            tree.score(ahead)
            known = ahead[0]
        node = known
    return tuple(token for token in tokens if token != eot), sum_logprob / max(1, len(tokens))
