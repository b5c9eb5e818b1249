"""The daemon over HTTP: its own API, OpenAI's by their own client, events and a remote microphone, and who gets in."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import openai
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect

from tests.broker import wait_until
from voiced.audio import sound_file
from voiced.cli import main
from voiced.servers.guard import Guard

if TYPE_CHECKING:
    from tests.servers.conftest import House

SOUNDS = Path(__file__).parents[1] / "sounds"
COMMAND, DIALOGUE = SOUNDS / "command_lights.ogg", SOUNDS / "dialogue_en.ogg"
LONG = 120.0  # seconds, at the most; the tests share two cores with other work


def ask(house: House, path: str, **options: Any) -> httpx.Response:
    return httpx.request("POST" if options else "GET", house.url + path, timeout=LONG, **options)


# -- our own ---------------------------------------------------------------------------------------


def test_health_needs_nothing(house: House) -> None:
    told = ask(house, "/health").json()
    assert (told["status"], told["state"], told["microphone"]) == ("ok", "waiting", "ok")


def test_who_only_watches_asks_without_wanting_a_body(house: House) -> None:
    for path in ("/health", "/metrics", "/docs", "/v1/models"):
        told = httpx.head(house.url + path)
        assert (told.status_code, told.content) == (200, b""), path


def test_what_is_no_sentence_is_told_with_what_to_send(house: House) -> None:
    sentence = '{"text": "good night"}'
    told = [
        ask(house, "/api/say", content=sentence, headers={"Content-Type": "application/x-www-form-urlencoded"}),
        ask(house, "/api/say", content="{text: good night}", headers={"Content-Type": "application/json"}),
        ask(house, "/api/recognize", data={"file": "a.wav"}),
        ask(house, "/v1/audio/transcriptions", files={"file": ("a.wav", b"")}, data={"timestamp_granularities[]": "x"}),
    ]
    assert [(each.status_code, each.json()["error"]["message"]) for each in told] == [
        (400, "body: must be a JSON object, sent with the header 'Content-Type: application/json'"),
        (400, "body: is no JSON: Expecting property name enclosed in double quotes"),
        (400, "file: must be a file"),
        (400, "model: Field required"),
    ]


def test_a_sentence_is_answered_as_if_spoken(house: House) -> None:
    told = ask(house, "/api/say", json={"text": "turn  on the kitchen lights"}).json()
    assert (told["intent"], told["slots"]) == ("LightSet", {"state": "on", "room": "kitchen"})
    assert wait_until(lambda: house.ears.payloads("home/kitchen/light/set") == ["on"], 5)
    told = ask(house, "/api/say", json={"text": "make me a sandwich"}).json()
    assert told["reason"] == "out_of_grammar"


def test_several_commands_are_answered_together(house: House) -> None:
    told = ask(house, "/api/say", json={"text": "turn off the hall lights and close the bedroom blinds"}).json()
    assert [told["intent"], *(each["intent"] for each in told["then"])] == ["LightSet", "CoverSet"]


def test_a_recording_is_recognised_and_nothing_is_sent(house: House) -> None:
    before = len(house.ears.payloads("home/office/light/set"))
    with COMMAND.open("rb") as file:
        told = ask(house, "/api/recognize", files={"file": file}).json()
    assert (told["intent"], told["slots"]) == ("LightSet", {"state": "off", "room": "office"})
    assert [action["topic"] for action in told["actions"]] == ["home/office/light/set"]
    assert len(house.ears.payloads("home/office/light/set")) == before


def test_mute(house: House) -> None:
    assert ask(house, "/api/mute", json={"muted": True}).json() == {"muted": True}
    assert wait_until(lambda: house.ears.payloads("voiced/house/mute")[-1:] == ["ON"], 5)
    assert ask(house, "/api/mute").json() == {"muted": True}
    ask(house, "/api/mute", json={"muted": False})
    assert wait_until(lambda: ask(house, "/api/mute").json() == {"muted": False}, 5)


def test_intents_and_samples(house: House) -> None:
    told = ask(house, "/api/intents").json()
    assert told["language"] == "en"
    assert "LightSet" in told["intents"]
    samples = ask(house, "/api/sample?n=5").json()
    assert len(samples) == 5
    assert {each["intent"] for each in samples} <= told["intents"].keys()


def test_a_page_tells_what_may_be_asked(house: House) -> None:
    """It loads nothing from elsewhere: a house may have no other network, and a script of others could command it."""
    page = ask(house, "/docs")
    assert page.status_code == 200
    for path in ask(house, "/openapi.json").json()["paths"]:
        assert path in page.text
    assert httpx.get(house.url, follow_redirects=True).text == page.text
    assert "timestamp_granularities" in page.text
    assert 'name="viewport"' in page.text
    assert "src=" not in page.text
    assert "<script" not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_metrics_are_prometheus_own(house: House) -> None:
    ask(house, "/api/say", json={"text": "good night"})

    def counted() -> dict[str, float]:
        families = text_string_to_metric_families(ask(house, "/metrics").text)
        samples = [each for family in families for each in family.samples]
        return {each.labels["intent"]: each.value for each in samples if each.name == "voiced_commands_total"}

    assert wait_until(lambda: counted().get("GoodNight", 0) >= 1, 5)


def test_everything_that_is_told_comes_live(house: House) -> None:
    with connect(house.url.replace("http", "ws") + "/api/events") as socket:
        ask(house, "/api/say", json={"text": "good night"})
        told = [json.loads(socket.recv(10))]
        while told[-1]["topic"] != "voiced/house/intent/GoodNight":
            told.append(json.loads(socket.recv(10)))
    assert told[-1]["payload"]["text"] == "good night"
    assert {"topic": "voiced/house/availability", "payload": "online", "retained": True} in told or told[0]["retained"]


def test_a_remote_microphone_commands_the_house(house: House) -> None:
    samples = sound_file.read(COMMAND)
    sound = (np.concatenate([samples, np.zeros(32_000, np.float32)]) * 32_767).astype("<i2").tobytes()
    before = len(house.ears.payloads("home/office/light/set"))
    with connect(house.url.replace("http", "ws") + "/api/stream?wake=false") as socket:
        for begin in range(0, len(sound), 1_001):  # blocks may cut a sample
            socket.send(sound[begin : begin + 1_001])
        event = json.loads(socket.recv(LONG))
        while event["event"] != "outcome":
            event = json.loads(socket.recv(LONG))
    assert (event["intent"], event["slots"]) == ("LightSet", {"state": "off", "room": "office"})
    assert wait_until(lambda: len(house.ears.payloads("home/office/light/set")) == before + 1, 5)


def test_mute_holds_for_a_remote_microphone(house: House) -> None:
    """Who has muted the house means each microphone; what was said meanwhile is lost."""
    sound = (np.concatenate([sound_file.read(COMMAND), np.zeros(32_000, np.float32)]) * 32_767).astype("<i2").tobytes()
    before = len(house.ears.payloads("home/office/light/set"))
    with connect(house.url.replace("http", "ws") + "/api/stream?wake=false") as socket:

        def last_of(*, muted: bool) -> dict[str, Any]:
            ask(house, "/api/mute", json={"muted": muted})
            assert wait_until(lambda: ask(house, "/api/mute").json() == {"muted": muted}, 5)
            socket.send(sound)
            event: dict[str, Any] = json.loads(socket.recv(LONG))
            while event.get("state") != "muted" and event["event"] != "outcome":
                event = json.loads(socket.recv(LONG))
            return event

        assert last_of(muted=True) == {"event": "state", "state": "muted"}
        assert last_of(muted=False)["intent"] == "LightSet"
    assert wait_until(lambda: len(house.ears.payloads("home/office/light/set")) == before + 1, 5)


# -- OpenAI's --------------------------------------------------------------------------------------


@pytest.fixture
def client(house: House) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{house.url}/v1", api_key="none", max_retries=0, timeout=LONG)


def test_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["tiny.en", "whisper-1"]
    assert client.models.retrieve("whisper-1").owned_by == "voiced"
    with pytest.raises(openai.NotFoundError, match="the model 'gpt' is not here"):
        client.models.retrieve("gpt")


def plain(text: str) -> str:
    """How sure of a capital the model is may hang on how many threads compute."""
    return text.strip().lower()


@pytest.mark.parametrize(("form", "ours"), [("text", "txt"), ("srt", "srt"), ("vtt", "vtt"), ("json", "json")])
def test_a_transcription_is_that_of_the_command(
    client: openai.OpenAI, form: Any, ours: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told: Any = client.audio.transcriptions.create(file=COMMAND, model="whisper-1", response_format=form)
    assert main(["transcribe", "--format", ours, "--compute", "auto", str(COMMAND)]) == 0
    printed = capsys.readouterr().out
    if form == "json":
        assert plain(told.text) == plain(json.loads(printed)["text"])
    else:
        assert plain(told) == plain(printed)


def test_a_verbose_transcription_tells_words_and_segments(client: openai.OpenAI) -> None:
    told = client.audio.transcriptions.create(
        file=COMMAND, model="tiny.en", response_format="verbose_json", timestamp_granularities=["word", "segment"]
    )
    assert told.segments
    assert told.words
    assert (told.language, told.segments[0].id) == ("english", 0)
    assert "".join(segment.text for segment in told.segments).strip() == told.text
    assert [word.word.strip(".") for word in told.words][-2:] == ["office", "lights"]
    assert 1 < float(told.duration) < 10


def test_words_and_segments_are_those_of_the_command(client: openai.OpenAI, capsys: pytest.CaptureFixture[str]) -> None:
    told: Any = client.audio.transcriptions.create(
        file=COMMAND, model="whisper-1", response_format="verbose_json", timestamp_granularities=["word"]
    )
    assert main(["transcribe", "--format", "json", "--word-timestamps", "--compute", "auto", str(COMMAND)]) == 0
    ours = json.loads(capsys.readouterr().out)
    assert plain(told.text) == plain(ours["text"])
    assert [plain(each.text) for each in told.segments] == [plain(each["text"]) for each in ours["segments"]]
    words = [word for segment in ours["segments"] for word in segment["words"]]
    assert [plain(each.word) for each in told.words] == [plain(each["word"]) for each in words]
    for theirs, own in zip([*told.segments, *told.words], [*ours["segments"], *words], strict=True):
        # How sure of a boundary the model is may hang on how many threads compute, too.
        assert (theirs.start, theirs.end) == pytest.approx((own["start"], own["end"]), abs=0.1)


def test_a_stream_is_what_the_command_writes(client: openai.OpenAI, capsys: pytest.CaptureFixture[str]) -> None:
    stream = client.audio.transcriptions.create(file=COMMAND, model="whisper-1", stream=True)
    *_, last = stream
    assert main(["transcribe", "--compute", "auto", str(COMMAND)]) == 0
    assert last.type == "transcript.text.done"
    assert plain(last.text) == plain(capsys.readouterr().out)


def test_a_transcription_as_it_comes(client: openai.OpenAI) -> None:
    stream = client.audio.transcriptions.create(file=DIALOGUE, model="whisper-1", stream=True)
    events = list(stream)
    deltas = [event.delta for event in events if event.type == "transcript.text.delta"]
    assert events[-1].type == "transcript.text.done"
    assert "".join(deltas).strip() == events[-1].text
    assert len(deltas) >= 1


def test_what_cannot_be_is_one_sentence_in_their_shape(client: openai.OpenAI, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound at all " * 100)
    with pytest.raises(openai.BadRequestError, match=r"text\.wav: is not a recording that can be read"):
        client.audio.transcriptions.create(file=tmp_path / "text.wav", model="whisper-1")
    with pytest.raises(openai.NotFoundError, match=r"the model 'gpt-4o' is not here; there are tiny\.en, whisper-1"):
        client.audio.transcriptions.create(file=COMMAND, model="gpt-4o")
    with pytest.deprecated_call(), pytest.raises(openai.BadRequestError, match="knows English only"):
        client.audio.translations.create(file=COMMAND, model="whisper-1")  # deprecated by their client
    with pytest.raises(openai.BadRequestError, match="'xx' is not a language"):
        client.audio.transcriptions.create(file=COMMAND, model="whisper-1", language="xx")
    with pytest.raises(openai.BadRequestError, match=r"timestamp_granularities\[\]: Input should be 'word'"):
        client.audio.transcriptions.create(file=COMMAND, model="whisper-1", timestamp_granularities=["x"])  # type: ignore[list-item]
    with pytest.raises(openai.BadRequestError, match="response_format"):
        client.audio.transcriptions.create(file=COMMAND, model="whisper-1", response_format="diarized_json")
    with pytest.raises(openai.BadRequestError, match="only verbose_json"):
        client.audio.transcriptions.create(file=COMMAND, model="whisper-1", timestamp_granularities=["word"])


# -- who gets in -----------------------------------------------------------------------------------


def test_pages_of_others_are_kept_out(house: House) -> None:
    foreign = httpx.post(house.url + "/api/say", json={"text": "good night"}, headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403
    rebound = httpx.get(house.url + "/api/intents", headers={"Host": "evil.example"})
    assert rebound.status_code == 403
    assert httpx.get(house.url + "/api/intents", headers={"Origin": house.url}).status_code == 200


def test_a_token_is_asked_for() -> None:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"in"})

    def answered(path: str, token: str = "", **headers: str) -> httpx.Response:
        given = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(Guard(answer, "secret"))

        async def ask_it() -> httpx.Response:
            async with httpx.AsyncClient(transport=transport, base_url="http://house.example") as client:
                return await client.get(path, headers=given | headers)

        return asyncio.run(ask_it())

    def status(path: str, token: str = "", **headers: str) -> int:
        return answered(path, token, **headers).status_code

    assert status("/api/intents") == 401
    assert answered("/api/intents").headers["WWW-Authenticate"] == "Bearer"
    assert status("/api/intents", "wrong") == 401
    assert status("/api/intents", "secret") == 200
    assert status("/api/intents", Authorization="bearer secret") == 200
    assert status("/api/intents", Authorization="Basic secret") == 401
    assert status("/health") == 200
    assert status("/api/intents", "secret", Origin="http://evil.example") == 403


def test_what_is_too_large_is_refused(house: House) -> None:
    large = ask(house, "/api/recognize", content=bytes(26 << 20), headers={"Content-Type": "application/octet-stream"})
    assert large.status_code == 413
    assert "larger than 25 MB" in large.json()["error"]["message"]
