"""A vocabulary of tokens as a tree, so that one walk finds every token that may come next.

A trie: each edge is one character in normal form, a space or a mark, so "Turn" and "turn" end in one node. " tu", "
turn" and " Turn" lie on one path: root -space→ · -t→ · -u→ (" tu") -r→ · -n→ (" turn", " Turn"). Whisper's English
vocabulary makes about 74,000 nodes.

Tokens that do not end in a letter, digit or symbol are kept in lists beside the tree: those that end in a mark or a
space, and those that begin or end inside a character of UTF-8. They are few, and asked for one by one. Knows bytes and
UTF-8; nothing of grammars.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voiced.grammar.surface import BEYOND_ASCII_MARKS, is_writable, letters_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST_CHARACTER = 4  # bytes of UTF-8
_CONTINUATION = range(0x80, 0xC0)  # bytes inside a character


class Node:
    """A node of the tree. Slots make it small; a dataclass would take half as long again to create."""

    __slots__ = ("children", "tokens")

    def __init__(self) -> None:
        self.children: dict[str, Node] = {}  # letters in normal form, a space or a mark → node
        self.tokens: tuple[int, ...] = ()  # ids of the tokens that end here


class PartialText(NamedTuple):
    """Bytes as text: whole characters, and what is left of one more."""

    characters: str
    pending: bytes  # first bytes of a character that is not complete


class Vocabulary:
    """The tokens of a model, in a tree and three lists: by how the constraint finds them."""

    def __init__(self, tokens: Sequence[bytes]) -> None:
        """`tokens[i]`: the bytes of the token with id i."""
        self.tokens = tokens
        self.root = Node()
        self.marks: list[int] = []  # ids of tokens that end in a mark or a space
        self.beginning: list[tuple[bytes, int]] = []  # tokens that end inside a character: its first bytes, id
        self.continuing: list[int] = []  # ids of tokens that begin inside a character
        # E.g. b" turn" → tree, b"," → marks, b" \xc3" → beginning, b"\xbc" → continuing.
        for token, spelling in enumerate(tokens):
            text = cut(spelling)
            # Every token goes to one place, or nowhere if no text can hold it (control characters, for instance).
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
        # Walk down from the root, adding the nodes that are missing. A letter's normal form may be longer: "ß" is "ss".
        node = self.root
        for char in characters:
            letters = letters_of(char) or char
            child = node.children.get(letters)
            if child is None:
                child = node.children[letters] = Node()
            node = child
        node.tokens += (token,)


def completions(characters: Iterable[str]) -> dict[bytes, tuple[str, ...]]:
    """What a token may leave for the next one to complete: first bytes of a character → characters that they begin.

    Of letters that begin alike only one is given: a surface allows all of them or none.
    """
    # "ü" is C3 BC, so its only proper beginning is C3; a character of three bytes has two.
    found: dict[bytes, dict[str, str]] = {}
    for char in characters:
        spelling, kind = char.encode(), char if char in BEYOND_ASCII_MARKS else "a letter"
        # Marks are unlike each other: an opening one may stand where a comma may not.
        for length in range(1, len(spelling)):
            found.setdefault(spelling[:length], {}).setdefault(kind, char)
    return {beginning: tuple(kinds.values()) for beginning, kinds in found.items()}


def cut(spelling: bytes) -> PartialText | None:
    """Bytes as whole characters and the first bytes of one more; None if no UTF-8 text begins like this."""
    # Take 0, 1, 2 or 3 bytes off the end until the rest decodes; a character has four bytes at most.
    for pending in range(min(_LONGEST_CHARACTER, len(spelling) + 1)):
        whole = spelling[: len(spelling) - pending]
        try:
            characters = whole.decode()
        except UnicodeDecodeError:
            continue
        # What decodes may still be followed by bytes that cannot begin a character.
        rest = spelling[len(whole) :]
        return PartialText(characters, rest) if not rest or _begins_a_character(rest) else None
    return None


def _begins_a_character(spelling: bytes) -> bool:
    """Whether bytes begin a character that needs more: a lead byte, then continuation bytes, but fewer than it asks."""
    # The lead byte tells the length: 0xC2… two bytes, 0xE0… three, 0xF0… four (RFC 3629).
    lead = spelling[0]
    length = 2 if 0xC2 <= lead < 0xE0 else 3 if 0xE0 <= lead < 0xF0 else 4 if 0xF0 <= lead < 0xF5 else 0  # noqa: PLR2004 # UTF-8's table
    return len(spelling) < length and all(byte in _CONTINUATION for byte in spelling[1:])
