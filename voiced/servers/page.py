"""The page at `/docs`: all that may be asked, read off the application. Needs no script, and nothing from elsewhere."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from fastapi.responses import HTMLResponse, RedirectResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}"
    "summary{cursor:pointer;padding:.3em 0;overflow-wrap:anywhere}pre{background:#eee;padding:1em;overflow:auto}"
)
PHONE = '<meta name="viewport" content="width=device-width, initial-scale=1">'  # or a phone shows it tiny
# What a page of ours may load and run: nothing, so that nobody's text can become a program here.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def serve(app: FastAPI) -> None:
    """Let an application answer `/docs`, and lead who comes without an address there."""

    @app.get("/", include_in_schema=False)
    async def front() -> RedirectResponse:
        return RedirectResponse("docs")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse("\n".join(_lines(app.openapi())), headers={"Content-Security-Policy": POLICY})


def _lines(told: dict[str, Any]) -> Iterator[str]:
    name = escape(f"{told['info']['title']} {told['info']['version']}")
    yield f'<!DOCTYPE html><html lang="en"><meta charset="utf-8">{PHONE}<title>{name}</title><style>{STYLE}</style>'
    yield f'<h1>{name}</h1><p>For programs: <a href="openapi.json">openapi.json</a></p>'
    for path, methods in told["paths"].items():
        for method, about in methods.items():
            said = escape(about.get("description") or about.get("summary", ""))
            yield f"<details><summary><code>{method.upper()} {escape(path)}</code> {said}</summary>"
            yield f"<pre>{escape(_fields(told, about))}</pre></details>"
    yield "</html>"


def _fields(told: dict[str, Any], about: dict[str, Any]) -> str:
    """Return what a request takes: its parameters, and the fields of its body."""
    fields = {each["name"]: each["schema"] for each in about.get("parameters", ())}
    for kind, body in about.get("requestBody", {}).get("content", {}).items():
        schema = body["schema"]
        name = schema.get("$ref", "").rpartition("/")[2]
        fields[kind] = told["components"]["schemas"][name]["properties"] if name else schema
    return json.dumps(fields, indent=2, ensure_ascii=False) if fields else "nothing"
