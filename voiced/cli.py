"""The command line: one function per command, and the only place that prints.

Imports lazily, so that `check` and `say` never import torch. Exit codes: 0 done, 1 failed, 2 usage, 78 configuration.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from voiced.commands.shared import make_parser
from voiced.errors import ModelError, VoicedError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator, Sequence

    from voiced.config import Config
    from voiced.evaluation.trials import Setup, Task
    from voiced.grammar import Grammar

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    # Threads of torch that wait for work must not spin: where others are at work, that takes five times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    typed = sys.argv[1:] if arguments is None else arguments
    commands = {command.__name__: command for command in COMMANDS}
    wanted = [name for name in typed[:1] if name in commands]  # to know the options of all takes a while
    options = make_parser(wanted or list(commands)).parse_args(typed)
    try:
        done = commands[options.command](options)
    except VoicedError as error:
        for problem in str(error).splitlines():
            print(f"voiced: {problem}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `voiced sample | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return done


def run(options: Namespace) -> int:
    """The daemon."""
    from voiced import daemon

    files = [] if options.source == ["mic"] else [Path(file) for file in options.source]
    daemon.log_to_stderr(verbose=options.verbose)
    daemon.leave(daemon.run(_config(options), files))


def demo(options: Namespace) -> int:
    """The whole daemon on a recording that ships with it."""
    from voiced.commands import demo

    return demo.run(print, model=options.model)


def init(options: Namespace) -> int:
    """Write a config and example intents."""
    from voiced.commands.init import next_steps, write_examples

    written = write_examples(options.folder)
    for path in written:
        print(f"wrote {path}")
    if not written:
        print("everything was there already; nothing was written")
    print(next_steps(options.folder))
    return DONE


def check(options: Namespace) -> int:
    """Every problem of the configuration, at once."""
    if options.schema:
        from voiced.commands.init import schema_of

        print(json.dumps(schema_of(options.schema), indent=2))
        return DONE
    from voiced.commands.check import check_everything

    print(check_everything(options.config, intents=options.intents, model=options.model))
    return DONE


def say(options: Namespace) -> int:
    """Text in, match and actions out."""
    from voiced.acting.meaning import actions_of, read
    from voiced.flow import Outcome
    from voiced.records.outcome import outcome_json, outcome_line

    grammar = _grammar(options)
    transcript = read(grammar, " ".join(options.text))
    outcome = Outcome(id="say", transcript=transcript, actions=actions_of(grammar, transcript))
    if options.json:
        print(json.dumps(outcome_json(outcome), ensure_ascii=False))
    else:
        print(outcome_line(outcome))
        for action in outcome.actions:
            print(f"  {action.topic} {action.payload}")
    if options.publish and outcome.actions:
        from voiced.mqtt.delivery import publish_once
        from voiced.mqtt.outbox import Delivery

        sent = publish_once(_config(options).mqtt, outcome.actions)
        for action, delivery in zip(outcome.actions, sent, strict=True):
            if delivery is not Delivery.DELIVERED:
                raise VoicedError(f"{action.topic} was not delivered: {delivery.value}")
    return DONE if transcript.match else FAILED


def recognize(options: Namespace) -> int:
    """Recordings of commands, without a wake word."""
    from voiced.acting.meaning import actions_of
    from voiced.audio.sound_file import read as read_sound
    from voiced.audio.vad import Vad
    from voiced.flow import Outcome
    from voiced.listening.recording import as_utterance
    from voiced.recognition.recognizer import Recognizer
    from voiced.records.outcome import outcome_json, outcome_line

    config, grammar = _config(options), _grammar(options)
    recognizer, vad, failed = Recognizer(config.recognizer, grammar), Vad(), False
    for file in options.files:
        try:
            utterance = as_utterance(read_sound(file), vad)
        except VoicedError as error:  # the other recordings are still wanted
            print(f"voiced: {error}", file=sys.stderr)
            failed = True
            continue
        transcript = recognizer.recognize(utterance)
        words = recognizer.words(utterance, transcript.text) if options.word_timestamps else None
        outcome = Outcome(file.name, transcript, actions_of(grammar, transcript), utterance)
        if options.json:
            print(json.dumps(outcome_json(outcome, str(file), words), ensure_ascii=False), flush=True)
        else:
            print(f"{file}: {outcome_line(outcome)}", flush=True)
    return FAILED if failed else DONE


def transcribe(options: Namespace) -> int:
    """Whisper as Whisper."""
    from voiced.commands import transcribe
    from voiced.foundations.resources import MODEL, find_config

    configured = _config(options).recognizer.model if find_config(options.config) else MODEL
    return transcribe.run(options, options.model or configured, _print)


def bench(options: Namespace) -> int:
    """A folder of labelled recordings."""
    from voiced.evaluation import reliability_plot
    from voiced.evaluation.report import Report
    from voiced.evaluation.trials import Setup, attempt_all, foreign_tasks, own_tasks

    config = _config(options)
    intents = options.intents or options.folder / "intents"
    setup = Setup(config.recognizer, intents, options.noise, options.seed, options.pauses)
    own = own_tasks(options.folder, options.snr if options.noise else (), options.limit)
    if options.latency:
        return _latency(options, config, setup, own)
    tasks = own + foreign_tasks(options.foreign, options.limit)
    with _progress("recognising", len(tasks)) as done:
        trials = attempt_all(setup, tasks, options.jobs or os.cpu_count() or 1, done)
    report = Report(str(options.folder), config.recognizer.model, trials[: len(own)], trials[len(own) :])
    print(json.dumps(report.as_json(), ensure_ascii=False) if options.json else report.as_text())
    if options.plot:
        reliability_plot.write(options.plot, report.reliability)
    return DONE


def _latency(options: Namespace, config: Config, setup: Setup, tasks: Sequence[Task]) -> int:
    from voiced.evaluation import latency
    from voiced.evaluation import plots as latency_plot
    from voiced.evaluation.realtime import replay

    with _progress("speaking", len(tasks)) as done:
        replies = replay(setup, config.listening, tasks, done)
    about = str(options.folder), config.recognizer.model, replies, config.listening.silence
    print(json.dumps(latency.as_json(*about), ensure_ascii=False) if options.json else latency.as_text(*about))
    if options.plot:
        latency_plot.save_plot(options.plot, replies)
    return DONE


def sample(options: Namespace) -> int:
    """Sentences of the grammar."""
    import random

    grammar = _grammar(options)
    for sentence in grammar.sample(random.Random(options.seed), options.n):  # noqa: S311 # nothing secret is drawn
        if options.json:
            print(json.dumps({"text": sentence.text, "intent": sentence.intent, "slots": dict(sentence.slots)}))
        else:
            print(sentence.text)
    return DONE


def devices(options: Namespace) -> int:
    """What there is to listen with."""
    from dataclasses import asdict

    from voiced.audio.microphone import list_devices

    found = list_devices(_config(options).microphone.device)
    for device in found:
        if options.json:
            print(json.dumps(asdict(device), ensure_ascii=False))
        else:
            about = f"{device.host_api}, {device.channels} in, {device.rate:.0f} Hz"
            print(f"{'→' if device.chosen else ' '} {device.index:3}  {device.name}  ({about})")
    if not found:
        raise VoicedError("no microphone found: is one plugged in, and may this user use it (group `audio`)?")
    return DONE


def models(options: Namespace) -> int:
    """What there is to recognise with; or download one."""
    from voiced.whisper.loading import checkpoints

    if options.download:
        return _download(options.download)
    for model in checkpoints.known():
        if options.json:
            told = {"name": model.name, "installed": bool(model.installed), "languages": model.n_languages}
            print(json.dumps(told | {"parameters": model.parameters, "bytes": model.size, "sha256": model.sha256}))
        else:
            languages = "English" if model.n_languages == 1 else f"{model.n_languages} languages"
            where = str(model.installed[0]) if model.installed else model.how_to_get
            mark = "→" if model.installed else " "
            print(f"{mark} {model.name:15} {model.size / 1e6:6.0f} MB  {languages:13}  {model.sha256[:12]}  {where}")
    return DONE


def wake(options: Namespace) -> int:
    """Wake words of one's own."""
    from voiced.commands import wake as wake_commands

    return DONE if wake_commands.run(options, _config(options), _print, _progress) else FAILED


