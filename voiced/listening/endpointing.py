"""When is a command over? A state machine that is told, step by step, how many samples were speech or not.

It knows no audio, clock or thread, only sample counts, and it decides nothing but the ending. There are three states:

    WAITING ──enough speech──▶ SPEAKING ──silence, or nothing can follow──▶ ended: SILENCE, COMPLETE
       │                          └──────longest command──▶ ended: TOO_LONG
       └──nobody speaks for a while──▶ ended: NO_SPEECH

*Enough speech* is a leaky sum, up with speech and down with quiet: a click, or a row of clicks, never fills it, while
the short gaps of real speech (the closure before a "t") do not start it afresh. The tail of the wake word, which may
reach into the first steps, is too short to fill it and leaks away.

*How long a silence* depends on what was said. Whoever reports a step says what may follow the speech so far, where that
is known (its continuation). Where nothing can follow, the command is over; where it is a command already but may go on,
a short silence is enough, and a shorter one if the speaker sounds done; where it is none yet, the speaker is searching
for words and gets a long one. Where the continuation is not known, it is the ordinary one. Who makes pauses between
words makes longer ones between phrases: a short silence is at least `SHORT_PAUSES` times the longest pause before it;
an ordinary one `ORDINARY_PAUSES` times, and that of who sounds done `CONCLUDED_PAUSES` times.

*Nobody speaks* is at first only decided while the sum is empty, so that whoever begins just before the time is up is
heard out; noise that keeps the sum from running empty gets a little more time, not for ever.
*Longest command* counts from the first word, not from the wake word: a speaker who hesitates has as long as any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.flow import SAMPLE_RATE, Continuation, Ending
from voiced.listening.tuning import CONCLUDED_PAUSES, ORDINARY_PAUSES, SHORT_PAUSES

if TYPE_CHECKING:
    from voiced.config import ListeningSettings


class Endpointer:
    """Listens to one command. Make a new one for the next."""

    def __init__(self, settings: ListeningSettings, start: int) -> None:
        """`start` is the index, in the stream, of the first sample that will be reported."""
        self._min_speech = round(settings.min_speech * SAMPLE_RATE)
        self._silence = round(settings.silence * SAMPLE_RATE)
        self._short = min(self._silence, round(settings.silence_complete * SAMPLE_RATE))
        self._shortest = min(self._short, round(settings.silence_concluded * SAMPLE_RATE))
        self._long = max(self._silence, round(settings.silence_unfinished * SAMPLE_RATE))
        self._longest = round(settings.longest * SAMPLE_RATE)
        self._start_timeout = round(settings.start_timeout * SAMPLE_RATE)
        self._start = start
        self._at = start  # index of the next sample
        self._evidence = 0  # the leaky sum, in samples
        self._first = start  # where the speech began, if it is any
        self._last = start  # index after the newest sample of speech
        self._speaking = False
        self._longest_pause = 0  # between words of this command, in samples

    @property
    def speech(self) -> tuple[int, int]:
        """First and last+1 sample of speech; equal if nothing was said."""
        return (self._first, self._last) if self._speaking else (self._start, self._start)

    @property
    def is_speaking(self) -> bool:
        """Whether anything was said."""
        return self._speaking

    @property
    def quiet(self) -> int:
        """Samples since the newest speech."""
        return self._at - self._last

    def hear(
        self, samples: int, *, is_speech: bool, continuation: Continuation = Continuation.UNKNOWN
    ) -> Ending | None:
        """Take in the next `samples` of the stream; say if the command is over, and why.

        `continuation`: what may follow the speech so far, as far as is known.
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
        """Whether the command is over after as much quiet as there was, if this may follow."""
        return self.quiet >= self._patience(continuation)

    def _patience(self, continuation: Continuation) -> int:
        """Samples of silence that end the command."""
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
