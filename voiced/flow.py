"""What flows through the house, as frozen values on one page: frames → utterance → transcript → match → actions.

Knows numpy and nothing else; every other file may import it. Times are sample indices of one audio stream at 16 kHz,
counted from its first sample; seconds are for people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    Samples: TypeAlias = npt.NDArray[np.float32]  # mono, 16 kHz, full scale ±1

SAMPLE_RATE = 16_000  # Hz; what the wake word, the VAD and Whisper all listen to
FRAME_SAMPLES = 1_280  # 80 ms: openWakeWord's step, and the block that the microphone delivers

SlotValue: TypeAlias = str | int | float


@dataclass(frozen=True, eq=False, slots=True)
class AudioFrame:
    """80 ms of sound. Where frames were dropped, `start` is not the `end` of the frame before: a gap."""

    start: int  # index of the first sample in the stream
    samples: Samples  # shape (FRAME_SAMPLES,); the last one of a file is padded with zeros
    source: str = ""  # where it was heard: "microphone", or the path of a recording

    @property
    def end(self) -> int:
        """Index of the sample after the last."""
        return self.start + len(self.samples)


@dataclass(frozen=True, slots=True)
class Detection:
    """A wake word was heard."""

    wake_word: str  # the model's name: "alexa", "hey_jarvis", or a file's stem
    score: float  # 0 to 1
    at: int  # index of the sample after the frame that completed it
    doubtful: bool = False  # the recogniser is to have a second look
    phrase: str = ""  # as it is spoken, where its name does not tell
    heard: npt.NDArray[np.float32] | None = field(default=None, compare=False, repr=False)  # (frames, 96): embeddings
    source: str = ""  # where it was heard, as in its frames


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the recogniser says to a wake word that was detected."""

    evidence: float  # about 1: the phrase is no surprise at all; about 0: as surprising as in silence
    logprob: float  # mean natural log probability of the phrase's tokens


class Ending(Enum):
    """Why a recording ended."""

    COMPLETE = "complete"  # a sentence that cannot go on: there was nothing to wait for
    SILENCE = "silence"  # the speaker was done
    NO_SPEECH = "no_speech"  # nothing was said
    TOO_LONG = "too_long"  # the longest command was reached
    END_OF_AUDIO = "end_of_audio"  # a recording of a command alone has no other end


@dataclass(frozen=True, eq=False, slots=True)
class Utterance:
    """One spoken command, cut out of the stream with a little quiet around it."""

    samples: Samples  # what the recogniser hears; the wake word is not in it, but for `prefix`
    start: int  # index of its first sample in the stream
    speech: tuple[int, int]  # first and last+1 sample of speech, in the stream; equal if there was none
    ending: Ending
    detection: Detection | None = None  # None: listening was asked for, or a recording of a command alone
    prefix: str = ""  # words that the samples begin with: "Hey Jarvis,", where the command follows in one breath
    source: str = ""  # where it was heard, as in its frames

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / SAMPLE_RATE


class Reason(Enum):
    """Why something heard was not taken for a command."""

    NO_SPEECH = "no_speech"
    OUT_OF_GRAMMAR = "out_of_grammar"
    LOW_CONFIDENCE = "low_confidence"
    AMBIGUOUS = "ambiguous"


class Continuation(Enum):
    """What may follow what was said so far."""

    COMPLETE = "complete"  # nothing: it is a command, and no command goes on like this
    EXTENDABLE = "extendable"  # it is a command, and there are longer ones that begin with it
    CONCLUDED = "concluded"  # the same, but it sounds as if the speaker were done
    UNFINISHED = "unfinished"  # commands begin like this, but it is none yet
    UNKNOWN = "unknown"  # no command begins like this, or it was not heard well enough to tell


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence of the grammar, understood."""

    intent: str
    slots: Mapping[str, SlotValue]
    text: str  # the sentence as it was given
    spans: Mapping[str, tuple[int, int]]  # slot → where in `text` it was said
    literal_words: int = 0  # words that the template spells out: the more, the surer the meaning


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Another sentence that an utterance may have been: an entry of the N-best list."""

    text: str
    match: Match | None  # what it would mean; None: it is no sentence of the grammar
    avg_logprob: float  # mean natural log probability per token


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds of wall time that recognition took."""

    encode: float = 0.0  # by the encoder, log-mel spectrograms included
    decode: float = 0.0  # by the decoder: search, rescoring, alignment

    @property
    def total(self) -> float:
        """Seconds of both."""
        return self.encode + self.decode

    def __add__(self, other: Timings) -> Timings:
        return Timings(self.encode + other.encode, self.decode + other.decode)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known about a command beside its sound, by name; empty until a room or a dialogue fills it in.

    It stays inside the house: nothing of it is published.
    """

    facts: Mapping[str, SlotValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transcript:
    """What the recogniser made of an utterance: the text, its meaning under the grammar, and how sure that is."""

    text: str  # the best hypothesis; what was heard freely where the grammar has none
    match: Match | None  # None: rejected, for `reason`
    reason: Reason | None  # why it is no command; None: it is one. With a match, too: heard, but not believed
    confidence: float  # 0 to 1
    avg_logprob: float  # mean natural log probability per token
    heard: str = ""  # what Whisper would write without the grammar, where that was asked
    window: float = 0.0  # seconds that the encoder saw
    alternatives: tuple[Hypothesis, ...] = ()  # other hypotheses, best first
    timings: Timings = field(default_factory=Timings)
    context: Context = field(default_factory=Context)  # what recognition knew beside the sound


@dataclass(frozen=True, slots=True)
class Sentence:
    """A command that came as text; it is answered as if it had been spoken."""

    text: str


@dataclass(frozen=True, slots=True)
class Action:
    """An MQTT message to send because of a command."""

    topic: str
    payload: str
    qos: int = 1
    retain: bool = False
    expires: float = 10.0  # seconds after which it must not be delivered any more


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds from the end of the speech, until…"""

    stopped: float  # …the ear decided that the command was over
    recognized: float  # …it was known what was said; at a pause that may have been known before
    published: float  # …what to do was handed over to the connection


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that came of one command: what was heard, what it meant, what was sent."""

    id: str  # the same in every message about it
    transcript: Transcript
    actions: tuple[Action, ...] = ()
    utterance: Utterance | None = None  # None: it came as text
    delays: Delays | None = None  # where the time went
    context: Context = field(default_factory=Context)  # what the answer took into account beside the transcript

    @property
    def accepted(self) -> bool:
        """Whether it was taken for a command."""
        return self.transcript.match is not None and self.transcript.reason is None

    @property
    def text(self) -> str:
        """The sentence of the grammar that was understood; of a rejected command the likeliest, or the free text."""
        return self.transcript.text

    @property
    def intent(self) -> str | None:
        """The name of the intent; None if the command was rejected."""
        return self.transcript.match.intent if self.transcript.match and self.accepted else None

    @property
    def slots(self) -> Mapping[str, SlotValue]:
        """Slots and their values; empty if the command was rejected."""
        return self.transcript.match.slots if self.transcript.match and self.accepted else {}

    @property
    def confidence(self) -> float:
        """How sure it is that this was said, 0 to 1."""
        return self.transcript.confidence

    @property
    def reason(self) -> Reason | None:
        """Why it was rejected; None if it was not."""
        return self.transcript.reason

    @property
    def detection(self) -> Detection | None:
        """The wake word before the command; None if there was none."""
        return self.utterance.detection if self.utterance else None


class State(Enum):
    """What the daemon is doing, for everyone to see."""

    WAITING = "waiting"
    LISTENING = "listening"
    THINKING = "thinking"
    MUTED = "muted"
