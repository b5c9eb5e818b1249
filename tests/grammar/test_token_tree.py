"""The vocabulary as a tree: where each kind of token is found, and how bytes are cut into characters."""

from __future__ import annotations

import pytest

from voiced.grammar.token_tree import Vocabulary, completions, cut


def test_each_token_stands_in_one_place() -> None:
    tokens = [b" tu", b" turn", b" Turn", b",", b" ", b" \xc3", b"\xbc", b"\n", b"\xff", b""]
    vocabulary = Vocabulary(tokens)
    node = vocabulary.root
    found = []
    for letter in " turn":
        node = node.children[letter]
        found.append(node.tokens)
    assert found == [(), (), (0,), (), (1, 2)]
    assert vocabulary.marks == [3, 4]
    assert vocabulary.beginning == [(b"\xc3", 5)]
    assert vocabulary.continuing == [6]


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        (b"ab", ("ab", b"")),
        ("\u00fc".encode(), ("\u00fc", b"")),
        (b"a\xc3", ("a", b"\xc3")),
        (b"\xe5\xbc", ("", b"\xe5\xbc")),
        (b"\xf0\x9f\x98", ("", b"\xf0\x9f\x98")),
        (b"", ("", b"")),
        (b"\xbc", None),
        (b"a\xff", None),
        (b"\xc3a", None),
        (b"\xc0", None),
    ],
)
def test_bytes_as_text(spelling: bytes, expected: tuple[str, bytes] | None) -> None:
    assert cut(spelling) == expected


def test_what_a_token_may_leave_to_the_next() -> None:
    assert completions("a\u00fc\u5f00") == {b"\xc3": ("\u00fc",), b"\xe5": ("\u5f00",), b"\xe5\xbc": ("\u5f00",)}


def test_of_letters_that_begin_alike_one_is_enough() -> None:
    assert completions("\u00fc\u00f6\u00bf")[b"\xc3"] == ("\u00fc",)
    assert completions("\uff0c\u3001\u3002")[b"\xe3\x80"] == ("\u3001", "\u3002"), "marks are unlike each other"
