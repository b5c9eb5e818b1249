"""Text ↔ token ids, and what the special ids mean: GPT-2's byte-pair encoding with Whisper's special tokens.

Radford et al. 2022, sections 2.2 and 2.3; openai/whisper's `tokenizer.py`. Knows nothing of models, search or grammars.
The ranks of the byte-pair encoding (bytes → id) come with the weights, as a list of the vocabulary. The special tokens
follow them in a fixed order, so that a vocabulary's size says all about it:

    ranks · end of text · start of transcript · languages · translate · transcribe · start of language model ·
    start of prompt · no speech · no timestamps · 1501 times
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

import tiktoken

from voiced.whisper.languages import LANGUAGES, whisper_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Task: TypeAlias = Literal["transcribe", "translate"]
Ranks: TypeAlias = dict[bytes, int]  # bytes of a token → its id, which is also its rank in merging

TIMESTAMPS = 1501  # <|0.00|> to <|30.00|>
SECONDS_PER_TIMESTAMP = 0.02
ENGLISH_RANKS, MULTILINGUAL_RANKS = 50_256, 50_257

# How GPT-2 cuts text before byte pairs are merged, so that no token reaches across: contractions, words, numbers,
# punctuation, spaces.
_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
# Names that are marks for the model, not words.
_MARK = re.compile(r"<\|.*\|>|\[(?:PAD|UNK)\]|</?\w+>")
_USUAL_LANGUAGES = 99
_DOUBLE_SYMBOLS = "<< >> <<< >>> -- --- -( -[ (' (\" (( )) ((( ))) [[ ]] {{ }}"


@dataclass(frozen=True)
class Tokenizer:
    """One Whisper vocabulary, built by `make_tokenizer`. Special tokens carry openai/whisper's names."""

    encoding: tiktoken.Encoding
    is_multilingual: bool
    n_languages: int
    # Ids behind the timestamps, which fine-tuned models have: words that were added, and ids that stand for no text.
    added: frozenset[int] = frozenset()
    unwritten: tuple[int, ...] = ()

    # -- text ------------------------------------------------------------------------------------

    def encode(self, text: str) -> list[int]:
        """Text → token ids; special tokens written out are read as plain text."""
        return self.encoding.encode_ordinary(text)

    def encode_phrase(self, text: str) -> list[int]:
        """Token ids of a text that other text may precede: one space goes before it; a blank text has none."""
        return self.encode(" " + text.strip()) if text.strip() else []

    def decode(self, tokens: Iterable[int]) -> str:
        """Token ids → text, without timestamps; bytes that are no UTF-8 become U+FFFD."""
        return self.encoding.decode([token for token in tokens if not self.is_timestamp(token)])

    def decode_with_timestamps(self, tokens: Iterable[int]) -> str:
        """Token ids → text with its timestamps, as in `<|0.00|> Hello.<|0.50|>`."""
        return self.encoding.decode(list(tokens))

    def token_bytes(self, token: int) -> bytes:
        """UTF-8 bytes of one token; a character may be spread over several tokens."""
        return self.encoding.decode_single_token_bytes(token)

    def is_text(self, token: int) -> bool:
        """Return whether a token id stands for text: an ordinary token, or a word that was added to the vocabulary."""
        return token < self.eot or token in self.added

    def is_timestamp(self, token: int) -> bool:
        """Return whether a token id is one of <|0.00|> to <|30.00|>."""
        return self.timestamp_begin <= token < self.timestamp_end

    # -- special tokens --------------------------------------------------------------------------

    @property
    def n_vocab(self) -> int:
        """Number of token ids, special ones included."""
        return self.encoding.n_vocab

    @cached_property
    def eot(self) -> int:
        """End of text; ids below it are text."""
        return self._special("<|endoftext|>")

    @cached_property
    def sot(self) -> int:
        """Start of transcript."""
        return self._special("<|startoftranscript|>")

    @cached_property
    def translate(self) -> int:
        """Task: write English, whatever is spoken."""
        return self._special("<|translate|>")

    @cached_property
    def transcribe(self) -> int:
        """Task: write what is spoken, in its own language."""
        return self._special("<|transcribe|>")

    @cached_property
    def sot_lm(self) -> int:
        """Start of language model; Whisper has it but never uses it."""
        return self._special("<|startoflm|>")

    @cached_property
    def sot_prev(self) -> int:
        """Start of the prompt, the text before this window."""
        return self._special("<|startofprev|>")

    @cached_property
    def no_speech(self) -> int:
        """Written in place of a language where nobody speaks."""
        return self._special("<|nospeech|>")

    @cached_property
    def no_timestamps(self) -> int:
        """Last initial token of a transcript without timestamps."""
        return self._special("<|notimestamps|>")

    @cached_property
    def timestamp_begin(self) -> int:
        """`<|0.00|>`; each id above it is 20 ms later."""
        return self._special("<|0.00|>")

    @property
    def timestamp_end(self) -> int:
        """The id behind `<|30.00|>`; ids from here on were added to Whisper's vocabulary."""
        return self.timestamp_begin + TIMESTAMPS

    @cached_property
    def languages(self) -> dict[str, int]:
        """Language code → token id, in the order of the ids."""
        return {code: self._special(f"<|{code}|>") for code in list(LANGUAGES)[: self.n_languages]}

    def start_sequence(self, language: str, task: Task, *, timestamps: bool) -> list[int]:
        """Token ids that tell the decoder what to write: start of transcript[, language, task][, no timestamps].

        `language` is a code as in `languages`, a region behind it does not matter. Raises ValueError for a language or
        task that the model does not know.
        """
        language = whisper_code(language)
        # Radford et al. 2022, figure 1: the multitask training format.
        if self.is_multilingual:
            if language not in self.languages:
                raise ValueError(f"this model does not know the language {language!r}")
            sequence = [self.sot, self.languages[language], self.translate if task == "translate" else self.transcribe]
        else:
            if (language, task) != ("en", "transcribe"):
                raise ValueError("this model knows English only; other languages need a multilingual one, such as base")
            sequence = [self.sot]
        return sequence if timestamps else [*sequence, self.no_timestamps]

    @cached_property
    def non_speech_tokens(self) -> tuple[int, ...]:
        """Token ids of speaker tags and sound descriptions, "[LAUGHTER]" or "♪♪♪": not what anybody says."""
        # Brackets, East Asian quotes, musical signs and other marks; some of them doubled.
        symbols = [*'"#()*+/:;<=>@[\\]^_`{|}~「」『』', *_DOUBLE_SYMBOLS.split()]
        music = [*"♩♪♫♬♭♮♯", "♪♪", "♪♪♪"]
        # Hyphens and apostrophes are allowed within words, but not before one.
        found = {self.encode(" -")[0], self.encode(" '")[0]}
        for symbol in symbols + music:
            for tokens in (self.encode(symbol), self.encode(" " + symbol)):
                # A mark of several tokens cannot be told by its first one. Musical signs can: hardly anything else
                # begins with the same bytes.
                if len(tokens) == 1 or symbol in music[:7]:
                    found.add(tokens[0])
        return tuple(sorted(found))

    def _special(self, name: str) -> int:
        return self.encoding.encode_single_token(name)


