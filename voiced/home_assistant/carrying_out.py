"""Lets Home Assistant carry out what was understood, in a thread of its own: nobody waits for it to answer.

Home Assistant gets the sentence, and answers in words (conversation API). If it does not understand the sentence, or
would mean another room by it, it gets the intent with its slots (intent API). What it does not get in time is not done:
a light that goes on a minute later is worse than none. What may have reached it is never sent twice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from queue import Full, Queue
from time import monotonic, sleep
from typing import TYPE_CHECKING

from voiced.foundations.relay import start_thread
from voiced.home_assistant.posting import Posting, RefusedError, UnreachedError
from voiced.home_assistant.sentences import own_intents

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from voiced.flow import Match, Outcome

log = logging.getLogger(__name__)

MOST_WAITING = 8
PAUSE_SECONDS = 0.5  # between two attempts to reach it
ANSWER_SECONDS = 15.0
CONVERSATION, INTENT = "/api/conversation/process", "/api/intent/handle"
AGENT = "conversation.home_assistant"  # not whichever the user has chosen: a language model may do something else
NOT_UNDERSTOOD = "no_intent_match"
LONGEST_ANSWER = 1_000  # characters


@dataclass(frozen=True, slots=True)
class Order:
    """One command to carry out."""

    text: str  # as it was said
    language: str
    intent: str
    slots: dict[str, Any]
    elsewhere: bool  # a slot was not said, but comes from the room: the sentence alone would mean something else
    until: float  # second on the monotonic clock


class CarryingOut:
    """Carries out commands one after the other; `answer` is called in the thread with each answer in words."""

    def __init__(
        self, url: str, token: str, languages: Callable[[], tuple[str, ...]], answer: Callable[[str], object]
    ) -> None:
        """`languages` returns those that are spoken, the usual one first."""
        self._posting = Posting(url, token)
        self._languages, self._answer = languages, answer
        self._orders: Queue[Order] = Queue(MOST_WAITING)
        start_thread(self._run, "carrying out")

    def heed(self, outcome: Outcome) -> None:
        """Carry out what was understood, if it is Home Assistant's affair; returns at once."""
        # What has actions of its own is the user's.
        if outcome.actions:
            return
        until = monotonic() + outcome.good_for - outcome.age
        language = outcome.transcript.language or self._languages()[0]
        for command in outcome.transcript.commands:
            if command.intent in own_intents(language):
                self._queue(_order(command, language, until))

    def _queue(self, order: Order) -> None:
        try:
            self._orders.put_nowait(order)
        except Full:
            log.warning("%r is not done: Home Assistant has not answered to the commands before", order.text)

    def _run(self) -> None:
        while True:
            order = self._orders.get()
            try:
                self._carry_out(order)
            except Exception:  # a bug must cost one command
                log.exception("an internal error kept Home Assistant from getting a command")

    def _carry_out(self, order: Order) -> None:
        try:
            answer = self._asked(order)
        except (UnreachedError, RefusedError) as error:
            log.warning("%r is not done: %s", order.text, error)
            self._answer(f"{error}")
            return
        log.info("Home Assistant: %r → %s", order.text, answer or "done")
        if answer:
            self._answer(answer)

    def _asked(self, order: Order) -> str:
        """Return the answer in words; empty: it was done without any."""
        if not order.elsewhere:
            spoken = {"text": order.text, "language": order.language, "agent_id": AGENT}
            response = _object(self._sent(order, CONVERSATION, spoken).get("response"))
            if _object(response.get("data")).get("code") != NOT_UNDERSTOOD and response:
                return _speech(response)
        # Older or newer sentences than ours: it knows the intent all the same.
        return _speech(self._sent(order, INTENT, {"name": order.intent, "data": order.slots}))

    def _sent(self, order: Order, path: str, data: dict[str, Any]) -> dict[str, Any]:
        """Send until it is reached, or until it is too late."""
        while True:
            try:
                return self._posting.post(path, data, ANSWER_SECONDS)
            except UnreachedError:
                if monotonic() + PAUSE_SECONDS >= order.until:
                    raise
                sleep(PAUSE_SECONDS)


def _order(command: Match, language: str, until: float) -> Order:
    said = command.text[slice(*command.said)] or command.text
    from_the_room = "area" in command.slots and "area" not in command.spans
    return Order(said, language, command.intent, dict(command.slots), from_the_room, until)


def _speech(response: dict[str, Any]) -> str:
    told = _object(_object(response.get("speech")).get("plain")).get("speech")
    return told.strip()[:LONGEST_ANSWER] if isinstance(told, str) else ""


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
