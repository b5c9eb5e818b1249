"""Searches a view for one command and, where Whisper hears an "and" behind it, for several.

One command is what most people say, so that compounds must not be its rivals: in a short window Whisper says again what
it has heard, and would join it. So they are searched only if a joining word is likely behind the best single command,
or behind a value in one, where more values may be said.
Knows the network and the constraint; nothing of sound and intents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voiced.recognition import tuning
from voiced.recognition.beam_search import constrained_search

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voiced.grammar.automaton import Automaton
    from voiced.grammar.constraint import Constraint
    from voiced.grammar.positions import Position
    from voiced.recognition.beam_search import Beams, Path
    from voiced.whisper.text_tree import Node, TextTree
    from voiced.whisper.tokenizer import Tokenizer

_MARKS = ",."


class Joining(NamedTuple):
    """Tokens by which another command begins, or another value; none if the grammar joins nothing."""

    words: tuple[int, ...]  # the first ones of joining words
    marks: tuple[int, ...]  # that may stand before these
    values: tuple[int, ...] = ()  # the first ones of words that join values of a slot


def joining_tokens(automaton: Automaton, tokenizer: Tokenizer) -> Joining:
    """Return the tokens by which commands, and values in them, are joined under a grammar."""
    joints = [form for joined in automaton.joined for form in joined.joint.written]
    words, values = (_first_tokens(written, tokenizer) for written in (joints, automaton.several.written))
    return Joining(words, tuple(tokenizer.encode(mark)[0] for mark in _MARKS), values)


def _first_tokens(written: Sequence[str], tokenizer: Tokenizer) -> tuple[int, ...]:
    # Behind a full stop they have a capital.
    spelt = [way for form in written for way in (form.rstrip(), form.rstrip().title())]
    return tuple(dict.fromkeys(tokenizer.encode(way)[0] for way in spelt))


def search(
    tree: TextTree, single: Constraint, joined: Constraint, joining: Joining, beams: Beams, limit: int
) -> list[Path]:
    """Write sentences of at most `limit` tokens, the best first; compounds only where one is likely."""
    paths = constrained_search(tree, single, beams, limit)
    is_likely = bool(joining.words and paths) and goes_on(tree, paths[0], joining) >= tuning.JOINT_LOGPROB
    if not is_likely and not any(has_more_values(tree, path, joined, joining) for path in paths):
        return paths
    # What the decoder has read is known, so the second search reads only what is behind the first command.
    known = {path.normal.strip() for path in paths}
    return paths + [path for path in constrained_search(tree, joined, beams, limit) if path.normal.strip() not in known]


def goes_on(tree: TextTree, path: Path, joining: Joining) -> float:
    """Return the log probability that a joining word stands behind a command, perhaps with a mark before it."""
    last = max(number for number, each in enumerate(path.written) if each.is_word)
    node = path.written[last + 1].after
    logprobs = tree.logprobs(node)  # (n_vocab,)
    ways = [_likely(tree, node, joining.words)]
    for mark in joining.marks:
        # A mark that is unlikely itself is not read for that.
        before = float(logprobs[mark])
        behind = tree.knows(node, mark)
        if behind is None and before >= tuning.JOINT_LOGPROB:
            [behind] = tree.read_on([mark], node)
        if behind is not None:
            ways.append(before + _likely(tree, behind, joining.words))
    return max(ways)


def has_more_values(tree: TextTree, path: Path, joined: Constraint, joining: Joining) -> bool:
    """Return whether a joining word is likely behind a value in a command, where the grammar allows more values."""
    position: Position | None = joined.start
    for each in path.written[:-1] if joining.values else ():
        assert position is not None, "what was written is allowed"
        # Most tokens stand where no value ends: there the decoder's scores are not looked at.
        words = [token for token in joining.values if token != each.token and _joins(joined, position, token)]
        if words and _likely(tree, each.after, words) >= tuning.JOINT_LOGPROB:
            return True
        step = joined.advance(position, each.token)
        position = step.position if step else None
    return False


def _joins(joined: Constraint, position: Position, token: int) -> bool:
    step = joined.advance(position, token)
    return step is not None and joined.is_joining(step.position)


def _likely(tree: TextTree, node: Node, tokens: Iterable[int]) -> float:
    """Log probability of the likeliest of some tokens behind a node."""
    return float(tree.logprobs(node)[list(tokens)].max())
