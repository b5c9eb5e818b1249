"""All intents, compiled: what the rest of the house sees of a grammar.

Knows nothing of files: `loading` makes grammars. Immutable, and may be shared by threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiced.flow import Reason, Transcript
from voiced.grammar.match import match_text
from voiced.grammar.sample import sample_sentence, sayable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

    from voiced.flow import Match, SlotValue
    from voiced.grammar.action_template import ActionTemplate
    from voiced.grammar.automaton import Automaton
    from voiced.grammar.definitions import Sentence
    from voiced.grammar.sample import Sample


@dataclass(frozen=True, eq=False, slots=True)
class Example:
    """A sentence that must match, and the slots that it must give; others may be set besides."""

    text: str
    slots: Mapping[str, SlotValue]
    where: str  # file:line


@dataclass(frozen=True, eq=False, slots=True)
class Intent:
    """What the user may want, with everything that its files say about it."""

    name: str
    actions: tuple[ActionTemplate, ...]
    examples: tuple[Example, ...]
    where: str  # file:line of its first definition


@dataclass(frozen=True, eq=False, slots=True)
class Grammar:
    """What may be said, and what it means."""

    language: str  # of the first file
    intents: Mapping[str, Intent]
    sentences: tuple[Sentence, ...]
    automaton: Automaton

    def match(self, text: str) -> Match | None:
        """The best reading, or None."""
        return next(iter(self.matches(text)), None)

    def matches(self, text: str) -> tuple[Match, ...]:
        """Every distinct reading (intent and slots), the best first: `match` says what makes a reading good."""
        return match_text(self.automaton, self.sentences, text, self.language)

    def sample(self, random: Random, n: int) -> Iterator[Sample]:
        """Sentences of the grammar, each intent as likely as the next."""
        by_intent: dict[str, list[Sentence]] = {}
        for sentence in (each for each in self.sentences if sayable(each.template.expression, each.scope)):
            by_intent.setdefault(sentence.intent, []).append(sentence)
        names = sorted(by_intent)
        for _ in range(n):
            yield sample_sentence(random.choice(by_intent[random.choice(names)]), random)


def understand(grammar: Grammar, text: str) -> Transcript:
    """The transcript of a sentence that came in writing: confidence 1, or rejected as OUT_OF_GRAMMAR with 0."""
    match = grammar.match(text)
    reason = None if match else Reason.OUT_OF_GRAMMAR
    return Transcript(text=text, match=match, reason=reason, confidence=1.0 if match else 0.0, avg_logprob=0.0)


def check_examples(grammar: Grammar) -> list[str]:
    """Examples that do not give what they say, each as `file:line: …`; empty if all do."""
    return [
        f"{example.where}: '{example.text}' {complaint}"
        for intent in grammar.intents.values()
        for example in intent.examples
        if (complaint := _complaint(grammar.match(example.text), intent.name, example))
    ]


def _complaint(match: Match | None, intent: str, example: Example) -> str:
    if match is None:
        return "is not in the grammar; change the sentence or the example"
    if match.intent != intent:
        return f"is understood as '{match.intent}'; change one of the sentences, or move the example"
    wrong = [
        f"{slot} is {match.slots.get(slot)!r}, not {value!r}"
        for slot, value in example.slots.items()
        if match.slots.get(slot) != value
    ]
    return f"is understood otherwise: {', '.join(wrong)}" if wrong else ""
