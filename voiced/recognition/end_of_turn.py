"""End of turn: what may follow what was recognised at a pause, and does the speaker sound done? Pure.

The grammar tells which commands go on like this, if the last word was really spoken. Half a command may have been
heard: a recogniser that is held to the grammar completes it ("with almond" by "milk"), and is sure of it where the
grammar leaves no choice. When the words were said tells: one that was not yet said is placed where the speech ends, or
after it, and without grammar and prompt the sound says nothing of the kind. What Whisper would write freely tells, too.

Prosody tells whether a command that may go on will. Who has said everything lets the voice sink, and ends on a short
last word; who is going on keeps it up, and draws the word out. And Whisper, which has learnt where people put full
stops, thinks of one or of a comma. A logistic regression weighs these three. In noise none of it is believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from voiced.audio.loudness import level_of
from voiced.flow import SAMPLE_RATE, Continuation, Ending
from voiced.foundations.logistic import probability_of
from voiced.grammar.continuation import continuation
from voiced.recognition import tuning
from voiced.recognition.free_text import said_once
from voiced.recognition.weighing import weighed_log_odds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.flow import Transcript, Utterance
    from voiced.grammar import Grammar
    from voiced.recognition.passes import Found
    from voiced.recognition.prepared import Prepared
    from voiced.whisper.words import TimedWord

FINAL_SAMPLES = round(tuning.FINAL_SECONDS * SAMPLE_RATE)


@dataclass(frozen=True, eq=False, slots=True)
class SoFar:
    """What was recognised at a pause; whoever asked keeps it, and hands it back when the utterance is over."""

    utterance: Utterance  # up to the pause
    transcript: Transcript
    continuation: Continuation  # what may follow
    prosody: Prosody | None = None  # how it sounds; None: nothing was understood
    doubt: Found | None = None  # where a further pass may know better: what was found; None: the transcript stands
    is_given_up: bool = False  # nothing was found, since something else waited

    def settled(self, utterance: Utterance) -> Transcript | None:
        """Return the transcript, if nothing was said since and nothing is in doubt; else None."""
        if self.doubt or self.is_given_up or utterance.ending is Ending.NO_SPEECH:
            return None
        before, now = self.utterance, utterance
        return self.transcript if (before.start, before.speech) == (now.start, now.speech) else None

    def found(self, utterance: Utterance) -> Found | None:
        """Return what passes have found, for a further one to go on from, if nothing was said since; else None."""
        return self.doubt if _speech(self.utterance) == _speech(utterance) else None


def _speech(utterance: Utterance) -> tuple[int, tuple[int, int], bytes]:
    """What tells one speech, whatever silence follows, from any other."""
    return utterance.start, utterance.speech, utterance.samples[: utterance.speech[1] - utterance.start].tobytes()


class LastWord(NamedTuple):
    """The last word of what was recognised."""

    lead: float  # seconds from its beginning to the end of the speech; less than 0: it comes after the speech
    probability: float


@dataclass(frozen=True, slots=True)
class Prosody:
    """How an utterance ends."""

    stop: float  # log probability of a full stop or the end of the text, after the last word, whatever the grammar says
    sinking: float  # dB by which the end is louder than the whole: mostly less than 0
    last: float  # seconds from the beginning of the last word to the end of the speech
    pause: float  # dB by which the pause is louder than the speech: much less than 0

    def features(self) -> dict[str, float]:
        """Return the numbers that are weighed, each up to where more of it says no more."""
        return {
            "stop": max(self.stop, tuning.LEAST_STOP_LOGPROB),
            "sinking": max(self.sinking, tuning.LOWEST_SINKING_DB),
            "last": min(self.last, tuning.LONGEST_LAST_SECONDS),
        }


def judged(
    grammar: Grammar, heard: Prepared, transcript: Transcript, words: Sequence[TimedWord], stop: float
) -> tuple[Continuation, Prosody | None]:
    """Tell what may follow an utterance with at least some of the pause after it, and how it ends.

    `words` are the transcript's, with times; `stop` is the log probability of a full stop after them.
    """
    # Without words there is no last one to be heard, and no end to judge.
    if not words:
        return expected(grammar, transcript, None), None
    # Was the last word spoken before the speech ended, or has the grammar added it?
    last = LastWord(heard.end_seconds - words[-1].start, words[-1].probability)
    prosody = prosody_of(heard, last.lead, stop)
    return expected(grammar, transcript, last, done=sounds_done(prosody)), prosody


def expected(grammar: Grammar, transcript: Transcript, last: LastWord | None, *, done: bool = False) -> Continuation:
    """Tell what may follow a transcript; `last` is its last word, `done` whether the speaker sounds so."""
    # Rejected: perhaps only because it is half a command.
    if transcript.match is None or transcript.reason or last is None:
        return Continuation.UNFINISHED if _begun(grammar, said_once(transcript.heard)) else Continuation.UNKNOWN
    # Understood: the grammar knows whether sentences go on from here.
    following = continuation(grammar, transcript.text)
    # A last word that comes too late may be the grammar's invention; so may one that nothing in the sound suggests.
    if last.lead < tuning.LEAST_SPOKEN_SECONDS:
        return _after_a_late_word(following, last.probability, done=done)
    if last.probability < tuning.UNHEARD_PROBABILITY:
        return Continuation.UNKNOWN
    return Continuation.CONCLUDED if done and following is Continuation.EXTENDABLE else following


def prosody_of(heard: Prepared, last: float, stop: float) -> Prosody:
    """Measure how an utterance ends; `last` and `stop` are as in `Prosody`."""
    # Levels are compared within the recording, so that neither distance nor gain matters.
    speech, pause = heard.samples[heard.begin : heard.end], heard.samples[heard.end :]
    # Where there is nothing to hear an end by, no pause at all is as loud as can be.
    if not len(speech) or not len(pause):
        return Prosody(stop, 0.0, last, 0.0)
    whole = level_of(speech)
    return Prosody(stop, level_of(speech[-FINAL_SAMPLES:]) - whole, last, level_of(pause) - whole)


def sounds_done(prosody: Prosody) -> bool:
    """Return whether the speaker sounds done; never where the pause is not quiet."""
    # Three features → log odds → probability that this is how an end sounds.
    sure = probability_of(weighed_log_odds(prosody.features(), tuning.PROSODY)) >= tuning.DONE_PROBABILITY
    return prosody.pause <= tuning.QUIET_PAUSE_DB and sure


def _after_a_late_word(following: Continuation, chance: float, *, done: bool) -> Continuation:
    """What follows a last word of this probability, `following` by the grammar, if it was spoken."""
    # Unlikely, and too late: not said yet. Likely, and the speaker sounds done: rather its time is wrong.
    if chance < tuning.INVENTED_PROBABILITY:
        return Continuation.UNFINISHED
    is_command = following in {Continuation.COMPLETE, Continuation.EXTENDABLE}
    is_believed = done and is_command and chance >= tuning.BELIEVED_PROBABILITY
    return Continuation.EXTENDABLE if is_believed else Continuation.UNKNOWN


def _begun(grammar: Grammar, text: str) -> bool:
    """Whether commands begin like this; the last word before a pause is often misheard ("get me in" for "an")."""
    # Ask the grammar about the text, and if it knows none, about the text without its last word.
    following = continuation(grammar, text)
    if following is not Continuation.UNKNOWN:
        return following is Continuation.UNFINISHED
    return continuation(grammar, text.rpartition(" ")[0]) is Continuation.UNFINISHED
