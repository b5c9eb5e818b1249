"""All intents, compiled: what other rooms see of a grammar.

Immutable (its parts only remember what they found), so threads may share it. Knows nothing of files: `loading` makes
grammars.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voiced.flow import Reason, Transcript
from voiced.grammar.compound import match_text
from voiced.grammar.following import Follower
from voiced.grammar.nearest import Finder
from voiced.grammar.normalize import normalize
from voiced.grammar.openings import Openings
from voiced.grammar.sample import sample_sentence, sayable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

    from voiced.flow import Match, SlotValue
    from voiced.grammar.action_template import ActionTemplate
    from voiced.grammar.automaton import Automaton
    from voiced.grammar.definitions import SentenceTemplate
    from voiced.grammar.normalize import NormalText
    from voiced.grammar.sample import Sample


@dataclass(frozen=True, eq=False, slots=True)
class Example:
    """A sentence that an intents file promises to match, and the slots it must give; more slots may be set."""

    text: str
    slots: Mapping[str, SlotValue]
    where: str  # file:line


@dataclass(frozen=True, eq=False, slots=True)
class Intent:
    """What the user may want: what is done then, and the examples that must match."""

    name: str
    actions: tuple[ActionTemplate, ...]
    examples: tuple[Example, ...]
    where: str  # file:line of its first definition
    places: tuple[str, ...] = ()  # file:line of each action


@dataclass(frozen=True, eq=False, slots=True)
class Grammar:
    """The sentences that may be said, and what they mean."""

    language: str  # of the first file; with `languages` in the config, of all its files
    intents: Mapping[str, Intent]
    sentences: tuple[SentenceTemplate, ...]
    automaton: Automaton
    warnings: tuple[str, ...] = ()  # what loads, and is likely not meant: `file:line: …`, as problems are told
    others: tuple[Grammar, ...] = ()  # the house's other languages, in their order; of the first language only
    follower: Follower = field(init=False, repr=False)
    openings: Openings = field(init=False, repr=False)
    finder: Finder = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # A frozen value may set its own fields only like this.
        # What is known of the grammar alone is found when it is first asked for, and remembered.
        object.__setattr__(self, "follower", Follower(self.automaton))
        object.__setattr__(self, "openings", Openings(self.automaton))
        object.__setattr__(self, "finder", Finder(self.automaton, self.sentences))

    def normalize(self, text: str) -> NormalText:
        """A text in normal form, folded as the grammar is."""
        return normalize(text, self.language, self.automaton.folding)

    @property
    def every(self) -> tuple[Grammar, ...]:
        """Itself, and the grammars of the house's other languages."""
        return (self, *self.others)

    def spoken(self, language: str) -> Grammar:
        """The grammar of a language of the house; this one if it is none, or unknown."""
        return next((each for each in self.others if each.language == language), self)

    def match(self, text: str) -> Match | None:
        """The best meaning of a text, or None if it is not in the grammar."""
        # The first is the best.
        return next(iter(self.matches(text)), None)

    def matches(self, text: str) -> tuple[Match, ...]:
        """The distinct meanings of a text (intents and slots), the best first; `compound` says what is best."""
        return match_text(self.automaton, self.sentences, text, self.language)

    def sample(self, random: Random, n: int) -> Iterator[Sample]:
        """Yield `n` random sentences, each intent and each of its templates alike; none if nothing can be said."""
        # First an intent, then a template of it: an intent with many templates does not crowd out the others.
        by_intent: dict[str, list[SentenceTemplate]] = {}
        for sentence in (each for each in self.sentences if sayable(each.template.expression, each.scope)):
            by_intent.setdefault(sentence.intent, []).append(sentence)
        names = sorted(by_intent)
        for _ in range(n if names else 0):
            yield sample_sentence(random.choice(by_intent[random.choice(names)]), random)


def understand(grammar: Grammar, text: str) -> Transcript:
    """The transcript of a sentence that came in writing: confidence 1, or rejected as OUT_OF_GRAMMAR with 0.

    Of several languages the first in which it means something counts.
    """
    # Nothing was heard, so nothing is doubtful: a sentence is in the grammar or it is not.
    for each in grammar.every:
        if match := each.match(text):
            return Transcript(text, match, None, confidence=1.0, avg_logprob=0.0, language=each.language)
    return Transcript(text, None, Reason.OUT_OF_GRAMMAR, confidence=0.0, avg_logprob=0.0)


def check_examples(grammar: Grammar) -> list[str]:
    """A problem, `file:line: …`, for each example that does not match as promised; empty if all do."""
    return [
        f"{example.where}: '{example.text}' {complaint}"
        for each in grammar.every
        for intent in each.intents.values()
        for example in intent.examples
        if (complaint := _complaint(each.match(example.text), intent.name, example))
    ]


def _complaint(match: Match | None, intent: str, example: Example) -> str:
    # From the plainest failure to the finest: no match, another intent, other slots.
    if match is None:
        return "is not in the grammar; change the sentence or the example"
    if match.intent != intent:
        return f"is understood as '{match.intent}'; change one of the sentences, or move the example"
    # Slots that the example does not name may have any value.
    wrong = [
        f"{slot} is {match.slots.get(slot)!r}, not {value!r}"
        for slot, value in example.slots.items()
        if match.slots.get(slot) != value
    ]
    return f"is understood otherwise: {', '.join(wrong)}" if wrong else ""
