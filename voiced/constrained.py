"""Beam search in which only sentences of the grammar can be written: the decoder's scores, the constraint's choice.

Scores are log probabilities over the whole vocabulary, not over what the grammar allows: a hypothesis that the grammar
forces upon the sound shows by its score. Beams differ in what they say, not in how it is written: of "Turn on", "turn
on" and "TURN ON" the likeliest goes on. Hypotheses are compared by the mean per token, the end of text counted: by the
sum, sentences are cut short ("… coffee" for "… coffee with almond milk").

Knows the network and the constraint; nothing of sound, intents, or what is sure enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from voiced.grammar.constraint import Constraint, Position
    from voiced.grammar.surface import Spot
    from voiced.whisper.model import Cache, Whisper


_HOPED_FOR = 6  # tokens without a doubt that may still come: "with almond milk."
_INTERESTING = 0.3  # per token; what is worse than the best by more is no rival

_HOPELESS = -3.0  # per token, after so many of them: commands in noise lie above -1.8, other speech below -3.2
_PATIENCE = 8


@dataclass(frozen=True, slots=True)
class Written:
    """One token, with what the decoder thought when it was chosen; natural logarithms."""

    token: int
    logprob: float
    allowed: float  # probability of everything that the grammar allows there
    rival: float  # probability of the likeliest token that the grammar does not allow
    is_word: bool  # it says something; marks and the end of text do not


@dataclass(frozen=True, slots=True)
class Path:
    """A hypothesis: the tokens written, in the end the end of text."""

    position: Position
    written: tuple[Written, ...] = ()
    normal: str = ""  # in normal form
    sum_logprob: float = 0.0

    @property
    def avg_logprob(self) -> float:
        return self.sum_logprob / max(1, len(self.written))

    @property
    def tokens(self) -> tuple[int, ...]:
        """Without the end of text: of a path that has ended."""
        return tuple(each.token for each in self.written[:-1])


def constrained_search(
    model: Whisper, start: tuple[Tensor, Cache], constraint: Constraint, beam_size: int, limit: int
) -> list[Path]:
    """Sentences of at most `limit` tokens, best first; none if the grammar has nothing to say.

    `start`: the logits (1, n_vocab) of the first token, and the cache of what stands before it.
    """
    logits, cache = start
    live, ended = [Path(constraint.start)], list[Path]()
    for _ in range(limit):
        # Which rows go on with which token, and which have ended?
        candidates = [
            (row, path)
            for row, logprobs in enumerate(logits.log_softmax(dim=1))
            for path in _continued(live[row], logprobs, constraint, beam_size)
        ]
        kept = _distinct(candidates, beam_size, constraint.eot)
        ended += [path for _, path in kept if path.written[-1].token == constraint.eot]
        going_on = [(row, path) for row, path in kept if path.written[-1].token != constraint.eot]
        going_on = [(row, path) for row, path in going_on if _may_win(path, ended)]
        if not going_on or _is_hopeless(going_on[0][1]):
            break
        # Read the chosen tokens, all rows at once.
        live = [path for _, path in going_on]
        tokens = torch.tensor([[path.written[-1].token] for path in live], device=logits.device)
        hidden, cache = model.decode(tokens, cache[[row for row, _ in going_on]])
        logits = model.logits(hidden[:, -1])
    return sorted(ended, key=lambda path: path.avg_logprob, reverse=True)


def free_search(model: Whisper, start: tuple[Tensor, Cache], eot: int, limit: int) -> tuple[tuple[int, ...], float]:
    """What the decoder would write if it might write anything, greedily, and the mean log probability per token."""
    logits, cache = start
    tokens, sum_logprob = list[int](), 0.0
    for _ in range(limit):
        logprobs = logits[0].log_softmax(dim=0)
        token = int(logprobs[: eot + 1].argmax())
        sum_logprob += float(logprobs[token])
        if token == eot:
            return tuple(tokens), sum_logprob / (len(tokens) + 1)
        tokens.append(token)
        hidden, cache = model.decode(torch.tensor([[token]], device=logits.device), cache)
        logits = model.logits(hidden[:, -1])
    return tuple(tokens), sum_logprob / max(1, len(tokens))


def _may_win(path: Path, ended: Sequence[Path]) -> bool:
    """Whether a path that goes on can still be better than those that have ended, or come second."""
    if not ended:
        return True
    best = max(other.avg_logprob for other in ended)
    return path.sum_logprob / (len(path.written) + _HOPED_FOR) > best - _INTERESTING


def _is_hopeless(path: Path) -> bool:
    """Whether the likeliest is so unlikely that nobody said anything of the kind."""
    return len(path.written) >= _PATIENCE and path.avg_logprob < _HOPELESS


def _continued(path: Path, logprobs: Tensor, constraint: Constraint, beam_size: int) -> Iterator[Path]:
    """The likeliest continuations that the grammar allows; some of them are different ways to write the same."""
    allowed = constraint.allowed(path.position)
    if not len(allowed):
        return
    index = torch.from_numpy(allowed)
    scores = logprobs[index]
    mass, rival = float(scores.logsumexp(0)), float(logprobs.index_fill(0, index, -torch.inf).max())
    likeliest = scores.topk(min(3 * beam_size, len(allowed)))
    for logprob, index in zip(likeliest.values.tolist(), likeliest.indices.tolist(), strict=True):
        token = int(allowed[index])
        step = None if token == constraint.eot else constraint.advance(path.position, token)
        position, letters = step or (path.position, "")
        written = Written(token, logprob, mass, rival, is_word=bool(letters))
        yield Path(position, (*path.written, written), path.normal + letters, path.sum_logprob + logprob)


def _distinct(candidates: Sequence[tuple[int, Path]], beam_size: int, eot: int) -> list[tuple[int, Path]]:
    """The likeliest that say different things: `beam_size` that go on, and those ends that are likelier."""
    kept: dict[tuple[str, Spot, bytes, bool], tuple[int, Path]] = {}
    going_on = 0
    for row, path in sorted(candidates, key=lambda candidate: candidate[1].sum_logprob, reverse=True):
        has_ended = path.written[-1].token == eot
        # After a comma one more word must come, after a full stop the end may: these are different beams.
        key = (path.normal, path.position.surface.spot, path.position.pending, has_ended)
        if key not in kept:
            kept[key] = row, path
            going_on += not has_ended
        if going_on == beam_size:
            break
    return list(kept.values())
