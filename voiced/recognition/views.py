"""A look at a recording: what the grammar lets Whisper read there, and what speaks for that.

A look may have several views of the same sound, in windows of different lengths and after other prompts. A sentence
counts for as much as it does in all of them on the average, though only one of them may have thought of it; and so does
the evidence.

The only file, beside `free` and `recognizer`, where Whisper and the grammar meet. Decides nothing.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

import torch

from voiced.errors import ModelError
from voiced.flow import Hypothesis
from voiced.grammar import backwards, goes_without_saying, vocabulary_prompt, with_examples
from voiced.grammar.constraint import Constraint
from voiced.grammar.normalize import normalize
from voiced.grammar.token_tree import Vocabulary
from voiced.recognition.agreement import LETTERS_A_SECOND, agreement, compared
from voiced.recognition.beam_search import Beams, at_odds, constrained_search, free_search, read_there, weighed
from voiced.recognition.confidence import LITTLE, Evidence, Free, mean, weights_of
from voiced.recognition.hypotheses import Reading, best_of, within_reach
from voiced.recognition.internal_lm import Silence
from voiced.whisper.alignment import POSITIONS_PER_SECOND, align
from voiced.whisper.log_mel import log_mel
from voiced.whisper.text_tree import TextTree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from voiced.config import RecognizerSettings
    from voiced.flow import Match, Samples
    from voiced.grammar import Grammar
    from voiced.recognition.beam_search import Path
    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.model import Cache
    from voiced.whisper.words import TimedWord

# Nats by which a beginning may be less likely than another, at first and at the second look. "Pon" may sound like
# "con", with which in one grammar only "continúa" begins: who gives up too soon what begins badly is left with that.
_BEHIND, _FAR_BEHIND = 4.0, 8.0

MAX_TOKENS = 64  # no command is longer; an endless repetition must not cost seconds
_MAX_TOKENS_FOREIGN = 24  # of what is no command, to tell what was heard
_LATE = 0.3  # seconds after the speech in which words may be placed that were not said
_MORE_TOKENS = 8  # that may be heard beyond a reading, to tell that it is not all that was said
_PROMPT_TOKENS = 223  # the decoder reads no more of one
_ENDS = frozenset(".,?!;:…。,？！")  # noqa: RUF001 # East Asian marks are meant
_STOPS = frozenset(".?!。？！")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Look:
    """What was read, and why it may be believed; `match` None: nothing that the grammar knows is likely."""

    match: Match | None
    evidence: Evidence | None
    avg_logprob: float
    heard: str = ""  # what Whisper would write without the grammar, where that was asked
    stop: float = 0.0  # log probability of a full stop or the end after the last word, whatever the grammar says
    alternatives: tuple[Hypothesis, ...] = ()


class View(NamedTuple):
    """The recording as the decoder hears it in one window, and the sentences that it would write there, best first."""

    tree: TextTree
    paths: list[Path]


class Reader:
    """A model that knows a grammar."""

    def __init__(self, loaded: LoadedModel, settings: RecognizerSettings, name: str, grammar: Grammar) -> None:
        """ModelError if the model, called `name` by the user, does not know the grammar's language."""
        self.loaded = loaded
        self._settings = settings
        self._name = name
        tokenizer = loaded.tokenizer
        written = [tokenizer.token_bytes(token) for token in range(tokenizer.eot)]
        self._vocabulary = Vocabulary(written)
        texts = [text.decode(errors="replace").strip() for text in written]
        self._ends, self._stops = (
            torch.tensor([*_of(marks, texts), tokenizer.eot], device=loaded.model.device) for marks in (_ENDS, _STOPS)
        )
        self._learn(grammar)

    def under(self, grammar: Grammar) -> Reader:
        """The same model under another grammar, beside this one."""
        other = copy(self)
        other._learn(grammar)  # noqa: SLF001 # one of us
        return other

    def _learn(self, grammar: Grammar) -> None:
        eot = self.loaded.tokenizer.eot
        self._grammar = grammar
        self.language = _language(self.loaded, self._name, grammar.language)
        self.weights = weights_of(self.language, is_multilingual=self.loaded.tokenizer.is_multilingual)
        self.prompt = vocabulary_prompt(grammar, self._count) if self._settings.prompt else ""
        self._silence = Silence(self.loaded, self.language)
        self._constraint = Constraint(grammar.automaton, grammar.language, self._vocabulary, eot)
        self._before = [[self._tokens_before(prompt) for prompt in prompts] for prompts in self._prompts()]

    def _prompts(self) -> tuple[Sequence[str], ...]:
        """Of the views of each look, those of the third in each of its windows; English models have one of these."""
        if not self.prompt:
            return [""], [""], [], [""], [""], [""]
        longer, sentences = (with_examples(prompt, self._grammar, self._count) for prompt in (self.prompt, ""))
        looks = [self.prompt], [backwards(self.prompt), longer], [sentences]
        if not self.loaded.tokenizer.is_multilingual:
            return looks
        others = with_examples("", self._grammar, self._count, seed=1)
        return *looks, [sentences], [others], [sentences]

    def hear(self, samples: Samples) -> Tensor:
        """Audio features (1, positions, state) of at most 30 s."""
        model = self.loaded.model
        return model.encode(log_mel(samples, model.dims.n_mels))

    def start(self, samples: Samples) -> Cache:
        """What the decoder knows of them before the first token."""
        return self.loaded.model.start(self.hear(samples))

    def views(self, start: Cache, prefix: str, letters: float, look: int = 0) -> tuple[View, ...]:
        """Search for what was said, after a `prefix` that is known.

        Each `look` (0, 1; from 2 on, the third in its windows) is after other prompts, the later ones also among what
        begins badly.
        """
        beams = Beams(self._settings.beam_size, _FAR_BEHIND if look else _BEHIND, letters - len(prefix))
        return tuple(self._view(start, before, beams, prefix) for before in self._before[look])

    def _view(self, start: Cache, before: Sequence[int], beams: Beams, prefix: str) -> View:
        tokenizer = self.loaded.tokenizer
        initial = [*before, *(tokenizer.encode(" " + prefix) if prefix else [])]
        tree = TextTree(self.loaded.model, start, initial, len(initial) - before.index(tokenizer.sot))
        limit = min(MAX_TOKENS, self.loaded.model.dims.n_text_ctx - tree.root - 1)
        return View(tree, constrained_search(tree, self._constraint, beams, limit))

    def look(self, views: Sequence[View], unexplained: Callable[[Match], float], *, freely: bool) -> Look:
        """Read what all views agree upon best, and leaves little of the speech `unexplained` (seconds).

        `freely`: tell also what Whisper would write without the grammar.
        """
        readings = self._readings(views)
        if not readings:
            heard, avg_logprob = self._write_freely(views[:2][-1].tree, _MAX_TOKENS_FOREIGN)
            return Look(None, None, avg_logprob, heard)
        heard = ""
        if freely:
            heard = self._heard(views, readings[0])
            readings = self._less_expected(views, readings)
        best, others, margin = best_of(readings, lambda reading: self._left_out(reading, unexplained, heard))
        trees = [view.tree for view in views]
        exact = self._exactly(views, best)
        found = [self._evidence(*each, margin, freely=freely) for each in zip(views, exact.paths, strict=True)]
        evidence = self._compared(mean(found), best, heard)
        above = best.avg_logprob - exact.avg_logprob  # as much as the others are, too
        alternatives = tuple(Hypothesis(other.match.text, other.match, other.avg_logprob - above) for other in others)
        stops = (self._after_last_word(*each, self._stops) for each in zip(trees, exact.paths, strict=True))
        return Look(best.match, evidence, exact.avg_logprob, heard, fmean(stops), alternatives)

    def words(self, text: str, start: Cache, end: float) -> list[TimedWord]:
        """The words of a text, with when they were said: in the speech, or after its `end` (seconds).

        `start`: what the decoder knows of the sound before the first token.
        """
        positions = min(start.n_positions, round((end + _LATE) * POSITIONS_PER_SECOND))
        tokens = self.loaded.tokenizer.encode(" " + text.strip())
        words = align(self.loaded, start, positions, tokens, self.language, "transcribe")
        return [word for word in words if any(map(str.isalnum, word.text))]

    def _weighed(self, tree: TextTree, path: Path) -> Path:
        """The same with exact log probabilities, and all else that will be asked for scored in the same pass."""
        tree.score([tree.first, *(each.after for each in path.written)])
        return weighed(tree, path)

    def _evidence(self, view: View, path: Path, margin: float, *, freely: bool) -> Evidence:
        """What speaks for a reading."""
        tree = view.tree
        words = [each.logprob for each in path.written if each.is_word]
        outside, rival = at_odds(tree, self._constraint, path)
        return Evidence(
            words=sum(words) / len(words),
            worst=min(words),
            outside=outside,
            rival=rival,
            margin=margin,
            ends=self._after_last_word(tree, path, self._ends),
            unexplained=0.0,
            no_speech=self._no_speech(tree),
            free=self._free(view, path) if freely else None,
        )

    def _free(self, view: View, path: Path) -> Free:
        heard, avg_logprob = self._beside(view, path)
        return Free(agreement(*self._texts(path, heard)).alike, avg_logprob - path.avg_logprob)

    def _beside(self, view: View, path: Path) -> tuple[str, float]:
        """What Whisper would write there without the grammar, as long as the reading and a little longer."""
        return self._write_freely(view.tree, len(path.written) + _MORE_TOKENS, path.tokens)

    def _heard(self, views: Sequence[View], reading: Reading) -> str:
        """The same in the second view: who has read whole sentences makes one of "start a timer for"."""
        view, path = list(zip(views, reading.paths, strict=True))[:2][-1]
        return self._beside(view, path)[0]

    def _left_out(self, reading: Reading, unexplained: Callable[[Match], float], heard: str) -> float:
        """Seconds of speech that it leaves out: more than every reading does, or words that were heard."""
        words = agreement(*self._texts(reading.paths[0], heard)).left_out / LETTERS_A_SECOND if heard else 0.0
        return max(0.0, unexplained(reading.match) - LITTLE) + words

    def _texts(self, path: Path, heard: str) -> tuple[str, str]:
        return path.normal.strip(), normalize(heard, self._grammar.language).text

    def _after_last_word(self, tree: TextTree, path: Path, tokens: Tensor) -> float:
        """Log probability that one of these follows the last word, whatever the grammar says."""
        last = max(number for number, each in enumerate(path.written) if each.is_word)
        return float(tree.logprobs(path.written[last + 1].after)[tokens].logsumexp(0))

    def _compared(self, evidence: Evidence, reading: Reading, heard: str) -> Evidence:
        """With the words that were heard only, and those that were read only."""
        if evidence.free is None:
            return evidence
        texts = self._texts(reading.paths[0], heard)
        return replace(evidence, free=compared(evidence.free, *texts, partial(goes_without_saying, self._grammar)))

    def _no_speech(self, tree: TextTree) -> float:
        """The probability that nobody spoke."""
        return float(tree.logprobs(tree.first)[self.loaded.tokenizer.no_speech].exp())

    def _write_freely(self, tree: TextTree, limit: int, guess: Sequence[int] = ()) -> tuple[str, float]:
        """What Whisper would write without the grammar, perhaps `guess`, and its mean log probability."""
        tokenizer = self.loaded.tokenizer
        tokens, avg_logprob = free_search(tree, tokenizer.eot, limit, guess)
        return tokenizer.decode(tokens).strip(), avg_logprob

    def _readings(self, views: Sequence[View]) -> list[Reading]:
        """What was read in any view, best first, each meaning once."""
        written = {path.normal: path for view in views for path in view.paths}
        readings = (self._reading(views, path) for path in written.values())
        found: dict[str, Reading] = {}
        for reading in sorted(readings, key=lambda reading: -reading.avg_logprob):
            found.setdefault(f"{reading.match.intent} {sorted(reading.match.slots.items())}", reading)
        return list(found.values())

    def _less_expected(self, views: Sequence[View], readings: Sequence[Reading]) -> list[Reading]:
        """The same, weighed exactly where they are near the best, and knowing how much of them is only expected."""
        near = within_reach(readings)
        expected = self._silence.avg_logprobs([reading.match.text for reading in near])
        exact = (self._exactly(views, reading) for reading in near)
        found = [replace(reading, expected=of_it) for reading, of_it in zip(exact, expected, strict=True)]
        found += [replace(reading, expected=expected[0]) for reading in readings[len(near) :]]
        return sorted(found, key=lambda reading: -reading.score)

    def _exactly(self, views: Sequence[View], reading: Reading) -> Reading:
        paths = zip(views, reading.paths, strict=True)
        return replace(reading, paths=[self._weighed(view.tree, path) for view, path in paths])

    def _reading(self, views: Sequence[View], path: Path) -> Reading:
        match = self._grammar.match(self.loaded.tokenizer.decode(path.tokens).strip())
        assert match is not None, "what was written under the grammar is in it"
        own = ({path.normal: path for path in view.paths} for view in views)
        paths = [known.get(path.normal) or read_there(view.tree, path) for view, known in zip(views, own, strict=True)]
        return Reading(match, paths)

    def _tokens_before(self, words: str) -> list[int]:
        """[start of prompt, prompt,] start of transcript, language, task, no timestamps."""
        tokenizer = self.loaded.tokenizer
        start = tokenizer.start_sequence(self.language, "transcribe", timestamps=False)
        prompt = tokenizer.encode(" " + words)[-_PROMPT_TOKENS:] if words else []
        return [*([tokenizer.sot_prev, *prompt] if prompt else []), *start]

    def _count(self, text: str) -> int:
        return len(self.loaded.tokenizer.encode(text))


def _language(loaded: LoadedModel, name: str, language: str) -> str:
    """The grammar's language, if the model speaks it."""
    tokenizer = loaded.tokenizer
    known = tokenizer.languages if tokenizer.is_multilingual else {"en": 0}
    if language not in known:
        remedy = "use a multilingual model such as base" if language != "en" else "check `language:`"
        raise ModelError(f"model {name!r} does not know the intents' language {language!r}: {remedy}")
    return language


def _of(marks: frozenset[str], texts: Sequence[str]) -> list[int]:
    """Tokens that are written with these marks alone."""
    return [token for token, text in enumerate(texts) if text and marks.issuperset(text)]
