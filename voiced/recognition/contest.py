"""Several languages in one house: passes in one after the other, until one is sure which was spoken, and what was said.

The sound is encoded once, whatever its language. One step of the decoder tells which languages are likely, and the
likeliest is read under its grammar. Most commands end there: another language is only read if a sentence in it could
still win. Where the first readings leave a doubt, further passes go on in each language that is near the best.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from voiced.flow import Timings
from voiced.recognition.passes import Encoded
from voiced.recognition.spoken_language import (
    Standing,
    contenders,
    has_rival,
    is_worth_reading,
    leader,
    priors_of,
)
from voiced.whisper.decoding import language_probs
from voiced.whisper.languages import whisper_code
from voiced.whisper.log_mel import pad_or_trim

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from voiced.recognition.budget import Budget
    from voiced.recognition.passes import Found
    from voiced.recognition.prepared import Prepared
    from voiced.recognition.tongue import Tongue
    from voiced.recognition.views import GrammarModel
    from voiced.whisper.model import Cache

    # Tells whether pass number `n` (0: the first, in one more language) ends in time, after what was found before it.
    InTime: TypeAlias = Callable[[int, Found, Prepared, Budget], bool]
    Waiting: TypeAlias = list[tuple[float, Tongue]]  # log probabilities of languages, likeliest first


class Contest:
    """Finds the language of an utterance, and what was said in it. Keeps nothing between calls."""

    def __init__(self, tongues: Sequence[Tongue], in_time: InTime, clock: Callable[[], float]) -> None:
        self._tongues = tongues
        self._in_time = in_time
        self._clock = clock

    def found(self, heard: Prepared, most: int, budget: Budget) -> Found:
        """Take at most so many passes in each language; return what was found in the best. GivenUpError as `take`."""
        # 1. Encode the sound, and ask which languages it may be.
        begin = self._clock()
        budget.go_on()
        model = self._tongues[0].model
        start = model.start(pad_or_trim(heard.samples, heard.window))
        encoded = Encoded(start, self._clock() - begin)
        waiting = likeliest_first(self._tongues, model, start)
        asked = self._clock() - begin - encoded.seconds
        # 2. Read it in each that may be the one, and again where that leaves a doubt.
        standings: list[Standing] = []
        while True:
            best = self._read(waiting, standings, heard, encoded, most, budget)
            further = [each for each in contenders(best, standings) if self._has_time(each, heard, budget)]
            if not further:
                break
            for each in further:
                found = each.tongue.passes[each.n_taken].take(heard, each.found, budget)
                standings[standings.index(each)] = replace(each, found=found, n_taken=each.n_taken + 1)
        # 3. The best of them, with what all of them took.
        spent = _spent(standings, encoded) + Timings(decode=asked)
        return replace(best.found, timings=spent, is_rivalled=has_rival(best, standings))

    def _read(
        self, waiting: Waiting, standings: list[Standing], heard: Prepared, encoded: Encoded, most: int, budget: Budget
    ) -> Standing:
        """Take the first pass in each waiting language that may be the one, likeliest first; return the best so far."""
        best = leader(standings) if standings else None
        while waiting and is_worth_reading(waiting[0][0], best):
            if best and not self._in_time(0, best.found, heard, budget):
                break
            prior, tongue = waiting.pop(0)
            found = tongue.passes[0].take(heard, None, budget, encoded)
            standings.append(Standing(tongue, prior, found, min(most, len(tongue.passes))))
            best = leader(standings)
        assert best is not None, "the likeliest language is always read"
        return best

    def _has_time(self, standing: Standing, heard: Prepared, budget: Budget) -> bool:
        return self._in_time(standing.n_taken, standing.found, heard, budget)


def likeliest_first(tongues: Sequence[Tongue], model: GrammarModel, start: Cache) -> Waiting:
    """Return all languages with their log probabilities, by one step of the decoder over an encoding."""
    loaded = model.loaded
    likely = language_probs(loaded.model, loaded.tokenizer, start)
    priors = priors_of(likely, [whisper_code(tongue.grammar.language) for tongue in tongues])
    return sorted(zip(priors, tongues, strict=True), key=lambda each: -each[0])


def _spent(standings: Sequence[Standing], encoded: Encoded) -> Timings:
    """What all passes took together; the sound was encoded once for the first of each language."""
    encode = sum(each.found.timings.encode - encoded.seconds for each in standings)
    return Timings(encoded.seconds + encode, sum(each.found.timings.decode for each in standings))
