"""`voiced check`: every problem of the configuration at once, or a summary of what is right.

Without --speed it imports no torch, and runs no network: those that come with the installation are known by their
SHA-256. Only a wake word of the user's own is opened as `run` would, for nothing else tells whether it can be; an .onnx
by ONNX Runtime.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from voiced import grammar
from voiced.commands.shared import DONE, add_json, add_settings, config_of, grammar_of, print_json, tell
from voiced.config import Config, load_config, overridden
from voiced.errors import ConfigError, ModelError, VoicedError
from voiced.foundations.onnx_session import LISTENING, shipped_model
from voiced.foundations.resources import find_config
from voiced.mqtt.credentials import read_password, tls_context
from voiced.wake.model_file import find_all
from voiced.whisper.loading.location import locate

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable
    from pathlib import Path

    from voiced.commands.check_speed import Costs
    from voiced.config import MqttSettings, WakeWordSettings
    from voiced.grammar import Grammar

T = TypeVar("T")


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser)
    schema = "print the JSON Schema of such files, for editors"
    parser.add_argument("--schema", choices=["config", "intents"], help=schema)
    speed = "load the models, and tell what recognition costs on this machine"
    parser.add_argument("--speed", action="store_true", help=speed)
    add_json(parser)


def check(options: Namespace) -> int:
    """Look for mistakes in config and intents; tells all of them, each with file and line.

    With --json, one object a line: for each mistake {"problem": the sentence, "file": path or null, "line": number or
    null}; if there is none, one object with "settings" (path, or null without a config file), "intents" (folder),
    "n_intents", "n_examples", "model", "wake_words", "broker" and "site". With --speed, "speed" as well, an object:
    "threads", "beams", "patience", "passes" (seconds of each), "in_time" (how many fit in the patience), "command" and
    "doubtful" (seconds), "advice" (sentences).
    """
    if options.schema:
        from voiced.commands.init import schema_of  # needs nothing of what is checked

        print(json.dumps(schema_of(options.schema), indent=2))
        return DONE
    try:
        checked = check_everything(options.config, intents=options.intents, model=options.model)
    except ConfigError as error:
        if not options.json:
            raise
        for problem in error.problems:
            print_json(_problem_json(problem))
        return error.exit_code
    speed = _speed(options) if options.speed else None
    if options.json:
        print_json(asdict(checked) | ({"speed": asdict(speed)} if speed else {}))
    else:
        tell("\n".join([_summary(checked), *(speed.lines if speed else ())]))
    return DONE


def _speed(options: Namespace) -> Costs:
    from voiced.commands.check_speed import costs_of  # torch, which nothing else here needs

    return costs_of(config_of(options).recognizer, grammar_of(options))


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, and nothing wrong with it."""

    settings: str | None  # path of the config file; None: the defaults
    intents: str  # folder
    n_intents: int
    n_examples: int
    model: str
    wake_words: tuple[str, ...]
    broker: str  # host:port
    site: str


def check_everything(path: Path | None, *, intents: Path | None, model: str | None) -> Checked:
    """What is right; ConfigError with everything that is wrong."""
    problems: list[str] = []
    config = _tried(lambda: overridden(load_config(path), intents=intents, model=model), problems)
    commands = _checked_grammar(config.intents if config else intents, problems)
    if config:
        for key, name in _models(config).items():
            _tried(partial(_check_model, key, name), problems)
        for folder in {word.intents or config.intents for word in config.wake_word.models} - {config.intents}:
            _checked_grammar(folder, problems)
        _tried(lambda: _check_wake_words(config.wake_word), problems)
        _tried(lambda: _check_broker_files(config.mqtt), problems)
    if problems or not config or not commands:
        raise ConfigError(problems, page="intents" if config and not commands else "")
    return _checked(find_config(path), config, commands)


def _tried(step: Callable[[], T], problems: list[str]) -> T | None:
    """The result of a step; its problems are collected, so that the next step is still tried."""
    try:
        return step()
    except VoicedError as error:
        problems += error.problems if isinstance(error, ConfigError) else str(error).splitlines()
        return None


def _checked_grammar(folder: Path | None, problems: list[str]) -> Grammar | None:
    if folder is None:  # a config that cannot be read does not say where they are
        return None
    commands = _tried(lambda: grammar.load([folder]), problems)
    if commands:
        problems += grammar.check_examples(commands)
    return commands


def _models(config: Config) -> dict[str, str]:
    """Every model that will be loaded, by the setting that names it."""
    second = config.recognizer.second_model
    own = {word.recognizer for word in config.wake_word.models if word.recognizer}
    named = {"recognizer.model": config.recognizer.model} | ({"recognizer.second_model": second} if second else {})
    return named | {f"wake_word.models: recognizer: {name}": name for name in sorted(own)}


def _check_model(key: str, name: str) -> None:
    try:
        found = locate(name)
        found.path.stat()
        found.check()
    except (OSError, ValueError) as error:
        raise ConfigError([f"{key}: {ModelError.told_by(error)}"]) from error


def _check_wake_words(settings: WakeWordSettings) -> None:
    for name in LISTENING:
        shipped_model(name)
    own = [file for file in find_all(word.model for word in settings.models) if not file.bundled]
    if own:
        from voiced.wake.head import open_model  # NumPy, which nothing else here needs

        for file in own:
            open_model(file)


def _check_broker_files(settings: MqttSettings) -> None:
    read_password(settings)
    if settings.tls:
        tls_context(settings.tls)


def _checked(path: Path | None, config: Config, commands: Grammar) -> Checked:
    return Checked(
        settings=str(path) if path else None,
        intents=str(config.intents),
        n_intents=len(commands.intents),
        n_examples=sum(len(intent.examples) for intent in commands.intents.values()),
        model=config.recognizer.model,
        wake_words=tuple(word.model for word in config.wake_word.models),
        broker=f"{config.mqtt.host}:{config.mqtt.broker_port}",
        site=config.site_name,
    )


def _summary(checked: Checked) -> str:
    return (
        f"settings: {checked.settings or 'the defaults; there is no config file'}\n"
        f"intents:  {checked.n_intents} in {checked.intents}, {checked.n_examples} examples understood\n"
        f"model:    {checked.model}\n"
        f"wakes at: {', '.join(checked.wake_words)}\n"
        f"broker:   {checked.broker} (not contacted), topics voiced/{checked.site}/…"
    )


def _problem_json(problem: str) -> dict[str, Any]:
    """A problem as an object: `lights.yaml:7: …` names a file and a line, `mqtt: …` neither."""
    place = re.match(r"(?P<file>[^:]+):(?P<line>\d+)(:\d+)?: ", problem)
    return {"problem": problem, "file": place and place["file"], "line": int(place["line"]) if place else None}
