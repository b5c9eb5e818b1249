"""The values that flow through voiced, all frozen: frames → utterance → transcript → match → actions.

Imports nothing of voiced; every file may import it. Times are samples of one audio stream at 16 kHz, from its first on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt
    from pydantic import JsonValue

    Samples: TypeAlias = npt.NDArray[np.float32]  # mono, 16 kHz, full scale ±1

SAMPLE_RATE = 16_000  # Hz, of the wake-word models, the VAD and Whisper alike
EXPIRES_SECONDS = 10.0  # from the end of the speech: as long a command is good for, unless its intent says otherwise
FRAME_SAMPLES = 1_280  # 80 ms: openWakeWord's step, and the block that the microphone delivers
SlotValue: TypeAlias = "str | int | float | list[JsonValue] | dict[str, JsonValue]"  # frozen: can be a key


@dataclass(frozen=True, eq=False, slots=True)
class AudioFrame:
    """80 ms of sound. A gap, where frames were dropped, shows as a `start` beyond the `end` of the previous frame."""

    start: int  # index of the first sample in the stream
    samples: Samples  # shape (FRAME_SAMPLES,); the last frame of a file is padded with zeros
    source: str = ""  # "microphone", or the path of a recording
    came: float = 0.0  # second on the monotonic clock when its sound was there; 0.0: when the frame is taken

    @property
    def end(self) -> int:
        """Index, in the stream, of the sample after the last one."""
        return self.start + len(self.samples)


@dataclass(frozen=True, slots=True)
class Detection:
    """A wake word that the detector heard."""

    wake_word: str  # the model's name: "alexa", "hey_jarvis", or a file's stem
    score: float  # 0 to 1
    at: int  # index of the sample after the frame in which the score was reached
    doubtful: bool = False  # the second stage has to verify it
    phrase: str = ""  # the spoken words, if `wake_word` does not spell them
    heard: npt.NDArray[np.float32] | None = field(default=None, compare=False, repr=False)  # embeddings, (n, 96)
    source: str = ""  # `source` of the frames


@dataclass(frozen=True, slots=True)
class Opinion:
    """The recogniser's opinion of a detection: how likely its sound is the wake word."""

    evidence: float  # 1: the phrase is certain; 0: as unlikely as in silence
    logprob: float  # mean natural log probability of the phrase's tokens


class Ending(Enum):
    """Why a recording ended."""

    COMPLETE = "complete"  # no command goes on from this one
    SILENCE = "silence"  # the speaker was silent for long enough
    NO_SPEECH = "no_speech"  # nobody spoke
    TOO_LONG = "too_long"  # it reached the longest length of a command
    END_OF_AUDIO = "end_of_audio"  # the file ended


@dataclass(frozen=True, eq=False, slots=True)
class Utterance:
    """One spoken command, cut out of the stream, with a little quiet before and after."""

    samples: Samples  # shape (n_samples,); without the wake word, unless there is a `prefix`
    start: int  # index of the first of `samples` in the stream
    speech: tuple[int, int]  # first and last+1 sample of speech, in the stream; equal if there was none
    ending: Ending
    detection: Detection | None = None  # the wake word before the command; None: there was none
    prefix: str = ""  # "Hey Jarvis,": the wake word in front of a command that was spoken in one breath with it
    source: str = ""  # `source` of the frames

    @property
    def seconds(self) -> float:
        """Length of `samples` in seconds."""
        return len(self.samples) / SAMPLE_RATE


class Reason(Enum):
    """Why an utterance was rejected."""

    NO_SPEECH = "no_speech"  # nobody spoke
    OUT_OF_GRAMMAR = "out_of_grammar"  # no sentence of the intents
    LOW_CONFIDENCE = "low_confidence"  # a sentence of the intents, but probably not what was said
    AMBIGUOUS = "ambiguous"  # two sentences with different meanings are about equally likely
    LATE = "late"  # too old by now to be carried out
    BUSY = "busy"  # too many sentences in writing came at once
    FAILED = "failed"  # an error in the program; the log says which


