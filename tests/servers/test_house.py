"""A sentence is answered with its event, and with what Home Assistant says to it, if it carries that out."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from voiced.config import Config
from voiced.flow import Sentence
from voiced.home_assistant.answers import Answer, Answers
from voiced.mqtt.topics import Topics
from voiced.servers import house as house_module
from voiced.servers.house import House, SilentError
from voiced.servers.hub import Hub

if TYPE_CHECKING:
    from voiced.mqtt.received import Command


def said(intent: str | None, answer: Answer | None, *, answers: Answers | None) -> dict[str, Any]:
    """What `say` returns, if the daemon understands this and Home Assistant answers that; None: neither is told."""
    hub, topics = Hub(), Topics("house")

    def tell(command: Command) -> None:
        assert isinstance(command, Sentence)
        topic = topics.intent(intent) if intent else topics.unmatched
        for name in ("another", command.id):
            hub.tell(topic, json.dumps({"id": name, "intent": intent, "reason": None}), retained=False)
        if answer and answers:
            answers.note("another", Answer("to another"))
            answers.note(command.id, answer)

    nobody = cast("Any", None)
    house = House(Config(), topics, hub, nobody, nobody, tell, nobody, {}, answers)
    return asyncio.run(house.say("turn on the lamp"))


def test_it_is_answered_with_its_event() -> None:
    assert said("LightSet", None, answers=None)["intent"] == "LightSet"
    assert "answer" not in said("LightSet", None, answers=None)
    assert "answer" not in said(None, None, answers=Answers())  # what is not understood is not carried out


@pytest.mark.parametrize("answer", [Answer("Turned on the light"), Answer("it is away", done=False), Answer()])
def test_and_with_what_home_assistant_says(answer: Answer) -> None:
    told = said("HassTurnOn", answer, answers=Answers())
    assert (told["answer"], told["done"]) == (answer.text, answer.done)


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house_module, "ANSWER_SECONDS", 0.1)
    told = said("HassTurnOn", None, answers=Answers())
    assert (told["answer"], told["done"]) == ("Home Assistant has not answered yet", False)
    silent = House(*cast("Any", (Config(), Topics("house"), Hub(), None, None, lambda _: None, None, {})))
    with pytest.raises(SilentError, match="busy"):
        asyncio.run(silent.say("turn on the lamp"))
