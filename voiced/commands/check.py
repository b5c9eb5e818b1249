"""`voiced check`: every problem of the configuration at once, or a summary of what is right.

Without --speed it runs no network, and with the settings as they are shipped it imports neither torch nor NumPy:
`check_parts` opens only what is the user's own.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from voiced import grammar
from voiced.commands import check_parts
from voiced.commands.check_home import Home, home_line, home_of, known_of
from voiced.commands.shared import DONE, add_json, add_settings, config_of, grammar_of, print_json, tell
from voiced.config import Config, load_config, overridden
from voiced.errors import ConfigError, VoicedError
from voiced.foundations.resources import find_config
from voiced.grammar.programs import programs_of
from voiced.servers.opening import require as require_servers

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable
    from pathlib import Path

    from voiced.commands.check_speed import Costs
    from voiced.grammar import Grammar
    from voiced.home_assistant.cache import Known

T = TypeVar("T")

MOST_NAMED = 20  # programs


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser)
    schema = "print the JSON Schema of such files, for editors"
    parser.add_argument("--schema", choices=["config", "intents"], help=schema)
    speed = "load the models, and tell what recognition costs on this machine"
    parser.add_argument("--speed", action="store_true", help=speed)
    reach = "log in to the broker and to Home Assistant, and look for the microphone"
    parser.add_argument("--connect", action="store_true", help=reach)
    strict = "refuse what is only warned of: intents that load, and are likely not meant"
    parser.add_argument("--strict", action="store_true", help=strict)
    acoustic = "warn of what sounds alike, means two things, or is hardly ever written by Whisper, too"
    parser.add_argument("--acoustic", action="store_true", help=acoustic)
    add_json(parser)


def check(options: Namespace) -> int:
    """Look for mistakes in config and intents; tells all of them, each with file and line.

    Refuses what `voiced run` would refuse: models that are missing, damaged or do not know the intents' language; wake
    words, sounds, a microphone that is named and not there, and with --connect a login that the broker turns down.

    With --json, one object a line: for each mistake {"problem": the sentence, "file": path or null, "line": number or
    null}; if there is none, one object with "settings" (path, null without a config file), "intents" (folder),
    "n_intents", "n_examples", "languages", "programs" (that may run), "model", "wake_words", "broker", "site",
    "connected" (whether the broker let us in), "home_assistant" (null, or an object: "url", and with --connect
    "version", "areas", "floors", "entities") and "notes" (sentences). With --speed, "speed" as well: "threads",
    "beams", "patience", "passes" and "command", "doubtful" (seconds), "in_time" (how many fit in the patience),
    "advice" (sentences).

    Intents may load and still be doubtful: each warning is told, with --json as {"warning", "file", "line"} before that
    object. With --strict warnings are mistakes. With --acoustic it also warns of what sounds nearly alike (by
    espeak-ng, if it is there), of words that Whisper hardly ever writes, and of sentences that mean two things.
    """
    if options.schema:
        return _print_schema(options.schema)
    try:
        checked = check_everything(
            options.config,
            intents=options.intents,
            model=options.model,
            connect=options.connect,
            strict=options.strict,
            acoustic=options.acoustic,
        )
    except ConfigError as error:
        if not options.json:
            raise
        for problem in error.problems:
            print_json(_with_place("problem", problem))
        return error.exit_code
    _tell_warnings(checked.warnings, as_json=options.json)
    speed = _speed(options) if options.speed else None
    if options.json:
        told = {key: value for key, value in asdict(checked).items() if key != "warnings"}
        print_json(told | ({"speed": asdict(speed)} if speed else {}))
    else:
        tell("\n".join([_summary(checked), *(speed.lines if speed else ())]))
    return DONE


def _print_schema(of: str) -> int:
    from voiced.commands.init import schema_of  # needs nothing of what is checked

    print(json.dumps(schema_of(of), indent=2))
    return DONE


def _tell_warnings(warnings: tuple[str, ...], *, as_json: bool) -> None:
    for warning in warnings:
        if as_json:
            print_json(_with_place("warning", warning))
        else:
            tell(f"warning: {warning}")


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
    languages: tuple[str, ...]
    programs: tuple[str, ...]  # that intents may run
    model: str
    wake_words: tuple[str, ...]
    broker: str  # host:port
    site: str
    connected: bool  # whether the broker was asked, and let us in
    home_assistant: Home | None  # None: the settings name none
    notes: tuple[str, ...]  # what is no mistake, but should be known
    warnings: tuple[str, ...]  # about intents that load, and are likely not meant


class Problems(list[str]):
    """Everything that is wrong, and the page of the manual that tells of it, as `run` would name it."""

    page = ""


def check_everything(  # what the command line asks for
    path: Path | None,
    *,
    intents: Path | None,
    model: str | None,
    connect: bool = False,
    strict: bool = False,
    acoustic: bool = False,
) -> Checked:
    """What is right; ConfigError with everything that is wrong.

    With `connect` the broker is asked, too; with `strict` the warnings of intents count as problems; `acoustic` adds
    warnings of what is likely to be misheard.
    """
    problems = Problems()
    config = _tried(lambda: overridden(load_config(path), intents=intents, model=model), problems)
    about_names: list[str] = []
    known = _known(config, about_names, problems, connect=connect)
    read = _reader(config, known)
    commands = _checked_grammar(config.intents if config else intents, read, problems)
    grammars = _check_parts(config, commands, read, problems) if config else [commands]
    told = (warning for each in grammars if each for warning in _warnings(each))
    warnings = tuple(dict.fromkeys((*about_names, *told)))
    if acoustic and config and not problems:
        warnings += _acoustic_warnings(grammars, config.recognizer.model)
    problems += warnings if strict else ()
    if config and connect and not problems:
        _tried(lambda: check_parts.broker_login(config.mqtt), problems)
    if problems or not config or not commands:
        raise ConfigError(problems, page=problems.page)
    found = known if connect else None
    return _checked(find_config(path), config, commands, warnings, found, connected=connect)


def _acoustic_warnings(grammars: list[Grammar | None], model: str) -> tuple[str, ...]:
    from voiced.advice.acoustic import warnings

    spoken = [each for known in grammars if known for each in known.every]
    return tuple(dict.fromkeys(warning for each in spoken for warning in warnings(each, model)))


def _warnings(commands: Grammar) -> list[str]:
    return [*commands.warnings, *grammar.two_meanings(commands)]


def _known(config: Config | None, warnings: list[str], problems: Problems, *, connect: bool) -> Known | None:
    if not config or not config.home_assistant.url:
        return None
    return _tried(lambda: known_of(config.home_assistant, warnings, connect=connect), problems)


def _reader(config: Config | None, known: Known | None) -> Callable[[Path], Grammar]:
    """What makes a grammar of a folder: with Home Assistant's names in it."""
    if not config:
        return lambda folder: grammar.load([folder])
    from voiced.acting.missing import with_warnings
    from voiced.home_assistant import home

    return lambda folder: with_warnings(home.grammar_of(folder, config, known or home.NOTHING), config)


