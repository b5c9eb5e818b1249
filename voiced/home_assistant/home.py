"""What the daemon and the commands know of Home Assistant: the grammar with its names in it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Self

from voiced import grammar
from voiced.foundations.secret_file import read_token
from voiced.grammar.house import House
from voiced.home_assistant import asking, cache
from voiced.home_assistant.cache import Known
from voiced.home_assistant.connection import Connection, HomeAwayError, require_package
from voiced.home_assistant.names import Names
from voiced.records.state import folders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voiced.config import Config, HomeAssistantSettings
    from voiced.grammar import Grammar
    from voiced.records.state import Writer

NOTHING = Known(House())


class Home:
    """Home Assistant of a running daemon; a context manager. Without one in the config it does nothing."""

    def __init__(self, config: Config, folder: Path, writer: Writer) -> None:
        """`folder` keeps the names. ConfigError."""
        self._config, self._writer = config, writer
        self._names: Names | None = None
        self._used = NOTHING  # by the newest grammar
        self._changed: Callable[[], None] | None = None
        if url := config.home_assistant.url:
            token = require(config.home_assistant)
            self._file = cache.file_of(folder, url)
            self._names = Names(url, token, cache.read(self._file), self._keep)

    def read(self, folder: Path) -> Grammar:
        """Return the grammar of a folder of intents, with the names as they are now. ConfigError."""
        self._used = self._names.known if self._names else NOTHING
        return grammar_of(folder, self._config, self._used)

    def follow(self, changed: Callable[[], None]) -> None:
        """From now on `changed` is called, in a thread, when the names are others than those of the newest grammar."""
        self._changed = changed
        if self._names and self._names.known != self._used:
            changed()

    def __enter__(self) -> Self:
        """Connect; wait a little for the names."""
        if self._names:
            self._names.open()
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._names:
            self._names.close()

    def _keep(self, known: Known) -> None:
        self._writer.write("the names of Home Assistant", partial(cache.write, self._file, known))
        if self._changed:
            self._changed()


def require(settings: HomeAssistantSettings) -> str:
    """Return the token. ConfigError if it or a package is missing."""
    require_package()
    return read_token("home_assistant", settings.token_file, settings.credential)


def grammar_of(folder: Path, config: Config, known: Known) -> Grammar:
    """Return the grammar of a folder of intents with what is known of Home Assistant in it. ConfigError."""
    # A folder of a wake word's own may speak some of the house's languages only.
    partly = folder != config.intents
    return grammar.load([folder], config.room, known.house, languages=config.languages or (), partly=partly)


def ask(settings: HomeAssistantSettings, warnings: list[str]) -> Known:
    """Ask Home Assistant once. HomeAssistantError, ConfigError."""
    assert settings.url
    with Connection(settings.url, require(settings)) as connection:
        return asking.everything(connection, warnings)


def remembered(settings: HomeAssistantSettings, warnings: list[str]) -> Known:
    """Return what a daemon of this account has kept, or what Home Assistant answers; `warnings` if neither is there."""
    if not settings.url:
        return NOTHING
    for folder in folders():
        file = cache.file_of(folder, settings.url)
        if file.is_file() and (known := cache.read(file)):
            return known
    try:
        return ask(settings, warnings)
    except HomeAwayError as error:
        warnings.append(f"{error}; its names are not known yet")
        return NOTHING
