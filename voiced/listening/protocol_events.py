"""What each side does in the protocol between ear and recogniser, as frozen values: the events of `protocol`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from voiced.flow import Continuation, Detection

# -- the ear ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Frame:
    """The next frame has come, and the ear begins to work: it heeds what it was told since the last."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The work on the frame is done, and the ear sleeps; these answers would end the recording as things are."""

    ended_by: frozenset[Continuation] = frozenset()


@dataclass(frozen=True, slots=True)
class Begin:
    """A recording begins, woken by a word or (None) asked for; one under way is dropped for it."""

    detection: Detection | None = None


@dataclass(frozen=True, slots=True)
class Defer:
    """A doubtful wake word was detected during a recording, which goes on."""

    detection: Detection


@dataclass(frozen=True, slots=True)
class End:
    """The recording is over, or dropped."""


@dataclass(frozen=True, slots=True)
class Forget:
    """All sound is thrown away: mute was switched, or frames are missing."""


@dataclass(frozen=True, slots=True)
class Ask:
    """At a pause: what may follow the speech that ended at sample `until` of the stream? Asked at sample `at`."""

    until: int
    at: int


# -- the recogniser -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What may follow the speech that ended at sample `until` of the stream."""

    until: int
    continuation: Continuation


@dataclass(frozen=True, slots=True)
class Believe:
    """The detection was a wake word."""

    detection: Detection


@dataclass(frozen=True, slots=True)
class Refuse:
    """The detection was no wake word."""

    detection: Detection


# -- events that follow from others; only the tables have them ----------------------------------------


class LastAnswer:
    """An answer while the ear sleeps, of those that it said would end the recording."""


class Overtaken:
    """A recording begins that is not this detection's, though it is the older one."""


# -- people -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mute:
    """All sound is to be thrown away, or to be heard again; of several within a frame the newest counts."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Listen:
    """A recording is to begin without a wake word; during a recording it changes nothing."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The recording under way is to end, or not to begin; `dropped`: what was said so far is no command."""

    dropped: bool


Event: TypeAlias = Frame | Rest | Begin | Defer | End | Forget | Ask | Answer | Believe | Refuse | Mute | Listen | Stop
