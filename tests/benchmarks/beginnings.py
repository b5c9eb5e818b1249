"""Commands whose first words the ear has missed: each is cut off just before the first slot that was said.

What is left is a command still if the beginning goes without saying ("I want a" before "large latte"), and none if it
decides ("turn on" before "the kitchen lights").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voiced import sound_file
from voiced.flow import SAMPLE_RATE
from voiced.grammar import goes_without_saying
from voiced.grammar.normalize import normalize
from voiced.labelled import NO_COMMAND
from voiced.recording import as_utterance
from voiced.vad import Vad

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.flow import Match, Transcript, Utterance
    from voiced.labelled import Label, Recording
    from voiced.recognizer import Recognizer

BEFORE = 0.04  # seconds before the slot's first word that the cut is made


class CutOff(NamedTuple):
    """The rest of a command, and what it should be understood as."""

    name: str
    label: Label
    utterance: Utterance


def cut_off(recognizer: Recognizer, recordings: Iterable[Recording]) -> Iterator[CutOff]:
    """Of every recording that is understood as labelled, and does not begin with a slot."""
    for recording in recordings:
        samples = sound_file.read(recording.path)
        utterance = as_utterance(samples, Vad())
        match = recognizer.recognize(utterance).match
        if match is None or not is_right(match, recording.label):
            continue
        opening, rest = _split(match)
        words = recognizer.words(utterance, match.text)
        if not opening or len(words) != len(match.text.split()):
            continue
        cut = words[len(opening.split())].start - BEFORE
        language = recognizer.grammar.language
        normal = (normalize(part, language).text for part in (opening, rest))
        label = recording.label if goes_without_saying(recognizer.grammar, *normal) else NO_COMMAND
        yield CutOff(recording.name, label, as_utterance(samples[round(max(0.0, cut) * SAMPLE_RATE) :], Vad()))


class Counts(NamedTuple):
    """Of commands that are cut off."""

    implied: int  # whose beginning goes without saying
    understood: int
    wrong: int  # taken for another
    decided: int  # whose beginning decides
    accepted: int


def counted(recognizer: Recognizer, cuts: Iterable[CutOff]) -> Counts:
    """How many are understood, of those that can be."""
    heard = [(cut.label, recognizer.recognize(cut.utterance)) for cut in cuts]
    taken = [(label, transcript) for label, transcript in heard if label.intent and is_accepted(transcript)]
    understood = sum(is_right(transcript.match, label) for label, transcript in taken)
    decided = [is_accepted(transcript) for label, transcript in heard if not label.intent]
    return Counts(len(heard) - len(decided), understood, len(taken) - understood, len(decided), sum(decided))


def is_right(match: Match | None, label: Label) -> bool:
    """Whether intent and labelled slots are as they should be."""
    return match is not None and match.intent == label.intent and label.slots.items() <= match.slots.items()


def is_accepted(transcript: Transcript) -> bool:
    """Whether it would be acted upon."""
    return transcript.match is not None and transcript.reason is None


def _split(match: Match) -> tuple[str, str]:
    """What was said before the first slot, and the rest."""
    first = min((begin for begin, end in match.spans.values() if begin < end), default=0)
    return match.text[:first].strip(), match.text[first:]
