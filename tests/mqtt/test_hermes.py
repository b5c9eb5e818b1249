"""Hermes as Rhasspy's and Snips' programs read it: every field that either wants, and sessions that end."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from voiced.flow import Action, Detection, Ending, Match, Outcome, Reason, Transcript, Utterance
from voiced.mqtt.hermes import HEARD, Hermes
from voiced.mqtt.received import ListenNow, Query, SetHotword, StopListening

SPOKEN = Utterance(np.zeros(16_000, np.float32), 0, (0, 16_000), Ending.SILENCE)
LIGHT = Match("LightSet", {"state": "on", "level": 5}, "turn on to five", {"state": (5, 7), "level": (11, 15)})


class Talk:
    """Hermes, and what it said: topics without `hermes/`, and payloads."""

    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.hermes = Hermes("den", self._publish)

    def _publish(self, action: Action) -> None:
        assert (action.qos, action.retain) == (0, False)
        self.said.append((action.topic.removeprefix("hermes/"), json.loads(action.payload)))

    def topics(self) -> list[str]:
        topics = [topic for topic, _ in self.said]
        self.said.clear()
        return topics

    def told(self, topic: str) -> dict[str, Any]:
        [payload] = [payload for other, payload in self.said if other == topic]
        return payload

    def ask(self, topic: str, **told: Any) -> Any:
        return self.hermes.read(f"hermes/{topic}", json.dumps(told).encode())

    def answer(self, *matches: Match, utterance: Utterance | None = SPOKEN) -> None:
        first = Match(
            **{name: getattr(matches[0], name) for name in ("intent", "slots", "text", "spans")}, then=matches[1:]
        )
        self.hermes.answered(Outcome("7", Transcript(first.text, first, None, 0.9, -0.1), (), utterance))

    def miss(self) -> None:
        self.hermes.answered(Outcome("8", Transcript("hm", None, Reason.OUT_OF_GRAMMAR, 0.2, -2.0), (), SPOKEN))


def test_a_command_is_a_session() -> None:
    talk = Talk()
    talk.hermes.woken(Detection("hey_jarvis", 0.9, 16_000))
    talk.answer(LIGHT)
    session = talk.told("dialogueManager/sessionStarted")["sessionId"]
    assert talk.told("hotword/hey_jarvis/detected")["modelId"] == "hey_jarvis"
    assert talk.told("asr/textCaptured")["likelihood"] == 0.9
    intent = talk.told("intent/LightSet")
    assert intent["intent"] == {"intentName": "LightSet", "confidenceScore": 0.9}
    assert intent["slots"][0] == {
        "entity": "state", "slotName": "state", "rawValue": "on", "value": {"kind": "Custom", "value": "on"},
        "confidence": 0.9, "confidenceScore": 0.9, "alternatives": [],
        "range": {"start": 5, "end": 7, "rawStart": 5, "rawEnd": 7},
    }  # fmt: skip
    assert intent["slots"][1]["value"] == {"kind": "Number", "value": 5}
    assert intent["asrTokens"][0][1] == {
        "value": "on", "confidence": 0.9, "rangeStart": 5, "rangeEnd": 7, "time": None,
    }  # fmt: skip
    assert talk.told("dialogueManager/sessionEnded")["termination"] == {"reason": "nominal"}
    assert {payload.get("sessionId") for _, payload in talk.said} == {None, session}
    assert {payload["siteId"] for _, payload in talk.said} == {"den"}
    assert talk.topics() == [
        "hotword/hey_jarvis/detected", "dialogueManager/sessionStarted", "asr/textCaptured", "intent/LightSet",
        "dialogueManager/sessionEnded",
    ]  # fmt: skip


def test_two_commands_at_once_are_two_intents_of_one_session() -> None:
    talk = Talk()
    talk.answer(LIGHT, Match("GoodNight", {}, "good night", {}))
    assert talk.topics() == ["asr/textCaptured", "intent/LightSet", "intent/GoodNight", "dialogueManager/sessionEnded"]


def test_what_is_not_understood_is_told_to_those_who_want_it() -> None:
    talk = Talk()
    talk.miss()
    assert talk.topics() == ["asr/textCaptured", "nlu/intentNotRecognized", "dialogueManager/sessionEnded"]
    init = {"type": "action", "text": "Yes?", "canBeEnqueued": True, "sendIntentNotRecognized": True}
    assert talk.ask("dialogueManager/startSession", siteId="den", init=init, customData="mine") == ListenNow()
    assert talk.told("tts/say")["text"] == "Yes?"
    talk.topics()
    talk.miss()
    assert talk.told("dialogueManager/intentNotRecognized")["customData"] == "mine"
    assert talk.told("dialogueManager/sessionEnded")["termination"] == {"reason": "intentNotRecognized"}


def test_a_session_goes_on_under_its_name() -> None:
    talk = Talk()
    talk.hermes.woken(Detection("alexa", 0.9, 16_000))
    talk.answer(LIGHT)
    session = talk.told("intent/LightSet")["sessionId"]
    talk.topics()
    assert talk.ask("dialogueManager/continueSession", sessionId=session, text="Which?", customData="x") == ListenNow()
    talk.answer(LIGHT)
    intent = talk.told("intent/LightSet")
    assert (intent["sessionId"], intent["customData"]) == (session, "x")
    talk.topics()
    assert talk.ask("dialogueManager/endSession", sessionId=session, text="Done.") is None
    assert talk.topics() == ["tts/say"]
    assert talk.ask("dialogueManager/continueSession", sessionId="unknown") is None
    assert talk.topics() == []


def test_a_notification_is_said_and_over() -> None:
    talk = Talk()
    init = {"type": "notification", "text": "Dinner!"}
    assert talk.ask("dialogueManager/startSession", siteId="den", init=init) is None
    assert talk.topics() == ["tts/say", "dialogueManager/sessionStarted", "dialogueManager/sessionEnded"]


@pytest.mark.parametrize(
    ("topic", "command"),
    [
        ("hotword/toggleOff", SetHotword(listens=False)),
        ("hotword/toggleOn", SetHotword(listens=True)),
        ("asr/toggleOff", SetHotword(listens=False)),
        ("asr/startListening", ListenNow()),
        ("asr/stopListening", StopListening()),
    ],
)
def test_what_is_asked_of_this_site_and_of_others(topic: str, command: object) -> None:
    talk = Talk()
    assert talk.ask(topic, siteId="den") == command
    assert talk.ask(topic, siteId="kitchen") is None
    assert talk.ask(topic) is None, "Hermes' default site is another one"


def test_a_query_is_answered() -> None:
    talk = Talk()
    query = talk.ask("nlu/query", siteId="den", input=" turn  on to five ", id="q", sessionId="s")
    assert isinstance(query, Query)
    assert query.text == "turn on to five"
    query.answer(LIGHT)
    parsed = talk.told("nlu/intentParsed")
    assert (parsed["id"], parsed["sessionId"], parsed["intent"]["intentName"]) == ("q", "s", "LightSet")
    query.answer(None)
    assert talk.told("nlu/intentNotRecognized")["id"] == "q"


@pytest.mark.parametrize("topic", HEARD)
@pytest.mark.parametrize(
    "payload",
    [
        b"", b"[]", b"{", b"\xff", b'"x"', b'{"siteId": "den", "init": 7}', b'{"siteId": "den", "input": 7}',
        b'{"siteId": "den", "init": {"text": []}}', b'{"siteId": ["den"]}', b'{"sessionId": {}, "text": 3}',
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_a_reason_or_is_not_for_us(topic: str, payload: bytes) -> None:
    try:
        Talk().hermes.read(topic, payload)
    except ValueError as error:
        assert str(error)  # noqa: PT017 # any of many


def test_a_session_hears_the_intents_that_it_asks_for() -> None:
    talk = Talk()
    assert talk.hermes.is_wanted("LightSet")
    init = {"type": "action", "intentFilter": ["LightSet"]}
    assert talk.ask("dialogueManager/startSession", siteId="den", init=init) == ListenNow()
    assert talk.hermes.is_wanted("LightSet")
    assert not talk.hermes.is_wanted("TimerSet")
    session = talk.told("dialogueManager/sessionStarted")["sessionId"]
    talk.miss()
    assert talk.hermes.is_wanted("TimerSet"), "only what is said next"
    talk.ask("dialogueManager/continueSession", sessionId=session, intentFilter=["TimerSet"])
    assert not talk.hermes.is_wanted("LightSet")
    talk.hermes.woken(Detection("alexa", 0.9, 16_000))
    assert talk.hermes.is_wanted("LightSet"), "somebody begins anew"


def test_a_filter_without_a_session() -> None:
    talk = Talk()
    talk.ask("asr/startListening", siteId="den", intentFilter=["TimerSet"])
    assert not talk.hermes.is_wanted("LightSet")
    talk.ask("asr/startListening", siteId="den", intentFilter=[])
    assert talk.hermes.is_wanted("LightSet")
    query = talk.ask("nlu/query", siteId="den", input="turn on to five", intentFilter=["TimerSet"])
    query.answer(LIGHT)
    assert talk.topics() == ["nlu/intentNotRecognized"]
    talk.ask("nlu/query", siteId="den", input="turn on to five", intentFilter=["LightSet"]).answer(LIGHT)
    assert talk.topics() == ["nlu/intentParsed"]


@pytest.mark.parametrize("wrong", ["LightSet", [1], {"a": 1}, 7])
def test_a_filter_that_is_none(wrong: object) -> None:
    for topic in ("asr/startListening", "nlu/query"):
        with pytest.raises(ValueError, match="intentFilter must be a list of names of intents"):
            Talk().ask(topic, siteId="den", input="x", intentFilter=wrong)


def test_a_session_that_is_ended_before_anything_is_said() -> None:
    talk = Talk()
    talk.ask("dialogueManager/startSession", siteId="den", init={"type": "action"})
    session = talk.told("dialogueManager/sessionStarted")["sessionId"]
    talk.topics()
    assert talk.ask("dialogueManager/endSession", sessionId=session) == StopListening(dropped=True)
    talk.miss()
    [(topic, told)] = talk.said
    assert (topic, told["termination"]) == ("dialogueManager/sessionEnded", {"reason": "abortedByUser"})
    assert talk.ask("dialogueManager/endSession", sessionId=session) is None


def test_a_session_that_another_overtakes_ends() -> None:
    talk = Talk()
    talk.hermes.woken(Detection("alexa", 0.9, 16_000))
    first = talk.told("dialogueManager/sessionStarted")["sessionId"]
    talk.topics()
    talk.hermes.woken(Detection("alexa", 0.9, 32_000))
    ended = talk.told("dialogueManager/sessionEnded")
    assert (ended["sessionId"], ended["termination"]) == (first, {"reason": "abortedByUser"})


def test_what_is_switched_off_for_several_reasons_is_on_when_none_is_left() -> None:
    talk = Talk()

    def toggle(kind: str, reason: str | None = None) -> Any:
        return talk.ask(kind, siteId="den", reason=reason)

    off, on = SetHotword(listens=False), SetHotword(listens=True)
    assert toggle("hotword/toggleOff", "playAudio") == off
    assert toggle("hotword/toggleOff", "ttsSay") == off
    assert toggle("hotword/toggleOn", "ttsSay") == off
    assert toggle("hotword/toggleOn", "playAudio") == on
    assert toggle("hotword/toggleOff", "ttsSay") == off
    assert toggle("asr/toggleOff") == off
    assert toggle("hotword/toggleOn") == off  # whatever the reason was; but the other part is off
    assert toggle("asr/toggleOn") == on
    # For a session nothing is switched off: its command may follow the wake word in one breath.
    assert toggle("hotword/toggleOff", "dialogueSession") == on
    for number in range(100):
        toggle("hotword/toggleOff", str(number))
    assert toggle("hotword/toggleOn") == on


def test_a_dialogue_manager_elsewhere_knows_its_session_again() -> None:
    """Rhasspy's own: it switches the wake word off, has us listen, and waits for the text with its session's name."""
    talk = Talk()
    talk.hermes.woken(Detection("hey_jarvis", 0.9, 16_000))
    ours = talk.told("dialogueManager/sessionStarted")["sessionId"]
    talk.ask("hotword/toggleOff", siteId="den", reason="ttsSay")
    heard = talk.ask("asr/startListening", siteId="den", sessionId="theirs", wakewordId="hey_jarvis")
    assert heard == ListenNow(lifts_hold=True)
    ended = talk.told("dialogueManager/sessionEnded")
    assert (ended["sessionId"], ended["termination"]) == (ours, {"reason": "abortedByUser"})
    talk.said.clear()
    talk.answer(LIGHT)
    captured = talk.told("asr/textCaptured")
    assert (captured["sessionId"], captured["wakewordId"]) == ("theirs", "hey_jarvis")
    assert talk.told("intent/LightSet")["sessionId"] == "theirs"
    with pytest.raises(ValueError, match="sessionId must be text"):
        talk.ask("asr/startListening", siteId="den", sessionId=5)


def test_who_cannot_be_heard_ends_the_session() -> None:
    talk = Talk()
    talk.ask("dialogueManager/startSession", siteId="den", init={"type": "action"})
    session = talk.told("dialogueManager/sessionStarted")["sessionId"]
    talk.hermes.muted(muted=True)
    ended = talk.told("dialogueManager/sessionEnded")
    assert (ended["sessionId"], ended["termination"]) == (session, {"reason": "abortedByUser"})
    talk.said.clear()
    assert talk.ask("dialogueManager/startSession", siteId="den", init={"type": "action"}) is None
    assert talk.topics() == ["dialogueManager/sessionStarted", "dialogueManager/sessionEnded"]
    assert talk.ask("dialogueManager/continueSession", sessionId=session) is None
    assert talk.topics() == ["dialogueManager/sessionStarted", "dialogueManager/sessionEnded"]
    talk.hermes.muted(muted=False)
    talk.ask("asr/toggleOff", siteId="den")
    assert talk.ask("asr/startListening", siteId="den") is None
    talk.ask("asr/toggleOn", siteId="den")
    assert talk.ask("asr/startListening", siteId="den") == ListenNow()


def test_a_sentence_in_writing_is_a_session_itself_and_ends_no_other() -> None:
    talk = Talk()
    talk.ask("dialogueManager/startSession", siteId="den", init={"type": "action", "intentFilter": ["LightSet"]})
    spoken = talk.told("dialogueManager/sessionStarted")["sessionId"]
    talk.said.clear()
    talk.answer(LIGHT, utterance=None)
    sessions = {payload["sessionId"] for _, payload in talk.said}
    assert len(sessions) == 1
    assert spoken not in sessions
    assert talk.topics() == ["dialogueManager/sessionStarted", "intent/LightSet", "dialogueManager/sessionEnded"]
    assert not talk.hermes.is_wanted("TimerStart"), "the spoken one still hears what it asked for"
    talk.answer(LIGHT)
    assert talk.told("dialogueManager/sessionEnded")["sessionId"] == spoken
