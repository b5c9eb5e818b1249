"""Rescoring: of the sentences that any view wrote, which does all of the sound speak for, and what speaks against it?

While a view is searched, scores are nearly right and know one encoding only. Afterwards every sentence is read in
every view, with exact log probabilities; the internal language model is taken off, and so is the speech that a
sentence leaves out. The mean over all views ranks the hypotheses, and gives the evidence for the best one. Decides
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from statistics import fmean
from typing import TYPE_CHECKING

from voiced.flow import Hypothesis
from voiced.grammar import goes_without_saying
from voiced.recognition import tuning
from voiced.recognition.agreement import agreement, compared
from voiced.recognition.beam_search import at_odds, read_there, weighed
from voiced.recognition.coverage import Coverage, unexplained
from voiced.recognition.evidence import Evidence, FreeEvidence, mean
from voiced.recognition.free_search import free_search
from voiced.recognition.free_text import begins_again, said_once
from voiced.recognition.hypotheses import ScoredHypothesis, best_of, within_reach
from voiced.recognition.internal_lm import InternalLm
from voiced.recognition.of_each_command import is_said, least_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from voiced.flow import Match
    from voiced.recognition.beam_search import Path
    from voiced.recognition.prepared import Prepared
    from voiced.recognition.views import GrammarModel, View
    from voiced.whisper.model import Cache
    from voiced.whisper.text_tree import TextTree
    from voiced.whisper.words import TimedWord


@dataclass(frozen=True, slots=True)
class Rescored:
    """The best hypothesis, and why it may be believed; `match` None: nothing that the grammar knows is likely."""

    match: Match | None
    evidence: Evidence | None
    avg_logprob: float  # per token, mean of all views
    free_text: str = ""  # what Whisper would write without the grammar, where that was asked
    stop: float = 0.0  # log probability of a full stop or the end after the last word, whatever the grammar says
    alternatives: tuple[Hypothesis, ...] = ()
    words: Sequence[TimedWord] = ()  # of the hypothesis, where coverage needed their times


class Rescorer:
    """Compares what was written in all views of a recording. Keeps nothing between calls."""

    def __init__(self, model: GrammarModel) -> None:
        self.model = model
        self._grammar = model.grammar
        self._tokenizer = model.loaded.tokenizer
        self._ilm = InternalLm(model.loaded, model.language)

    def rescore(self, views: Sequence[View], start: Cache, heard: Prepared, *, freely: bool) -> Rescored:
        """Find the hypothesis that all views agree upon best, and that leaves little of the speech unexplained.

        `start` is the encoding of the sound as fast as it was said. `freely`: ask also what Whisper would write
        without the grammar.
        """
        # 1. Every sentence that was written anywhere is read in every view; each meaning counts once.
        ranked = self._hypotheses(views)
        if not ranked:
            free_text, avg_logprob = self.heard(views)
            return Rescored(None, None, avg_logprob, free_text)
        # 2. Take off what the internal language model would have expected without any sound.
        free_text = ""
        if freely:
            free_text = self._free_text(views, ranked[0])
            ranked = self._less_expected(views, ranked)
        # 3. Choose the best, knowing what each leaves out of the speech.
        covered: dict[str, Coverage] = {}

        def left_out(each: ScoredHypothesis) -> float:
            covered[each.match.text] = coverage = self._coverage(each.match, start, heard)
            return max(0.0, coverage.unexplained - tuning.UNEXPLAINED_SECONDS) + self._words_left_out(each, free_text)

        best, others, margin = best_of(ranked, left_out)
        # 4. Gather what speaks for it, with exact log probabilities.
        exact = self._exactly(views, best)
        seconds, words = covered[best.match.text]
        evidence = replace(self._evidence(views, exact, margin, freely=freely), unexplained=seconds)
        return Rescored(
            best.match,
            self._compared(evidence, best, free_text),
            exact.avg_logprob,
            free_text,
            self._stop(views, exact),
            _alternatives(others, best.avg_logprob - exact.avg_logprob),
            words,
        )

    # ---- hypotheses

    def _hypotheses(self, views: Sequence[View]) -> list[ScoredHypothesis]:
        """What was written in any view, best first, each meaning (intent and slots) once."""
        # Spellings ("22", "twenty-two") share a normal form; of each form one path is enough.
        written = {path.normal: path for view in views for path in view.paths}
        read = filter(self._is_said, (self._hypothesis(views, path) for path in written.values()))
        # Sentences with equal intents and slots have one meaning: only the likeliest stands for them.
        found: dict[str, ScoredHypothesis] = {}
        for each in sorted(read, key=lambda each: -each.score):
            found.setdefault(each.match.meaning, each)
        return list(found.values())

    def _hypothesis(self, views: Sequence[View], path: Path) -> ScoredHypothesis:
        """A sentence with its path in each view: its own, or else as it is when read there."""
        match = self._grammar.match(self._tokenizer.decode(path.tokens).strip())
        assert match is not None, "what was written under the grammar is in it"
        # Views that did not write it themselves are asked how likely they find it (forced decoding).
        own = ({path.normal: path for path in view.paths} for view in views)
        paths = [known.get(path.normal) or read_there(view.tree, path) for view, known in zip(views, own, strict=True)]
        return ScoredHypothesis(match, paths)

    def _is_said(self, each: ScoredHypothesis) -> bool:
        """Whether it is one command, or may be several."""
        return is_said(each.match, each.paths, self._tokenizer.decode, self._grammar.language)

    def _less_expected(self, views: Sequence[View], ranked: Sequence[ScoredHypothesis]) -> list[ScoredHypothesis]:
        """Rank again by score: exact where hypotheses are near the best, with the internal language model's part."""
        # All that is near the best is read without sound, in one pass of the decoder.
        near = within_reach(ranked)
        ilm = self._ilm.avg_logprobs([each.match.text for each in near])
        exact = (self._exactly(views, each) for each in near)
        found = [replace(each, ilm=of_it) for each, of_it in zip(exact, ilm, strict=True)]
        # The rest cannot win; it gets the leader's part, so that the distance to it stays as it is.
        found += [replace(each, ilm=ilm[0]) for each in ranked[len(near) :]]
        return sorted(found, key=lambda each: -each.score)

    def _exactly(self, views: Sequence[View], hypothesis: ScoredHypothesis) -> ScoredHypothesis:
        """The hypothesis with exact log probabilities in each view."""
        paths = zip(views, hypothesis.paths, strict=True)
        return replace(hypothesis, paths=[_weighed(view.tree, path) for view, path in paths])

    # ---- what a hypothesis leaves out

    def _coverage(self, match: Match, start: Cache, heard: Prepared) -> Coverage:
        """How much of the speech the words account for; their times are found only if letters alone do not fill it."""
        text = heard.with_prefix(match.text)
        if heard.is_filled_by(text):
            return Coverage(0.0, [])
        # Aligning costs a pass of the decoder, so that only slow or crowded speech is looked into.
        words = self.model.words(text, start, heard.end_seconds)
        return Coverage(unexplained(words, heard), words)

    def _words_left_out(self, hypothesis: ScoredHypothesis, free_text: str) -> float:
        """Seconds that the words of the free text take that the hypothesis leaves out."""
        if not free_text:
            return 0.0
        return agreement(*self._texts(hypothesis.paths[0], free_text)).left_out / tuning.LETTERS_PER_SECOND

    # ---- evidence

    def _evidence(
        self, views: Sequence[View], hypothesis: ScoredHypothesis, margin: float, *, freely: bool
    ) -> Evidence:
        """The mean of what each view says for a hypothesis."""
        paths = zip(views, hypothesis.paths, strict=True)
        return mean([self._of_view(view, hypothesis.match, path, margin, freely=freely) for view, path in paths])

    def _of_view(self, view: View, match: Match, path: Path, margin: float, *, freely: bool) -> Evidence:
        """What one view says for a hypothesis."""
        tree = view.tree
        return Evidence(
            # Marks are a matter of taste; what counts is how well the tokens that say something fit the sound.
            words=least_words(match, path, self._tokenizer.decode, self._grammar.language),
            outside=at_odds(tree, self.model.constraint_of(path), path),
            margin=margin,
            ends=_after_last_word(tree, path, self.model.opened.ends),
            unexplained=0.0,
            no_speech=self._no_speech(tree),
            free=self._of_free_text(view, path) if freely else None,
        )

    def _of_free_text(self, view: View, path: Path) -> FreeEvidence:
        """How much likelier a view's own free text is than a hypothesis."""
        return FreeEvidence(lead=self._beside(view, path)[1] - path.avg_logprob)

    def _compared(self, evidence: Evidence, hypothesis: ScoredHypothesis, free_text: str) -> Evidence:
        """Evidence with the words that only the free text has, and those that only the hypothesis has."""
        if evidence.free is None:
            return evidence
        texts = self._texts(hypothesis.paths[0], free_text)
        return replace(evidence, free=compared(evidence.free, *texts, partial(goes_without_saying, self._grammar)))

    def _stop(self, views: Sequence[View], hypothesis: ScoredHypothesis) -> float:
        """Mean log probability of a full stop after the last word: Whisper's opinion that the speaker is done."""
        paths = zip(views, hypothesis.paths, strict=True)
        return fmean(_after_last_word(view.tree, path, self.model.opened.stops) for view, path in paths)

    def _no_speech(self, tree: TextTree) -> float:
        """The probability that nobody spoke: of Whisper's token for that, at the start of the transcript."""
        return float(tree.logprobs(tree.first)[self._tokenizer.no_speech].exp())

    # ---- free text

    def heard(self, views: Sequence[View]) -> tuple[str, float]:
        """Return what Whisper writes freely of what is no command, once; and its mean log probability."""
        return self._written_freely(views[:2][-1].tree, tuning.MAX_TOKENS_FOREIGN)

    def _free_text(self, views: Sequence[View], hypothesis: ScoredHypothesis) -> str:
        """What Whisper writes freely in the second view; after whole sentences it would complete a beginning."""
        # The second view has seen single words as a prompt, no sentences; with one view it is the first.
        view, path = list(zip(views, hypothesis.paths, strict=True))[:2][-1]
        return self._beside(view, path)[0]

    def _beside(self, view: View, path: Path) -> tuple[str, float]:
        """Free text beside a hypothesis, as long as that and a little longer; and its mean log probability."""
        # "turn on the light and turn on the fan" says two words again, and is not over there.
        once = said_once(path.normal) == path.normal
        return self._written_freely(view.tree, len(path.written) + tuning.MORE_TOKENS, path.tokens, once=once)

    def _written_freely(
        self, tree: TextTree, limit: int, guess: Sequence[int] = (), *, once: bool = True
    ) -> tuple[str, float]:
        """What Whisper would write without the grammar, perhaps `guess`; and its mean log probability.

        `once`: up to where it says the same again.
        """
        tokenizer = self._tokenizer

        def is_over(tokens: Sequence[int]) -> bool:
            return once and begins_again(tokenizer.decode(tokens))

        tokens, avg_logprob = free_search(tree, tokenizer.eot, limit, guess, is_over)
        text = tokenizer.decode(tokens).strip()
        return said_once(text) if once else text, avg_logprob

    def _texts(self, path: Path, free_text: str) -> tuple[str, str]:
        """A hypothesis and the free text, both in normal form."""
        return path.normal.strip(), self._grammar.normalize(free_text).text


def _weighed(tree: TextTree, path: Path) -> Path:
    """A path with exact log probabilities; all else that will be asked for is scored in one go with them."""
    tree.score([tree.first, *(each.after for each in path.written)])
    return weighed(tree, path)


def _after_last_word(tree: TextTree, path: Path, tokens: Tensor) -> float:
    """Log probability that one of these tokens follows the last word, whatever the grammar says."""
    # The node of the last word predicts what follows it, (n_vocab,): sum the probabilities of these tokens.
    last = max(number for number, each in enumerate(path.written) if each.is_word)
    return float(tree.logprobs(path.written[last + 1].after)[tokens].logsumexp(0))


def _alternatives(others: Sequence[ScoredHypothesis], above: float) -> tuple[Hypothesis, ...]:
    """Other hypotheses, their log probabilities lowered by `above`: by what the best one's was too high."""
    return tuple(Hypothesis(other.match.text, other.match, other.avg_logprob - above) for other in others)
