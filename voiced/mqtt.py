"""Actions, events and state to the broker, commands from it; the only file that knows paho."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from voiced.config import MqttSettings
    from voiced.flow import Action, Detection, Outcome, State
    from voiced.messages import Command


class Delivery(Enum):
    """What became of a message."""

    DELIVERED = "delivered"  # the broker has it
    EXPIRED = "expired"  # the broker was away for longer than the message is good for
    REFUSED = "refused"  # the broker does not let us publish there
    UNCONFIRMED = "unconfirmed"  # the connection broke under way; not sent again, since that might do it twice


class Mqtt:
    """A connection that is kept up; speaks from any thread, never blocks who speaks."""

    def __init__(self, settings: MqttSettings, site: str, on_command: Callable[[Command], None]) -> None:
        """`on_command` is called from the connection's thread and must return at once."""

    def open(self) -> None:
        """Connect; where the broker is away, keep trying in the background. BrokerError if it refuses us."""

    @property
    def connected(self) -> bool:
        """Whether the broker hears us now."""
        return False

    def state(self, state: State) -> None:
        """Tell what the daemon is doing; retained, told again after each connect."""

    def muted(self, *, muted: bool) -> None:
        """Tell whether the daemon is deaf; retained, told again after each connect."""

    def wake(self, detection: Detection) -> None:
        """Tell that a wake word was heard."""

    def outcome(self, outcome: Outcome) -> None:
        """Tell what came of a command."""

    def act(self, action: Action) -> None:
        """Send an action; what is not delivered in time is logged."""

    def publish(self, action: Action) -> Future[Delivery]:
        """Send an action; the future is done at the latest when the action expires, or the connection is closed."""
        raise AssertionError(action)

    def close(self) -> None:
        """Say offline and leave; takes a second at most, even if the broker hangs."""

    def __enter__(self) -> Self:
        """Open."""
        self.open()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close."""
        self.close()


def check_broker(settings: MqttSettings, site: str) -> None:
    """Connect and leave, under another name than the daemon's; BrokerError if it cannot be reached or refuses us."""
