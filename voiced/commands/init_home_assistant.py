"""`voiced init --home-assistant`: a config that needs no intents, tried before anything is written."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from getpass import getpass
from random import Random
from typing import TYPE_CHECKING

from voiced.errors import VoicedError
from voiced.foundations.regular_file import read_regular
from voiced.foundations.resources import shipped
from voiced.foundations.setting_types import web_address
from voiced.home_assistant.asking import everything
from voiced.home_assistant.connection import Connection, require_package
from voiced.home_assistant.home import grammar_of
from voiced.home_assistant.names import counted

if TYPE_CHECKING:
    from pathlib import Path

    from voiced.config import Config
    from voiced.home_assistant.cache import Known

TOKEN_FILE = "home-assistant.token"  # noqa: S105 # its name, in the folder of the config
LONGEST_TOKEN = 4_096  # bytes
# What stands behind the address in a browser, from where people copy it.
_PAGES = re.compile(r"/(lovelace|home|config|profile|dashboard|history|logbook|energy|map|auth)\b.*")
_USUAL_WORDS = 5
_SAMPLES = 200  # sentences among which one is looked for that names something of the house


@dataclass(frozen=True, slots=True)
class Found:
    """A Home Assistant that answered."""

    url: str
    token: str
    known: Known
    warnings: tuple[str, ...]

    def texts(self, folder: Path) -> dict[Path, str]:
        """Return the files that belong there, the secret one first. VoicedError if another secret is there."""
        kept = folder / TOKEN_FILE
        if kept.exists() and token_of(kept) != self.token:
            raise VoicedError(f"{kept} holds another token, and nothing is overwritten; remove it")
        text = config_text(self.url, self.known.language)
        return {folder / TOKEN_FILE: f"{self.token}\n", folder / "config.yaml": text}

    def settings(self) -> str:
        """Return what has to be in a config that was there already."""
        return f"home_assistant:\n  url: {self.url}\n  token_file: {TOKEN_FILE}\n  sentences: true"

    def lines(self, config: Config) -> list[str]:
        """Say what it has, and something that can be said now."""
        told = f"Home Assistant at {self.url} has {counted(self.known.house)}, and speaks {self.known.language}"
        example = sample(config, self.known)
        return [
            *(f"warning: {each}" for each in self.warnings),
            told,
            *([f"say for example: {example}"] if example else []),
        ]


def found(url: str, token_file: Path | None) -> Found:
    """Ask for the token, and try it. VoicedError with what is wrong."""
    require_package()
    try:
        address = _PAGES.sub("", web_address(url or "no address") or "")
    except ValueError as error:
        given = url or "''"
        raise VoicedError(f"--home-assistant {given}: {error}") from error
    token, warnings = token_of(token_file), list[str]()
    with Connection(address, token) as connection:
        known = everything(connection, warnings)
    return Found(address, token, known, tuple(warnings))


def token_of(file: Path | None) -> str:
    """Return the token: from a file, from the terminal, where it is not shown, or from standard input. VoicedError."""
    if file is not None:
        try:
            text = read_regular(file, LONGEST_TOKEN).decode("ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise VoicedError(f"--token-file {file}: {getattr(error, 'strerror', None) or 'holds no token'}") from error
    elif sys.stdin.isatty():
        text = getpass("long-lived access token of an administrator (Home Assistant: your name, Security): ")
    else:
        text = sys.stdin.readline(LONGEST_TOKEN)
    token = text.strip()
    if not token or not (token.isascii() and token.isprintable()) or " " in token:
        raise VoicedError("that is no token; make a long-lived one in Home Assistant: your name, Security, Create")
    return token


def config_text(url: str, language: str) -> str:
    """Return the commented config with Home Assistant in it, and a model that knows its language."""
    text = shipped("config.example.yaml").read_text(encoding="utf-8")
    head, section = text.split("\nhome_assistant:", 1)
    for setting, value in (("url: null", url), ("token_file: null", TOKEN_FILE), ("sentences: false", "true")):
        section = section.replace(f"  {setting}", f"  {setting.partition(':')[0]}: {value}", 1)
    if language.partition("-")[0] != "en":
        head = re.sub(r"^  model: tiny\.en( *)", r"  model: base   \1", head, count=1, flags=re.MULTILINE)
    return f"{head}\nhome_assistant:{section}"


def sample(config: Config, known: Known) -> str:
    """Return a sentence that may be said now, if possible one that names a thing of the house."""
    said = list(grammar_of(config.intents, config, known).sample(Random(0), _SAMPLES))  # noqa: S311 # no secret
    named = [each.text for each in said if each.intent in ("HassTurnOn", "HassTurnOff") and "name" in each.slots]
    # Neither "lamp on" nor the longest way to say it shows how people talk.
    return min(named, key=lambda text: abs(len(text.split()) - _USUAL_WORDS), default=said[0].text if said else "")
