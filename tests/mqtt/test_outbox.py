"""The rule of stale commands, state by state: no broker, no clock."""

from __future__ import annotations

from math import inf

import pytest

from voiced.flow import Action
from voiced.mqtt.outbox import MOST_IN_FLIGHT, SLOW_SECONDS, Delivery, Outbox, Parcel

ON = Action("light/set", "on")  # good for 10 s


class Reports:
    """Remembers what became of what."""

    def __init__(self) -> None:
        self.all: list[tuple[str, Delivery]] = []

    def __call__(self, action: Action, delivery: Delivery) -> None:
        self.all.append((action.topic, delivery))


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def outbox(reports: Reports) -> Outbox:
    return Outbox(reports)


def taken(outbox: Outbox, now: float) -> list[tuple[str, str]]:
    """Everything that may be handed over now."""
    all_of_it = []
    while parcel := outbox.take(now):
        all_of_it.append((parcel.action.topic, parcel.action.payload))
    return all_of_it


def hand_over(outbox: Outbox, packet_id: int, now: float) -> Parcel:
    parcel = outbox.take(now)
    assert parcel is not None
    outbox.handed_over(packet_id, parcel, now)
    return parcel


def test_delivered(outbox: Outbox, reports: Reports) -> None:
    delivery = outbox.post(ON, 0)
    assert not outbox.idle
    assert hand_over(outbox, 1, 0).deadline == 10
    assert not outbox.idle
    outbox.confirmed(1)
    assert outbox.idle
    assert delivery.result(0) is Delivery.DELIVERED
    assert reports.all == [("light/set", Delivery.DELIVERED)]


def test_in_the_order_of_posting(outbox: Outbox) -> None:
    for payload in "abc":
        outbox.post(Action("x", payload), 0)
    assert taken(outbox, 1) == [("x", "a"), ("x", "b"), ("x", "c")]


def test_what_waits_too_long_expires(outbox: Outbox, reports: Reports) -> None:
    short, long = outbox.post(Action("short", "", expires=1), 0), outbox.post(Action("long", "", expires=5), 0)
    assert outbox.next_deadline() == 1
    outbox.expire(0.9)
    assert not short.done()
    outbox.expire(1)
    assert short.result(0) is Delivery.EXPIRED
    assert not long.done()
    assert outbox.next_deadline() == 5
    assert taken(outbox, 1) == [("long", "")]
    assert reports.all == [("short", Delivery.EXPIRED)]


@pytest.mark.parametrize("qos", [0, 1, 2])
@pytest.mark.parametrize("retain", [False, True])
def test_what_is_overdue_is_never_handed_over(outbox: Outbox, reports: Reports, qos: int, *, retain: bool) -> None:
    """Nobody has asked what expired meanwhile: CONNACK took 2.5 s."""
    overdue = outbox.post(Action("short", "on", qos, retain, expires=1.0), 0)
    in_time = outbox.post(Action("long", "on", qos, retain, expires=3.0), 0)
    outbox.connected()
    assert taken(outbox, 2.5) == [("long", "on")]
    assert overdue.result(0) is Delivery.EXPIRED
    assert not in_time.done()
    assert reports.all == [("short", Delivery.EXPIRED)]


def test_the_last_moment_is_too_late(outbox: Outbox) -> None:
    outbox.post(Action("x", "", expires=1.0), 0)
    assert taken(outbox, 1.0) == []
    assert outbox.idle


def test_each_message_is_judged_when_it_is_taken(outbox: Outbox) -> None:
    for number in range(3):
        outbox.post(Action(str(number), "", expires=1.0), 0)
    assert taken(outbox, 0.5)[0] == ("0", "")
    outbox.post(Action("3", "", expires=1.0), 0)
    outbox.post(Action("4", "", expires=2.0), 0)
    assert taken(outbox, 1.5) == [("4", "")]


def test_what_waits_through_reconnects_expires_all_the_same(outbox: Outbox) -> None:
    outbox.retain("state", "waiting")
    delivery = outbox.post(Action("x", "", expires=1.0), 0)
    for _ in range(3):
        outbox.connected()
        outbox.disconnected()
    outbox.connected()
    assert taken(outbox, 1.5) == [("state", "waiting")]
    assert delivery.result(0) is Delivery.EXPIRED


def test_what_is_too_old_already_is_not_sent(outbox: Outbox, reports: Reports) -> None:
    outbox.connected()
    outbox.post(Action("x", "", expires=-0.1), 0)
    assert outbox.take(0) is None
    assert reports.all == [("x", Delivery.EXPIRED)]


