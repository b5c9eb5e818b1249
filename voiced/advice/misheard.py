"""Says sentences with a synthetic voice, and tells which the recogniser misunderstands: `voiced sample --check`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voiced.advice.voice import in_a_room
from voiced.evaluation.noise import key_of, mixed
from voiced.listening.recording import as_utterance

if TYPE_CHECKING:
    from voiced.advice.voice import Voice
    from voiced.flow import Match, Samples, Transcript
    from voiced.grammar import Grammar, Sample
    from voiced.listening.capture import VoiceActivity
    from voiced.recognition.recognizer import Recognizer


@dataclass(frozen=True, eq=False, slots=True)
class Noise:
    """A recording of noise, and how much louder the speech is, in dB."""

    samples: Samples
    snr: float


@dataclass(frozen=True, eq=False, slots=True)
class Heard:
    """A sentence that was said, and what was understood."""

    said: Sample
    meant: Match | None  # what the sentence means in writing
    transcript: Transcript

    @property
    def understood(self) -> bool:
        """Whether it was accepted, with the meaning that it has in writing."""
        found = self.transcript.match
        if self.transcript.reason or found is None or self.meant is None:
            return False
        return (found.intent, dict(found.slots)) == (self.meant.intent, dict(self.meant.slots))

    def as_json(self) -> dict[str, Any]:
        """Return it as one object."""
        found = self.transcript.match if self.transcript.reason is None else None
        return {
            "text": self.said.text,
            "intent": self.said.intent,
            "slots": dict(self.said.slots),
            "understood": self.understood,
            "heard_text": self.transcript.heard or self.transcript.text,
            "heard_intent": found.intent if found else None,
            "heard_slots": dict(found.slots) if found else {},
            "reason": self.transcript.reason.value if self.transcript.reason else None,
            "confidence": round(self.transcript.confidence, 4),
        }


@dataclass(frozen=True, eq=False, slots=True)
class Trial:
    """Everything that a sentence is said with."""

    grammar: Grammar
    recognizer: Recognizer
    vad: VoiceActivity
    voice: Voice
    noise: Noise | None = None

    def attempt(self, said: Sample) -> Heard:
        """Say a sentence, and recognise it; VoicedError if the voice fails."""
        sound = in_a_room(self.voice(said.text))
        if self.noise:
            sound = mixed(sound, self.noise.samples, self.noise.snr, key_of(0, said.text, self.noise.snr))
        transcript = self.recognizer.recognize(as_utterance(sound, self.vad))
        return Heard(said, self.grammar.match(said.text), transcript)
