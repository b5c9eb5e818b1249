"""YAML intents → one immutable automaton, read by the text matcher and by the token constraint.

Knows nothing of torch, Whisper, audio or MQTT.
"""

from voiced.grammar.continuation import goes_without_saying
from voiced.grammar.grammar import Example, Grammar, Intent, check_examples, understand
from voiced.grammar.loading import load, parse
from voiced.grammar.prompts import backwards, vocabulary_prompt, with_examples
from voiced.grammar.sample import Sample

__all__ = [
    "Example",
    "Grammar",
    "Intent",
    "Sample",
    "backwards",
    "check_examples",
    "goes_without_saying",
    "load",
    "parse",
    "understand",
    "vocabulary_prompt",
    "with_examples",
]
