"""One language of the house: the passes under its grammar, and when what they have found is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voiced.errors import ModelError
from voiced.recognition.confidence import confidence, is_enough
from voiced.recognition.passes import passes_of
from voiced.recognition.rescoring import Rescorer
from voiced.recognition.views import GrammarModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.config import RecognizerSettings
    from voiced.grammar import Grammar
    from voiced.recognition.passes import Found, Pass
    from voiced.recognition.views import OpenedModel


class Models(NamedTuple):
    """The model of the first pass, and the model of further passes, which may be one."""

    first: OpenedModel
    second: OpenedModel


class Tongue:
    """One or two models under the grammar of one language. Keeps nothing between calls."""

    def __init__(
        self, settings: RecognizerSettings, grammar: Grammar, models: Models, clock: Callable[[], float]
    ) -> None:
        """ModelError if a model does not know the grammar's language."""
        self.grammar = grammar
        self._least = settings.min_confidence
        first = Rescorer(GrammarModel(models.first, settings, grammar))
        is_one = models.second is models.first
        try:
            second = first if is_one else Rescorer(GrammarModel(models.second, settings, grammar))
        except ModelError as error:
            raise error.of("recognizer.second_model") from error
        self.model = first.model
        # Passes in the order in which they are taken; a hasty user has the first one only.
        self.passes: tuple[Pass, ...] = passes_of(first, second, clock)
        if not settings.second_look:
            self.passes = self.passes[:1]

    def is_settled(self, found: Found) -> bool:
        """Return whether a further pass is not worth it: sure already, or hopeless."""
        # Nothing of the grammar is likely. That is final, unless Whisper writes a command when it is free to: then a
        # longer window is searched, too.
        evidence = found.rescored.evidence
        if evidence is None:
            is_final = found.last.hopeless > 0 and self.grammar.match(found.rescored.free_text) is None
            return found.last.is_long or is_final
        # Very unlikely: nothing that another pass hears will change that.
        return confidence(evidence) < found.last.hopeless or self.is_sure(found)

    def is_sure(self, found: Found) -> bool:
        """Return whether what was found will do: sure, with no other meaning near."""
        # A user who wants more certainty than we do gets it by more passes.
        evidence = found.rescored.evidence
        return evidence is not None and is_enough(evidence, max(found.last.sure, self._least))
