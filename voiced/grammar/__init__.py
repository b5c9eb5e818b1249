"""YAML intents → one immutable automaton, read by the text matcher and by the token constraint.

In: intents files (`load`, `parse`), then texts or tokens. Out: matches with intent and slots, the tokens that may come
next, what may follow a text, prompts for Whisper, sample sentences, and the nearest sentence to a text that is none
(`nearest`). On the way a file is read (`reading`, by `plain` or `intents`; Home Assistant's by way of `home_assistant`)
and put together with the others (`loading`; lists of lists, `derived`), its templates parsed (`expression`), checked
(`checks`, `hand_written`; of Home Assistant's those that fail are left out, `leaving_out`) and compiled (`compile`) to
an `automaton`; what is said of a duration or a date stands in `typed`. Two parts walk the automaton: `match` with
finished text (of a `compound`, with each command), `constraint` with tokens that are being written (`positions`; or
only of what is `spelt_out`). Both know commands that are joined (`joining_words`) and `several_values` in one slot.

Knows nothing of torch, Whisper, audio or MQTT.
"""

from voiced.grammar.continuation import goes_without_saying
from voiced.grammar.grammar import Example, Grammar, Intent, check_examples, understand
from voiced.grammar.languages import sampled, two_meanings
from voiced.grammar.loading import load, parse
from voiced.grammar.nearest import NOTHING_NEAR, nearest
from voiced.grammar.prompts import backwards, vocabulary_prompt, with_examples
from voiced.grammar.sample import Sample
from voiced.grammar.spoken_date import dated

__all__ = [
    "NOTHING_NEAR",
    "Example",
    "Grammar",
    "Intent",
    "Sample",
    "backwards",
    "check_examples",
    "dated",
    "goes_without_saying",
    "load",
    "nearest",
    "parse",
    "sampled",
    "two_meanings",
    "understand",
    "vocabulary_prompt",
    "with_examples",
]
