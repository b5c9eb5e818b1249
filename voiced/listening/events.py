"""What the ear tells of, as frozen values: it listens, it is muted, the speaker waits or pauses; and the utterances.

Whoever answers the ear knows these and not the ear: a sentence in writing is answered without loading what hears.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from voiced.flow import Utterance

if TYPE_CHECKING:
    from voiced.flow import Detection, Samples


@dataclass(frozen=True, slots=True)
class Listening:
    """A recording has begun: woken by a word, or (None) because it was asked for.

    With a doubtful word, while another recording is under way, it begins only once the word was believed.
    """

    detection: Detection | None
    sound: Samples | None = field(default=None, compare=False)  # if the detection is doubtful, for the second look


@dataclass(frozen=True, slots=True)
class Muted:
    """Mute was switched, on or off; a recording under way was thrown away."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """The speaker paused after the wake word, and waits to be told that it was heard."""

    detection: Detection | None


@dataclass(frozen=True, slots=True)
class Pause:
    """The speaker pauses, or is done; the recording goes on. Wanted: what may follow."""

    so_far: Utterance


Event: TypeAlias = Listening | Muted | Waiting | Pause | Utterance
