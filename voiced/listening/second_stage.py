"""What the ear announces, without the wake words that were none: the recogniser has a second look at each.

The ear does not wait for it: a recording begins with the detection, so that a command in one breath is heard whole. If
the recogniser refuses, the ear is told to drop the recording, and whatever it has already handed out of it is dropped
here. Nobody else learns of it but the log and whoever listens to the broker.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol, TypeVar

from voiced.flow import Continuation, Utterance
from voiced.listening.events import Listening, Pause, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from voiced.flow import Detection, Opinion, Samples
    from voiced.listening.ear import Requests

Heard = TypeVar("Heard")  # events of the ear, and whatever else comes between them
log = logging.getLogger(__name__)


class Told(Protocol):
    """Where refusals are told."""

    def wake_rejected(self, detection: Detection, opinion: Opinion) -> None: ...


class Keep(Protocol):
    """Who remembers wakes."""

    def __call__(self, detection: Detection, *, accepted: bool) -> None: ...


class SecondLook:
    """Asks the recogniser about detections."""

    def __init__(
        self,
        opinion: Callable[[Detection, Samples], Opinion],
        enough: Mapping[str, float],
        keep: Keep | None = None,
    ) -> None:
        """`enough`: by name of the wake word, the evidence that counts; `keep` is told of every wake."""
        self._opinion = opinion
        self._enough = enough
        self._keep = keep or _forget

    def believed(self, events: Iterable[Heard], requests: Requests, told: Told) -> Iterator[Heard]:
        """The events that do not come of a wake word that was none."""
        refused: Detection | None = None
        for event in events:
            match event:
                case Listening(detection, sound) if detection and sound is not None:
                    opinion = self._opinion(detection, sound)
                    accepted = opinion.evidence >= self._enough[detection.wake_word]
                    requests.judge(detection, accepted=accepted)
                    _log(detection, opinion, accepted=accepted)
                    self._keep(detection, accepted=accepted)
                    if not accepted:
                        told.wake_rejected(detection, opinion)
                        refused = detection
                        continue
                case Listening(detection) if detection:
                    self._keep(detection, accepted=True)
                case Pause(so_far) if so_far.detection and so_far.detection == refused:
                    requests.expect(so_far, Continuation.UNKNOWN)  # it asks no other question before this is answered
                    continue
                case Utterance(detection=detection) | Waiting(detection) if detection and detection == refused:
                    continue
            yield event


def _forget(detection: Detection, *, accepted: bool) -> None:
    """Nobody remembers."""


def _log(detection: Detection, opinion: Opinion, *, accepted: bool) -> None:
    heard = f"score {detection.score:.2f}, evidence {opinion.evidence:.2f} (logprob {opinion.logprob:.1f})"
    if accepted:
        log.info("heard the wake word %s: %s", detection.wake_word, heard)
    else:
        log.info("not the wake word %s after all: %s", detection.wake_word, heard)
