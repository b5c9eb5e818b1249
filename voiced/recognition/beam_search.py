"""Beam search in which only sentences of the grammar can be written: the decoder's scores, the constraint's choice.

Scores are log probabilities over the whole vocabulary, not over what the grammar allows: a hypothesis that the grammar
forces upon the sound shows by its score. Beams differ in what they say, not in how it is written: of "Turn on", "turn
on" and "TURN ON" the likeliest goes on. Hypotheses are compared by the mean per token, the end of text counted: by the
sum, sentences are cut short ("… coffee" for "… coffee with almond milk").

While it searches, scores are nearly right (see `next_tokens`). What matters is weighed exactly afterwards.

Knows the network and the constraint; nothing of sound, intents, or what is sure enough.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voiced.recognition.token_scores import next_logprobs
from voiced.whisper.repetition import REPEATED_TIMES, says_again

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from voiced.grammar.constraint import Constraint, Position
    from voiced.grammar.surface import Spot
    from voiced.whisper.text_tree import Node, TextTree

_ENDS_BEHIND = 12.0  # a short window lets Whisper repeat itself: that a text ends is never likely
_HOPED_FOR, _EACH = 6, -0.2  # tokens that may still come, "with almond milk.", and the log probability of each
_FAR = 0.5  # per token; what has ended so much worse than the best is not worth weighing
_INTERESTING = 0.1  # per token; nobody waits for what will be worse than the best by more

_HOPELESS = -3.0  # per token, after so many of them: commands in noise lie above -1.8, other speech below -3.2
_PATIENCE = 8

_AHEAD = 4  # tokens of a guess that are read together


class Beams(NamedTuple):
    """How many hypotheses are written at once, and which are given up."""

    size: int
    behind: float  # nats by which they are less likely than the best
    letters: float = np.inf  # more nobody says in that time


class Branch(NamedTuple):
    """A hypothesis that is being written."""

    position: Position
    node: Node  # of its last token
    before: Branch | None = None
    token: int = -1  # its last
    is_word: bool = False  # that says something; marks and the end of text do not
    normal: str = ""  # what it says, in normal form
    score: float = 0.0  # its log probability, nearly
    length: int = 0  # tokens
    is_free: bool = False  # some of it stands in a wildcard

    @property
    def letters(self) -> int:
        """That it says."""
        return len(self.normal) - self.normal.count(" ")


@dataclass(frozen=True, slots=True)
class Written:
    """One token, with what the decoder thought when it was chosen; natural logarithms."""

    token: int
    after: Node
    logprob: float
    is_word: bool  # it says something; marks and the end of text do not


@dataclass(frozen=True, slots=True)
class Path:
    """A sentence: the tokens written, and the end of text."""

    written: tuple[Written, ...]
    normal: str  # in normal form

    @property
    def avg_logprob(self) -> float:
        return sum(each.logprob for each in self.written) / len(self.written)

    @property
    def tokens(self) -> tuple[int, ...]:
        """Without the end of text."""
        return tuple(each.token for each in self.written[:-1])


def constrained_search(tree: TextTree, constraint: Constraint, beams: Beams, limit: int) -> list[Path]:
    """Sentences of at most `limit` tokens, best first, nearly weighed; none if the grammar has nothing to say."""
    live, ended = [Branch(constraint.start, tree.root)], list[Branch]()
    for _ in range(limit):
        # Which go on with which token, and which have ended?
        chosen = _chosen(live, _likeliest(tree, live, constraint, 3 * beams.size), constraint, beams)
        ended += [branch for branch in chosen if branch.token == constraint.eot]
        live = [branch for branch in chosen if branch.token != constraint.eot and _may_win(branch, ended)]
        if not live or _is_hopeless(live[0]):
            break
        # Read the chosen tokens, all at once.
        nodes = tree.read([branch.token for branch in live], [branch.node for branch in live])
        live = [branch._replace(node=node) for branch, node in zip(live, nodes, strict=True)]
    return _best(ended, 2 * beams.size)


def read_there(tree: TextTree, path: Path) -> Path:
    """A sentence that was written elsewhere, as it is here: with this tree's nodes and exact log probabilities."""
    node, nodes, tokens = tree.root, [tree.root], list(path.tokens)
    while len(nodes) <= len(tokens) and (known := tree.knows(node, tokens[len(nodes) - 1])) is not None:
        node = known
        nodes.append(node)
    if rest := tokens[len(nodes) - 1 :]:
        nodes += tree.read_on(rest, node)
    moved = (replace(each, after=node) for each, node in zip(path.written, nodes, strict=True))
    return weighed(tree, replace(path, written=tuple(moved)))


def weighed(tree: TextTree, path: Path) -> Path:
    """The same with exact log probabilities."""
    tree.score(each.after for each in path.written)
    exact = (replace(each, logprob=float(tree.logprobs(each.after)[each.token])) for each in path.written)
    return replace(path, written=tuple(exact))


def at_odds(tree: TextTree, constraint: Constraint, path: Path) -> tuple[float, float]:
    """At the word where the grammar is least of what the decoder would write: log probability of all that is allowed.

    And the greatest log probability of a token that is not allowed in place of a word.
    """
    words = [each for each in path.written if each.is_word]
    position, allowed = constraint.start, []
    for each in path.written[:-1]:
        if each.is_word:
            allowed.append(constraint.allowed(position))
        step = constraint.advance(position, each.token)
        assert step is not None, "what was written is allowed"
        position = step.position
    least, rival = 0.0, -np.inf
    for each, tokens in zip(words, allowed, strict=True):
        logprobs = tree.logprobs(each.after).cpu().numpy().copy()
        least = min(least, _log_sum(logprobs[tokens]))
        logprobs[tokens] = -np.inf
        rival = max(rival, float(logprobs.max()))
    return least, rival


