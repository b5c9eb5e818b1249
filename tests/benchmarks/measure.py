"""Every number of the section "Commands understood" in `voiced/manual/measured.md`; takes an hour or more.

    python -m tests.benchmarks.measure RECORDINGS --near-misses SPOKEN --sampled SPOKEN --out measured.json

RECORDINGS holds `coffee/` (Picovoice's speech-to-intent benchmark), `home/<language>/` (OHF-Voice's speech-to-phrase
tests), `readers/` (sentences of speechocean762, with the age group of each reader) and `words/` (Google Speech
Commands), each with `labels.json`, sound and `intents/`; `coffee/kitchen.flac` is noise. What `speak.py` has spoken is
left out if it is not named. `--limit 20` gives a first impression. What a command costs is measured by `cost.py`, what
a rejection by `rejections.py`.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.beginnings import cut_off, judged
from tests.benchmarks.crowded import crowded
from voiced import grammar
from voiced.config import RecognizerSettings
from voiced.evaluation.dataset import foreign, labelled
from voiced.evaluation.report import Report
from voiced.evaluation.scoring import tally
from voiced.evaluation.trials import Setup, Task, attempt_all, foreign_tasks, own_tasks
from voiced.recognition.recognizer import Recognizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from voiced.evaluation.scoring import Trial

SNRS = (24, 21, 18, 15, 12, 9, 6)
HOMES = {"en": ("tiny.en", "base"), "de": ("base",), "es": ("base",), "it": ("base",), "nl": ("base",)}
EVERY = 8  # of the coffee orders are spoken beside something else, each four times
OWN_INTENTS = Path(__file__).parent.parent.parent / "intents"


class Bench:
    """Measures, and keeps everything that was measured."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        self.reports: list[Report] = []

    def commands(self, model: str, folder: Path, *, intents: Path | None = None, snrs: Sequence[float] = ()) -> Report:
        """One folder under its own grammar, or another."""
        noise = self.asked.recordings / "coffee/kitchen.flac" if snrs else None
        tasks = own_tasks(folder, snrs, self.asked.limit)
        trials = self._attempt(model, intents or folder / "intents", tasks, noise)
        return self._kept(Report(str(folder), model, trials, ()))

    def others(self, model: str, intents: Path, folders: Sequence[Path]) -> Report:
        """Folders full of what is no command under a grammar."""
        trials = self._attempt(model, intents, foreign_tasks(folders, self.asked.limit), None)
        return self._kept(Report(str(intents), model, (), trials))

    def _attempt(self, model: str, intents: Path, tasks: list[Task], noise: Path | None) -> list[Trial]:
        return attempt_all(Setup(RecognizerSettings(model=model), intents, noise), tasks, self.asked.jobs, lambda: None)

    def _kept(self, report: Report) -> Report:
        self.reports.append(report)
        return report


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how many commands are understood.")
    parser.add_argument("recordings", type=Path)
    parser.add_argument("--near-misses", type=Path, help="what speak.py made of near_misses.yaml")
    parser.add_argument("--sampled", type=Path, help="what speak.py made of sentences of the intents that ship")
    parser.add_argument("--models", nargs="+", default=["tiny.en", "base"], help="for the coffee orders")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--limit", type=int, help="only so many recordings of each folder")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, help="everything as JSON")
    asked = parser.parse_args()
    bench = Bench(asked)
    for section in asked.only:
        for line in SECTIONS[section](bench):
            print(line, flush=True)
        print(flush=True)
    if asked.out:
        asked.out.write_text(json.dumps([report.as_json() for report in bench.reports], ensure_ascii=False))


def coffee(bench: Bench) -> Iterator[str]:
    """Coffee orders in kitchen noise."""
    head = ["clean", *(f"{snr} dB" for snr in SNRS), "mean 24…6 dB", "accepted, wrong"]
    yield from ("| coffee orders understood, % | " + " | ".join(head) + " |", "|---|" + "--:|" * len(head))
    for model in bench.asked.models:
        told = bench.commands(model, bench.asked.recordings / "coffee", snrs=SNRS).as_json()
        shares = [one["right"] / one["commands"] for one in told["conditions"]]
        shares += [told["noisy_mean"]["right"], told["noisy_mean"]["wrong"]]
        yield f"| {model} | " + " | ".join(f"{100 * share:.1f}" for share in shares) + " |"


def home(bench: Bench) -> Iterator[str]:
    """Home Assistant's own sentences, in five languages."""
    yield from ("| home commands | model | recordings | understood | accepted, wrong |", "|---|---|--:|--:|--:|")
    for language, models in HOMES.items():
        for model in models:
            own = bench.commands(model, bench.asked.recordings / "home" / language).own
            yield f"| {language} | {model} | {len(own)} | {share(own, 'right')} | {share(own, 'wrong')} |"


def others(bench: Bench) -> Iterator[str]:
    """Commands of another grammar are no commands of this one."""
    yield from ("| foreign speech | under the grammar | model | recordings | accepted |", "|---|---|---|--:|--:|")
    folder = bench.asked.recordings
    homes = [folder / "home" / language for language in HOMES]
    cases = [("home, five languages", "coffee", homes), ("coffee orders", "home/en", [folder / "coffee"])]
    for what, under, folders in cases:
        for model in ("tiny.en", "base"):
            trials = bench.others(model, folder / under / "intents", folders).foreign
            yield f"| {what} | {under} | {model} | {len(trials)} | {share(trials, 'wrong')} |"


