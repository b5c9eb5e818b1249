"""Where does the wake word end and the command start? Arithmetic over the steps that the VAD judged; knows no sound.

The detector is sure of a wake word between 0.1 s before its end and 0.3 s after it, so that cutting at the detection
would leave "…vis" in front of one command and take "tur…" from another. The VAD tells, because speakers pause or not:

    hey jarvis      turn on …     a pause: the wake word ends where it begins; nothing of it is kept
    ███████▲░░░░░░░░██████████
    hey jarvis turn on …          one breath: the wake word is kept, and the recogniser takes it as read. Of 32 such
    ██████████▲███████████        commands all were understood; of the same, cut by hand where the word ends, 29

What is still spoken shortly after the detection may be the end of a drawled wake word as well as a command of one word.
It does not begin a command, for the pause after it would end the recording. But if nothing else follows, it is taken
for a command after all, and the recogniser will tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiced.audio.vad import Activity
from voiced.listening.tuning import (
    EARLIEST_END_STEPS,
    HESITATION_STEPS,
    LATEST_END_STEPS,
    LONGEST_WAKE_WORD_STEPS,
    ONE_WORD_STEPS,
    ONSET_STEPS,
    PAUSE_STEPS,
    USUAL_END_STEPS,
    WORD_GAP_STEPS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Cut:
    """What of a recording is the command, in steps."""

    begin: int  # what comes before is not the command's: silence it
    speech: tuple[int, int]  # first and last+1 step of speech; equal if there was none
    one_breath: bool = False  # the wake word is in it


def command_start(sounds: Sequence[Activity], detected: int) -> int | None:
    """Step from which on speech begins a command; None until that can be told."""
    pause = first_pause(sounds, detected - EARLIEST_END_STEPS, detected + LATEST_END_STEPS)
    if pause is None and len(sounds) >= detected + LATEST_END_STEPS + PAUSE_STEPS:
        return detected + LATEST_END_STEPS
    return pause


def cut(sounds: Sequence[Activity], detected: int, speech: tuple[int, int]) -> Cut:
    """Where to cut, once the recording is over; `speech` is what the endpointer found."""
    said = speech[0] < speech[1]
    pause = first_pause(sounds, detected - EARLIEST_END_STEPS, speech[0] if said else len(sounds))
    usually = max(0, detected - USUAL_END_STEPS)
    if said and pause is not None:
        return Cut(pause, (speech_start(sounds, speech[0], pause), speech[1]))
    end = speech[1] if said else len(sounds) if pause is None else pause
    if said or end - detected - LATEST_END_STEPS >= ONE_WORD_STEPS:
        word = run_start(sounds, detected, max(0, detected - LONGEST_WAKE_WORD_STEPS), WORD_GAP_STEPS)
        return Cut(max(0, word - ONSET_STEPS), (usually, end), one_breath=True)
    return Cut(usually if pause is None else pause, speech)


def speech_start(sounds: Sequence[Activity], found: int, earliest: int) -> int:
    """Step of the first word, which may be too short or too quiet for the endpointer to find it."""
    return run_start(sounds, found, earliest, HESITATION_STEPS)


def first_pause(sounds: Sequence[Activity], begin: int, end: int) -> int | None:
    """First step, from `begin` to `end`, at which a voice gives way to a pause."""
    spoken = False
    for step in range(max(0, begin), min(end, len(sounds) - PAUSE_STEPS) + 1):
        quiet = all(sound is Activity.QUIET for sound in sounds[step : step + PAUSE_STEPS])
        if spoken and quiet:
            return step
        spoken = spoken or sounds[step] is not Activity.QUIET
    return None


def run_start(sounds: Sequence[Activity], end: int, earliest: int, gap: int) -> int:
    """Step at which the speech begins that goes on until `end`, with up to `gap` quiet steps in between."""
    start = end
    for step in range(end - 1, earliest - 1, -1):
        if sounds[step] is not Activity.QUIET:
            start = step
        elif start - step > gap:
            break
    return start
