"""Utterance → transcript: passes over the sound until one is sure, and the decision what is no command.

With `mode: free` Whisper writes what it likes and the text is matched afterwards. A recogniser keeps nothing between
calls, so that several rooms can share one. Knows nothing of microphones, brokers or threads.
"""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import torch

from voiced.errors import ModelError
from voiced.flow import SAMPLE_RATE, Continuation, Ending, Reason, Transcript, Utterance
from voiced.recognition import tuning
from voiced.recognition.adaptation import adapt, follow
from voiced.recognition.budget import UNHURRIED, GivenUpError
from voiced.recognition.confidence import confidence, rejection
from voiced.recognition.contest import Contest
from voiced.recognition.end_of_turn import SoFar, judged
from voiced.recognition.free_mode import transcribe_freely
from voiced.recognition.prepared import measured, prepare
from voiced.recognition.tongue import Models, Tongue
from voiced.recognition.views import opened
from voiced.whisper.loading.weights import choose_device, load
from voiced.whisper.log_mel import pad_or_trim
from voiced.whisper.repetition import is_repetitive

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voiced.config import RecognizerSettings
    from voiced.flow import Match
    from voiced.grammar import Grammar
    from voiced.recognition.budget import Budget
    from voiced.recognition.passes import Found, Pass
    from voiced.recognition.prepared import Prepared
    from voiced.recognition.speed import Speed
    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.words import TimedWord

log = logging.getLogger(__name__)


def load_model(settings: RecognizerSettings) -> LoadedModel:
    """Load the model of the first pass. ModelError if it is missing, or not what it claims to be."""
    return _load(settings, settings.model)


