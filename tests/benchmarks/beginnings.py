"""Commands whose first words were not recorded: each is cut off just before the first slot that was said.

What is left is a command still if the beginning goes without saying ("I want a" before "large latte"), and none if it
decides ("turn on" before "the kitchen lights").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from voiced.audio import sound_file
from voiced.audio.vad import Vad
from voiced.evaluation.dataset import NO_COMMAND
from voiced.evaluation.trials import Task, trial_of
from voiced.flow import SAMPLE_RATE
from voiced.grammar import goes_without_saying
from voiced.grammar.normalize import normalize
from voiced.listening.recording import as_utterance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.evaluation.dataset import Recording
    from voiced.evaluation.scoring import Trial
    from voiced.flow import Match, Transcript, Utterance
    from voiced.recognition.recognizer import Recognizer

BEFORE = 0.04  # seconds before the slot's first word that the cut is made


class CutOff(NamedTuple):
    """The rest of a command, and what it should be understood as."""

    recording: Recording
    utterance: Utterance


def cut_off(recognizer: Recognizer, recordings: Iterable[Recording]) -> Iterator[CutOff]:
    """Yield a cut for every recording that is understood as labelled and does not begin with a slot."""
    for recording in recordings:
        samples = sound_file.read(recording.path)
        utterance = as_utterance(samples, Vad())
        transcript = recognizer.recognize(utterance)
        if transcript.match is None or not judged(recording, transcript).understood:
            continue
        opening, rest = _split(transcript.match)
        words = recognizer.words(utterance, transcript.text)
        if not opening or len(words) != len(transcript.text.split()):
            continue
        cut = words[len(opening.split())].start - BEFORE
        normal = (normalize(part, recognizer.grammar.language).text for part in (opening, rest))
        label = recording.label if goes_without_saying(recognizer.grammar, *normal) else NO_COMMAND
        left = as_utterance(samples[round(max(0.0, cut) * SAMPLE_RATE) :], Vad())
        yield CutOff(replace(recording, label=label), left)


def judged(recording: Recording, transcript: Transcript) -> Trial:
    """The trial of a cut command; its processor time is not measured."""
    return trial_of(Task(recording, "cut off"), transcript, seconds=0.0, cpu=0.0)


def _split(match: Match) -> tuple[str, str]:
    """The words before the first slot, and the rest of the sound."""
    first = min((begin for begin, end in match.spans.values() if begin < end), default=0)
    return match.text[:first].strip(), match.text[first:]
