"""OpenAI's translations, by their own client, in every format: what `voiced transcribe --task translate` writes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import httpx
import openai
import pytest
from fastapi import FastAPI

from voiced.cli import main
from voiced.config import RecognizerSettings
from voiced.recognition.recognizer import load_model
from voiced.servers import openai_api
from voiced.servers.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Mapping

SPOKEN = Path(__file__).parents[1] / "sounds/speech_de.flac"
FORMATS = {"text": "txt", "srt": "srt", "vtt": "vtt", "json": "json", "verbose_json": "json"}  # theirs → ours


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What the command writes, by our format."""
    folder = tmp_path_factory.mktemp("translated")
    options = ["--task", "translate", "--compute", "auto", "--format", "all", "--output", str(folder)]
    assert main(["transcribe", "--model", "base", *options, str(SPOKEN)]) == 0
    return {file.suffix[1:]: file.read_text(encoding="utf-8") for file in folder.iterdir()}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    pipelines = SimpleNamespace(loaded=load_model(RecognizerSettings(model="base")))
    house = SimpleNamespace(pipelines=lambda: pipelines, engine=Engine())
    app = FastAPI()
    app.include_router(openai_api.router(cast("Any", house)))
    openai_api.tell_errors(app)
    return app


@pytest.mark.parametrize("form", FORMATS)
def test_a_translation_is_that_of_the_command(app: FastAPI, ours: Mapping[str, str], form: Any) -> None:
    async def translated() -> Any:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as transport:
            client = openai.AsyncOpenAI(
                base_url="http://127.0.0.1/v1", api_key="none", max_retries=0, http_client=cast("Any", transport)
            )
            return await client.audio.translations.create(file=SPOKEN, model="whisper-1", response_format=form)

    with pytest.deprecated_call():  # by their client
        told = asyncio.run(translated())
    written = ours[FORMATS[form]]
    if form in ("text", "srt", "vtt"):
        assert plain(told) == plain(written)
        return
    assert plain(told.text) == plain(json.loads(written)["text"])
    if form == "verbose_json":
        assert (told.language, told.segments[0].id) == ("german", 0)
        assert [plain(each.text) for each in told.segments] == [
            plain(each["text"]) for each in json.loads(written)["segments"]
        ]


def plain(text: str) -> str:
    """How sure of a capital the model is may hang on how many threads compute."""
    return text.strip().lower()
