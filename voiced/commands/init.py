"""`voiced init`: a folder with a commented config, example intents and the schemas for editors. Overwrites nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiced.commands.shared import DONE
from voiced.config import Config
from voiced.errors import VoicedError
from voiced.foundations.resources import shipped
from voiced.foundations.yaml_schema import json_schema
from voiced.grammar.intents import intents_schema

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="where to (here)")


def init(options: Namespace) -> int:
    """Write a commented config file and example intents; overwrites nothing."""
    written = write_examples(options.folder)
    for path in written:
        print(f"wrote {path}")
    if not written:
        print("everything was there already; nothing was written")
    print(next_steps(options.folder))
    return DONE


def schema_of(kind: str) -> dict[str, Any]:
    """JSON Schema of `config` or `intents` files."""
    return json_schema(Config) if kind == "config" else intents_schema()


def write_examples(folder: Path) -> list[Path]:
    """Write everything that `folder` does not have yet; return what was written. VoicedError if that cannot be done."""
    if folder.exists() and not folder.is_dir():
        raise VoicedError(f"{folder} is not a folder; name one, or leave it out for this one")
    files = {folder / "config.yaml": shipped("config.example.yaml").read_text(encoding="utf-8")}
    if not (folder / "intents").exists():  # a household's own intents are not to be joined by examples
        files |= {
            folder / "intents" / path.name: path.read_text(encoding="utf-8")
            for path in sorted(shipped("intents").glob("*.yaml"))
        }
    files |= {
        folder / ".schema" / f"{kind}.json": json.dumps(schema_of(kind), indent=2) + "\n"
        for kind in ("config", "intents")
    }
    new = {path: text for path, text in files.items() if not path.exists()}
    try:
        for path, text in new.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise VoicedError(f"cannot write {error.filename or folder}: {error.strerror}") from error
    return list(new)


def next_steps(folder: Path) -> str:
    """What to do with it."""
    config = folder / "config.yaml"
    return (
        "\nNext:\n"
        f"  1. write your sentences into {folder / 'intents'}, and say one:  "
        f"voiced say --config {config} 'turn on the kitchen lights'\n"
        f"  2. choose the microphone and the broker in {config}:  voiced devices\n"
        f"  3. look for mistakes:  voiced check --config {config}\n"
        f"  4. talk:  voiced run --config {config}"
    )
