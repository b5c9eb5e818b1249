"""A vocabulary of tokens as a tree, so that one walk finds every token that may come next.

Branches are letters in normal form, so that "Turn" and "turn" are one leaf, and the spaces and marks between them.
Knows bytes and UTF-8; nothing of grammars. Tokens that do not spell out a word or a part of one (they end in a mark or
a space, or inside a character) are kept apart: they are few, and asked for one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voiced.grammar.surface import is_writable, letters_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST_CHARACTER = 4  # bytes of UTF-8
_CONTINUATION = range(0x80, 0xC0)  # bytes inside a character


class Node:
    """What follows one beginning. As a dataclass, the 74,000 of a vocabulary would take half as long again to make."""

    __slots__ = ("children", "tokens")

    def __init__(self) -> None:
        self.children: dict[str, Node] = {}
        self.tokens: tuple[int, ...] = ()  # those that are just this beginning


class Cut(NamedTuple):
    """Bytes as text."""

    characters: str
    pending: bytes  # the beginning of one more


class Vocabulary:
    """Tokens, sorted by how they are found."""

    def __init__(self, tokens: Sequence[bytes]) -> None:
        """`tokens` are the bytes of the tokens 0, 1, …"""
        self.tokens = tokens
        self.root = Node()
        self.marks: list[int] = []  # end in a mark or a space
        self.beginning: list[tuple[bytes, int]] = []  # end inside a character: with what they have of it
        self.continuing: list[int] = []  # begin inside a character
        for token, spelling in enumerate(tokens):
            text = cut(spelling)
            if spelling[:1] and spelling[0] in _CONTINUATION:
                self.continuing.append(token)
            elif text is None or not spelling or not all(map(is_writable, text.characters)):
                continue
            elif text.pending:
                self.beginning.append((text.pending, token))
            elif letters_of(text.characters[-1]):
                self._plant(text.characters, token)
            else:
                self.marks.append(token)

    def _plant(self, characters: str, token: int) -> None:
        node = self.root
        for char in characters:
            letters = letters_of(char) or char
            child = node.children.get(letters)
            if child is None:
                child = node.children[letters] = Node()
            node = child
        node.tokens += (token,)


def beginnings(characters: Iterable[str]) -> frozenset[bytes]:
    """What a token may leave of these characters to the next one."""
    spellings = [char.encode() for char in characters]
    return frozenset(spelling[:n] for spelling in spellings for n in range(1, len(spelling)))


def cut(spelling: bytes) -> Cut | None:
    """Whole characters and the beginning of the next; None if it is not the beginning of any text."""
    for pending in range(min(_LONGEST_CHARACTER, len(spelling) + 1)):
        whole = spelling[: len(spelling) - pending]
        try:
            characters = whole.decode()
        except UnicodeDecodeError:
            continue
        rest = spelling[len(whole) :]
        return Cut(characters, rest) if not rest or _begins_a_character(rest) else None
    return None


def _begins_a_character(spelling: bytes) -> bool:
    """A lead byte that asks for more than there is, then nothing but continuations."""
    lead = spelling[0]
    length = 2 if 0xC2 <= lead < 0xE0 else 3 if 0xE0 <= lead < 0xF0 else 4 if 0xF0 <= lead < 0xF5 else 0  # noqa: PLR2004 # UTF-8's table
    return len(spelling) < length and all(byte in _CONTINUATION for byte in spelling[1:])
