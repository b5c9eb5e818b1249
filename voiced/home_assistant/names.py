"""Keeps the names of a Home Assistant fresh, in a thread of its own: what changes there is known after some seconds.

Names come from the cache at first, and from Home Assistant as soon as it answers. It tells of changes in its
registries; what is exposed to Assist it does not tell, so that is asked for now and then.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from voiced.errors import ConfigError, HomeAssistantError
from voiced.foundations.relay import start_thread
from voiced.grammar.house import House
from voiced.home_assistant import asking
from voiced.home_assistant.cache import Known
from voiced.home_assistant.connection import Connection, HomeAwayError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

log = logging.getLogger(__name__)

REFUSED_SECONDS = 600.0  # between attempts after it turned us away: it may ban whoever asks too often


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds that things take; tests are in a hurry."""

    first_answer: float = 5.0  # `open` waits so long for the first names
    shortest_pause: float = 1.0  # after the first failure; doubled after each further one …
    longest_pause: float = 60.0  # … up to this
    quiet: float = 2.0  # without further events, until a change is over …
    longest_change: float = 15.0  # … or this has passed
    poll: float = 60.0  # between two looks at what is exposed
    token: float = 10.0  # between two looks at the token, after it was refused


class Names:
    """What is known of one Home Assistant: `known` may be read by any thread, at any time."""

    def __init__(
        self,
        url: str,
        token: Callable[[], str],
        cached: Known | None,
        changed: Callable[[Known], None],
        pace: Pace | None = None,
    ) -> None:
        """`changed` is called in the thread when the names are others than before; `cached` are known already.

        `token` reads the token, which may be another one each time. ConfigError.
        """
        self.known = cached or Known(House())
        self._url, self._token, self._changed, self._pace = url, token, changed, pace or Pace()
        self._first_try = threading.Event()
        self._closing = threading.Event()
        self._connection: Connection | None = None
        self._used = ""  # the token that was tried last
        self._told: set[str] = set()  # sentences that were logged since it last answered

    def open(self) -> None:
        """Start; returns when the names are known, or when that takes too long."""
        start_thread(self._run, "home assistant")
        self._first_try.wait(self._pace.first_answer)

    def close(self) -> None:
        """End soon; does not wait for the thread."""
        self._closing.set()

    def _run(self) -> None:
        pause = 0.0
        while not self._closing.wait(pause):
            try:
                self._listen()
            except HomeAwayError as error:
                worked, self._connection = self._connection is not None, None
                # What answered this time is asked again soon, and that fails if it is away.
                if not worked:
                    self._tell(f"{error}; trying again until it works")
                pause = self._pace.shortest_pause if worked or not pause else min(2 * pause, self._pace.longest_pause)
            except (HomeAssistantError, ConfigError) as error:
                self._tell(str(error))
                self._first_try.set()
                self._wait_for_another_token()
                pause = 0.0
            except Exception:
                log.exception("an internal error ended the connection to Home Assistant")
                pause = self._pace.longest_pause
            self._first_try.set()

    def _wait_for_another_token(self) -> None:
        """Wait until the token is another than was refused; or long, for the account may get its rights later."""
        until = monotonic() + REFUSED_SECONDS
        while monotonic() < until and not self._closing.wait(self._pace.token):
            with suppress(ConfigError):  # as while somebody writes the file
                if self._token() != self._used:
                    return

    def _tell(self, sentence: str) -> None:
        if sentence not in self._told and not self._closing.is_set():
            self._told.add(sentence)
            log.warning("%s", sentence)

    def _listen(self) -> None:
        """Ask for everything, and again after each change, until the connection breaks."""
        self._used = ""  # if it cannot be read, any is another one
        self._used = self._token()
        with Connection(self._url, self._used) as connection:
            # First the events: what changes while it is asked is not missed.
            asking.subscribe(connection)
            exposed = self._ask(connection)
            self._connection = connection
            self._told.clear()
            self._first_try.set()
            while not self._closing.is_set():
                if self._waits_for_change(connection) or asking.exposure(connection) != exposed:
                    exposed = self._ask(connection)

    def _ask(self, connection: Connection) -> Any:
        """Ask for everything; return what is exposed."""
        warnings: list[str] = []
        exposed, known = asking.exposure(connection), asking.everything(connection, warnings)
        if known != self.known:
            for warning in warnings:
                log.warning("%s", warning)
            log.info("Home Assistant at %s has %s", self._url, counted(known.house))
            self.known = known
            self._changed(known)
        return exposed

    def _waits_for_change(self, connection: Connection) -> bool:
        """Wait until it is time to look at what is exposed; return whether something else has changed by then."""
        until = monotonic() + self._pace.poll
        while not self._closing.is_set() and (left := until - monotonic()) > 0:
            if connection.changed(min(left, 1.0)):
                self._let_it_settle(connection)
                return True
        return False

    def _let_it_settle(self, connection: Connection) -> None:
        # Who renames one thing often renames others; a new device brings twenty entities.
        until = monotonic() + self._pace.longest_change
        while monotonic() < until and not self._closing.is_set():
            if not connection.changed(self._pace.quiet):
                return


def counted(house: House) -> str:
    """Say how much a house has."""
    counts = ((len(house.areas), "area"), (len(house.floors), "floor"), (len(house.entities), "entity"))
    return "{}, {} and {}".format(*(f"{n:,} {_plural(what) if n != 1 else what}" for n, what in counts))


def _plural(what: str) -> str:
    return "entities" if what == "entity" else f"{what}s"