def make_tokenizer(ranks: Ranks, n_vocab: int, names: Mapping[int, str] | None = None) -> Tokenizer:
    """Build the tokenizer of a model with `n_vocab` token ids, from the ranks of a vocabulary of its kind.

    `names`: what the vocabulary calls the ids behind the ranks, as far as it does. Raises ValueError if there is no
    such Whisper vocabulary.
    """
    n_languages = _n_languages(ranks, n_vocab, names or {})
    # Whisper's own ids follow the ranks; behind them is what somebody has added, and rows that fill up a matrix.
    special = {name: len(ranks) + i for i, name in enumerate(_special_names(n_languages))}
    behind = range(len(ranks) + len(special), n_vocab)
    added = _added(special, behind, names or {})
    # tiktoken merges pairs of bytes by their ranks; special tokens are only ever looked up by name.
    encoding = tiktoken.Encoding(
        f"whisper-{n_vocab}",
        pat_str=_PATTERN,
        mergeable_ranks=ranks,
        special_tokens=special,
        explicit_n_vocab=n_vocab,
    )
    is_multilingual = len(ranks) == MULTILINGUAL_RANKS
    return Tokenizer(encoding, is_multilingual, n_languages, added, tuple(sorted(set(behind) - added)))


def _added(special: dict[str, int], behind: Iterable[int], names: Mapping[int, str]) -> frozenset[int]:
    """Name every id behind Whisper's own in `special`, and return those that stand for text."""
    words = set()
    for token in behind:
        # tiktoken needs a name of its own for every id. One like <|speaker|> is a mark, any other is a word.
        name = names.get(token, "")
        if name and name not in special:
            special[name] = token
            words |= set() if _MARK.fullmatch(name) else {token}
        else:
            special[f"<|unnamed {token}|>"] = token
    return frozenset(words)


def _n_languages(ranks: Ranks, n_vocab: int, names: Mapping[int, str]) -> int:
    """Count the language tokens; ValueError if this is no Whisper vocabulary."""
    # 51,865 = 50,257 ordinary + 99 languages + 8 special + 1501 timestamps.
    # What is left of the ids are languages: 99, or 100 since large-v3. 8 are the special tokens beside them.
    left = n_vocab - len(ranks) - 8 - TIMESTAMPS
    if len(ranks) not in (ENGLISH_RANKS, MULTILINGUAL_RANKS) or left <= 0:
        raise ValueError(f"{len(ranks)} ordinary tokens in a vocabulary of {n_vocab}: this is not a Whisper vocabulary")
    # Languages stand between the start of transcript, the second special token, and the first task.
    tasks = [token for token, name in names.items() if name == "<|translate|>"]
    if tasks and tasks[0] - len(ranks) - 2 in range(1, min(left, len(LANGUAGES)) + 1):
        return tasks[0] - len(ranks) - 2
    # No name tells it. English-only models have 99; where there are more ids than languages, tokens were added.
    most = len(LANGUAGES) if len(ranks) == MULTILINGUAL_RANKS else _USUAL_LANGUAGES
    return left if left <= most else _USUAL_LANGUAGES


def _special_names(n_languages: int) -> list[str]:
    """Names of the special tokens, in the order of their ids."""
    return [
        "<|endoftext|>",
        "<|startoftranscript|>",
        *(f"<|{code}|>" for code in list(LANGUAGES)[:n_languages]),
        "<|translate|>",
        "<|transcribe|>",
        "<|startoflm|>",
        "<|startofprev|>",
        "<|nospeech|>",
        "<|notimestamps|>",
        *(f"<|{i * SECONDS_PER_TIMESTAMP:.2f}|>" for i in range(TIMESTAMPS)),
    ]
