"""OpenAI's audio API: transcriptions, translations, models. Their names, formats and errors; our Whisper.

https://platform.openai.com/docs/api-reference/audio
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Form, HTTPException, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as AnyHTTPException

from voiced.errors import AudioError, VoicedError
from voiced.flow import SAMPLE_RATE
from voiced.servers.engine import BusyError
from voiced.servers.house import NotDoneError
from voiced.servers.uploads import Recordings
from voiced.whisper.languages import LANGUAGES, language_code
from voiced.whisper.transcription.captions import Layout
from voiced.whisper.transcription.recording import prepare
from voiced.whisper.transcription.segments import transcribe_windows
from voiced.whisper.transcription.values import TranscriptionOptions
from voiced.whisper.transcription.writers import WRITERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from fastapi import FastAPI

    from voiced.flow import Samples
    from voiced.servers.house import House
    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.tokenizer import Task
    from voiced.whisper.transcription.values import Segment

Format = Literal["json", "text", "srt", "verbose_json", "vtt"]
TEXTS = {"text": "txt", "srt": "srt", "vtt": "vtt"}  # their name → ours
ALIAS = "whisper-1"  # what clients ask for who know OpenAI's names only
MULTIPART = "multipart/form-data"
JSON_HEADER = "Content-Type: application/json"
LONGEST_NAME, LONGEST_PROMPT = 100, 4_000  # characters; of a prompt the last 200 tokens count
CREATED = 1_663_718_400  # second of Whisper's publication; the API wants one
BAD_REQUEST, NOT_FOUND, UNAVAILABLE = 400, 404, 503
STATUS = {BusyError: 429, AudioError: BAD_REQUEST, NotDoneError: 502}  # whose fault an error is


class Translation(BaseModel):
    """The form of a translation; what OpenAI has besides is taken without effect."""

    file: UploadFile
    model: str = Field(max_length=LONGEST_NAME)
    language: str | None = Field(default=None, max_length=LONGEST_NAME)
    prompt: str = ""
    response_format: Format = "json"
    temperature: float = Field(default=0.0, ge=0, le=1)

    def options(self, task: Task) -> TranscriptionOptions:
        """Return Whisper's options. At temperature 0 it is raised by itself where a text is not believed."""
        try:
            code = language_code(self.language) if self.language else None
        except ValueError as error:
            raise _bad(f"language: {error}", "language") from error
        options = TranscriptionOptions(task=task, language=code, initial_prompt=self.prompt[-LONGEST_PROMPT:])
        return replace(options, temperatures=(self.temperature,)) if self.temperature else options


class Transcription(Translation):
    """The form of a transcription."""

    timestamp_granularities: list[Literal["word", "segment"]] = Field([], alias="timestamp_granularities[]")
    stream: bool = False

    def options(self, task: Task) -> TranscriptionOptions:
        """Return Whisper's options."""
        words = "word" in self.timestamp_granularities
        if words and self.response_format != "verbose_json":
            raise _bad("timestamp_granularities: only verbose_json tells times of words", "timestamp_granularities")
        return replace(super().options(task), word_timestamps=words)


def router(house: House) -> APIRouter:
    """Return what OpenAI's clients ask for."""
    routes, recordings = APIRouter(prefix="/v1", tags=["OpenAI"]), Recordings()

    @routes.get("/models")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [_model(name) for name in _names(house)]}

    @routes.get("/models/{name}")
    async def model(name: str) -> dict[str, Any]:
        _require(house, name)
        return _model(name)

    @routes.post("/audio/transcriptions", response_model=None)
    async def transcriptions(request: Request, form: Annotated[Transcription, Form(media_type=MULTIPART)]) -> Response:
        """Write what was said, in its own language."""
        return await answer(request, form, "transcribe", stream=form.stream)

    @routes.post("/audio/translations", response_model=None)
    async def translations(request: Request, form: Annotated[Translation, Form(media_type=MULTIPART)]) -> Response:
        """Write what was said, in English."""
        return await answer(request, form, "translate")

    async def answer(request: Request, form: Translation, task: Task, *, stream: bool = False) -> Response:
        _require(house, form.model)
        options = form.options(task)
        samples = await recordings.read(form.file, house.engine)
        language, windows = await _begin(house, samples, options)
        if stream:
            return StreamingResponse(_streamed(windows), media_type="text/event-stream")
        segments = await _all(windows, request)
        return _answer(language, segments, samples, options, form.response_format)

    return routes


def _names(house: House) -> tuple[str, ...]:
    return (house.pipelines().loaded.name, ALIAS)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "voiced"}


def _require(house: House, name: str) -> None:
    if name not in _names(house):
        detail = _detail(f"the model '{name}' is not here; there are {', '.join(_names(house))}", "model")
        raise HTTPException(NOT_FOUND, detail | {"code": "model_not_found"})


# -- transcribing ------------------------------------------------------------------------------------


