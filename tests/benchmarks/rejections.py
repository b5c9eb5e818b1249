"""What saying no costs beside saying yes: processor seconds of `Recognizer.recognize`, one thread, all in one run.

    python -m tests.benchmarks.rejections --intents intents --accept sampled=SPOKEN/sampled \\
        --reject readers=RECORDINGS/readers talk=SPOKEN/talk noise=RECORDINGS/noise [--limit 15] [--plot costs.png]

Folders are as `voiced bench` reads them, with labels or without. Of those under `--accept`, only what is understood
counts as a command; of those under `--reject`, sentences that the intents know are left out, if the labels say what was
said. Every recording is cut by the ear that the daemon uses; where it hears nobody speak nothing is recognised, and
nothing is counted. At most `--limit` recordings of each kind are drawn by `--seed`, and recognised in random order, so
that whatever else the machine does hits all kinds. Ratios are to the median of the accepted commands. Whether there is
time for a further pass is decided by processor seconds from the first pause on, at which the daemon begins, too.

    … --stretch 6

simulates a machine that many times slower: processor time, stretched, is the recogniser's clock, and decides which
passes are worth their time. Reported is how much is understood, and when it was known after the end of the speech:
as in the daemon, a pause is recognised while the silence is waited for. What pauses inside of a command cost is not
simulated.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from tests.benchmarks.slow_machine import PAUSE_SECONDS, SlowMachine, stretched
from voiced import grammar
from voiced.audio.sound_file import read
from voiced.audio.vad import Vad
from voiced.config import ListeningSettings, RecognizerSettings
from voiced.evaluation import plots
from voiced.evaluation.dataset import foreign, labelled
from voiced.evaluation.noise import key_of, mixed
from voiced.evaluation.realtime import recorded
from voiced.evaluation.stimuli import in_its_room
from voiced.evaluation.trials import Task, trial_of
from voiced.flow import SAMPLE_RATE, Ending
from voiced.recognition.passes import Pass
from voiced.recognition.recognizer import Recognizer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from voiced.evaluation.dataset import Recording
    from voiced.evaluation.scoring import Trial
    from voiced.flow import Utterance
    from voiced.grammar import Grammar
    from voiced.recognition.passes import Found

LEAD, TAIL = round(0.3 * SAMPLE_RATE), 2 * SAMPLE_RATE  # samples of the room before and after a recording
ACCEPTED, REJECTED = "accepted", "rejected"
TARGETS = {"median": 2.0, "95 %": 5.0, "worst": 8.0}  # rejected / median of accepted
LISTENING = ListeningSettings()


class Kind(NamedTuple):
    """A folder of recordings, and whether they are commands."""

    name: str
    folder: Path
    commands: bool


class Sound(NamedTuple):
    """A recording as the daemon would hand it over."""

    kind: str
    task: Task
    utterance: Utterance


@dataclass(frozen=True)
class Cost:
    """What recognising one recording cost."""

    kind: str
    trial: Trial  # with processor seconds
    passes: int
    latency: float | None = None  # simulated seconds from the end of the speech; None: nothing was simulated


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--intents", type=Path, required=True)
    parser.add_argument("--accept", nargs="+", action="extend", default=[], metavar="NAME=FOLDER", help="commands")
    parser.add_argument("--reject", nargs="+", action="extend", default=[], metavar="NAME=FOLDER", help="no commands")
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--limit", type=int, help="recordings of each kind (all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--noise", type=Path, help="a recording of noise that is mixed into the commands")
    parser.add_argument("--snr", type=float, default=12.0, help="their ratio of speech to noise in dB (12)")
    parser.add_argument("--unhurried", action="store_true", help="all passes, whatever `recognizer.patience` says")
    parser.add_argument("--stretch", type=float, help="times as slow a machine, simulated")
    parser.add_argument("--plot", type=Path, help="draw the distributions (PNG)")
    parser.add_argument("--out", type=Path, help="every recording as JSON")
    asked = parser.parse_args()
    kinds = [kind(text, commands=True) for text in asked.accept] + [kind(text, commands=False) for text in asked.reject]
    torch.set_num_threads(1)
    commands = grammar.load([asked.intents])
    sounds, silent = heard(asked, kinds, commands)
    costs = measure(commands, sounds, asked)
    for line in report(kinds, costs, silent) if asked.stretch is None else simulated(kinds, costs, asked.stretch):
        print(line)
    if asked.out:
        asked.out.write_text(json.dumps([told(cost) for cost in costs], ensure_ascii=False))
    if asked.plot:
        by_kind = {name: [cost.trial.cpu for cost in costs if cost.kind == name] for name, _, _ in kinds}
        print(plots.save(asked.plot, plots.costs_figure(by_kind, f"{asked.intents}, {asked.model}")))


# -- sound --------------------------------------------------------------------------------------------


def kind(text: str, *, commands: bool) -> Kind:
    """`readers=folder/of/readers`."""
    name, _, folder = text.rpartition("=")
    return Kind(name or Path(folder).name, Path(folder), commands)


def heard(asked: argparse.Namespace, kinds: Sequence[Kind], commands: Grammar) -> tuple[list[Sound], dict[str, int]]:
    """What the ear records, in random order; and of each kind, in how many recordings it hears nobody speak."""
    draw, vad = random.Random(asked.seed), Vad()
    noise = read(asked.noise) if asked.noise else None
    sounds, silent = [], dict.fromkeys((kind.name for kind in kinds), 0)
    for each in kinds:
        recordings = list(of_kind(each, commands))
        for recording in draw.sample(recordings, min(asked.limit or len(recordings), len(recordings))):
            sound = in_its_room(read(recording.path), LEAD, TAIL)
            if each.commands and noise is not None:
                sound = mixed(sound, noise, asked.snr, key_of(0, recording.name, asked.snr))
            utterance = recorded(sound, LISTENING, vad)
            if utterance is None or utterance.ending is Ending.NO_SPEECH:
                silent[each.name] += 1
            else:
                sounds.append(Sound(each.name, Task(recording, each.name), utterance))
    draw.shuffle(sounds)
    return sounds, silent


def of_kind(kind: Kind, commands: Grammar) -> Iterator[Recording]:
    """Commands of a folder, or everything in it that is none."""
    if kind.commands:
        yield from (recording for recording in labelled(kind.folder) if recording.label.intent is not None)
        return
    labels = kind.folder / "labels.json"
    written = json.loads(labels.read_text(encoding="utf-8")) if labels.is_file() else {}
    for recording in foreign(kind.folder):
        text = written.get(recording.name, {}).get("text", "")
        if not text or commands.match(text) is None:
            yield recording


# -- recognition --------------------------------------------------------------------------------------


def measure(commands: Grammar, sounds: Sequence[Sound], asked: argparse.Namespace) -> list[Cost]:
    """Recognise everything, one after the other, after the first ones for nothing: they are slow."""
    clock = stretched(asked.stretch or 1.0)
    recognizer = Recognizer(RecognizerSettings(model=asked.model, threads=1), commands, clock=clock)
    recognizer.warm_up()
    slow = SlowMachine(recognizer, clock, LISTENING)
    taken = counted()
    for sound in sounds[:2]:
        recognizer.recognize(sound.utterance)
    costs = []
    for task_kind, task, utterance in sounds:
        taken.clear()
        began, latency = process_time(), None
        if asked.stretch:
            transcript, latency = slow.answer(utterance)
        elif asked.unhurried:
            transcript = recognizer.recognize(utterance)
        else:
            transcript = recognizer.recognize(utterance, budget=slow.budget(PAUSE_SECONDS))
        trial = trial_of(task, transcript, utterance.seconds, process_time() - began)
        costs.append(Cost(task_kind, trial, len(taken), latency))
    return costs


def counted() -> list[Pass]:
    """A list that every pass enters when it is taken."""
    taken: list[Pass] = []
    take = Pass.take

    def noted(this: Pass, *args: Any, **options: Any) -> Found:
        taken.append(this)
        return take(this, *args, **options)

    Pass.take = noted  # type: ignore[method-assign, assignment] # nothing else tells how many there were
    return taken


# -- tables -------------------------------------------------------------------------------------------


def report(kinds: Sequence[Kind], costs: Sequence[Cost], silent: dict[str, int]) -> Iterator[str]:
    """A row for each kind, and what rejections cost beside commands."""
    yield "| kind | n | silent | accepted | CPU s, median | 95 % | worst | passes | 1, 2, … |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|---|"
    for each in kinds:
        yield row(each.name, [cost for cost in costs if cost.kind == each.name], silent[each.name])
    wanted = {each.name for each in kinds if each.commands}
    groups = {
        ACCEPTED: [cost for cost in costs if cost.kind in wanted and cost.trial.accepted],
        REJECTED: [cost for cost in costs if cost.kind not in wanted and not cost.trial.accepted],
    }
    for name, group in groups.items():
        yield row(f"all {name}", group, 0)
    if not all(groups.values()):
        return
    yes, no = (statistics([cost.trial.cpu for cost in groups[name]]) for name in (ACCEPTED, REJECTED))
    ratios = [f"{name} {no[name] / yes['median']:.2f} (≤ {target:g})" for name, target in TARGETS.items()]
    yield f"\nrejected / median accepted: {', '.join(ratios)}"
    yield f"accepted, 95 % / median: {yes['95 %'] / yes['median']:.2f} (≤ 2.5)"


def row(name: str, costs: Sequence[Cost], silent: int) -> str:
    if not costs:
        return f"| {name} | 0 | {silent} | | | | | | |"
    seconds = statistics([cost.trial.cpu for cost in costs])
    passes = [cost.passes for cost in costs]
    each = ", ".join(str(passes.count(n)) for n in range(1, max(passes) + 1))
    spent = " | ".join(f"{seconds[column]:.2f}" for column in TARGETS)
    accepted = sum(cost.trial.accepted for cost in costs)
    return f"| {name} | {len(costs)} | {silent} | {accepted} | {spent} | {np.mean(passes):.2f} | {each} |"


def statistics(seconds: Sequence[float]) -> dict[str, float]:
    return {"median": median(seconds), "95 %": float(np.percentile(seconds, 95)), "worst": max(seconds)}


def simulated(kinds: Sequence[Kind], costs: Sequence[Cost], stretch: float) -> Iterator[str]:
    """A row for each kind: how much is understood, and how soon."""
    yield f"a machine {stretch:g} times slower, simulated; seconds from the end of the speech"
    yield "\n| kind | n | understood | accepted, wrong | median | 95 % | worst | passes |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for each in kinds:
        its = [cost for cost in costs if cost.kind == each.name]
        if not its:
            continue
        verdicts = [cost.trial.verdict.value for cost in its]
        shares = [f"{100 * verdicts.count(verdict) / len(its):.1f} %" for verdict in ("right", "wrong")]
        seconds = statistics([cost.latency or 0.0 for cost in its])
        waited = " | ".join(f"{seconds[column]:.2f}" for column in TARGETS)
        passes = np.mean([cost.passes for cost in its])
        understood = shares[0] if each.commands else "-"
        yield f"| {each.name} | {len(its)} | {understood} | {shares[1]} | {waited} | {passes:.2f} |"


def told(cost: Cost) -> dict[str, Any]:
    about = {"kind": cost.kind, "passes": cost.passes, "latency": cost.latency}
    trial = asdict(cost.trial)
    return about | {key: trial[key] for key in ("file", "accepted", "reason", "text", "confidence", "seconds", "cpu")}


if __name__ == "__main__":
    main()
