"""`voiced bench`: a folder of labelled recordings."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.commands.shared import DONE, add_settings, config_of, count, print_json, progress, tell
from voiced.foundations.terminal import printable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence

    from voiced.config import Config
    from voiced.evaluation.trials import Setup, Task
    from voiced.grammar import Grammar

SNRS_DB = (24, 21, 18, 15, 12, 9, 6)


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser)
    folder = "labels.json, recordings (there or in audio/), and intents/ unless --intents names others"
    parser.add_argument("folder", type=Path, metavar="DIR", help=folder)
    parser.add_argument("--noise", type=Path, metavar="FILE", help="a recording of noise that is mixed in")
    snr = f"ratios of speech to noise in dB ({' '.join(map(str, SNRS_DB))})"
    parser.add_argument("--snr", type=float, nargs="+", action="extend", metavar="DB", help=snr)
    parser.add_argument("--seed", type=int, default=0, help="which stretches of the noise (0)")
    foreign = "recordings that are no commands of this grammar; all of them should be rejected; may be repeated"
    parser.add_argument("--foreign", type=Path, action="append", default=[], metavar="DIR", help=foreign)
    parser.add_argument("--limit", type=count, metavar="N", help="only N recordings of each folder")
    parser.add_argument("--jobs", type=count, metavar="N", help="recordings recognised at once (one per processor)")
    plot = "draw how often each confidence is right, or the delays"
    parser.add_argument("--plot", type=Path, metavar="PNG", help=plot)
    latency = "speak the recordings to the daemon's ears in real time: how soon is a command answered?"
    parser.add_argument("--latency", action="store_true", help=latency)
    pauses = "with --latency: put pauses between the words, as slow speakers do"
    parser.add_argument("--pauses", type=float, default=0.0, metavar="SECONDS", help=pauses)
    parser.add_argument("--json", action="store_true", help="one JSON object, with every recording in it")


def bench(options: Namespace) -> int:
    """Measure on labelled recordings how many commands are understood, clean and in noise, and at what cost."""
    from voiced.evaluation import plots
    from voiced.evaluation.report import Report
    from voiced.evaluation.trials import Setup, attempt_all, foreign_tasks, own_tasks

    if options.plot:
        plots.require()
    config = config_of(options)
    intents = options.intents or options.folder / "intents"
    of_the_house = _grammar_of_the_house(config) if not (options.intents or intents.exists()) else None
    setup = Setup(
        config.recognizer, intents, options.noise, options.seed, options.pauses, config.languages or (), of_the_house
    )
    own = own_tasks(options.folder, (options.snr or SNRS_DB) if options.noise else (), options.limit)
    tasks = own + foreign_tasks(options.foreign, options.limit)
    if options.latency:
        return _latency(options, config, setup, tasks)
    with progress("recognising", len(tasks)) as done:
        trials = attempt_all(setup, tasks, options.jobs or os.cpu_count() or 1, done)
    report = Report(str(options.folder), config.recognizer.model, trials[: len(own)], trials[len(own) :])
    if options.json:
        print_json(report.as_json())
    else:
        tell(report.as_text())
    if options.plot:
        about = f"{options.folder.name}, {config.recognizer.model}"
        figure = plots.reliability_figure(report.reliability, config.recognizer.min_confidence, about)
        print(printable(str(plots.save(options.plot, figure))), file=sys.stderr)
    return DONE


def _grammar_of_the_house(config: Config) -> Callable[[], Grammar] | None:
    """What makes the grammar of a house whose sentences are Home Assistant's; None if they are not."""
    if not config.home_assistant.sentences:
        return None
    from voiced.home_assistant.home import HouseGrammar, remembered

    warnings: list[str] = []
    known = remembered(config.home_assistant, warnings)
    for warning in warnings:
        print(f"voiced: warning: {printable(warning)}", file=sys.stderr)
    return HouseGrammar(config, known)


def _latency(options: Namespace, config: Config, setup: Setup, tasks: Sequence[Task]) -> int:
    from voiced.evaluation import latency, plots
    from voiced.evaluation.realtime import FIXED_SECONDS, speak

    with progress("speaking", len(tasks)) as done:
        replies = speak(setup, config.listening, tasks, done)
    about = str(options.folder), config.recognizer.model, replies, config.listening.silence
    if options.json:
        print_json(latency.as_json(*about))
    else:
        tell(latency.as_text(*about))
    if options.plot:
        figure = plots.latency_figure(replies, FIXED_SECONDS, f"{options.folder.name}, {config.recognizer.model}")
        print(printable(str(plots.save(options.plot, figure))), file=sys.stderr)
    return DONE