async def _begin(
    house: House, samples: Samples, options: TranscriptionOptions
) -> tuple[str, AsyncIterator[tuple[Segment, ...]]]:
    """Return the language, and the segments window by window."""
    loaded = house.pipelines().loaded
    language, windows = await house.engine.run(lambda: _begun(loaded, samples, options))
    return language, _each(house, windows)


async def _each(house: House, windows: Iterator[tuple[Segment, ...]]) -> AsyncIterator[tuple[Segment, ...]]:
    # Each window is a request of its own, so that the daemon's commands and others come in between.
    while (window := await house.engine.run(lambda: next(windows, None), goes_on=True)) is not None:
        yield window


async def _all(windows: AsyncIterator[tuple[Segment, ...]], request: Request) -> list[Segment]:
    segments: list[Segment] = []
    async for window in windows:
        segments += window
        if await request.is_disconnected():
            raise _bad("whoever asked is gone", None)
    return segments


def _answer(
    language: str, segments: list[Segment], samples: Samples, options: TranscriptionOptions, kind: Format
) -> Response:
    if kind in TEXTS:
        return PlainTextResponse("\n".join(WRITERS[TEXTS[kind]](segments, language, Layout())) + "\n")
    text = "".join(segment.text for segment in segments).strip()
    if kind == "json":
        return JSONResponse({"text": text})
    return JSONResponse(_verbose(text, language, segments, samples, options))


def _begun(
    loaded: LoadedModel, samples: Samples, options: TranscriptionOptions
) -> tuple[str, Iterator[tuple[Segment, ...]]]:
    """Return the language, and the segments window by window."""
    try:
        recording = prepare(loaded, samples, options)
    except ValueError as error:
        raise _bad(str(error), None) from error
    return recording.language, (tuple(step.segments) for step in transcribe_windows(loaded, recording, options))


def _verbose(
    text: str, language: str, segments: list[Segment], samples: Samples, options: TranscriptionOptions
) -> dict[str, Any]:
    told = {
        "task": options.task,
        "language": LANGUAGES[language],
        "duration": round(len(samples) / SAMPLE_RATE, 2),
        "text": text,
        "segments": json.loads("".join(WRITERS["json"](segments, language, Layout())))["segments"],
    }
    for segment in told["segments"]:
        segment.pop("words", None)  # they stand in a list of their own
    if not options.word_timestamps:
        return told
    words = (word for segment in segments for word in segment.words)
    return told | {"words": [{"word": word.text.strip(), "start": word.start, "end": word.end} for word in words]}


async def _streamed(windows: AsyncIterator[tuple[Segment, ...]]) -> AsyncIterator[str]:
    """Yield server-sent events: a delta for each window, then the whole."""
    whole = ""
    async for window in windows:
        delta = "".join(segment.text for segment in window)
        whole += delta
        yield _event({"type": "transcript.text.delta", "delta": delta if whole != delta else delta.lstrip()})
    yield _event({"type": "transcript.text.done", "text": whole.strip()})


def _event(told: dict[str, Any]) -> str:
    return f"data: {json.dumps(told, ensure_ascii=False)}\n\n"


# -- errors ------------------------------------------------------------------------------------------


def _detail(message: str, parameter: str | None) -> dict[str, Any]:
    return {"message": message, "type": "invalid_request_error", "param": parameter, "code": None}


def _bad(message: str, parameter: str | None) -> HTTPException:
    return HTTPException(BAD_REQUEST, _detail(message, parameter))


def tell_errors(app: FastAPI) -> None:
    """Give every error OpenAI's shape."""

    @app.exception_handler(AnyHTTPException)
    async def refused(_request: Request, error: AnyHTTPException) -> Response:
        detail: Any = error.detail
        told = detail if isinstance(detail, dict) else _detail(str(detail), None)
        return JSONResponse({"error": told}, error.status_code)

    @app.exception_handler(RequestValidationError)
    async def misshapen(_request: Request, error: RequestValidationError) -> Response:
        name, told = _wrong(error.errors()[0])
        return JSONResponse({"error": _detail(f"{name}: {told}", name)}, BAD_REQUEST)

    @app.exception_handler(VoicedError)
    async def failed(_request: Request, error: VoicedError) -> Response:
        status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), UNAVAILABLE)
        kind = "invalid_request_error" if status == BAD_REQUEST else "server_error"
        return JSONResponse({"error": _detail(str(error), None) | {"type": kind}}, status)


def _wrong(problem: dict[str, Any]) -> tuple[str, str]:
    """Return which field of a request is wrong, and how; of a request as a whole its `body`."""
    kind, told = problem["type"], str(problem["msg"]).removeprefix("Value error, ")
    name = next((part for part in problem["loc"][1:] if isinstance(part, str)), "body")
    if kind == "json_invalid":
        return "body", f"is no JSON: {problem.get('ctx', {}).get('error', told)}"
    if name == "body" and kind != "missing":
        return name, f"must be a JSON object, sent with the header '{JSON_HEADER}'"
    return name, "must be a file" if "UploadFile" in told else told
