"""A house without any YAML: what is asked over HTTP and Wyoming is carried out and answered by Home Assistant."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import numpy as np
import pytest
from websockets.sync.client import connect
from wyoming.asr import Transcript
from wyoming.client import AsyncTcpClient

from tests.broker import Broker, Subscriber, free_port, wait_until
from tests.daemon import READY, SITE, Daemon
from tests.home_assistant.fake import TOKEN, FakeHomeAssistant
from tests.virtual_microphone import VirtualMicrophone
from voiced.audio import sound_file
from voiced.cli import main
from voiced.home_assistant.carrying_out import CONVERSATION, INTENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wyoming.event import Event

pytestmark = pytest.mark.slow  # a daemon of its own, with other servers

LIGHTS = Path(__file__).parents[1] / "sounds/command_lights.ogg"  # "turn off the office lights"
LONG = 60.0  # seconds, at the most
LAMP = "turn on the desk lamp"


class House(NamedTuple):
    """Everything a household has."""

    home: FakeHomeAssistant
    daemon: Daemon
    ears: Subscriber
    url: str
    wyoming: int  # port

    def say(self, text: str) -> httpx.Response:
        return httpx.post(f"{self.url}/api/say", json={"text": text}, timeout=LONG)

    def converse(self, text: str) -> Event:
        async def hold() -> Event:
            async with asyncio.timeout(LONG), AsyncTcpClient("127.0.0.1", self.wyoming) as client:
                await client.write_event(Transcript(text).event())
                answer: Event | None = await client.read_event()
                assert answer
                return answer

        return asyncio.run(hold())

    def with_an_office(self) -> None:
        """Let there be an office."""
        answers = self.home.answers
        if not any(area["name"] == "Office" for area in answers["config/area_registry/list"]):
            answers["config/area_registry/list"].append({"area_id": "office", "name": "Office", "aliases": []})
            before = self.daemon.log.count(": reloaded, ")
            self.home.fire()
            assert wait_until(lambda: self.daemon.log.count(": reloaded, ") > before, LONG)


def answered(body: dict[str, Any]) -> dict[str, Any]:
    """What Home Assistant says to a sentence: the sentence."""
    return {"response": {"response_type": "action_done", "speech": {"plain": {"speech": f"Did: {body['text']}"}}}}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder, port, wyoming = tmp_path_factory.mktemp("house"), free_port(), free_port()
    (folder / "token").write_text(TOKEN)
    with FakeHomeAssistant() as home, VirtualMicrophone(), Broker() as broker, Subscriber(broker.port) as ears:
        home.expose(light__desk="Desk lamp", cover__gate="Gate")
        settings = {
            "intents": str(folder / "none"),
            "home_assistant": {"url": home.url, "token_file": str(folder / "token"), "sentences": True},
            "servers": {"http": f"127.0.0.1:{port}", "wyoming": f"tcp://127.0.0.1:{wyoming}"},
        }
        with Daemon(broker.port, settings=settings) as daemon:
            daemon.wait_until_told(READY)
            yield House(home, daemon, ears, f"http://127.0.0.1:{port}", wyoming)
            assert daemon.terminate() < 2.0
            assert "Traceback" not in daemon.log


@pytest.fixture
def house(running: House) -> House:
    running.home.posts = {CONVERSATION: answered, INTENT: {"speech": {"plain": {"speech": "Did an intent"}}}}
    running.home.posted.clear()
    return running


def test_a_remote_microphone_follows_new_names(house: House) -> None:
    samples = sound_file.read(LIGHTS)
    sound = (np.concatenate([samples, np.zeros(32_000, np.float32)]) * 32_767).astype("<i2").tobytes()
    with connect(house.url.replace("http", "ws") + "/api/stream?wake=false") as socket:

        def spoken(kind: str) -> dict[str, Any]:
            for begin in range(0, len(sound), 2_560):
                socket.send(sound[begin : begin + 2_560])
            event = json.loads(socket.recv(LONG))
            while event["event"] != kind:
                event = json.loads(socket.recv(LONG))
            return dict(event)

        assert not spoken("outcome")["accepted"]
        house.with_an_office()
        assert spoken("answer") == {"event": "answer", "text": "Did: Turn off the office lights", "done": True}


def test_a_sentence_is_carried_out_and_answered(house: House) -> None:
    told = house.say(LAMP)
    assert told.status_code == 200
    assert (told.json()["intent"], told.json()["slots"]["name"]) == ("HassTurnOn", "Desk lamp")
    assert told.json()["answer"] == f"Did: {LAMP}"
    assert [body["text"] for _, body in house.home.posted] == [LAMP]
    assert wait_until(lambda: f"Did: {LAMP}" in house.ears.payloads(f"voiced/{SITE}/answer"), 5)


def test_what_is_no_command_is_not_home_assistants_affair(house: House) -> None:
    assert house.say("make me a sandwich").json()["reason"] == "out_of_grammar"
    assert house.converse("make me a sandwich").type == "not-recognized"
    assert house.home.posted == []


def test_what_it_does_not_do_is_one_sentence(house: House) -> None:
    house.home.posts[CONVERSATION] = 500
    told = house.say(LAMP)
    assert told.status_code == 502
    assert told.json()["error"]["message"] == "Home Assistant could not do it (status 500)"
    assert told.json()["error"]["type"] == "server_error"
    event = house.converse(LAMP)
    assert (event.type, event.data["text"]) == ("not-handled", "Home Assistant could not do it (status 500)")


def test_a_conversation_carries_the_answer(house: House) -> None:
    event = house.converse(LAMP)
    assert (event.type, event.data["text"]) == ("handled", f"Did: {LAMP}")


def test_a_recording_is_carried_out_if_it_is_to_be(house: House) -> None:
    house.with_an_office()

    def sent(**query: str) -> dict[str, Any]:
        with LIGHTS.open("rb") as file:
            told = httpx.post(f"{house.url}/api/recognize", params=query, files={"file": file}, timeout=LONG)
        return dict(told.json())

    assert "answer" not in sent()
    assert house.home.posted == []
    assert sent(act="true")["answer"] == "Did: Turn off the office lights"
    assert len(house.home.posted) == 1


def test_say_publishes_to_home_assistant(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    config = str(house.daemon.folder / "config.yaml")
    assert main(["say", "--config", config, "--publish", LAMP]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"  Home Assistant: Did: {LAMP}"
    assert main(["say", "--config", config, "--publish", "--json", LAMP]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"answer": f"Did: {LAMP}"}
    assert main(["say", "--config", config, LAMP]) == 0
    assert len(house.home.posted) == 2
    house.home.posts[CONVERSATION] = 500
    assert main(["say", "--config", config, "--publish", LAMP]) == 1
    problem = f"voiced: '{LAMP}' is not done: Home Assistant could not do it (status 500)"
    assert capsys.readouterr().err.splitlines() == [problem]


def test_home_assistant_is_away(house: House) -> None:
    """The last test: it stays away."""
    house.home.stop()
    told = house.say(LAMP)
    assert told.status_code == 502
    assert told.json()["error"]["message"] == "Home Assistant is away (Connection refused)"
    assert httpx.get(f"{house.url}/health").json()["status"] == "ok"
