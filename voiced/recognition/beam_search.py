"""Beam search in which only sentences of the grammar can be written: the decoder's scores, the constraint's choice.

Scores are log probabilities over the whole vocabulary, not over what the grammar allows: a hypothesis that the grammar
forces upon the sound shows by its score. Beams differ in what they say, not in how it is written: of "Turn on", "turn
on" and "TURN ON" the likeliest goes on. Hypotheses are compared by the mean per token, the end of text counted: by the
sum, sentences are cut short ("… coffee" for "… coffee with almond milk").

While it searches, scores are nearly right (see `token_scores`). What matters is weighed exactly afterwards.

Knows the network and the constraint; nothing of sound, intents, or what is sure enough.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voiced.recognition import tuning
from voiced.recognition.places import Places
from voiced.recognition.token_scores import next_logprobs
from voiced.recognition.unsaid import goes_round, joins_unheard

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from voiced.grammar.constraint import Constraint
    from voiced.grammar.positions import Position
    from voiced.grammar.surface import Spot
    from voiced.whisper.text_tree import Node, TextTree


class Beams(NamedTuple):
    """How many hypotheses are written at once, and which are given up."""

    size: int
    behind: float  # nats by which one may be less likely than the best
    letters: float = np.inf  # that a hypothesis may say: nobody says more in that time
    hopeless: float = tuning.HOPELESS_LOGPROB  # log probability per token below which the search is given up


class Branch(NamedTuple):
    """A hypothesis that is being written."""

    position: Position
    node: Node  # of its last token
    before: Branch | None = None
    token: int = -1  # its last one; -1: none yet
    is_word: bool = False  # its last token says something; marks and the end of text do not
    normal: str = ""  # what it says, in normal form
    score: float = 0.0  # the sum of its tokens' log probabilities, nearly
    strayed: int = 0  # letters and spaces that it says since something must be read as a wildcard
    length: int = 0  # tokens
    is_free: bool = False  # some of it stands in a wildcard
    spelt: Position | None = None  # where it stands if nothing is read as a wildcard; None: something must be

    @property
    def letters(self) -> int:
        """Letters that it says, spaces not counted."""
        return len(self.normal) - self.normal.count(" ")

    @property
    def rank(self) -> float:
        """Its score, less what letters in a wildcard cost: there whatever is misheard is likely."""
        return self.score - tuning.FREE_LETTER_NATS * self.strayed

    @property
    def has_strayed(self) -> bool:
        """Whether some of it is nothing but words of a wildcard."""
        return self.spelt is None


class Continuation(NamedTuple):
    """A token that may follow a live hypothesis."""

    rank: float  # of both
    number: int  # of the hypothesis
    token: int
    logprob: float


@dataclass(frozen=True, slots=True)
class Written:
    """One token, with what the decoder thought when it was chosen."""

    token: int
    after: Node  # the node before it, where it was predicted
    logprob: float  # natural logarithm
    is_word: bool  # it says something; marks and the end of text do not


@dataclass(frozen=True, slots=True)
class Path:
    """A sentence: the tokens written, and the end of text."""

    written: tuple[Written, ...]
    normal: str  # in normal form

    @property
    def avg_logprob(self) -> float:
        """Mean log probability per token, the end of text counted."""
        return sum(each.logprob for each in self.written) / len(self.written)

    @property
    def tokens(self) -> tuple[int, ...]:
        """The token ids, without the end of text."""
        return tuple(each.token for each in self.written[:-1])


def constrained_search(tree: TextTree, constraint: Constraint, beams: Beams, limit: int) -> list[Path]:
    """Write sentences of at most `limit` tokens: best first, nearly weighed; none if the grammar has nothing to say."""
    # Start with one empty hypothesis, at the start of the grammar and behind the prompt.
    live, ended = [Branch(constraint.start, tree.root, spelt=constraint.spelt_out.start)], list[Branch]()
    for _ in range(limit):
        # Each step: of all allowed continuations of all live hypotheses, the likeliest that say different things.
        chosen = _chosen(live, _likeliest(tree, live, constraint, 3 * beams.size), constraint, beams)
        # The end of text moves a hypothesis to the ended ones; what cannot overtake these any more is dropped.
        ended += [branch for branch in chosen if branch.token == constraint.eot]
        live = [branch for branch in chosen if branch.token != constraint.eot and _may_win(branch, ended)]
        if not live or _are_hopeless(live, beams):
            break
        # The decoder reads the chosen tokens of all hypotheses in one step, (n_live,).
        nodes = tree.read([branch.token for branch in live], [branch.node for branch in live])
        live = [branch._replace(node=node) for branch, node in zip(live, nodes, strict=True)]
    return _best(ended, 2 * beams.size)


def read_there(tree: TextTree, path: Path) -> Path:
    """Read a sentence of another view in this tree: its path with nodes of this tree and exact log probabilities."""
    # Follow the tokens that this tree has read already, as far as they go.
    node, nodes, tokens = tree.root, [tree.root], list(path.tokens)
    while len(nodes) <= len(tokens) and (known := tree.knows(node, tokens[len(nodes) - 1])) is not None:
        node = known
        nodes.append(node)
    # Read the rest in one step.
    if rest := tokens[len(nodes) - 1 :]:
        nodes += tree.read_on(rest, node)
    moved = (replace(each, after=node) for each, node in zip(path.written, nodes, strict=True))
    return weighed(tree, replace(path, written=tuple(moved)))


def weighed(tree: TextTree, path: Path) -> Path:
    """Return a path with exact log probabilities: over the whole vocabulary, not only frequent and allowed tokens."""
    tree.score(each.after for each in path.written)
    exact = (replace(each, logprob=float(tree.logprobs(each.after)[each.token])) for each in path.written)
    return replace(path, written=tuple(exact))


def at_odds(tree: TextTree, constraint: Constraint, path: Path) -> float:
    """Return the least log probability that all allowed tokens together have at a word.

    It is low where the decoder would rather have written what the grammar does not allow.
    """
    # Walk the grammar along the path, and note what was allowed wherever a word was written.
    words = [each for each in path.written if each.is_word]
    position, allowed = constraint.start, []
    for each in path.written[:-1]:
        # Tokens that the grammar allows here, (n_allowed,); marks are not asked about.
        if each.is_word:
            allowed.append(constraint.allowed(position))
        step = constraint.advance(position, each.token)
        assert step is not None, "what was written is allowed"
        position = step.position
    # At each word sum up what was allowed of the decoder's distribution, (n_vocab,).
    sums = (
        _log_sum(tree.logprobs(each.after).cpu().numpy()[tokens]) for each, tokens in zip(words, allowed, strict=True)
    )
    return min(0.0, *sums)


def _may_win(branch: Branch, ended: Sequence[Branch]) -> bool:
    """Whether a hypothesis that goes on can still be better than those that have ended, or come second."""
    # As long as nothing has ended, everything goes on.
    if not ended:
        return True
    # Suppose the best: a usual number of tokens still comes, and all of them are likely.
    best = max(map(_mean, ended))
    hoped_for = tuning.HOPED_FOR_TOKENS * tuning.HOPED_FOR_LOGPROB
    mean = (branch.rank + hoped_for) / (branch.length + tuning.HOPED_FOR_TOKENS)
    return mean > best - tuning.WORTH_WAITING_NATS


def _are_hopeless(live: Sequence[Branch], beams: Beams) -> bool:
    """Whether the likeliest is so unlikely that nobody said anything of the kind."""
    length = live[0].length  # that of all
    return length >= tuning.HOPELESS_TOKENS and max(branch.score for branch in live) / length < beams.hopeless


def _likeliest(tree: TextTree, live: Sequence[Branch], constraint: Constraint, n: int) -> list[Continuation]:
    """The `n` likeliest allowed continuations of each live branch, best first."""
    found = []
    hidden = tree.hidden([branch.node for branch in live])  # (n_live, n_state)
    allowed = [constraint.allowed(branch.position) for branch in live]
    scored = zip(live, allowed, next_logprobs(tree.model, hidden, allowed), strict=True)
    # Only the allowed tokens are scored: tokens and logprobs are (n_allowed,), another number for each branch.
    for number, (branch, tokens, logprobs) in enumerate(scored):
        best = _best_of(logprobs, n)
        # Neither what the grammar spells out nor the end must be missed among all that a wildcard allows.
        if branch.spelt and constraint.is_free(branch.position):
            spelt = np.searchsorted(tokens, constraint.spelt_out.allowed(branch.spelt))
            best = np.union1d(best, spelt[_best_of(logprobs[spelt], n)])
        elif branch.has_strayed:
            best = np.union1d(best, np.flatnonzero(tokens == constraint.eot))
        found += [
            Continuation(branch.rank + logprob, number, token, logprob)
            for logprob, token in zip(logprobs[best].tolist(), tokens[best].tolist(), strict=True)
        ]
    return sorted(found, reverse=True)


def _best_of(logprobs: npt.NDArray[np.float32], n: int) -> npt.NDArray[np.int64]:
    """Where the `n` highest stand, or all if there are no more."""
    return np.argpartition(logprobs, -n)[-n:] if len(logprobs) > n else np.arange(len(logprobs))


def _chosen(
    live: Sequence[Branch], likeliest: Sequence[Continuation], constraint: Constraint, beams: Beams
) -> list[Branch]:
    """The likeliest that say different things: as many as go on together, and those ends that are likelier or free."""
    # Go through all continuations, best first, until as many live beams are kept as go on together.
    kept: dict[tuple[str, Spot, bytes, bool], Branch] = {}
    is_mixed = constraint.spelt_out is not constraint and not all(branch.has_strayed for branch in live)
    places = Places(beams.size, beams.behind, strayed=min(beams.size, tuning.STRAYED_BEAMS) if is_mixed else 0)
    for rank, number, token, logprob in likeliest:
        # Far behind the best: given up; ends are spared, for in a short window no end is likely.
        has_ended = token == constraint.eot
        if places.are_taken and not (has_ended and live[number].has_strayed):
            continue
        if places.are_above(rank, has_strayed=live[number].has_strayed, has_ended=has_ended):
            continue
        # More letters than there was time for, or round in circles: nobody says that.
        branch = _continued(live[number], token, logprob, constraint)
        if branch.letters > beams.letters or goes_round(branch, constraint) or joins_unheard(branch, constraint):
            continue
        if branch.has_strayed and places.are_above(branch.rank, has_strayed=True, has_ended=has_ended):
            continue
        # After a comma one more word must come, after a full stop the end may: these are different beams.
        key = (branch.normal, branch.position.surface.spot, branch.position.pending, has_ended)
        if key in kept or (not has_ended and not places.take(branch.rank, has_strayed=branch.has_strayed)):
            continue
        kept[key] = branch
    return list(kept.values())


def _continued(branch: Branch, token: int, logprob: float, constraint: Constraint) -> Branch:
    """A branch with one token more: its new place in the grammar, and what the token adds to what it says."""
    position, letters = branch.position, ""
    if token != constraint.eot:
        step = constraint.advance(position, token)
        assert step is not None, "it is allowed"
        position, letters = step
    # Letters are compared in normal form, so that "22" and "twenty-two" say the same.
    normal = branch.normal + letters
    is_free = branch.is_free or constraint.is_free(branch.position)
    score, length, spelt = branch.score + logprob, branch.length + 1, _spelt(branch, token, constraint)
    strayed = 0 if spelt else branch.strayed + len(letters)
    return Branch(position, branch.node, branch, token, bool(letters), normal, score, strayed, length, is_free, spelt)


def _spelt(branch: Branch, token: int, constraint: Constraint) -> Position | None:
    """Where a branch stands after a token if nothing is read as a wildcard; None if something must be."""
    if branch.spelt is None or token == constraint.eot or constraint.spelt_out is constraint:
        return branch.spelt
    step = constraint.spelt_out.advance(branch.spelt, token)
    return step.position if step else None


def _best(ended: Sequence[Branch], n: int) -> list[Path]:
    """The best ended branch as a path, and up to `n` that are not much worse and say something else."""
    # Ends come in several spellings and with different marks: of each normal form the likeliest stays.
    ranked: dict[str, Branch] = {}
    for branch in sorted(ended, key=_mean, reverse=True):
        ranked.setdefault(branch.normal.strip(), branch)
    best = list(ranked.values())[:n]
    return [_path(branch) for branch in best if _mean(branch) > _mean(best[0]) - tuning.WORTH_WEIGHING_NATS]


def _mean(branch: Branch) -> float:
    """Log probability per token, by which hypotheses of different lengths are compared."""
    return branch.rank / branch.length


def _path(branch: Branch) -> Path:
    """Follow a branch back to its beginning, and turn sums of log probabilities into one for each token."""
    normal, written = branch.normal, list[Written]()
    while branch.before is not None:
        before = branch.before
        written.append(Written(branch.token, before.node, branch.score - before.score, branch.is_word))
        branch = before
    return Path(tuple(reversed(written)), normal)


def _log_sum(logprobs: npt.NDArray[np.float32]) -> float:
    """Log of the sum of probabilities; the highest is taken out first, so that nothing underflows."""
    highest = float(logprobs.max())
    return highest + float(np.log(np.exp(logprobs - highest).sum()))
