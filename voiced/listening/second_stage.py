"""Second-stage wake-word verification: drops the events of detections that the recogniser rejects.

The ear does not wait for the verdict: it records from the detection on, so that a command in one breath is heard whole.
If the recogniser rejects the detection, the ear drops the recording, and this stage drops the events that the ear has
already yielded. The log, MQTT and the wake memory alone learn of a rejected detection.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING, Protocol, TypeVar

from voiced.flow import Continuation, Opinion, Utterance
from voiced.listening.events import Listening, Pause, Waiting
from voiced.listening.tuning import REMEMBERED_REJECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from voiced.flow import Detection, Samples

Heard = TypeVar("Heard")  # events of the ear, and whatever else comes between them
log = logging.getLogger(__name__)


class Answers(Protocol):
    """Takes verdicts and answers for the ear: `Requests` in the daemon."""

    def judge(self, detection: Detection, *, accepted: bool) -> None: ...
    def answer_pause(self, so_far: Utterance, continuation: Continuation) -> bool: ...


class Told(Protocol):
    """Publishes rejected detections: `Mqtt` in the daemon."""

    def wake_rejected(self, detection: Detection, opinion: Opinion) -> None: ...


class Keep(Protocol):
    """Stores detections and verdicts: `WakeMemory.remember` in the daemon."""

    def __call__(self, detection: Detection, *, accepted: bool) -> None: ...


class SecondStage:
    """Verifies doubtful detections with the recogniser, and remembers those that it rejected."""

    def __init__(
        self,
        opinion: Callable[[Detection, Samples], Opinion],
        thresholds: Mapping[str, float],
        keep: Keep | None = None,
    ) -> None:
        """`thresholds`: wake word → least evidence that accepts it, 0 to 1; `keep` is called with each detection."""
        self.opinion = opinion  # replaced when intents are reloaded
        self._thresholds = thresholds
        self._keep = keep or _forget
        self._rejected: deque[Detection] = deque(maxlen=REMEMBERED_REJECTIONS)

    def verified(self, events: Iterable[Heard], answers: Answers, told: Told) -> Iterator[Heard]:
        """Yield the events, without those of rejected detections."""
        for event in events:
            try:
                passes = self._passes(event, answers, told)
            except Exception:  # a bug costs one event
                log.exception("an internal error ended the verification of: %s", type(event).__name__)
                continue
            if passes:
                yield event

    def _passes(self, event: Heard, answers: Answers, told: Told) -> bool:
        """Return whether an event is not of a rejected detection; verify the detection that it announces."""
        match event:
            case Listening(detection, sound) if detection:
                if sound is not None:
                    return self._verify(detection, sound, answers, told)
                self._keep(detection, accepted=True)
            case Pause(so_far) if so_far.detection in self._rejected:
                # An open question would keep the ear from asking again.
                answers.answer_pause(so_far, Continuation.UNKNOWN)
                return False
            case Utterance(detection=detection) | Waiting(detection) if detection in self._rejected:
                return False
        return True

    def _verify(self, detection: Detection, sound: Samples, answers: Answers, told: Told) -> bool:
        """Return whether the recogniser accepts the detection; tell the ear, the log, the wake memory and MQTT."""
        opinion = self._opinion(detection, sound)
        accepted = opinion.evidence >= self._thresholds[detection.wake_word]
        answers.judge(detection, accepted=accepted)
        _log(detection, opinion, accepted=accepted)
        self._keep(detection, accepted=accepted)
        if not accepted:
            told.wake_rejected(detection, opinion)
            self._rejected.append(detection)
        return accepted

    def _opinion(self, detection: Detection, sound: Samples) -> Opinion:
        """Return the recogniser's opinion; none of the evidence if a bug ended it, so that the ear gets its verdict."""
        try:
            return self.opinion(detection, sound)
        except Exception:
            log.exception("an internal error ended the verification of the wake word %s", detection.wake_word)
            return Opinion(evidence=0.0, logprob=0.0)


def _forget(detection: Detection, *, accepted: bool) -> None:
    """Store nothing."""


def _log(detection: Detection, opinion: Opinion, *, accepted: bool) -> None:
    heard = f"score {detection.score:.2f}, evidence {opinion.evidence:.2f} (logprob {opinion.logprob:.1f})"
    if accepted:
        log.info("heard the wake word %s: %s", detection.wake_word, heard)
    else:
        log.info("not the wake word %s after all: %s", detection.wake_word, heard)
