"""Finds where the wake word ends and the command starts: arithmetic over the VAD's steps of 30 ms; knows no sound.

The detector fires between 0.1 s before the end of a wake word and 0.3 s after it. A cut at the detection would leave
"…vis" in front of one command and take "tur…" from another. The VAD's steps show the pause, if there is one:

    hey jarvis      turn on …     a pause: the wake word ends where the pause begins, and is cut off
    ███████▲░░░░░░░░██████████
    hey jarvis turn on …          one breath: the wake word is kept, and the decoder gets it as a prefix;
    ██████████▲███████████        cut between the two, fewer commands are understood

Speech shortly after the detection is either the end of a drawled wake word or a command of one word. Endpointing does
not start there, because the pause after it would end the recording. If nothing else follows, this speech is handed out
as the command, and the recogniser decides.
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
    """Where the command lies in a recording; all numbers are indices of steps."""

    begin: int  # sound before this step is blanked
    speech: tuple[int, int]  # first and last+1 step of speech; equal if there was none
    one_breath: bool = False  # whether the wake word is kept in front of the command


def command_start(sounds: Sequence[Activity], detected: int) -> int | None:
    """Return the step from which on speech belongs to the command; None until a pause or its absence is certain."""
    pause = first_pause(sounds, detected - EARLIEST_END_STEPS, detected + LATEST_END_STEPS)
    if pause is None and len(sounds) >= detected + LATEST_END_STEPS + PAUSE_STEPS:
        return detected + LATEST_END_STEPS
    return pause


def cut(sounds: Sequence[Activity], detected: int, speech: tuple[int, int]) -> Cut:
    """Return where to cut a recording; `speech`: first and last+1 step of speech, as the endpointer found them."""
    said = speech[0] < speech[1]
    pause = first_pause(sounds, detected - EARLIEST_END_STEPS, speech[0] if said else len(sounds))
    usually = max(0, detected - USUAL_END_STEPS)
    if said and pause is not None:
        return Cut(pause, (speech_start(sounds, speech[0], pause), speech[1]))
    end = speech[1] if said else _voice_end(sounds) if pause is None else pause
    if said or end - detected - LATEST_END_STEPS >= ONE_WORD_STEPS:
        word = run_start(sounds, detected, max(0, detected - LONGEST_WAKE_WORD_STEPS), WORD_GAP_STEPS)
        return Cut(max(0, word - ONSET_STEPS), (usually, end), one_breath=True)
    return Cut(usually if pause is None else pause, speech)


def _voice_end(sounds: Sequence[Activity]) -> int:
    """Return the step after the last voice; a detector that is late fires when the wake word is over for long."""
    return max((step + 1 for step, sound in enumerate(sounds) if sound is not Activity.QUIET), default=0)


def speech_start(sounds: Sequence[Activity], found: int, earliest: int) -> int:
    """Return the step of the first word, from `earliest` on: one short word may precede what the endpointer `found`."""
    return run_start(sounds, found, earliest, HESITATION_STEPS)


def first_pause(sounds: Sequence[Activity], begin: int, end: int) -> int | None:
    """Return the first step from `begin` to `end` at which a voice stops for PAUSE_STEPS; None if there is none."""
    spoken = False
    for step in range(max(0, begin), min(end, len(sounds) - PAUSE_STEPS) + 1):
        quiet = all(sound is Activity.QUIET for sound in sounds[step : step + PAUSE_STEPS])
        if spoken and quiet:
            return step
        spoken = spoken or sounds[step] is not Activity.QUIET
    return None


def run_start(sounds: Sequence[Activity], end: int, earliest: int, gap: int) -> int:
    """Return the step, from `earliest` on, where the speech before `end` begins; it may pause for `gap` steps."""
    start = end
    for step in range(end - 1, earliest - 1, -1):
        if sounds[step] is not Activity.QUIET:
            start = step
        elif start - step > gap:
            break
    return start