def free_search(tree: TextTree, eot: int, limit: int, guess: Sequence[int] = ()) -> tuple[tuple[int, ...], float]:
    """What the decoder would write if it might write anything, greedily, and the mean log probability per token.

    `guess`: what it may write, which is read ahead.
    """
    node, tokens, sum_logprob = tree.root, list[int](), 0.0
    for _ in range(limit):
        logprobs = tree.logprobs(node)
        token = int(logprobs[: eot + 1].argmax())
        sum_logprob += float(logprobs[token])
        tokens.append(token)
        if token == eot:
            break
        known = tree.knows(node, token)
        if known is None:
            ahead = tree.read_on([token, *guess[len(tokens) :][:_AHEAD]], node)
            tree.score(ahead)
            known = ahead[0]
        node = known
    return tuple(token for token in tokens if token != eot), sum_logprob / max(1, len(tokens))


def _goes_round(branch: Branch, constraint: Constraint) -> bool:
    """Whether it says over and over what may be said any number of times: in a wildcard, or a word that is skipped."""
    if branch.is_free and says_again(branch.normal, whole=branch.token == constraint.eot):
        return True
    before, times = branch.before, 1
    while before is not None and not constraint.is_free(branch.position):
        times += before.position == branch.position and before.normal != branch.normal
        before = before.before
    return times >= REPEATED_TIMES


def _may_win(branch: Branch, ended: Sequence[Branch]) -> bool:
    """Whether a hypothesis that goes on can still be better than those that have ended, or come second."""
    if not ended:
        return True
    best = max(map(_mean, ended))
    return (branch.score + _HOPED_FOR * _EACH) / (branch.length + _HOPED_FOR) > best - _INTERESTING


def _is_hopeless(branch: Branch) -> bool:
    """Whether the likeliest is so unlikely that nobody said anything of the kind."""
    return branch.length >= _PATIENCE and _mean(branch) < _HOPELESS


def _likeliest(tree: TextTree, live: Sequence[Branch], constraint: Constraint, n: int) -> list[tuple[float, int, int]]:
    """The likeliest continuations that the grammar allows, `n` of each: score, number of the branch, token."""
    found = []
    hidden = tree.hidden([branch.node for branch in live])
    allowed = [constraint.allowed(branch.position) for branch in live]
    scored = zip(live, allowed, next_logprobs(tree.model, hidden, allowed), strict=True)
    for number, (branch, tokens, logprobs) in enumerate(scored):
        best = np.argpartition(logprobs, -n)[-n:] if len(tokens) > n else slice(None)
        found += [
            (branch.score + logprob, number, token)
            for logprob, token in zip(logprobs[best].tolist(), tokens[best].tolist(), strict=True)
        ]
    return sorted(found, reverse=True)


def _chosen(
    live: Sequence[Branch], likeliest: Sequence[tuple[float, int, int]], constraint: Constraint, beams: Beams
) -> list[Branch]:
    """The likeliest that say different things: as many as go on together, and those ends that are likelier."""
    kept: dict[tuple[str, Spot, bytes, bool], Branch] = {}
    going_on, best = 0, -np.inf
    for score, number, token in likeliest:
        has_ended = token == constraint.eot
        if score < best - (_ENDS_BEHIND if has_ended else beams.behind):
            continue
        branch = _continued(live[number], token, score, constraint)
        if branch.letters > beams.letters or _goes_round(branch, constraint):
            continue
        # After a comma one more word must come, after a full stop the end may: these are different beams.
        key = (branch.normal, branch.position.surface.spot, branch.position.pending, has_ended)
        if key in kept:
            continue
        kept[key] = branch
        if not has_ended:
            going_on, best = going_on + 1, max(best, score)
        if going_on == beams.size:
            break
    return list(kept.values())


def _continued(branch: Branch, token: int, score: float, constraint: Constraint) -> Branch:
    position, letters = branch.position, ""
    if token != constraint.eot:
        step = constraint.advance(position, token)
        assert step is not None, "it is allowed"
        position, letters = step
    normal = branch.normal + letters
    is_free = branch.is_free or constraint.is_free(branch.position)
    return Branch(position, branch.node, branch, token, bool(letters), normal, score, branch.length + 1, is_free)


def _best(ended: Sequence[Branch], n: int) -> list[Path]:
    """The best, and others that are not much worse and say something else."""
    ranked: dict[str, Branch] = {}
    for branch in sorted(ended, key=_mean, reverse=True):
        ranked.setdefault(branch.normal.strip(), branch)
    best = list(ranked.values())[:n]
    return [_path(branch) for branch in best if _mean(branch) > _mean(best[0]) - _FAR]


def _mean(branch: Branch) -> float:
    return branch.score / branch.length


def _path(branch: Branch) -> Path:
    normal, written = branch.normal, list[Written]()
    while branch.before is not None:
        before = branch.before
        written.append(Written(branch.token, before.node, branch.score - before.score, branch.is_word))
        branch = before
    return Path(tuple(reversed(written)), normal)


def _log_sum(logprobs: npt.NDArray[np.float32]) -> float:
    highest = float(logprobs.max())
    return highest + float(np.log(np.exp(logprobs - highest).sum()))