class Continuation(Enum):
    """What may follow the words so far."""

    COMPLETE = "complete"  # nothing: a command, and no command goes on from it
    EXTENDABLE = "extendable"  # a command, and longer commands begin with it
    CONCLUDED = "concluded"  # a command that longer ones begin with, but the speaker sounds done
    UNFINISHED = "unfinished"  # no command yet, but the beginning of one
    UNKNOWN = "unknown"  # no beginning of a command, or not heard well enough


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence of the grammar and its meaning."""

    intent: str
    slots: Mapping[str, SlotValue]
    text: str  # the sentence as written or recognised
    spans: Mapping[str, tuple[int, int]]  # slot → first and last+1 character of its words in `text`
    literal_words: int = 0  # words that the template spells out
    wild_letters: int = 0  # characters that wildcards took
    said: tuple[int, int] = (0, 0)  # first and last+1 character of the command in `text`
    then: tuple[Match, ...] = ()  # of a compound: the commands that were said behind this one
    free: frozenset[str] = frozenset()  # slots that hold words as they were said, not what an author wrote
    several: frozenset[str] = frozenset()  # slots that were said several times: their value is a list of values
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)  # slot → attributes of its value, or values

    @property
    def commands(self) -> tuple[Match, ...]:
        """All commands of a compound, in the order in which they were said; of a single command itself."""
        return (self, *self.then)

    @property
    def meaning(self) -> str:
        """Intents and slots in one text: equal for sentences that mean one thing."""
        return " + ".join(f"{each.intent} {sorted(each.slots.items(), key=repr)}" for each in self.commands)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Entry of an N-best list: another sentence that the utterance may have been."""

    text: str
    match: Match | None  # its meaning; None: no sentence of the grammar
    avg_logprob: float  # mean natural log probability per token


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds of wall time that recognition took."""

    encode: float = 0.0  # by the encoder, log-mel spectrograms included
    decode: float = 0.0  # by the decoder: search, rescoring, alignment

    @property
    def total(self) -> float:
        """Seconds in encoder and decoder together."""
        return self.encode + self.decode

    def __add__(self, other: Timings) -> Timings:
        return Timings(self.encode + other.encode, self.decode + other.decode)


@dataclass(frozen=True, slots=True)
class Context:
    """Facts about a command beside its sound, by name: the room, an earlier sentence. Never published."""

    facts: Mapping[str, SlotValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transcript:
    """Result of recognition: the text, its meaning under the grammar, and the confidence in both."""

    text: str  # the best hypothesis of the grammar; the free text if there is none
    match: Match | None  # meaning of `text`; None: no sentence of the grammar
    reason: Reason | None  # why it was rejected, which may happen to a match, too; None: accepted
    confidence: float  # 0 to 1
    avg_logprob: float  # mean natural log probability per token
    heard: str = ""  # what Whisper writes without the grammar; empty if that pass did not run
    window: float = 0.0  # seconds of sound that the encoder saw
    alternatives: tuple[Hypothesis, ...] = ()  # other hypotheses, the best first
    timings: Timings = field(default_factory=Timings)
    context: Context = field(default_factory=Context)  # facts that recognition used beside the sound
    language: str = ""  # code of the language in which it was understood, or heard; empty: nobody can tell

    @property
    def commands(self) -> tuple[Match, ...]:
        """What is to be done, in the order in which it was said: several of a compound; none if it was rejected."""
        return self.match.commands if self.match and self.reason is None else ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A command that came as text, and is answered like a spoken one."""

    text: str
    arrived: float = field(default=0.0, compare=False)  # second on the monotonic clock
    id: str = field(default="", compare=False)  # of the outcome; "": a new one


@dataclass(frozen=True, slots=True)
class Action:
    """What is done because of a command: an MQTT message to send. `Program` is the other kind."""

    topic: str
    payload: str
    qos: int = 1
    retain: bool = False
    expires: float = EXPIRES_SECONDS  # seconds from now, or from the end of the speech, after which it is not delivered


@dataclass(frozen=True, slots=True)
class Program:
    """A program to run because of a command; no shell is between."""

    command: tuple[str, ...]  # itself and its arguments
    timeout: float  # seconds after which it is ended
    expires: float = EXPIRES_SECONDS  # seconds from now, or from the end of the speech, after which it is not begun


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds from the end of the speech to three later moments."""

    stopped: float  # the ear ended the recording
    recognized: float  # the transcript was there; about `stopped`, if the newest pause had brought it
    published: float  # the actions were queued for MQTT


@dataclass(frozen=True, slots=True)
class Nearest:
    """What to tell of something that was rejected."""

    text: str  # the nearest sentence of the grammar, "…" where anything may be said; empty: none is near
    difference: str  # between that and what was said, in words


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything about one command: what was heard, what it meant, what was done."""

    id: str  # hexadecimal; all messages about this command carry it
    transcript: Transcript
    actions: tuple[Action | Program, ...] = ()
    utterance: Utterance | None = None  # None: the command came as text
    delays: Delays | None = None  # None: the command came as text
    context: Context = field(default_factory=Context)  # facts that the answer used beside the transcript
    age: float = 0.0  # seconds since the end of the speech, or since the text arrived, when this was known
    nearest: Nearest | None = None  # of what was rejected; None: it was accepted, or nobody had the time to look

    @property
    def good_for(self) -> float:
        """Age in seconds from which on nothing may be done: one action too old is reason enough to do none."""
        return min((action.expires for action in self.actions), default=EXPIRES_SECONDS)

    @property
    def accepted(self) -> bool:
        """Whether the command was understood and is carried out."""
        return self.transcript.match is not None and self.transcript.reason is None

    @property
    def text(self) -> str:
        """The sentence that was understood; of a rejected command, the likeliest sentence, or the free text."""
        return self.transcript.text

    @property
    def intent(self) -> str | None:
        """The name of the intent, of a compound that of its first command; None if the command was rejected."""
        return self.transcript.match.intent if self.transcript.match and self.accepted else None

    @property
    def slots(self) -> Mapping[str, SlotValue]:
        """Slot → value, of a compound that of its first command; empty if the command was rejected."""
        return self.transcript.match.slots if self.transcript.match and self.accepted else {}

    @property
    def confidence(self) -> float:
        """Probability, 0 to 1, that `text` is what was said."""
        return self.transcript.confidence

    @property
    def reason(self) -> Reason | None:
        """Why the command was rejected; None if it was accepted."""
        return self.transcript.reason

    @property
    def detection(self) -> Detection | None:
        """The wake word before the command; None if there was none."""
        return self.utterance.detection if self.utterance else None


class State(Enum):
    """What the daemon does at the moment, as published over MQTT."""

    WAITING = "waiting"
    LISTENING = "listening"
    THINKING = "thinking"
    MUTED = "muted"
