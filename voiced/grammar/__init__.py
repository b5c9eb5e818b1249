"""YAML intents → one immutable automaton, read by the text matcher and by the token constraint.

Knows nothing of torch, Whisper, audio or MQTT.
"""

from voiced.grammar.examples import with_examples
from voiced.grammar.grammar import Example, Grammar, Intent, check_examples
from voiced.grammar.loading import load, parse
from voiced.grammar.openings import goes_without_saying
from voiced.grammar.prompts import backwards, vocabulary_prompt
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
    "vocabulary_prompt",
    "with_examples",
]
