"""Words that Whisper hardly ever writes: those that its vocabulary has only in scraps, as "xkcd" in x·k·cd.

What separates them, measured on names of devices and rooms: ordinary words have 2 to 8 letters a token, also long ones
of other languages ("Deckenleuchte" 2.6, "cappuccino" 2.5, "Roomba" 2.0); "mqtt", "hvac", "xkcd" and "qwrt" have 1.3 and
less. So have short words with umlauts ("büro" 1.3), but those have vowels. Words that mix letters with digits come
apart, too ("Zigbee2MQTT": Zig·bee·2·MQ·TT).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from voiced.grammar.definitions import TextList
from voiced.grammar.written import pieces, plainest
from voiced.whisper.loading import checkpoints
from voiced.whisper.loading.location import locate
from voiced.whisper.loading.vocabulary import read_ranks
from voiced.whisper.tokenizer import TIMESTAMPS, make_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voiced.grammar import Grammar
    from voiced.whisper.tokenizer import Tokenizer

LEAST_TOKENS = 3
LEAST_LETTERS_A_TOKEN = 1.5
MOST_VOWELS = 0.25  # share of the letters of such a word
VOCABULARIES = ("vocabulary.json", "vocabulary.txt", "tokenizer.json", "vocab.json")  # beside a model's weights
_OTHER_SPECIAL, _LANGUAGES = 8, 99  # ids behind the ranks, besides the timestamps
_LATIN = re.compile(r"[0-9A-Za-z\u00c0-\u024f]+")  # other scripts have fewer letters a token
_MIXED = re.compile(r"[^\W\d]\d|\d[^\W\d]")


def check_words(grammar: Grammar, model: str) -> Iterator[str]:
    """Yield a warning for each word that the model hardly ever writes; nothing if its vocabulary is not there."""
    tokenizer = tokenizer_of(model)
    if tokenizer is None:
        return
    for word, where in _words(grammar).items():
        scraps = [tokenizer.decode([token]).strip() for token in tokenizer.encode_phrase(word)]
        if is_rare(word, len(scraps)):
            yield (
                f"{where}: Whisper hardly ever writes '{word}' (in scraps: {'·'.join(scraps)}); write what it sounds "
                "like in `in:`, and the name in `out:`"
            )


def is_rare(word: str, n_tokens: int) -> bool:
    """Whether a word of the Latin script comes to so many tokens that it will not be written."""
    if n_tokens < LEAST_TOKENS or not _LATIN.fullmatch(word):
        return False
    if _MIXED.search(word):
        return True
    letters = unicodedata.normalize("NFD", word.lower())
    return len(word) / n_tokens < LEAST_LETTERS_A_TOKEN and sum(map(letters.count, "aeiouy")) <= MOST_VOWELS * len(word)


@cache
def tokenizer_of(model: str) -> Tokenizer | None:
    """The tokenizer of a model by name or path, without its weights; None if no vocabulary is found."""
    for file in _vocabularies(model):
        try:
            ranks = read_ranks(file)
            return make_tokenizer(ranks, len(ranks) + _OTHER_SPECIAL + _LANGUAGES + TIMESTAMPS)
        except (OSError, ValueError):  # another kind of file; the next one may do
            continue
    return None


def _vocabularies(model: str) -> Iterator[Path]:
    try:
        located = locate(model)
    except ValueError:  # `check` has said so
        return
    folder = located.path if located.path.is_dir() else located.path.parent
    yield from (folder / name for name in VOCABULARIES if (folder / name).is_file())
    # Models of one kind share a vocabulary: that of a package will do.
    english = located.name.endswith(".en")
    for packaged in checkpoints.PACKAGED.values():
        if packaged.name.endswith(".en") == english and packaged.vocabulary.path.is_file():
            yield packaged.vocabulary.path


def _words(grammar: Grammar) -> dict[str, str]:
    """Each word of the sentences and of their lists, with the first place where it stands."""
    found: dict[str, str] = {}
    seen: set[int] = set()
    for sentence in grammar.sentences:
        for piece in pieces(sentence.template.expression, sentence.scope):
            _note(found, piece, sentence.template.where)
        for definition in sentence.scope.lists.values():
            if isinstance(definition, TextList) and id(definition) not in seen:
                seen.add(id(definition))
                for value in definition.values:
                    _note(found, plainest(value.said.expression, sentence.scope), value.said.where)
    return found


def _note(found: dict[str, str], text: str, where: str) -> None:
    for word in _LATIN.findall(text):
        found.setdefault(word, where)
