"""`voiced check`: every problem of the configuration at once, or a summary of what is right.

Imports no torch, and runs no network: those that come with the installation are known by their SHA-256. Only a wake
word of the user's own is opened as `run` would, for nothing else tells whether it can be; an .onnx by ONNX Runtime.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from voiced import grammar
from voiced.commands.shared import DONE, add_settings
from voiced.config import Config, load_config, overridden
from voiced.errors import ConfigError, ModelError, VoicedError
from voiced.foundations.onnx_session import LISTENING, packaged_model
from voiced.foundations.resources import find_config
from voiced.mqtt.credentials import read_password, tls_context
from voiced.wake.model_file import find_all
from voiced.whisper.loading.location import locate

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable
    from pathlib import Path

    from voiced.config import MqttSettings, WakeWordSettings
    from voiced.grammar import Grammar

T = TypeVar("T")


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser)
    schema = "print the JSON Schema of such files, for editors"
    parser.add_argument("--schema", choices=["config", "intents"], help=schema)


def check(options: Namespace) -> int:
    """Look for mistakes in config and intents; tells all of them, each with file and line."""
    if options.schema:
        from voiced.commands.init import schema_of  # needs nothing of what is checked

        print(json.dumps(schema_of(options.schema), indent=2))
        return DONE
    print(check_everything(options.config, intents=options.intents, model=options.model))
    return DONE


def check_everything(path: Path | None, *, intents: Path | None, model: str | None) -> str:
    """What is right, in a few lines; ConfigError with everything that is wrong."""
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
        raise ConfigError(problems)
    return _summary(find_config(path), config, commands)


def _tried(step: Callable[[], T], problems: list[str]) -> T | None:
    """The result of a step; its problems are collected, so that the next step is still tried."""
    try:
        return step()
    except VoicedError as error:
        problems += str(error).splitlines()
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
        packaged_model(name)
    own = [file for file in find_all(word.model for word in settings.models) if not file.bundled]
    if own:
        from voiced.wake.head import open_model  # NumPy, which nothing else here needs

        for file in own:
            open_model(file)


def _check_broker_files(settings: MqttSettings) -> None:
    read_password(settings)
    if settings.tls:
        tls_context(settings.tls)


def _summary(path: Path | None, config: Config, commands: Grammar) -> str:
    examples = sum(len(intent.examples) for intent in commands.intents.values())
    broker = f"{config.mqtt.host}:{config.mqtt.broker_port}"
    return (
        f"settings: {path or 'the defaults; there is no config file'}\n"
        f"intents:  {len(commands.intents)} in {config.intents}, {examples} examples understood\n"
        f"model:    {config.recognizer.model}\n"
        f"wakes at: {', '.join(word.model for word in config.wake_word.models)}\n"
        f"broker:   {broker} (not contacted), topics voiced/{config.site_name}/…"
    )
