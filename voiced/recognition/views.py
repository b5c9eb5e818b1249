"""What Whisper is shown of a recording, and what it hears there: prompts in, sound in, sentences of the grammar out.

A view is one encoding of the sound, read after one prompt. Which views a pass takes, `passes` says; which of the
sentences found in them is right, `rescoring`. Decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch

from voiced.errors import ModelError
from voiced.grammar import backwards, vocabulary_prompt, with_examples
from voiced.grammar.constraint import Constraint
from voiced.grammar.token_tree import Vocabulary
from voiced.recognition import tuning
from voiced.recognition.beam_search import Beams
from voiced.recognition.joined_search import joining_tokens, search
from voiced.whisper.alignment import POSITIONS_PER_SECOND, align
from voiced.whisper.languages import whisper_code
from voiced.whisper.log_mel import log_mel
from voiced.whisper.text_tree import TextTree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from voiced.config import RecognizerSettings
    from voiced.flow import Samples
    from voiced.grammar import Grammar
    from voiced.recognition.beam_search import Path
    from voiced.recognition.prepared import Prepared
    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.model import Cache
    from voiced.whisper.words import TimedWord

PROMPT_TOKENS = 223  # the decoder reads no more of a prompt: half of its 448 tokens, less one

_ENDS = frozenset(".,?!;:…。,？！")  # noqa: RUF001 # East Asian marks are meant
_STOPS = frozenset(".?!。？！")  # noqa: RUF001


class View(NamedTuple):
    """One encoding of a recording read after one prompt, and the sentences written there, likeliest first."""

    tree: TextTree
    paths: list[Path]


@dataclass(frozen=True, eq=False, slots=True)
class OpenedModel:
    """A loaded model, and what its tokens spell: all that recognition needs of it under any grammar."""

    name: str  # the user's
    loaded: LoadedModel
    vocabulary: Vocabulary
    ends: Tensor  # (n,) tokens after which no word follows the last one: marks and the end of text
    stops: Tensor  # (n,) tokens that end a sentence


def opened(loaded: LoadedModel, name: str) -> OpenedModel:
    """Spell out the tokens of a loaded model, which the user calls `name`."""
    tokenizer, device = loaded.tokenizer, loaded.model.device
    # Bytes of every text token, (n_vocab,): the constraint spells sentences with them, whatever the tokens' borders.
    written = [tokenizer.token_bytes(token) for token in range(tokenizer.eot)]
    # Which tokens are nothing but punctuation? Behind a last word they say that it was the last.
    texts = [text.decode(errors="replace").strip() for text in written]
    ends, stops = (torch.tensor([*_of(marks, texts), tokenizer.eot], device=device) for marks in (_ENDS, _STOPS))
    return OpenedModel(name, loaded, Vocabulary(written), ends, stops)


class Prompts(NamedTuple):
    """What the decoder may be shown before it writes; all empty if the user wants no prompt."""

    vocabulary: str  # words of the grammar
    backwards: str  # these words in the other order
    longer: str  # the words, and example sentences
    sentences: str  # example sentences alone
    others: str  # other example sentences


NO_PROMPTS = Prompts("", "", "", "", "")


class GrammarModel:
    """A Whisper model held to a grammar: encodes sound and searches it for sentences. Keeps nothing between calls."""

    def __init__(self, model: OpenedModel, settings: RecognizerSettings, grammar: Grammar) -> None:
        """ModelError if the model does not know the grammar's language."""
        self.opened = model
        self.loaded = model.loaded
        self.grammar = grammar
        self.language = _language(model, grammar.language)
        self.is_multilingual = model.loaded.tokenizer.is_multilingual
        eot = model.loaded.tokenizer.eot
        # The grammar's automaton over characters, walked with tokens: of any sentence, and of single commands.
        self.joined = Constraint(grammar.automaton, grammar.language, model.vocabulary, eot)
        self.constraint = self.joined.single()
        self._joining = joining_tokens(grammar.automaton, model.loaded.tokenizer)
        self.prompts = self._prompts() if settings.prompt else NO_PROMPTS
        self.beam_size = settings.beam_size or tuning.BEAMS[0]  # fewer if the machine turns out to be slow

    def hear(self, samples: Samples) -> Tensor:
        """Encode at most 30 s of samples: audio features (1, n_positions, n_state)."""
        model = self.loaded.model
        return model.encode(log_mel(samples, model.dims.n_mels))

    def start(self, samples: Samples) -> Cache:
        """Encode samples, and return what the decoder knows of them before the first token."""
        return self.loaded.model.start(self.hear(samples))

    def before(self, prompt: str) -> list[int]:
        """Return the tokens before a text: [start of prompt, prompt,] start, language, task, no timestamps."""
        tokenizer = self.loaded.tokenizer
        # A prompt is what was said "before": the decoder takes its words and spelling for likely.
        start = tokenizer.start_sequence(self.language, "transcribe", timestamps=False)
        tokens = tokenizer.encode(" " + prompt)[-PROMPT_TOKENS:] if prompt else []
        return [*([tokenizer.sot_prev, *tokens] if tokens else []), *start]

    def view(
        self, start: Cache, before: Sequence[int], heard: Prepared, behind: float, go_on: Callable[[], None]
    ) -> View:
        """Search one encoding for what was said.

        `before` are the tokens of a prompt, `behind` the nats by which a beam may be less likely than the best one.
        `go_on` is called before each step of the decoder, now and when the view is asked for more; it may raise.
        """
        # A wake word in the samples is text that is known: it is read, like the prompt, before the search begins.
        tokenizer, model = self.loaded.tokenizer, self.loaded.model
        initial = [*before, *(tokenizer.encode(" " + heard.prefix) if heard.prefix else [])]
        tree = TextTree(model, start, initial, len(initial) - before.index(tokenizer.sot), go_on)
        # Nobody says more letters than there was time for, and the decoder has room for so many tokens only.
        beams = Beams(self.beam_size, behind, heard.letters - len(heard.prefix), heard.hopeless)
        limit = min(tuning.MAX_TOKENS, model.dims.n_text_ctx - tree.root - 1)
        return View(tree, search(tree, self.constraint, self.joined, self._joining, beams, limit))

    def words(self, text: str, start: Cache, end: float) -> list[TimedWord]:
        """Return the words of a text, with when they were said: in the speech, or after its `end` (seconds).

        `start` is the encoding before the first token, of the sound as fast as it was said.
        """
        # Padding has no words: only positions up to a little behind the speech may be aligned.
        positions = min(start.n_positions, round((end + tuning.LATE_SECONDS) * POSITIONS_PER_SECOND))
        tokens = self.loaded.tokenizer.encode(" " + text.strip())
        # Cross-attention of some heads aligns the tokens (n_tokens, n_positions); marks alone are no words.
        words = align(self.loaded, start, positions, tokens, self.language, "transcribe")
        return [word for word in words if any(map(str.isalnum, word.text))]

    def constraint_of(self, path: Path) -> Constraint:
        """Return the narrowest constraint that allows a path."""
        return self.constraint if self.constraint.walk(path.tokens) else self.joined

    def _prompts(self) -> Prompts:
        """Words and example sentences of the grammar, as many as the decoder reads."""
        # Words first, then sentences of the grammar as long as tokens are left.
        vocabulary = vocabulary_prompt(self.grammar, self._count)
        if not vocabulary:
            return NO_PROMPTS
        longer, sentences = (with_examples(prompt, self.grammar, self._count) for prompt in (vocabulary, ""))
        # Other sentences are shown at other paces only, which English models do not hear.
        others = with_examples("", self.grammar, self._count, seed=1) if self.is_multilingual else ""
        return Prompts(vocabulary, backwards(vocabulary), longer, sentences, others)

    def _count(self, text: str) -> int:
        return len(self.loaded.tokenizer.encode(text))


def _language(model: OpenedModel, language: str) -> str:
    """The grammar's language, if the model speaks it."""
    tokenizer = model.loaded.tokenizer
    known = tokenizer.languages if tokenizer.is_multilingual else {"en": 0}
    if whisper_code(language) not in known:
        remedy = "check `language:`" if tokenizer.is_multilingual else "use a multilingual model such as base"
        raise ModelError(f"model {model.name!r} does not know the intents' language {language!r}: {remedy}")
    return language


def _of(marks: frozenset[str], texts: Sequence[str]) -> list[int]:
    """Tokens that are written with these marks alone."""
    return [token for token, text in enumerate(texts) if text and marks.issuperset(text)]
