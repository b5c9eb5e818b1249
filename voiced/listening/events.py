"""Events of the ear, as frozen values: it listens, it is muted, the speaker waits or pauses; and each utterance.

The assistant imports these and not the ear: typed sentences are answered without loading VAD and wake words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from voiced.flow import Utterance

if TYPE_CHECKING:
    from voiced.flow import Detection, Samples


@dataclass(frozen=True, slots=True)
class Listening:
    """A recording has begun, after a wake word or on request.

    A doubtful wake word during another recording is announced too; its recording begins once it is accepted.
    """

    detection: Detection | None  # None: on request
    sound: Samples | None = field(default=None, compare=False)  # (n_samples,) for the second stage; None: not doubtful


@dataclass(frozen=True, slots=True)
class Muted:
    """The microphone was muted or unmuted; a recording under way was dropped."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """The speaker paused after the wake word, and waits for a sign that it was heard."""

    detection: Detection | None  # None: on request


@dataclass(frozen=True, slots=True)
class Pause:
    """A question: the speaker pauses or is done, the recording goes on; what may follow?"""

    so_far: Utterance  # the speech up to the pause


Event: TypeAlias = Listening | Muted | Waiting | Pause | Utterance