def _check_parts(
    config: Config, commands: Grammar | None, read: Callable[[Path], Grammar], problems: Problems
) -> list[Grammar | None]:
    """Check everything that the settings name; the grammars of all folders, None for one that does not load."""
    grammars = {config.intents: commands}
    for folder in {word.intents or config.intents for word in config.wake_word.models} - {config.intents}:
        grammars[folder] = _checked_grammar(folder, read, problems)
    for setting, (name, folders) in check_parts.models(config).items():
        languages = [each.language for folder in folders if (known := grammars[folder]) for each in known.every]
        _tried(partial(check_parts.model, setting, name, languages), problems)
    _tried(lambda: check_parts.device(config.recognizer.device), problems)
    _tried(lambda: check_parts.wake_words(config.wake_word), problems)
    _tried(lambda: check_parts.sounds(config), problems)
    _tried(lambda: check_parts.broker_files(config.mqtt), problems)
    _tried(lambda: require_servers(config.servers), problems)
    if config.microphone.device is not None:
        _tried(lambda: check_parts.microphone(config.microphone.device), problems)
    return [*grammars.values()]


def _tried(step: Callable[[], T], problems: Problems) -> T | None:
    """The result of a step; its problems are collected, so that the next step is still tried."""
    try:
        return step()
    except VoicedError as error:
        problems += error.problems if isinstance(error, ConfigError) else str(error).splitlines()
        problems.page = problems.page or (error.page if isinstance(error, ConfigError) else "")
        return None


def _checked_grammar(folder: Path | None, read: Callable[[Path], Grammar], problems: Problems) -> Grammar | None:
    if folder is None:  # a config that cannot be read does not say where they are
        return None
    commands = _tried(lambda: read(folder), problems)
    if commands:
        problems += grammar.check_examples(commands)
    return commands


def _checked(
    path: Path | None,
    config: Config,
    commands: Grammar,
    warnings: tuple[str, ...],
    known: Known | None,
    *,
    connected: bool,
) -> Checked:
    return Checked(
        settings=str(path) if path else None,
        intents=str(config.intents),
        n_intents=len({name for each in commands.every for name in each.intents}),
        n_examples=sum(len(intent.examples) for each in commands.every for intent in each.intents.values()),
        languages=tuple(each.language for each in commands.every),
        programs=tuple(dict.fromkeys(program for each in commands.every for _, program in programs_of(each))),
        model=config.recognizer.model,
        wake_words=tuple(word.model for word in config.wake_word.models),
        broker=f"{config.mqtt.host}:{config.mqtt.broker_port}",
        site=config.site_name,
        connected=connected,
        home_assistant=home_of(config.home_assistant, known),
        notes=tuple(check_parts.notes(config, connect=connected)),
        warnings=warnings,
    )


def _summary(checked: Checked) -> str:
    contacted = "logged in" if checked.connected else "not contacted; --connect does"
    languages = f" in {' and '.join(checked.languages)}" if len(checked.languages) > 1 else ""
    named = [*checked.programs[:MOST_NAMED], *["…"] * (len(checked.programs) > MOST_NAMED)]
    programs = f"runs:     {', '.join(named)}\n" if named else ""
    lines = (
        f"settings: {checked.settings or 'the defaults; there is no config file'}\n"
        f"intents:  {checked.n_intents}{languages} in {checked.intents}, {checked.n_examples} examples understood\n"
        f"{programs}"
        f"model:    {checked.model}\n"
        f"wakes at: {', '.join(checked.wake_words)}\n"
        f"broker:   {checked.broker} ({contacted}), topics voiced/{checked.site}/…"
    )
    if checked.home_assistant:
        lines += f"\nhome:     {home_line(checked.home_assistant)}"
    return "\n".join([lines, *(f"note:     {note}" for note in checked.notes)])


def _with_place(kind: str, told: str) -> dict[str, Any]:
    """A problem or warning as an object: `lights.yaml:7: …` names a file and a line, `mqtt: …` neither."""
    place = re.match(r"(?P<file>[^:]+):(?P<line>\d+)(:\d+)?: ", told)
    return {kind: told, "file": place and place["file"], "line": int(place["line"]) if place else None}
