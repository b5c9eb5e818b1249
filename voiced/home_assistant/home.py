"""What the daemon and the commands know of Home Assistant: the grammar with its names in it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, Self

from voiced import grammar
from voiced.flow import Action
from voiced.foundations import secret_file
from voiced.grammar.house import House
from voiced.home_assistant import asking, cache
from voiced.home_assistant.answers import Answers
from voiced.home_assistant.cache import Known
from voiced.home_assistant.carrying_out import CarryingOut
from voiced.home_assistant.connection import Connection, HomeAwayError, require_package
from voiced.home_assistant.names import Names
from voiced.home_assistant.posting import Posting
from voiced.home_assistant.sentences import SENTENCES, own_sentences
from voiced.mqtt.topics import Topics
from voiced.records.state import folders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voiced.config import Config, HomeAssistantSettings
    from voiced.flow import Detection, Outcome, State
    from voiced.grammar import Grammar
    from voiced.records.state import Writer

log = logging.getLogger(__name__)

NOTHING = Known(House())


class Publisher(Protocol):
    """Publishes what happens: `Mqtt` in the daemon."""

    def state(self, state: State) -> None: ...
    def wake(self, detection: Detection) -> None: ...
    def outcome(self, outcome: Outcome) -> None: ...
    def act(self, action: Action) -> None: ...


class Publishing:
    """Publishes what happens, and lets Home Assistant carry it out."""

    def __init__(self, publisher: Publisher, carrying_out: CarryingOut) -> None:
        self.state, self.wake, self.act = publisher.state, publisher.wake, publisher.act
        self._publisher, self._carrying_out = publisher, carrying_out

    def outcome(self, outcome: Outcome) -> None:
        """Publish the outcome of a command, and carry it out."""
        self._publisher.outcome(outcome)
        self._carrying_out.heed(outcome)


class Home:
    """Home Assistant of a running daemon; a context manager. Without one in the config it does nothing."""

    def __init__(self, config: Config, folder: Path, writer: Writer) -> None:
        """`folder` keeps the names. ConfigError."""
        self._config, self._writer = config, writer
        self._names: Names | None = None
        self.answers: Answers | None = None  # to commands that Home Assistant carries out, if it does
        self._used = NOTHING  # by the newest grammar
        self._changed: Callable[[], None] | None = None
        if url := config.home_assistant.url:
            self._token = partial(require, config.home_assistant)  # it may be another one later
            self._token()
            for warning in exposed(config.home_assistant):
                log.warning("%s", warning)
            self._file = cache.file_of(folder, url)
            self._names = Names(url, self._token, cache.read(self._file), self._keep)

    def read(self, folder: Path) -> Grammar:
        """Return the grammar of a folder of intents, with the names as they are now. ConfigError."""
        self._used = self._names.known if self._names else NOTHING
        return grammar_of(folder, self._config, self._used)

    def follow(self, changed: Callable[[], None]) -> None:
        """From now on `changed` is called, in a thread, when the names are others than those of the newest grammar."""
        self._changed = changed
        if self._names and self._names.known != self._used:
            changed()

    def publishing(self, publisher: Publisher) -> Publisher:
        """Return a publisher that lets Home Assistant carry out commands, too, if its sentences are used."""
        settings = self._config.home_assistant
        if not (settings.sentences and settings.url):
            return publisher
        topic = Topics(self._config.site_name).answer
        posting, self.answers = Posting(settings.url, self._token), Answers()

        def say(text: str) -> None:
            publisher.act(Action(topic, text))

        return Publishing(publisher, CarryingOut(posting, self._languages, say, self.answers))

    def _languages(self) -> tuple[str, ...]:
        """Return the languages that are spoken, the usual one first."""
        return self._config.languages or ((self._names.known if self._names else NOTHING).language,)

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
    return secret_file.read_token("home_assistant", settings.token_file, settings.credential)


def exposed(settings: HomeAssistantSettings) -> list[str]:
    """Return a sentence if other accounts of this machine may read the token."""
    return secret_file.exposed({"home_assistant.token_file": settings.token_file})


@dataclass(frozen=True, slots=True)
class HouseGrammar:
    """Makes the grammar of the usual intents: a value, for processes and caches."""

    config: Config
    known: Known

    def __call__(self) -> Grammar:
        """Return it. ConfigError."""
        return grammar_of(self.config.intents, self.config, self.known)


def grammar_of(folder: Path, config: Config, known: Known) -> Grammar:
    """Return the grammar of a folder of intents with what is known of Home Assistant in it. ConfigError."""
    # A folder of a wake word's own may speak some of the house's languages only.
    partly, languages = folder != config.intents, config.languages or ()
    # It listens for what is in that folder, and for nothing else.
    if not config.home_assistant.sentences or partly:
        return grammar.load([folder], config.room, known.house, languages=languages, partly=partly)
    own = [folder] if _holds_intents(folder) else []
    more = [own_sentences(language) for language in languages or [known.language]]
    commands = grammar.load(own, config.room, known.house, more=more, languages=languages)
    # That sentences of Home Assistant's cannot be said, as in a house without floors, is nobody's mistake.
    told = tuple(each for each in commands.warnings if not each.startswith(SENTENCES))
    return replace(commands, warnings=told)


def _holds_intents(folder: Path) -> bool:
    try:
        return folder.is_file() or (folder.is_dir() and any(folder.glob("*.y*ml")))
    except OSError:  # whoever reads it says why
        return True


def language_of(config: Config) -> str:
    """Return the language that is usually spoken. ConfigError."""
    if not config.home_assistant.sentences:
        return grammar.load([config.intents], languages=config.languages or ()).language
    return (config.languages or (remembered(config.home_assistant, []).language,))[0]


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
