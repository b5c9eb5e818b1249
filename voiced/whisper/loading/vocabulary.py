"""The vocabulary beside a model's weights → ranks of its tokens, and the names of ids behind them.

Byte-pair encoding needs each token's bytes; files hold them in GPT-2's printable form (`bytes_to_unicode` of
openai/gpt-2's `encoder.py`). Fine-tuned models may add tokens behind Whisper's own. Knows no weights and no tokenizer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voiced.whisper.loading.plain_files import read_json, read_text
from voiced.whisper.tokenizer import ENGLISH_RANKS, MULTILINGUAL_RANKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from voiced.whisper.tokenizer import Ranks


def read_ranks(path: Path) -> Ranks:
    """Read the ranks of the vocabulary beside a model's weights; formats and errors as in `read_vocabulary`."""
    return read_vocabulary(path)[0]


def read_vocabulary(path: Path) -> tuple[Ranks, dict[int, str]]:
    """Read the vocabulary beside a model's weights → ranks, and the names of ids behind them.

    Reads CTranslate2's vocabulary.txt and vocabulary.json (a list), and Hugging Face's tokenizer.json and vocab.json
    (token → id) with the added_tokens.json beside it. Raises ValueError for a file of another kind, OSError if it
    cannot be read.
    """
    try:
        tokens = _vocabulary(path)
        # Ordinary tokens come first, in the order of their ids; names of special tokens and added words follow.
        ranks = ranks_of([tokens[token] for token in sorted(tokens)])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is not a Whisper vocabulary: {error}") from error
    return ranks, {token: name for token, name in tokens.items() if token >= len(ranks)}


def _vocabulary(path: Path) -> dict[int, str]:
    """Read every token by its id."""
    # One token a line: in the printable form, no token holds a line feed.
    if path.suffix == ".txt":
        return dict(enumerate(read_text(path).split("\n")))
    # A list in the order of ids, or a mapping from token to id, which tokenizer.json keeps further inside.
    content: Any = read_json(path)
    if path.name == "tokenizer.json":
        added = {entry["content"]: entry["id"] for entry in content.get("added_tokens", ())}
        content = content["model"]["vocab"] | added
    elif path.name == "vocab.json" and (beside := path.with_name("added_tokens.json")).is_file():
        content |= read_json(beside)
    if isinstance(content, dict):
        return {_id(token): str(name) for name, token in content.items()}
    return dict(enumerate(content))


def _id(token: object) -> int:
    if isinstance(token, int) and token >= 0:
        return token
    raise ValueError("the number of a token is not a whole number from 0 on")


def ranks_of(vocabulary: Sequence[str]) -> Ranks:
    """Tokens in GPT-2's printable form, in the order of their ids → ranks without special tokens.

    Raises ValueError if these are not as many as Whisper has, or not in that form.
    """
    # Ordinary tokens come first; a token's id is its rank, and pairs of lower rank are merged first.
    end = "<|endoftext|>"
    ordinary = vocabulary[: vocabulary.index(end)] if end in vocabulary else vocabulary
    try:
        ranks = {bytes(_BYTES[character] for character in token): rank for rank, token in enumerate(ordinary)}
    except KeyError as error:
        raise ValueError(f"a vocabulary in GPT-2's printable form has no {error.args[0]!r}") from error
    if len(ranks) not in (ENGLISH_RANKS, MULTILINGUAL_RANKS):
        raise ValueError(f"a Whisper vocabulary has {ENGLISH_RANKS} or {MULTILINGUAL_RANKS} tokens, not {len(ranks)}")
    return ranks


def _printable_bytes() -> dict[str, int]:
    """GPT-2's `bytes_to_unicode` turned round: printable character → byte."""
    # A byte is written as the Latin-1 character of its number if that can be seen, else as the next one from U+0100 on:
    # a space (32) becomes "Ġ" (U+0120).
    visible = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    hidden = [byte for byte in range(256) if byte not in visible]
    return {chr(byte): byte for byte in visible} | {chr(256 + i): byte for i, byte in enumerate(hidden)}


_BYTES = _printable_bytes()
