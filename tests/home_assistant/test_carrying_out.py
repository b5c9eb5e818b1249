"""What was understood is carried out by Home Assistant, once, in time, and without holding anybody up."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.broker import free_port, wait_until
from tests.home_assistant.fake import TOKEN, FakeHomeAssistant
from voiced.flow import Action, Ending, Match, Outcome, Reason, Transcript, Utterance
from voiced.foundations.secret_file import read_token
from voiced.home_assistant import carrying_out
from voiced.home_assistant.answers import Answer, Answers
from voiced.home_assistant.carrying_out import CONVERSATION, INTENT, MOST_WRITTEN, CarryingOut
from voiced.home_assistant.posting import Posting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPOKEN = Utterance(np.zeros(16_000, np.float32), 0, (0, 16_000), Ending.SILENCE)
LAMP = "turn on the desk lamp"
DONE = {"response": {"speech": {"plain": {"speech": " Turned on the light "}}, "response_type": "action_done"}}
UNKNOWN = {"response": {"response_type": "error", "data": {"code": "no_intent_match"}, "speech": {}}}


@pytest.fixture
def home() -> Iterator[FakeHomeAssistant]:
    with FakeHomeAssistant() as fake:
        fake.posts = {CONVERSATION: DONE, INTENT: {"speech": {}}}
        yield fake


def outcome(intent: str = "HassTurnOn", text: str = LAMP, *, spans: Any = None, **slots: Any) -> Outcome:
    match = Match(intent, slots, text, spans or {}, said=(0, len(text)))
    return Outcome("id", Transcript(text, match, None, 1.0, 0.0))


def answers(url: str, *outcomes: Outcome, token: str = TOKEN, n_answers: int = 1, seconds: float = 5.0) -> list[str]:
    """What is answered to some commands."""
    told: list[str] = []
    carrying = CarryingOut(Posting(url, lambda: token), lambda: ("en",), told.append)
    for each in outcomes:
        carrying.heed(each)
    wait_until(lambda: len(told) >= n_answers, seconds)
    return told


def test_the_sentence_is_sent_and_answered(home: FakeHomeAssistant) -> None:
    assert answers(home.url, outcome()) == ["Turned on the light"]
    agent = "conversation.home_assistant"
    assert home.posted == [(CONVERSATION, {"text": LAMP, "language": "en", "agent_id": agent})]


def test_what_it_does_not_understand_it_gets_as_an_intent(home: FakeHomeAssistant) -> None:
    home.posts[CONVERSATION] = UNKNOWN
    answers(home.url, outcome(name="Desk lamp"), seconds=0.5)
    assert home.posted[-1] == (INTENT, {"name": "HassTurnOn", "data": {"name": "Desk lamp"}})


def test_what_means_the_room_is_sent_as_an_intent(home: FakeHomeAssistant) -> None:
    """Home Assistant does not know which room that is."""
    answers(home.url, outcome(area="Kitchen", domain="light"), seconds=0.5)
    assert home.posted == [(INTENT, {"name": "HassTurnOn", "data": {"area": "Kitchen", "domain": "light"}})]
    answers(home.url, outcome(area="Kitchen", spans={"area": (0, 7)}), seconds=0.5)
    assert home.posted[-1][0] == CONVERSATION


def test_each_command_of_a_compound_is_sent(home: FakeHomeAssistant) -> None:
    text = "turn on the lamp and open the gate"
    second = Match("HassTurnOff", {}, text, {}, said=(21, 34))
    first = Match("HassTurnOn", {}, text, {}, said=(0, 16), then=(second,))
    answers(home.url, Outcome("id", Transcript(text, first, None, 1.0, 0.0)), n_answers=2)
    assert [data["text"] for _, data in home.posted] == ["turn on the lamp", "open the gate"]


@pytest.mark.parametrize(
    "not_its_affair",
    [
        outcome("LightSet"),
        Outcome("id", outcome().transcript, (Action("lamp", "on"),)),
        Outcome("id", Transcript(LAMP, outcome().transcript.match, Reason.LATE, 1.0, 0.0)),
        Outcome("id", Transcript(LAMP, None, Reason.OUT_OF_GRAMMAR, 0.0, 0.0)),
    ],
    ids=["of the user", "with actions", "late", "no command"],
)
def test_other_things_are_not_sent(home: FakeHomeAssistant, not_its_affair: Outcome) -> None:
    assert answers(home.url, not_its_affair, outcome()) == ["Turned on the light"]
    assert len(home.posted) == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (500, "Home Assistant could not do it (status 500)"),
        (404, "Home Assistant does not have the integration conversation"),
        (b"{", "Home Assistant answers what is no JSON object"),
        (b"[" * 10_000, "Home Assistant answers what is no JSON object"),
        (b"[]", "Home Assistant answers what is no JSON object"),
    ],
)
def test_what_goes_wrong_is_told(
    home: FakeHomeAssistant, answer: Any, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    home.posts[CONVERSATION] = answer
    assert answers(home.url, outcome()) == [told]
    assert f"'{LAMP}' is not done: {told}" in caplog.text
    assert len(home.posted) == 1


@pytest.mark.parametrize("nonsense", [{}, {"response": 3}, {"response": {"speech": 3, "data": []}}])
def test_damaged_answers(home: FakeHomeAssistant, nonsense: Any, caplog: pytest.LogCaptureFixture) -> None:
    home.posts[CONVERSATION] = nonsense
    assert answers(home.url, outcome(), seconds=0.5) == []
    assert "internal error" not in caplog.text


def test_a_token_that_is_revoked(home: FakeHomeAssistant) -> None:
    """It is not tried again and again: Home Assistant may ban whoever does."""
    told = answers(home.url, outcome(), outcome(), token="revoked", n_answers=2)
    assert told == ["Home Assistant refuses the token"] * 2
    assert len(home.posted) == 1


def test_another_token_is_taken_up(home: FakeHomeAssistant) -> None:
    tokens, told = ["revoked", TOKEN], list[str]()
    carrying = CarryingOut(Posting(home.url, lambda: tokens.pop(0)), lambda: ("en",), told.append)
    for _ in range(2):
        carrying.heed(outcome())
    assert wait_until(lambda: told == ["Home Assistant refuses the token", "Turned on the light"], 5)


def test_a_token_that_is_gone(home: FakeHomeAssistant, tmp_path: Path) -> None:
    told, missing = list[str](), tmp_path / "token"
    posting = Posting(home.url, lambda: read_token("home_assistant", missing, None))
    CarryingOut(posting, lambda: ("en",), told.append).heed(outcome())
    assert wait_until(lambda: len(told) == 1, 5)
    assert told == [f"home_assistant.token_file: cannot read {missing}: No such file or directory"]


def test_while_it_is_away_a_command_waits_for_some_seconds() -> None:
    port = free_port()
    home = FakeHomeAssistant()
    home.posts = {CONVERSATION: DONE}
    timer = threading.Timer(0.7, lambda: home.start(port))
    timer.start()
    assert answers(f"http://127.0.0.1:{port}", outcome()) == ["Turned on the light"]
    timer.join()
    home.stop()


def test_and_is_dropped_then() -> None:
    begun = time.monotonic()
    old = Outcome("id", outcome().transcript, age=9.0)
    (told,) = answers(f"http://127.0.0.1:{free_port()}", old)
    assert told.startswith("Home Assistant is away")
    assert time.monotonic() - begun < 3.0


def test_what_may_have_reached_it_is_not_sent_twice(home: FakeHomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying_out, "ANSWER_SECONDS", 0.3)
    home.posts[CONVERSATION] = lambda _: threading.Event().wait(1.0) or DONE
    assert answers(home.url, outcome()) == ["Home Assistant does not answer"]
    assert len(home.posted) == 1


def test_nobody_waits_for_it(home: FakeHomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()
    home.posts[CONVERSATION] = lambda _: done.wait(5) and DONE
    told: list[str] = []
    carrying = CarryingOut(Posting(home.url, lambda: TOKEN), lambda: ("en",), told.append)
    begun = time.monotonic()
    for _ in range(MOST_WRITTEN + 3):
        carrying.heed(outcome())
    assert time.monotonic() - begun < 0.5
    assert "is not done: Home Assistant has not answered to the commands before" in caplog.text
    done.set()
    assert wait_until(lambda: len(told) >= MOST_WRITTEN, 5)


def test_who_speaks_comes_first(home: FakeHomeAssistant) -> None:
    done, told = threading.Event(), list[str]()
    home.posts[CONVERSATION] = lambda _: done.wait(5) and DONE
    carrying = CarryingOut(Posting(home.url, lambda: TOKEN), lambda: ("en",), told.append)
    for _ in range(MOST_WRITTEN + 3):
        carrying.heed(outcome(text="written"))
    assert wait_until(lambda: len(home.posted) == 1, 5)
    carrying.heed(replace(outcome(text="spoken"), utterance=SPOKEN))
    done.set()
    assert wait_until(lambda: len(told) >= MOST_WRITTEN + 1, 5)
    assert [body["text"] for _, body in home.posted[:3]] == ["written", "spoken", "written"]


def test_all_that_was_said_is_done_or_nothing(home: FakeHomeAssistant) -> None:
    done, heard, answers = threading.Event(), list[Answer](), Answers()
    home.posts[CONVERSATION] = lambda _: done.wait(5) and DONE
    carrying = CarryingOut(Posting(home.url, lambda: TOKEN), lambda: ("en",), lambda _: None, answers)
    for _ in range(MOST_WRITTEN):
        carrying.heed(outcome(text="before"))
    assert wait_until(lambda: len(home.posted) == 1, 5)
    second = Match("HassTurnOff", {}, LAMP, {}, said=(0, 3))
    both = Match("HassTurnOn", {}, LAMP, {}, said=(0, 3), then=(second,))
    with answers.awaited("two", heard.append):
        carrying.heed(Outcome("two", Transcript(LAMP, both, None, 1.0, 0.0)))
        told = "Home Assistant has not answered to the commands before"
        assert heard == [Answer(f"{told}. {told}", done=False)]
        done.set()
        assert wait_until(lambda: len(home.posted) == MOST_WRITTEN, 5)
        time.sleep(0.3)
    assert [body["text"] for _, body in home.posted] == ["before"] * MOST_WRITTEN


def test_a_bug_costs_one_command(home: FakeHomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []

    def answer(text: str) -> None:
        told.append(text)
        assert len(told) > 1, "a bug"

    carrying = CarryingOut(Posting(home.url, lambda: TOKEN), lambda: ("en",), answer)
    carrying.heed(outcome())
    carrying.heed(outcome())
    assert wait_until(lambda: len(told) == 2, 5)
    assert caplog.text.count("an internal error kept Home Assistant from getting a command") == 1


def becomes(url: str, told: Outcome) -> list[Answer]:
    """What somebody is told who waits for a command."""
    answers, heard = Answers(), list[Answer]()
    carrying = CarryingOut(Posting(url, lambda: TOKEN), lambda: ("en",), lambda _: None, answers)
    with answers.awaited(told.id, heard.append):
        carrying.heed(told)
        wait_until(lambda: bool(heard), 5)
        time.sleep(0.1)
    return heard


def test_who_waits_is_told_once_what_became_of_it(home: FakeHomeAssistant) -> None:
    assert becomes(home.url, outcome()) == [Answer("Turned on the light")]
    second = Match("HassTurnOff", {}, LAMP, {}, said=(0, 3))
    both = Match("HassTurnOn", {}, LAMP, {}, said=(0, 3), then=(second,))
    compound = Outcome("id", Transcript(LAMP, both, None, 1.0, 0.0))
    assert becomes(home.url, compound) == [Answer("Turned on the light. Turned on the light")]
    assert becomes(home.url, outcome("LightSet")) == [Answer()]  # not its affair
    home.posts[CONVERSATION] = 500
    assert becomes(home.url, outcome()) == [Answer("Home Assistant could not do it (status 500)", done=False)]
