"""The retained topics of the daemon: mute is told at once, and the state follows it."""

from __future__ import annotations

from voiced.flow import State
from voiced.mqtt.presence import Presence
from voiced.mqtt.topics import Topics


class Retained(list[tuple[str, str]]):
    """What was retained, in order, without what all topics have in common."""

    def __call__(self, topic: str, payload: str) -> None:
        self.append((topic.removeprefix("voiced/hall/"), payload))


def test_while_it_is_muted_the_state_says_so_whatever_is_done() -> None:
    retained = Retained()
    presence = Presence(Topics("hall"), retained)
    presence.state(State.THINKING)
    presence.muted(muted=True)
    presence.state(State.WAITING)
    presence.muted(muted=False)
    assert retained == [
        ("state", "thinking"),
        ("mute", "ON"),
        ("state", "muted"),
        ("state", "muted"),
        ("mute", "OFF"),
        ("state", "waiting"),
    ]


def test_an_ear_that_tells_late_that_it_was_muted_changes_nothing() -> None:
    """ON and OFF came while the microphone was away."""
    retained = Retained()
    presence = Presence(Topics("hall"), retained)
    presence.muted(muted=False)
    presence.state(State.MUTED)
    assert retained[-1] == ("state", "waiting")


def test_what_is_known_is_not_told_again() -> None:
    retained = Retained()
    presence = Presence(Topics("hall"), retained)
    for there in (True, True, False, False, True):
        presence.microphone(there=there)
    assert retained == [("microphone", "ok"), ("microphone", "missing"), ("microphone", "ok")]
    for muted in (False, False, True, True):
        presence.muted(muted=muted)
    assert [payload for topic, payload in retained if topic == "mute"] == ["OFF", "ON"]
