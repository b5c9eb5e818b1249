"""Mailbox between the ear, the recogniser and people: the state machine of `protocol`, safe to use from any thread.

One lock guards one value. Each event reads a situation and writes its successor under the lock, so that no event is
lost between the read and the write. The lock is held for microseconds; nothing under it waits.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from voiced.listening.protocol import ProtocolError, Question, Recording, Situation, after
from voiced.listening.protocol_events import Answer, Believe, Frame, Listen, Mute, Refuse, Stop

if TYPE_CHECKING:
    from voiced.flow import Continuation, Detection, Utterance
    from voiced.listening.protocol_events import Event


class Requests:
    """Requests and answers to the ear, which carries them out at the next frame."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # held while the situation is read and replaced
        self._now = Situation()
        self._began_again = False

    # -- the ear's side

    @property
    def now(self) -> Situation:
        """The current situation. Other threads may change all of it but what the ear alone writes."""
        return self._now

    def next_frame(self) -> Situation:
        """Begin a frame; return the situation that others have left since the last frame."""
        with self._lock:
            before, self._now = self._now, after(self._now, Frame())
            return before

    def tell(self, event: Event) -> Situation:
        """Apply an event; return the situation after it. Raise ProtocolError, and change nothing, if it is illegal."""
        with self._lock:
            self._now = after(self._now, event)
            return self._now

    def begin_again(self) -> bool:
        """Forget everything but mute, for a new ear; return whether a recording was under way."""
        with self._lock:
            before, self._now = self._now, Situation(muted=self._now.muted)
            self._began_again = True
            return before.recording is Recording.UNDER_WAY

    # -- the recogniser's side

    def answer_pause(self, so_far: Utterance, continuation: Continuation) -> bool:
        """Say what may follow a pause; return whether that ended the recording: then no whole utterance will come."""
        return self._tell(Answer(so_far.speech[1], continuation)).question is Question.OVER

    def judge(self, detection: Detection, *, accepted: bool) -> None:
        """Give the verdict of the second stage on a doubtful wake word."""
        self._tell(Believe(detection) if accepted else Refuse(detection))

    def _tell(self, answer: Answer | Believe | Refuse) -> Situation:
        """Apply an answer; one to a question from before `begin_again` changes nothing."""
        try:
            return self.tell(answer)
        except ProtocolError:
            if not self._began_again:
                raise
            return Situation()

    # -- anybody's

    def listen_now(self) -> None:
        """Ask for a recording without a wake word."""
        self.tell(Listen())

    def stop_listening(self, *, dropped: bool) -> None:
        """End the recording under way, if there is one; `dropped`: what was said so far is no command."""
        self.tell(Stop(dropped))

    def mute(self, *, muted: bool) -> None:
        """Drop all sound from the next frame on, or listen again."""
        self.tell(Mute(muted))
