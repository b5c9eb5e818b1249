"""The mailbox between the ear, the recogniser and people: `protocol`, safe to use from any thread.

One lock around one value: each event is a step from one situation to the next, so that nothing comes between the read
and the write of anything. The lock is held for microseconds, and nobody waits for anything else under it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from voiced.listening.protocol import Question, Situation, after
from voiced.listening.protocol_events import Answer, Believe, Frame, Listen, Mute, Refuse

if TYPE_CHECKING:
    from voiced.flow import Continuation, Detection, Utterance
    from voiced.listening.protocol_events import Event


class Requests:
    """What others tell the ear and ask of it; heeded at the next frame."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # under which the situation is read and replaced
        self._now = Situation()

    # -- the ear's side

    @property
    def now(self) -> Situation:
        """The situation as it is; only what the ear alone changes is sure to stay so."""
        return self._now

    def next_frame(self) -> Situation:
        """Begin to work on a frame: the situation as others have left it since the last one."""
        with self._lock:
            before, self._now = self._now, after(self._now, Frame())
            return before

    def tell(self, event: Event) -> Situation:
        """Take one step, and return the situation after it. ProtocolError, and nothing has changed."""
        with self._lock:
            self._now = after(self._now, event)
            return self._now

    # -- the recogniser's side

    def answer_pause(self, so_far: Utterance, continuation: Continuation) -> bool:
        """Answer to a pause; whether that has ended the recording: `so_far` is the command, no utterance will come."""
        return self.tell(Answer(so_far.speech[1], continuation)).question is Question.OVER

    def judge(self, detection: Detection, *, accepted: bool) -> None:
        """Verdict on a doubtful wake word."""
        self.tell(Believe(detection) if accepted else Refuse(detection))

    # -- anybody's

    def listen_now(self) -> None:
        """Record a command without the wake word."""
        self.tell(Listen())

    def mute(self, *, muted: bool) -> None:
        """Throw all sound away, or listen again."""
        self.tell(Mute(muted))
