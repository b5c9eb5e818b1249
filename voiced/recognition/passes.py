"""What each pass over a recording is: which windows, at which pace, after which prompts. A pass adds views to the last.

1. A command is short, so Whisper hears no more than the speech and a second of silence, and is shown the vocabulary.
2. It is asked what it would write there without the grammar. That costs a third of the first pass, and settles many.
3. It takes several times as long to search a longer window, with more of the silence that Whisper was trained on: once
   after the vocabulary backwards and, where that leaves hope, once after the vocabulary and sentences.
4. The same window is read after sentences alone, and with a multilingual model the same sound slower and faster: in
   other frames Whisper sees other things.

Views, averaged, know more than any one of them.

Whether another pass is worth it, the recogniser decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from voiced.audio.resampling import sped_up
from voiced.flow import SAMPLE_RATE, Timings
from voiced.recognition import tuning
from voiced.recognition.budget import UNHURRIED
from voiced.recognition.confidence import confidence
from voiced.recognition.hypotheses import are_rivals
from voiced.whisper.languages import whisper_code
from voiced.whisper.log_mel import pad_or_trim

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voiced.recognition.budget import Budget
    from voiced.recognition.prepared import Prepared
    from voiced.recognition.rescoring import Rescored, Rescorer
    from voiced.recognition.views import GrammarModel, View
    from voiced.whisper.model import Cache
    from voiced.whisper.words import TimedWord


LONG_WINDOW_SAMPLES = round(tuning.LONG_WINDOW_SECONDS * SAMPLE_RATE)


class Hearing(NamedTuple):
    """One encoding of the sound, and the tokens of each prompt after which it is read: one view each."""

    prompts: tuple[list[int], ...]
    pace: float = 1.0  # times as fast as it was said


class Encoded(NamedTuple):
    """The window of the first pass, encoded: every language reads it."""

    start: Cache  # before the first token
    seconds: float  # that it took


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """What passes have found, in all their views; a further pass goes on from here."""

    last: Pass  # the last one that was taken
    rescored: Rescored  # what the views agree upon
    views: tuple[View, ...]
    start: Cache  # encoding of the longest window, as fast as it was said, before the first token
    n_samples: int  # of that window
    timings: Timings
    overturned: bool = False  # some pass has found another meaning than the one before it
    is_rivalled: bool = False  # in another language of the house it means something else, and is as likely

    @property
    def model(self) -> GrammarModel:
        """The model that heard it."""
        return self.last.model

    def words(self, heard: Prepared) -> Sequence[TimedWord]:
        """Return the words of the best hypothesis with their times; none if there is no hypothesis."""
        rescored = self.rescored
        if rescored.words or rescored.match is None:
            return rescored.words
        return self.model.words(heard.with_prefix(rescored.match.text), self.start, heard.end_seconds)


@dataclass(frozen=True, eq=False, slots=True)
class Pass:
    """One pass of a model: the views it adds, and how they are searched and rescored."""

    model: GrammarModel
    rescorer: Rescorer
    hearings: tuple[Hearing, ...]  # the first at the pace at which it was said
    is_long: bool = False  # in a window of at least LONG_WINDOW_SECONDS; else in the speech and its tail
    freely: bool = False  # ask also what Whisper would write without the grammar
    sure: float = tuning.SURE_CONFIDENCE  # confidence from which it is the last one
    hopeless: float = tuning.HOPELESS_CONFIDENCE  # confidence below which it is the last one; 0: it never is
    stepwise: bool = False  # without hope after the first of its views the others are not searched
    confirms: bool = False  # may settle what was close, but overturn nothing
    behind: float = tuning.FAR_BEHIND_NATS  # by which a live beam may be less likely than the best
    after: Pass | None = None  # the pass of this model whose views it adds to
    clock: Callable[[], float] = perf_counter  # seconds

    def take(
        self,
        heard: Prepared,
        before: Found | None = None,
        budget: Budget = UNHURRIED,
        encoded: Encoded | None = None,
    ) -> Found:
        """Hear the sound once more; `before` is what was found so far. Without a new view, return that unchanged.

        `encoded`: what the first pass would encode, if that was done already. GivenUpError as the budget tells.
        """
        go_on = budget.go_further if self.freely else budget.go_on
        # 0. Views of another model are of no use here: this model takes the pass before, too.
        if self.after and (before is None or before.model is not self.model):
            before = self.after.take(heard, None, budget)
        begin = self.clock()
        # 1. Encode the sound at each pace.
        n_samples = max(heard.window, LONG_WINDOW_SAMPLES) if self.is_long else heard.window
        go_on()
        known = [encoded.start] if encoded else None
        starts = known or [self._start(heard, hearing.pace, n_samples, before) for hearing in self.hearings]
        searched = self.clock()
        # 2. Search each encoding after each prompt, and rescore what was found in all views, old and new.
        if before and before.last.freely and not any(hearing.prompts for hearing in self.hearings):
            return before
        views, rescored = self._search(starts, heard, before.views if before else (), go_on)
        if self.confirms and before:
            rescored = confirmed(rescored, before.rescored)
        encode = encoded.seconds if encoded else searched - begin
        timings = Timings(encode, decode=self.clock() - searched)
        timings = before.timings + timings if before else timings
        overturned = before is not None and (before.overturned or is_another(rescored, before.rescored))
        return Found(self, rescored, views, starts[0], n_samples, timings, overturned)

    def _search(
        self, starts: Sequence[Cache], heard: Prepared, views: tuple[View, ...], go_on: Callable[[], None]
    ) -> tuple[tuple[View, ...], Rescored]:
        """Add the views of this pass to those of the passes before; return all, and what they agree upon."""
        # Means over more views know more: what one of them misheard, the others outvote.
        hearings = zip(starts, self.hearings, strict=True)
        readings = [(start, prompt) for start, hearing in hearings for prompt in hearing.prompts]
        for number, (start, prompt) in enumerate(readings, start=1):
            views = (*views, self.model.view(start, prompt, heard, self.behind, go_on))
            if self.stepwise and number < len(readings):
                rescored = self.rescorer.rescore(views, starts[0], heard, freely=self.freely)
                if self._gives_up(rescored, heard):
                    return views, rescored
        return views, self.rescorer.rescore(views, starts[0], heard, freely=self.freely)

    def _gives_up(self, rescored: Rescored, heard: Prepared) -> bool:
        """Whether there is no hope after a part of the views; without a hypothesis another one may find it."""
        evidence = rescored.evidence
        return evidence is not None and heard.hopeless > -inf and confidence(evidence) < self.hopeless

    def _start(self, heard: Prepared, pace: float, n_samples: int, before: Found | None) -> Cache:
        """Encode the sound at a pace; an encoding of this window from the pass before is used again."""
        # Resampled speech is heard in other frames and at another pitch, as if somebody else said it.
        if pace != 1.0:
            return self.model.start(pad_or_trim(sped_up(heard.samples, pace), n_samples))
        if before and before.n_samples == n_samples:
            return before.start
        return self.model.start(pad_or_trim(heard.samples, n_samples))


def is_another(one: Rescored, other: Rescored) -> bool:
    """Return whether both have a meaning, and not the same one; how words of wildcards are spelt is always open."""
    if one.match is None or other.match is None:
        return False
    return one.match.meaning != other.match.meaning and are_rivals(one.match, other.match)


def confirmed(last: Rescored, before: Rescored) -> Rescored:
    """Return what the last pass found; where it overturns the one before, both are rivals: no margin.

    Where noise has drowned a word, slower and after sentences Whisper may be sure of the likelier one.
    """
    if last.match is None or last.evidence is None or before.match is None or before.evidence is None:
        return last
    # Is it another meaning, and had the pass before found its own one clearly ahead?
    is_other = is_another(last, before)
    was_close = before.evidence.margin < tuning.AMBIGUOUS_MARGIN
    return replace(last, evidence=replace(last.evidence, margin=0.0)) if is_other and not was_close else last


def passes_of(first: Rescorer, second: Rescorer, clock: Callable[[], float]) -> tuple[Pass, Pass, Pass, Pass]:
    """Return four passes: two with one model, two more with a second model, which may be the first one."""
    # Pass 2 adds no view; pass 3 adds two in a longer window; pass 4 adds one there, and three at other paces.
    one = _first(first, clock)
    two = replace(
        one,
        hearings=(Hearing(()),),
        freely=True,
        sure=tuning.SURE_SECOND_CONFIDENCE,
        hopeless=_in_english(first.model, tuning.HOPELESS_SECOND_CONFIDENCE),
        after=one,
    )
    three = Pass(
        second.model,
        second,
        _hearings(second.model, ("backwards", "longer")),
        is_long=True,
        freely=True,
        stepwise=True,
        after=one if second is first else _first(second, clock),
        clock=clock,
    )
    four = replace(three, hearings=_further(second.model), stepwise=False, confirms=True, after=three)
    return one, two, three, four


def _first(rescorer: Rescorer, clock: Callable[[], float]) -> Pass:
    """The speech and its tail, after the vocabulary."""
    hearings = _hearings(rescorer.model, ("vocabulary",))
    hopeless = _in_english(rescorer.model, tuning.HOPELESS_FIRST_CONFIDENCE)
    return Pass(rescorer.model, rescorer, hearings, behind=tuning.LIVE_BEHIND_NATS, hopeless=hopeless, clock=clock)


def _in_english(model: GrammarModel, hopeless: float) -> float:
    """The confidence below which a short window is the last one; 0 in other languages, where it proves nothing."""
    return hopeless if whisper_code(model.language) == "en" else 0.0


def _hearings(model: GrammarModel, prompts: Sequence[str]) -> tuple[Hearing, ...]:
    """One hearing, and a view of it after each of some prompts, by name; without prompts there is only one view."""
    shown = prompts if model.prompts.vocabulary else prompts[:1]
    return (Hearing(tuple(model.before(getattr(model.prompts, name)) for name in shown)),)


def _further(model: GrammarModel) -> tuple[Hearing, ...]:
    """The window of the third pass after sentences alone; other paces, one of them after other sentences."""
    # The window at its own pace is encoded already, so that another prompt costs a search only.
    sentences, others = model.before(model.prompts.sentences), model.before(model.prompts.others)
    # Each other pace costs an encoding: only multilingual models gain by that.
    again = Hearing((sentences,) if model.prompts.sentences else ())
    paced = zip(tuning.PACES, (sentences, others, sentences), strict=True) if model.is_multilingual else ()
    return again, *(Hearing((prompt,), pace) for pace, prompt in paced)
