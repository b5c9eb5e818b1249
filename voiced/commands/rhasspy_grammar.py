"""Rhasspy's sentences → our intents, as YAML data; and what could not be carried over, in words.

A tagged part becomes a list, whose values are the part's alternatives; a rule stays a rule, under its intent's name.
What was said is all that our sentences know of their text: words that Rhasspy writes instead have no effect without a
tag, and are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.commands.rhasspy_sentences import SentencesError
from voiced.commands.rhasspy_values import Source, TooLargeError
from voiced.commands.rhasspy_writer import Converted, Writer, safe_name

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from voiced.commands.rhasspy_sentences import Line, Section


def convert(
    sections: Mapping[str, Section], slots: Mapping[str, list[Line]], programs: Container[str] = ()
) -> Converted:
    """Return our intents; `slots` are the values of slot files, by name, `programs` names of slots that have one."""
    converted, source = Converted(), Source(sections, slots, programs)
    try:
        _convert(converted, source)
    except TooLargeError as error:
        raise SentencesError("rules lead to rules too often to be followed; write them flatter", "all files") from error
    return converted


def _convert(converted: Converted, source: Source) -> None:
    sections = source.sections
    for name in sections:
        own = safe_name(name)
        while own in converted.names.values():
            own += "_"
        converted.names[name] = own
    for name, section in sections.items():
        writer = Writer(name, source, converted)
        for rule, line in section.rules.items():
            if template := writer.template(line):
                converted.rules[converted.rule(name, rule)] = template
        sentences = [template for line in section.sentences if (template := writer.sentence(line))]
        if sentences:
            converted.intents[converted.names[name]] = {"sentences": list(dict.fromkeys(sentences))}
