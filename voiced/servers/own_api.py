"""Our own HTTP API: recognise, say, listen, mute, intents, samples; health and metrics."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, File, Query, UploadFile
from fastapi.responses import Response
from pydantic import AfterValidator, BaseModel

from voiced.acting.actions import actions_of
from voiced.acting.facts import at_site
from voiced.assistant import in_time
from voiced.audio.vad import Vad
from voiced.flow import Outcome
from voiced.foundations.today import now, today
from voiced.grammar import dated, nearest
from voiced.listening.recording import as_utterance
from voiced.mqtt.received import ListenNow, SetMute, sentence_of
from voiced.records.outcome import outcome_json
from voiced.servers.house import require_done
from voiced.servers.uploads import command_of

if TYPE_CHECKING:
    from voiced.flow import Samples
    from voiced.servers.house import House
    from voiced.servers.metrics import Metrics

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
MOST_SAMPLES = 100


class Sentence(BaseModel):
    """A sentence to be answered as if it had been spoken."""

    text: Annotated[str, AfterValidator(sentence_of)]


class Mute(BaseModel):
    """Whether the microphone is to be muted."""

    muted: bool


def router(house: House, metrics: Metrics) -> APIRouter:
    """Return what is asked of the house itself."""
    routes = APIRouter(tags=["voiced"])

    @routes.post("/api/recognize")
    async def recognize(file: Annotated[UploadFile, File()], *, act: bool = False) -> dict[str, Any]:
        """Recognise a recording of one command; nothing is sent, unless `act` says that it is to be done."""
        return await _recognition(house, file, act=act)

    @routes.post("/api/say")
    async def say(sentence: Sentence) -> dict[str, Any]:
        """Answer a sentence as if it had been spoken: actions are sent."""
        return require_done(await house.say(sentence.text))

    @routes.post("/api/listen", status_code=202)
    async def listen() -> dict[str, Any]:
        """Listen without the wake word, unless muted; what comes of it is told at /api/events."""
        house.tell(ListenNow())
        return {"listening": not house.muted()}

    @routes.get("/api/mute")
    async def muted() -> Mute:
        """Tell whether the microphone is muted."""
        return Mute(muted=house.muted())

    @routes.post("/api/mute")
    async def mute(wanted: Mute) -> Mute:
        """Mute the microphone, or listen again."""
        house.tell(SetMute(wanted.muted))
        return wanted

    @routes.get("/health")
    async def health() -> dict[str, Any]:
        """Tell whether it hears; needs no token."""
        topics, retained = house.topics, house.hub.retained
        return {"status": "ok", "state": retained(topics.state), "microphone": retained(topics.microphone)}

    @routes.get("/metrics", response_class=Response)
    async def prometheus() -> Response:
        """Tell counts and latencies as Prometheus reads them."""
        return Response(metrics.text(), media_type=PROMETHEUS)

    return routes


def grammar_router(house: House) -> APIRouter:
    """Return what is asked of the grammar."""
    routes = APIRouter(tags=["voiced"])

    @routes.get("/api/intents")
    async def intents() -> dict[str, Any]:
        """Tell what may be said without a wake word of its own, intent by intent."""
        grammar = house.pipelines().grammar_of(None)
        told: dict[str, Any] = {name: {"sentences": []} for name in grammar.intents}
        for sentence in grammar.sentences:
            told[sentence.intent]["sentences"].append(sentence.template.text)
        return {"language": grammar.language, "intents": told}

    @routes.get("/api/sample")
    async def sample(n: Annotated[int, Query(ge=1, le=MOST_SAMPLES)] = 1) -> list[dict[str, Any]]:
        """Tell random sentences of the grammar, and what they mean."""
        grammar = house.pipelines().grammar_of(None)
        samples = await house.engine.run(lambda: list(grammar.sample(Random(), n)))  # noqa: S311 # no secret
        return [{"text": each.text, "intent": each.intent, "slots": dict(each.slots)} for each in samples]

    return routes


async def _recognition(house: House, file: UploadFile, *, act: bool) -> dict[str, Any]:
    came = monotonic()
    samples = await command_of(file, house.engine)
    outcome = await house.engine.run(lambda: _recognized(house, samples, came))
    if not act:
        return outcome_json(outcome)
    outcome = in_time(outcome)
    return outcome_json(outcome) | require_done(await house.do(outcome))


def _recognized(house: House, samples: Samples, came: float) -> Outcome:
    pipelines = house.pipelines()
    utterance = as_utterance(samples, Vad())
    transcript = dated(pipelines.recognize(utterance), today())
    grammar = pipelines.grammar_of(None)
    place = at_site(house.config.site_name, house.config.room)
    facts = replace(place, id=uuid4().hex, time=now())
    actions, near = actions_of(grammar, transcript, facts), nearest(grammar, transcript)
    return Outcome(facts.id, transcript, actions, utterance, age=monotonic() - came, nearest=near)
