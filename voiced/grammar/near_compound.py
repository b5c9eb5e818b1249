"""The nearest compound to a text that is none: of "lights on and clse the blinds" one command is right as it is.

Only where a part of the text is a command by itself: else what is joined is more likely a value, or no command at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.flow import Nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from voiced.grammar.automaton import Automaton
    from voiced.grammar.normalize import NormalText

_MOST_PARTS = 4  # of a text; more were no compound


def nearest_compound(
    said: str,
    normal: NormalText,
    automaton: Automaton,
    is_command: Callable[[str], bool],
    find: Callable[[str], Nearest | None],
) -> Nearest | None:
    """The nearest compound to a text, `normal` in normal form; None if there is none.

    `is_command`: whether a part is a command; `find`: the nearest sentence to a part that is none.
    """
    for joined in automaton.joined:
        # One part that is right tells a compound from "add milk and bread", where none is.
        parts = list(_parts(said, normal, joined.joint.forms))
        commands = [is_command(part) for part, _ in parts]
        if not 1 < len(parts) <= _MOST_PARTS or not any(commands):
            continue
        # The others are each as near as they can be.
        near = [Nearest(part, "") if right else find(part) for (part, _), right in zip(parts, commands, strict=True)]
        if all(each and each.text for each in near):
            told = [each for each in near if each]
            text = "".join(each.text + words for each, (_, words) in zip(told, parts, strict=True))
            # Some intents are only ever said alone.
            if "…" in text or is_command(text):
                return Nearest(text, "; ".join(each.difference for each in told if each.difference))
    return None


def _parts(said: str, normal: NormalText, forms: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The text cut at its joining words: each part, and the words behind it, as they were written."""
    begin = at = 0
    while at < len(normal.text):
        # Of several that begin here the longest: "and then" is no "and".
        form = max((each for each in forms if normal.text.startswith(each, at)), key=len, default="")
        end = at + len(form)
        if begin < at and form and end < len(normal.text):
            last, first = normal.sources[at - 1] + 1, normal.sources[end]
            # Cut in the text as it was written, marks included.
            yield said[normal.sources[begin] : last], said[last:first]
            begin = at = end
        else:
            at += 1
    if begin < len(normal.text):
        yield said[normal.sources[begin] :], ""