class Recognizer:
    """One or two models under one grammar, or under one for each language of the house."""

    def __init__(
        self,
        settings: RecognizerSettings,
        grammar: Grammar,
        models: Models | None = None,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        """Load the models, if they are not given. `clock` gives seconds, by which passes are measured and foretold.

        ModelError if a model is missing, is not what it claims to be, or does not know a language of the grammar.
        """
        self.grammar = grammar
        self._settings = settings
        # Models are loaded once, and shared by every grammar; what is made of a grammar is cheap.
        self._models = models or _load_models(settings)
        self._tongues = {each.language: Tongue(settings, each, self._models, clock) for each in grammar.every}
        usual = self._tongues[grammar.language]
        self._model = usual.model
        self.passes = usual.passes  # in the order in which they are taken; other languages have such, too
        self._contest = Contest(tuple(self._tongues.values()), self._is_in_time, clock)
        self._clock = clock
        self.speed: Speed | None = None  # known after `warm_up`

    def under(self, grammar: Grammar, settings: RecognizerSettings | None = None) -> Recognizer:
        """Return a recogniser with these models under another grammar. ModelError if they lack its language.

        `settings` may differ from those before in all that does not concern the models.
        """
        other = Recognizer(settings or self._settings, grammar, self._models, self._clock)
        other._follow(self._model.beam_size)
        other.speed = self.speed
        return other

    @property
    def loaded(self) -> LoadedModel:
        """The model of the first pass, for others who want to ask it something."""
        return self._model.loaded

    def warm_up(self) -> None:
        """Recognise silence: the first run is slow. Then adapt to the machine, and measure what each pass takes."""
        n_samples = round(tuning.WARM_UP_SECONDS * SAMPLE_RATE)
        silence = Utterance(np.zeros(n_samples, dtype=np.float32), 0, (0, n_samples), Ending.SILENCE)
        # One second of silence more is added, as to every command: the libraries prepare themselves for that length.
        # A grammar that lets anything be said would go on in silence: no more is read than a short command has.
        # Nor is the search given up: further passes cost nothing where the first one has found nothing.
        heard = replace(measured(silence), letters=tuning.WARM_UP_LETTERS, hopeless=-np.inf)
        if self._settings.mode == "free":
            self._freely(heard)
        self.passes[0].take(heard)
        self.speed = adapt(self.passes, heard, self._settings, _most_threads(), self._clock)
        self._warm_up_others(heard)
        log.info("%s", self.speed.told(self._settings.patience))

    def recognize(self, utterance: Utterance, so_far: SoFar | None = None, budget: Budget = UNHURRIED) -> Transcript:
        """Return what was said and what it means; and if it is no command, why not.

        `so_far` is what `recognize_so_far` found at the newest pause: if nothing was said since, passes go on there.
        Where the budget tells to give up, what was said is rejected as LOW_CONFIDENCE.
        """
        # The ear has heard nobody: Whisper would only invent something.
        if utterance.ending is Ending.NO_SPEECH:
            return Transcript("", None, Reason.NO_SPEECH, confidence=0.0, avg_logprob=0.0)
        if self._settings.mode == "free":
            return self._freely(measured(utterance))
        before = so_far.found(utterance) if so_far else None  # what was found at a pause need not be found again
        try:
            return self._transcript(self._found(prepare(utterance), before, len(self.passes), budget))
        except GivenUpError:
            return given_up()

    def recognize_so_far(self, utterance: Utterance, budget: Budget = UNHURRIED) -> SoFar:
        """Recognise an utterance up to a pause, without the last pass, and tell what may follow.

        Where that might know better there is a `doubt`, from which `recognize` goes on.
        """
        heard = prepare(utterance)
        if self._settings.mode == "free":
            transcript = self._freely(heard)
            spoken = self.grammar.spoken(transcript.language)
            return SoFar(utterance, transcript, judged(spoken, heard, transcript, (), 0.0)[0])
        # Whoever goes on speaking must not wait for the last pass; if it might know better, that remains a doubt.
        try:
            found = self._found(heard, None, tuning.PASSES_AT_A_PAUSE, budget)
        except GivenUpError:
            return SoFar(utterance, given_up(), Continuation.UNKNOWN, is_given_up=True)
        transcript = self._transcript(found)
        tongue = self._tongues[found.model.language]
        is_over = len(self.passes) <= tuning.PASSES_AT_A_PAUSE or tongue.is_settled(found) or found.is_rivalled
        doubt = None if is_over else found
        # When was the last word said, how does it sound, and what does the grammar let follow?
        continuation, prosody = judged(tongue.grammar, heard, transcript, found.words(heard), found.rescored.stop)
        return SoFar(utterance, transcript, continuation, prosody, doubt)

    def words(self, utterance: Utterance, text: str, language: str = "") -> list[TimedWord]:
        """Return the words of what was recognised, with times from the first sample; none if nothing was said."""
        if not text or utterance.ending is Ending.NO_SPEECH:
            return []
        # Times are of the samples as they are, so that no pause is shortened here.
        heard = measured(utterance)
        model = self._tongues[language].model if language in self._tongues else self._model
        start = model.start(pad_or_trim(heard.samples, heard.window))
        return model.words(text, start, heard.end_seconds)

    def _warm_up_others(self, heard: Prepared) -> None:
        """Take the first pass in the other languages: of them the grammar alone is new."""
        self._follow(self._model.beam_size)
        for tongue in list(self._tongues.values())[1:]:
            tongue.passes[0].take(heard)

    def _follow(self, beams: int) -> None:
        """Let all languages follow so many hypotheses."""
        for tongue in self._tongues.values():
            follow(tongue.passes, beams)

    def _found(self, heard: Prepared, before: Found | None, most: int, budget: Budget) -> Found:
        """Take at most so many passes, from what was found `before`, in the language that is spoken."""
        # At a pause it was settled which language that is.
        if before or len(self._tongues) == 1:
            tongue = self._tongues[before.model.language] if before else self._tongues[self.grammar.language]
            done = tuning.PASSES_AT_A_PAUSE if before else 0
            return self._taken(tongue, tongue.passes[done:most], heard, before, budget)
        return self._contest.found(heard, most, budget)

    def _taken(
        self, tongue: Tongue, passes: Sequence[Pass], heard: Prepared, found: Found | None, budget: Budget
    ) -> Found:
        """Take one pass after the other, from what was `found` before, until one is sure, or there is no hope."""
        for each in passes:
            if found and not self._is_in_time(tongue.passes.index(each), found, heard, budget):
                break
            found = each.take(heard, found, budget)
            if tongue.is_settled(found):
                break
        assert found is not None, "there is at least one pass"
        return found

    def _is_in_time(self, number: int, found: Found, heard: Prepared, budget: Budget) -> bool:
        """Whether pass `number` would end within the user's patience, as far as is known after what was `found`."""
        if self.speed is None:
            return True
        seconds = self.speed.foretold(number, found.timings, heard.window)
        return budget.age() + seconds <= self._settings.patience

    def _transcript(self, found: Found) -> Transcript:
        """What was found, and the decision whether it is a command."""
        # A constrained decoder always has a hypothesis; the evidence decides whether it is a command.
        best = found.rescored
        if best.match is None or best.evidence is None:
            transcript = Transcript(best.free_text, None, Reason.OUT_OF_GRAMMAR, 0.0, best.avg_logprob)
        else:
            reason = loop(best.match) or rejection(best.evidence, self._least(found))
            # Two languages in which it means different things: nobody can tell.
            reason = reason or (Reason.AMBIGUOUS if found.is_rivalled else None)
            sure = confidence(best.evidence)
            transcript = Transcript(best.match.text, best.match, reason, sure, best.avg_logprob)
        # What is rejected is told as it was heard, not as the nearest command.
        free_text = best.free_text or (found.last.rescorer.heard(found.views)[0] if transcript.reason else "")
        return replace(
            transcript,
            heard=free_text,
            window=found.n_samples / SAMPLE_RATE,
            alternatives=best.alternatives,
            timings=found.timings,
            language=found.model.language,
        )

    def _least(self, found: Found) -> float:
        """The confidence that is enough. Passes that contradict each other must be surer: on and off may be the two."""
        least = self._settings.min_confidence
        return max(least, tuning.OVERTURNED_CONFIDENCE) if found.overturned else least

    def _freely(self, heard: Prepared) -> Transcript:
        tongues = tuple(self._tongues.values())
        return transcribe_freely(tongues, self._settings, heard.samples, heard.prefix)


def loop(match: Match) -> Reason | None:
    """Reject a text that repeats itself, as Whisper may where the grammar leaves it free; nobody speaks so."""
    return Reason.LOW_CONFIDENCE if is_repetitive(match.text) else None


def given_up() -> Transcript:
    """Reject what nobody has finished to recognise."""
    return Transcript("", None, Reason.LOW_CONFIDENCE, confidence=0.0, avg_logprob=0.0)


def _most_threads() -> int:
    """One core is left for listening."""
    return max(1, (os.cpu_count() or 2) - 1)


def _load_models(settings: RecognizerSettings) -> Models:
    torch.set_num_threads(settings.threads or _most_threads())
    require_device(settings.device)
    first = opened(_load(settings, settings.model), settings.model)
    if not settings.second_model:
        return Models(first, first)
    try:
        return Models(first, opened(_load(settings, settings.second_model), settings.second_model))
    except ModelError as error:
        raise error.of("recognizer.second_model") from error


def require_device(name: str) -> None:
    """Raise ModelError unless this machine has what is to compute."""
    try:
        choose_device(name)
    except ValueError as error:
        raise ModelError(str(error)).of("recognizer.device") from error


def _load(settings: RecognizerSettings, model: str) -> LoadedModel:
    try:
        return load(model, device=settings.device, compute=settings.compute)
    except (OSError, ValueError) as error:
        raise ModelError.told_by(error) from error