def near_misses(bench: Bench) -> Iterator[str]:
    """Sentences that are nearly commands; and the same voices' commands."""
    yield from ("| synthetic voices | model | recordings | understood | accepted, wrong |", "|---|---|--:|--:|--:|")
    spoken, sampled = bench.asked.near_misses, bench.asked.sampled
    cases = [
        ("near misses of the coffee orders", spoken and spoken / "coffee", bench.asked.recordings / "coffee/intents")
    ]
    cases += [("near misses of the intents that ship", spoken and spoken / "shipped", OWN_INTENTS)]
    cases += [("commands of the intents that ship", sampled, OWN_INTENTS)]
    for what, folder, intents in cases:
        for model in ("tiny.en", "base") if folder else ():
            own = bench.commands(model, folder, intents=intents).own
            understood = share(own, "right") if any(trial.label.intent for trial in own) else "-"
            yield f"| {what} | {model} | {len(own)} | {understood} | {share(own, 'wrong')} |"


def beside(bench: Bench) -> Iterator[str]:
    """Commands that somebody talks before or after."""
    yield from ("| coffee orders beside another sentence | model | recordings | accepted |", "|---|---|--:|--:|")
    folder, intents = bench.asked.recordings, bench.asked.recordings / "coffee/intents"
    orders, talk = foreign(folder / "coffee")[::EVERY], foreign(folder / "home/en")
    pairs = list(crowded([order.path for order in orders], [other.path for other in talk]))
    for model in bench.asked.models:
        recognizer = Recognizer(RecognizerSettings(model=model, threads=1), grammar.load([intents]))
        for where in ("after", "before"):
            heard = [recognizer.recognize(pair.utterance) for pair in pairs if where in pair.name]
            accepted = sum(transcript.match is not None and transcript.reason is None for transcript in heard)
            yield f"| {where} it | {model} | {len(heard)} | {100 * accepted / len(heard):.1f} % |"


def beginnings(bench: Bench) -> Iterator[str]:
    """Commands whose first words are missing: those before the first slot, which begins where base hears it."""
    head = ["go without saying", "understood", "accepted, wrong", "decide", "accepted"]
    yield from ("| first words cut off, which | model | " + " | ".join(head) + " |", "|---|---|" + "--:|" * len(head))
    folder, sampled = bench.asked.recordings, bench.asked.sampled
    cases = [("coffee orders", folder / "coffee", folder / "coffee/intents")]
    cases += [(f"home/{each}", folder / "home" / each, folder / "home" / each / "intents") for each in HOMES]
    cases += [("intents that ship", sampled, OWN_INTENTS)] if sampled else []
    for what, recordings, intents in cases:
        commands = grammar.load([intents])
        cutter = Recognizer(RecognizerSettings(model="base", threads=1), commands)
        cuts = list(cut_off(cutter, labelled(recordings)[: bench.asked.limit]))
        for model in bench.asked.models if "/" not in what else HOMES[what.removeprefix("home/")]:
            recognizer = Recognizer(RecognizerSettings(model=model, threads=1), commands)
            told = tally(what, [judged(cut.recording, recognizer.recognize(cut.utterance)) for cut in cuts])
            counts = told.commands, told.right, told.wrong, told.others, told.others_accepted
            yield f"| {what} | {model} | " + " | ".join(map(str, counts)) + " |"


def readers(bench: Bench) -> Iterator[str]:
    """Sentences read by people of 6 to 43 years who speak English as a foreign language, by age group."""
    folder = bench.asked.recordings / "readers"
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    yield from _commands_and_others(bench, folder, "sentences read by", lambda file: labels[file]["group"])


def words(bench: Bench) -> Iterator[str]:
    """Ten words, and others that must be rejected."""
    yield from _commands_and_others(bench, bench.asked.recordings / "words", "single words", lambda _: "all")


def _commands_and_others(bench: Bench, folder: Path, what: str, group: Callable[[str], str]) -> Iterator[str]:
    """A row for each model and group of recordings, by file; and one for all of them, if there are several."""
    yield f"| {what} | model | commands | understood | accepted, wrong | no commands | accepted |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    for model in bench.asked.models:
        trials = bench.commands(model, folder).own
        names = {group(trial.file) for trial in trials}
        groups = {name: [trial for trial in trials if group(trial.file) == name] for name in names}
        for name, its in sorted(groups.items()) + ([("all", list(trials))] if len(groups) > 1 else []):
            told = tally(name, its)
            counts = f"{told.commands} | {part(told.right, told.commands)} | {part(told.wrong, told.commands)}"
            others = f"{told.others} | {part(told.others_accepted, told.others)}"
            yield f"| {name} | {model} | {counts} | {others} |"


def part(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} %" if of else "-"


def share(trials: Sequence[Trial], verdict: str) -> str:
    return part(sum(trial.verdict.value == verdict for trial in trials), len(trials))


SECTIONS = {"coffee": coffee, "home": home, "foreign": others, "near_misses": near_misses}
SECTIONS |= {"beside": beside, "beginnings": beginnings, "readers": readers, "words": words}

if __name__ == "__main__":
    main()
