"""JSON that an author wrote by hand, as a text: told apart from other texts; and texts that nearly are JSON.

What was spoken freely must add nothing to a message. In JSON, `acting.actions` writes words with the marks that keep
them one value. In a text that nearly is JSON nobody knows which marks the receiver understands, so that is told.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from voiced.grammar.action_template import SLOT, texts_of
from voiced.grammar.attributes import fillings
from voiced.grammar.definitions import Wildcard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voiced.grammar.action_template import ActionTemplate
    from voiced.grammar.definitions import SentenceTemplate

_QUOTED = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
# As a key, a value or an item of a list: between marks of JSON.
MEMBER = re.compile(rf"(?:(?<=[{{\[:,])\s*({_QUOTED})|({_QUOTED})\s*(?=[}}\]:,]))", re.DOTALL)
TOLD_CHARACTERS = 80  # of a text


def is_json(template: str) -> bool:
    """Whether a text is JSON as soon as its slots are numbers: an object, a list or a text in quotes."""
    # A number may stand wherever a value may, and inside of quotes, too.
    filled = SLOT.sub("1", template)
    return filled.lstrip()[:1] in ("{", "[", '"') and parses(filled)


def holds_json(template: str) -> bool:
    """Whether a text inside of something else, as an argument of a program, is an object or a list with texts in it.

    `[{room}] {text}`, or `[{room}]` alone, is for people.
    """
    return '"' in template and template.lstrip()[:1] in ("{", "[") and is_json(template)


def parses(text: str) -> bool:
    """Whether a text is JSON."""
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> None:
    """Raise ValueError for NaN and Infinity, which Python takes for JSON."""
    raise ValueError(f"{constant} is not JSON")


def nearly_json(
    actions: Iterable[tuple[str, str, ActionTemplate]], sentences: Sequence[SentenceTemplate]
) -> Iterator[str]:
    """Yield a warning for each text that nearly is JSON, with words between quotes that are spoken freely.

    `actions`: (intent, file:line, action).
    """
    for intent, where, action in actions:
        # Nearly all texts have no bracket, or are JSON: that is asked first.
        for text in texts_of(action):
            quoted = _quoted_slots(text)
            if quoted and (slot := next((each for each in quoted if _is_free(each, intent, sentences)), None)):
                short = text if len(text) <= TOLD_CHARACTERS else f"{text[:TOLD_CHARACTERS]} …"
                # An argument of a program cannot be a mapping.
                instead = "correct it" if action.run else "write a mapping, {key: value}, instead"
                yield (
                    f"{where}: {short!r} is no JSON, so that quotes in what is said for '{slot}' may change what it "
                    f"means; {instead}"
                )


def _quoted_slots(text: str) -> list[str]:
    """The slots between quotes in a text that looks like JSON, and is none."""
    if not SLOT.search(text) or not re.search(r"[{\[]", SLOT.sub("", text)) or is_json(text):
        return []
    # What stands between quotes alone, as in a sentence for people, changes nothing there.
    members = (before or behind for before, behind in MEMBER.findall(text))
    return [name for member in members for name in SLOT.findall(member)]


def _is_free(slot: str, intent: str, sentences: Sequence[SentenceTemplate]) -> bool:
    """Whether a slot holds words as they were said, in some sentence of an intent."""
    lists = {
        name
        for each in sentences
        if each.intent == intent
        for taken, name in fillings(each.template.expression, each.scope)
        if taken == slot and isinstance(each.scope.list_named(name), Wildcard)
    }
    # `{text}` is all that was said, unless a slot has that name.
    is_set = any(slot in each.slots for each in sentences if each.intent == intent)
    return bool(lists) or (slot == "text" and not is_set)
