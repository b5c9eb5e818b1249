"""Lets Home Assistant carry out what was understood, in a thread of its own: nobody waits for it to answer.

Home Assistant gets the sentence, and answers in words (conversation API). If it does not understand the sentence, or
would mean another room by it, it gets the intent with its slots (intent API). What it does not get in time is not done:
a light that goes on a minute later is worse than none. What may have reached it is never sent twice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from itertools import count
from queue import PriorityQueue
from time import monotonic, sleep
from typing import TYPE_CHECKING

from voiced.foundations.relay import start_thread
from voiced.home_assistant.answers import Answer, Answers
from voiced.home_assistant.posting import RefusedError, UnreachedError
from voiced.home_assistant.sentences import own_intents

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from voiced.flow import Match, Outcome
    from voiced.home_assistant.posting import Posting

log = logging.getLogger(__name__)

MOST_SPOKEN, MOST_WRITTEN = 8, 4  # orders that wait: who speaks comes first, and finds a place
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
    command: str  # id of the command, which may have several orders
    is_last: bool  # of them
    is_spoken: bool


class CarryingOut:
    """Carries out commands one after the other; `say` is called in the thread with each answer in words."""

    def __init__(
        self,
        posting: Posting,
        languages: Callable[[], tuple[str, ...]],
        say: Callable[[str], object],
        answers: Answers | None = None,
    ) -> None:
        """`languages` returns those that are spoken, the usual one first; `answers` are told of each command."""
        self._posting, self._languages = posting, languages
        self._say, self._answers = say, answers or Answers()
        self._orders: PriorityQueue[tuple[bool, int, Order]] = PriorityQueue()  # whether it was written; its number
        self._numbers = count()
        start_thread(self._run, "carrying out")

    def heed(self, outcome: Outcome) -> None:
        """Carry out what was understood, if it is Home Assistant's affair; returns at once."""
        orders = orders_of(outcome, self._languages()[0])
        if not orders:
            self._answers.note(outcome.id, Answer())
            return
        # All that was said is done, or nothing.
        fits = self._orders.qsize() + len(orders) <= (MOST_SPOKEN if orders[0].is_spoken else MOST_WRITTEN)
        for order in orders:
            if fits:
                self._orders.put((not order.is_spoken, next(self._numbers), order))
            else:
                self._refuse(order)

    def _refuse(self, order: Order) -> None:
        told = "Home Assistant has not answered to the commands before"
        log.warning("%r is not done: %s", order.text, told)
        self._answers.note(order.command, Answer(told, done=False), is_last=order.is_last)

    def _run(self) -> None:
        while True:
            *_, order = self._orders.get()
            answer = self._carried_out(order)
            self._answers.note(order.command, answer, is_last=order.is_last)

    def _carried_out(self, order: Order) -> Answer:
        try:
            answer = carry_out(self._posting, order)
            if answer.text:
                self._say(answer.text)
        except Exception:  # a bug must cost one command
            log.exception("an internal error kept Home Assistant from getting a command")
            return Answer("an internal error kept Home Assistant from getting it", done=False)
        return answer


def orders_of(outcome: Outcome, usual_language: str) -> list[Order]:
    """Return what Home Assistant is to do of what was understood; nothing if it is not its affair."""
    language = outcome.transcript.language or usual_language
    # What has actions of its own is the user's.
    commands = [] if outcome.actions else outcome.transcript.commands
    orders = [_order(each, outcome, language) for each in commands if each.intent in own_intents(language)]
    return [replace(order, is_last=left == 0) for left, order in enumerate(orders, 1 - len(orders))]


def carry_out(posting: Posting, order: Order) -> Answer:
    """Have an order carried out; wait for the answer."""
    try:
        told = _asked(posting, order)
    except (UnreachedError, RefusedError) as error:
        log.warning("%r is not done: %s", order.text, error)
        return Answer(f"{error}", done=False)
    log.info("Home Assistant: %r → %s", order.text, told or "done")
    return Answer(told)


def _asked(posting: Posting, order: Order) -> str:
    """Return the answer in words; empty: it was done without any."""
    if not order.elsewhere:
        spoken = {"text": order.text, "language": order.language, "agent_id": AGENT}
        response = _object(_sent(posting, order, CONVERSATION, spoken).get("response"))
        if _object(response.get("data")).get("code") != NOT_UNDERSTOOD and response:
            return _speech(response)
    # Older or newer sentences than ours: it knows the intent all the same.
    return _speech(_sent(posting, order, INTENT, {"name": order.intent, "data": order.slots}))


def _sent(posting: Posting, order: Order, path: str, data: dict[str, Any]) -> dict[str, Any]:
    """Send until it is reached, or until it is too late."""
    while True:
        try:
            return posting.post(path, data, ANSWER_SECONDS)
        except UnreachedError:
            if monotonic() + PAUSE_SECONDS >= order.until:
                raise
            sleep(PAUSE_SECONDS)


def _order(command: Match, outcome: Outcome, language: str) -> Order:
    said = command.text[slice(*command.said)] or command.text
    from_the_room = "area" in command.slots and "area" not in command.spans
    until = monotonic() + outcome.good_for - outcome.age
    return Order(
        said,
        language,
        command.intent,
        dict(command.slots),
        from_the_room,
        until,
        outcome.id,
        is_last=True,
        is_spoken=outcome.utterance is not None,
    )


def _speech(response: dict[str, Any]) -> str:
    told = _object(_object(response.get("speech")).get("plain")).get("speech")
    return told.strip()[:LONGEST_ANSWER] if isinstance(told, str) else ""


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