def test_what_was_handed_over_and_is_overdue_is_known(outbox: Outbox) -> None:
    outbox.post(Action("x", "", qos=0, expires=1.0), 0)
    hand_over(outbox, 1, 0)
    assert not outbox.given_up
    outbox.expire(1.0)
    assert outbox.given_up
    outbox.confirmed(1)
    assert not outbox.given_up


def test_what_is_under_way_when_the_connection_breaks_is_not_sent_again(outbox: Outbox) -> None:
    delivery = outbox.post(ON, 0)
    hand_over(outbox, 1, 0)
    outbox.disconnected()
    assert delivery.result(0) is Delivery.UNCONFIRMED
    outbox.connected()
    assert taken(outbox, 1) == []


def test_what_waits_when_the_connection_breaks_is_sent_over_the_next(outbox: Outbox) -> None:
    outbox.connected()
    delivery = outbox.post(ON, 0)
    outbox.disconnected()
    outbox.connected()
    assert taken(outbox, 3) == [("light/set", "on")]
    assert not delivery.done()


def test_a_broker_that_owes_a_confirmation_gets_nothing_more(outbox: Outbox) -> None:
    outbox.post(ON, 0)
    hand_over(outbox, 1, 0)
    outbox.post(ON, SLOW_SECONDS)
    assert taken(outbox, SLOW_SECONDS + 0.01) == []
    outbox.confirmed(1)
    assert len(taken(outbox, SLOW_SECONDS + 0.02)) == 1


def test_not_too_many_under_way(outbox: Outbox) -> None:
    for packet_id in range(MOST_IN_FLIGHT + 1):
        outbox.post(ON, 0)
        if packet_id < MOST_IN_FLIGHT:
            hand_over(outbox, packet_id, 0)
    assert outbox.take(0) is None
    outbox.confirmed(3)
    assert outbox.take(0) is not None


def test_unconfirmed_in_time(outbox: Outbox, reports: Reports) -> None:
    """Given up, and the late confirmation changes nothing; a handshake of two steps has to be broken off."""
    delivery = outbox.post(ON, 0)
    hand_over(outbox, 1, 0)
    assert outbox.expire(10) is False
    assert delivery.result(0) is Delivery.UNCONFIRMED
    assert outbox.next_deadline() == inf
    outbox.confirmed(1)
    assert reports.all == [("light/set", Delivery.UNCONFIRMED)]
    outbox.post(Action("x", "", qos=2, expires=1), 20)
    hand_over(outbox, 2, 20)
    assert outbox.expire(21) is True


def test_refused(outbox: Outbox, reports: Reports) -> None:
    outbox.post(ON, 0)
    hand_over(outbox, 1, 0)
    outbox.confirmed(1, refused=True)
    assert reports.all == [("light/set", Delivery.REFUSED)]


def test_retained_values_are_told_after_each_connect_and_only_the_last(outbox: Outbox, reports: Reports) -> None:
    outbox.retain("availability", "online")
    outbox.retain("state", "waiting")
    outbox.post(ON, 0)
    assert taken(outbox, 0) == [("light/set", "on")]
    outbox.connected()
    assert taken(outbox, 0) == [("availability", "online"), ("state", "waiting")]
    outbox.retain("state", "listening")
    outbox.retain("state", "thinking")
    assert taken(outbox, 0) == [("state", "thinking")]
    outbox.retain("state", "listening")
    outbox.disconnected()
    outbox.retain("state", "waiting")
    outbox.connected()
    assert taken(outbox, 0) == [("availability", "online"), ("state", "waiting")]
    assert reports.all == []


def test_retained_values_go_first_are_kept_by_the_broker_and_never_expire(outbox: Outbox, reports: Reports) -> None:
    outbox.retain("state", "waiting")
    outbox.post(ON, 0)
    outbox.connected()
    parcel = hand_over(outbox, 1, 0)
    assert (parcel.action.retain, parcel.deadline) == (True, inf)
    assert outbox.expire(1e9) is False
    outbox.disconnected()
    assert reports.all == [("light/set", Delivery.EXPIRED)]  # the value is told again: nothing is lost


def test_closed(outbox: Outbox) -> None:
    under_way, waiting = outbox.post(ON, 0), outbox.post(ON, 0)
    hand_over(outbox, 1, 0)
    outbox.close()
    assert under_way.result(0) is Delivery.UNCONFIRMED
    assert waiting.result(0) is Delivery.EXPIRED
    assert outbox.post(ON, 1).result(0) is Delivery.EXPIRED
    assert outbox.idle
