"""`voiced init`: a commented config file, example intents, and the schemas for editors. Overwrites nothing."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiced.commands.shared import DONE, add_json, print_json, tell
from voiced.config import Config, load_config
from voiced.errors import VoicedError
from voiced.foundations.resources import PLACES, find_config, shipped
from voiced.foundations.yaml_schema import json_schema
from voiced.grammar.intents import intents_schema

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from voiced.commands.init_home_assistant import Found

FOR_THE_OWNER = ".token"  # ending of files that nobody else may read
HOME_FOLDER = PLACES[1].parent  # every command looks there for settings


def add_arguments(parser: ArgumentParser) -> None:
    about = f"where to write ({HOME_FOLDER}, so that no command needs --config)"
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help=about)
    home = "let Home Assistant's sentences be the intents, and its house the names; asks for a token, and tries it"
    parser.add_argument("--home-assistant", metavar="URL", help=home)
    about = "a file that holds the token, instead of asking for it"
    parser.add_argument("--token-file", type=Path, metavar="FILE", help=about)
    add_json(parser)


def init(options: Namespace) -> int:
    """Write a commented config file and example intents. Files that are there already stay as they are.

    With --home-assistant no intents are written: Home Assistant's own sentences can be said, with the names of its
    house. The token is read from the terminal, from --token-file, or from standard input, and tried before anything is
    written; it is kept in a file that you alone can read.

    With --json, one object for each file: {"file": its path, "written": true, or false if it was there already}.
    """
    folder = options.folder or HOME_FOLDER.expanduser()
    if options.token_file and options.home_assistant is None:
        raise VoicedError("--token-file is for --home-assistant URL")
    home = None if options.home_assistant is None else _home(options)
    files = write_examples(folder, home)
    if options.json:
        for path, written in files.items():
            print_json({"file": str(path), "written": written})
        return DONE
    for path, written in files.items():
        tell(f"wrote {path}" if written else f"kept {path}, which was there already")
    if not any(files.values()):
        print("everything was there already; nothing was written")
    if home and not files[folder / "config.yaml"]:
        tell(f"set in {folder / 'config.yaml'}:\n\n{home.settings()}")
    elif home:
        tell("\n".join(home.lines(load_config(folder / "config.yaml"))))
    tell(next_steps(folder, home))
    return DONE


def _home(options: Namespace) -> Found:
    from voiced.commands.init_home_assistant import found  # WebSocket

    return found(options.home_assistant, options.token_file)


def schema_of(kind: str) -> dict[str, Any]:
    """JSON Schema of `config` or `intents` files."""
    return json_schema(Config) if kind == "config" else intents_schema()


def write_examples(folder: Path, home: Found | None = None) -> dict[Path, bool]:
    """Write what `folder` does not have yet; return each file, and whether it is new. VoicedError if that fails."""
    if folder.exists() and not folder.is_dir():
        raise VoicedError(f"{folder} is not a folder; name one, or leave it out for {HOME_FOLDER}")
    texts = home.texts(folder) | _schemas(folder) if home else _texts(folder)
    new = {path: not path.exists() for path in texts}
    try:
        for path, text in texts.items():
            if new[path]:
                path.parent.mkdir(parents=True, exist_ok=True)
                mode = 0o600 if path.suffix == FOR_THE_OWNER else 0o666
                with open(path, "x", encoding="utf-8", opener=partial(os.open, mode=mode)) as stream:  # its mode
                    stream.write(text)
    except OSError as error:
        raise VoicedError(f"cannot write {error.filename or folder}: {error.strerror}") from error
    return new


def _texts(folder: Path) -> dict[Path, str]:
    """Every file that belongs there, and what it says."""
    texts = {folder / "config.yaml": shipped("config.example.yaml").read_text(encoding="utf-8")}
    if not (folder / "intents").exists():  # a household's own intents are not to be joined by examples
        texts |= {
            folder / "intents" / path.name: path.read_text(encoding="utf-8")
            for path in sorted(shipped("intents").glob("*.yaml"))
        }
    return texts | _schemas(folder)


def _schemas(folder: Path) -> dict[Path, str]:
    return {
        folder / ".schema" / f"{kind}.json": json.dumps(schema_of(kind), indent=2) + "\n"
        for kind in ("config", "intents")
    }


def next_steps(folder: Path, home: Found | None = None) -> str:
    """What to do with the files; commands name the config file where they would not find it."""
    config, found = folder / "config.yaml", find_config(None)
    option = "" if found and found.resolve() == config.resolve() else f" --config {config}"
    first = (
        f"write your sentences into {folder / 'intents'}, and say one:  voiced say{option} 'turn on the kitchen lights'"
    )
    if home:
        first = f"say in {config} which area the microphone is in (room:)"
    return (
        "\nNext:\n"
        f"  1. {first}\n"
        f"  2. choose the microphone and the broker in {config}:  voiced devices\n"
        f"  3. look for mistakes:  voiced check{option}\n"
        f"  4. talk:  voiced run{option}"
    )