def _download(name: str) -> int:
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    from voiced.whisper.loading import checkpoints
    from voiced.whisper.loading.download import download

    try:
        model = checkpoints.published(name)
        with Progress("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn()) as bar:
            task = bar.add_task(model.name, total=None)
            path = download(
                model,
                checkpoints.default_folder(),
                lambda done, total: bar.update(task, completed=done, total=total or None),
            )
    except (OSError, ValueError) as error:
        raise ModelError.told_by(error) from error
    print(path)
    return DONE


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar for people; what it gives is to be called after each step."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


def _print(text: str, /, *, end: str = "\n", file: TextIO | None = None, flush: bool = False) -> None:
    print(text, end=end, file=file, flush=flush)


def _config(options: Namespace) -> Config:
    from voiced.config import load_config, overridden

    return overridden(load_config(options.config), intents=options.intents, model=options.model)


def _grammar(options: Namespace) -> Grammar:
    """Of the intents that the settings name. Where there is no config file, what reads one need not be loaded."""
    from voiced import grammar
    from voiced.foundations.resources import find_config, shipped

    configured = find_config(options.config)
    return grammar.load([_config(options).intents if configured else options.intents or shipped("intents")])


COMMANDS = (run, demo, init, check, say, recognize, transcribe, bench, sample, devices, wake, models)
