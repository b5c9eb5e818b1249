"""Decides when a command is over: a state machine over counts of samples, each count speech or not.

Knows no audio, clock or thread, and decides nothing but the ending. There are three states:

    WAITING ──enough speech──▶ SPEAKING ──silence, or nothing can follow──▶ ended: SILENCE, COMPLETE
       │                          └──────longest command──▶ ended: TOO_LONG
       └──nobody speaks for a while──▶ ended: NO_SPEECH

*Enough speech* is a leaky sum, up with speech and down with quiet: a click, or a row of clicks, never fills it, while
the short gaps of real speech (the closure before a "t") do not start it afresh. The tail of the wake word, which may
reach into the first steps, is too short to fill it and leaks away.

*How long a silence* depends on what was said: each step comes with the continuation of the speech so far, if known.
COMPLETE ends the command at once. EXTENDABLE, a command that may go on, needs a short silence; CONCLUDED, a command
whose speaker sounds done, a shorter one. UNFINISHED, no command yet, gets a long one: the speaker searches for words.
UNKNOWN gets the ordinary one. Speakers with pauses between words make longer pauses between phrases, so each silence
but the long one is at least a multiple of the longest pause before it: `SHORT_PAUSES`, `CONCLUDED_PAUSES`,
`ORDINARY_PAUSES`.

*Nobody speaks* is decided while the sum is empty, so that a speaker who begins just before the time is up is heard out.
Noise that keeps the sum from running empty extends the time once, by twice the length of enough speech.
*Longest command* counts from the first word, not from the wake word: hesitation before the command costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.flow import SAMPLE_RATE, Continuation, Ending
from voiced.listening.tuning import CONCLUDED_PAUSES, ORDINARY_PAUSES, SHORT_PAUSES

if TYPE_CHECKING:
    from voiced.config import ListeningSettings


class Endpointer:
    """Finds the ending of one command. Make a new endpointer for each command."""

    def __init__(self, settings: ListeningSettings, start: int) -> None:
        """`start`: index of the first sample that `hear` will count, on any scale; `speech` is on this scale."""
        self._min_speech = round(settings.min_speech * SAMPLE_RATE)
        self._silence = round(settings.silence * SAMPLE_RATE)
        self._short = min(self._silence, round(settings.silence_complete * SAMPLE_RATE))
        self._shortest = min(self._short, round(settings.silence_concluded * SAMPLE_RATE))
        self._long = max(self._silence, round(settings.silence_unfinished * SAMPLE_RATE))
        self._longest = round(settings.longest * SAMPLE_RATE)
        self._start_timeout = round(settings.start_timeout * SAMPLE_RATE)
        self._start = start
        self._at = start  # index of the next sample
        self._evidence = 0  # leaky sum of speech, in samples
        self._first = start  # index of the first sample of speech, once the sum has filled
        self._last = start  # index after the newest sample of speech
        self._speaking = False
        self._longest_pause = 0  # between words of this command, in samples

    @property
    def speech(self) -> tuple[int, int]:
        """Indices of the first and last+1 sample of speech; equal if nothing was said."""
        return (self._first, self._last) if self._speaking else (self._start, self._start)

    @property
    def is_speaking(self) -> bool:
        """Whether the state is SPEAKING: enough speech was heard."""
        return self._speaking

    @property
    def quiet(self) -> int:
        """Number of samples since the newest speech."""
        return self._at - self._last

    def hear(
        self, samples: int, *, is_speech: bool, continuation: Continuation = Continuation.UNKNOWN
    ) -> Ending | None:
        """Count the next `samples`, all of them speech or none; return why the command is over, or None.

        `continuation`: what may follow the speech so far.
        """
        self._at += samples
        if not self._speaking:
            return self._wait(samples, is_speech=is_speech)
        if is_speech:
            self._longest_pause = max(self._longest_pause, self._at - samples - self._last)
            self._last = self._at
        elif self.suffices(continuation):
            return Ending.COMPLETE if continuation is Continuation.COMPLETE else Ending.SILENCE
        return Ending.TOO_LONG if self._at - self._first >= self._longest else None

    def suffices(self, continuation: Continuation) -> bool:
        """Whether the quiet so far ends a command with this continuation."""
        return self.quiet >= self._patience(continuation)

    def _patience(self, continuation: Continuation) -> int:
        """Return how many samples of silence end a command with this continuation."""
        ordinary = min(self._long, max(self._silence, round(ORDINARY_PAUSES * self._longest_pause)))
        match continuation:
            case Continuation.COMPLETE:
                return 0
            case Continuation.CONCLUDED:
                return min(ordinary, max(self._shortest, round(CONCLUDED_PAUSES * self._longest_pause)))
            case Continuation.EXTENDABLE:
                return min(ordinary, max(self._short, round(SHORT_PAUSES * self._longest_pause)))
            case Continuation.UNFINISHED:
                return self._long
        return ordinary

    def _wait(self, samples: int, *, is_speech: bool) -> Ending | None:
        if is_speech:
            if not self._evidence:
                self._first = self._at - samples
            self._evidence += samples
            self._last = self._at
            self._speaking = self._evidence >= self._min_speech
            return None
        self._evidence = max(0, self._evidence - samples)
        overdue = self._at - self._start - self._start_timeout
        return Ending.NO_SPEECH if overdue >= (2 * self._min_speech if self._evidence else 0) else None
