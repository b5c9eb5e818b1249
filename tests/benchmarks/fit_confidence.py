"""Fits weights in voiced/recognition/tuning.py: logistic regressions of "was this right?" on what each pass found.

    python -m tests.benchmarks.fit_confidence collect --out tiny.jsonl --noise kitchen.flac --snr 6 --snr 12 \
        --commands coffee=coffee/intents --foreign home/en=coffee/intents
    python -m tests.benchmarks.fit_confidence fit tiny.jsonl base.jsonl

`collect` takes the first pass over every recording, further ones where it leaves a doubt, and keeps what each found:
`--commands FOLDER=INTENTS` for recordings with labels (those of near misses, which `speak.py` makes, say that they are
no commands), clean and at each ratio of speech to noise; `--foreign FOLDER=INTENTS` for recordings of which none is a
command of these intents; `--crowded FOLDER=INTENTS` for commands with one of the foreign recordings before or after
them; `--without FOLDER=INTENTS` for commands under all intents but their own, which are near misses in the same voices
and the same language. It goes on where it was interrupted. `fit` prints the weights by feature, for tuning.py, and
what would be accepted at several thresholds, each recording judged by weights that were fitted without it, at whatever
noise. All models and languages share one set of weights.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

import numpy as np

from tests.benchmarks.crowded import crowded
from voiced import grammar
from voiced.audio import sound_file
from voiced.audio.vad import Vad
from voiced.config import RecognizerSettings
from voiced.evaluation.dataset import NO_COMMAND, foreign, labelled
from voiced.evaluation.noise import key_of, mixed
from voiced.grammar.compile import compile_sentences
from voiced.listening.recording import as_utterance
from voiced.recognition.confidence import confidence, is_enough, penalty
from voiced.recognition.evidence import Evidence, FreeEvidence, features
from voiced.recognition.prepared import prepare
from voiced.recognition.recognizer import Recognizer
from voiced.recognition.tuning import (
    AMBIGUOUS_MARGIN,
    HOPELESS_CONFIDENCE,
    HOPELESS_FIRST_CONFIDENCE,
    HOPELESS_SECOND_CONFIDENCE,
    SURE_CONFIDENCE,
    SURE_MARGIN,
    SURE_SECOND_CONFIDENCE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from voiced.evaluation.dataset import Label
    from voiced.recognition.passes import Found as PassFound
    from voiced.recognition.prepared import Prepared
    from voiced.recognition.rescoring import Rescored

    Numbers = npt.NDArray[np.float64]

FOLDS = 5
RIDGE = 0.01  # keeps weights of evidence that says the same small
STEPS = 60  # of Newton's method; it converges in ten
WRONG_COUNTS = 2.0  # times as much as right: a wrong action is worse than a repeat
# Of the four passes.
SURE = (SURE_CONFIDENCE, SURE_SECOND_CONFIDENCE, SURE_CONFIDENCE, SURE_CONFIDENCE)
HOPELESS = (HOPELESS_FIRST_CONFIDENCE, HOPELESS_SECOND_CONFIDENCE, HOPELESS_CONFIDENCE, HOPELESS_CONFIDENCE)
CROWDED, WITHOUT = "crowded", "without its intent"
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)
# Weights → the passes that share them, from 0, and by what their bias is raised.
MODELS = {"FIRST": ((0,), 0.0), "SECOND": ((1,), 0.5), "FURTHER": ((2, 3), 0.75)}


class Found(NamedTuple):
    """What one pass found in one recording."""

    evidence: Evidence | None  # None: nothing was read
    right: bool


class Case(NamedTuple):
    """One recording, and what the passes found in it: the first alone, or all."""

    condition: str
    name: str
    language: str
    passes: tuple[Found, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the weights of the confidence.")
    commands = parser.add_subparsers(required=True)
    collect = commands.add_parser("collect")
    collect.add_argument("--commands", action="append", default=[], metavar="FOLDER=INTENTS")
    collect.add_argument("--foreign", action="append", default=[], metavar="FOLDER=INTENTS")
    collect.add_argument("--crowded", action="append", default=[], metavar="FOLDER=INTENTS")
    collect.add_argument("--without", action="append", default=[], metavar="FOLDER=INTENTS")
    collect.add_argument("--noise", type=Path)
    collect.add_argument("--snr", type=float, action="append", default=[])
    collect.add_argument("--model", default="tiny.en")
    collect.add_argument("--every", type=int, default=1, help="only every n-th recording")
    collect.add_argument("--seed", type=int, default=1, help="of the noise; 0 is what is measured with")
    collect.add_argument("--out", type=Path, required=True)
    collect.set_defaults(run=collect_all)
    fit = commands.add_parser("fit")
    fit.add_argument("found", type=Path, nargs="+")
    fit.set_defaults(run=lambda asked: report([case for path in asked.found for case in kept(path)]))
    asked = parser.parse_args()
    asked.run(asked)


# ---- collect


def collect_all(asked: argparse.Namespace) -> None:
    done = {(case.condition, case.name) for case in kept(asked.out)} if asked.out.exists() else set()
    with asked.out.open("a") as out:
        for pair in dict.fromkeys(asked.commands + asked.foreign + asked.crowded + asked.without):
            settings = RecognizerSettings(model=asked.model, threads=1)
            recognizer = Recognizer(settings, grammar.load([Path(pair.split("=")[1])]))
            for condition, name, label, heard in spoken(asked, pair):
                if (condition, name) not in done:
                    keep(out, condition, name, found_by_passes(recognizer, heard, label))
            condition = f"{asked.model} {pair} {WITHOUT}"
            for name, intent, heard in own_commands(asked, pair):
                if (condition, name) not in done:
                    others = recognizer.under(without(recognizer.grammar, intent))
                    keep(out, condition, name, found_by_passes(others, heard, NO_COMMAND))


def keep(out: TextIO, condition: str, name: str, found: tuple[str, list[dict[str, Any]]]) -> None:
    print(json.dumps([condition, name, *found]), file=out, flush=True)


def found_by_passes(recognizer: Recognizer, heard: Prepared, label: Label) -> tuple[str, list[dict[str, Any]]]:
    """Language, and what the first pass found; where it is in doubt, what every pass found."""
    first, *further = recognizer.passes
    found = [first.take(heard)]
    if is_in_doubt(recognizer, found[0]):
        for each in further:
            found.append(each.take(heard, found[-1]))
    return recognizer.grammar.language, [as_found(each.rescored, label) for each in found]


def is_in_doubt(recognizer: Recognizer, found: PassFound) -> bool:
    """Whether the recogniser takes another pass, or would with somewhat other weights."""
    evidence = found.rescored.evidence
    if evidence is None:
        return recognizer.grammar.match(found.rescored.free_text) is not None
    return confidence(evidence) > HOPELESS_FIRST_CONFIDENCE and not is_enough(evidence, SURE_CONFIDENCE)


def own_commands(asked: argparse.Namespace, pair: str) -> Iterator[tuple[str, str, Prepared]]:
    """Name and intent of the commands that are to be recognised without it, and their sound."""
    recordings = labelled(Path(pair.split("=", maxsplit=1)[0]))[:: asked.every] if pair in asked.without else ()
    for recording in recordings:
        if recording.label.intent:
            sound = sound_file.read(recording.path)
            yield recording.name, recording.label.intent, prepare(as_utterance(sound, Vad()))


def without(whole: grammar.Grammar, intent: str) -> grammar.Grammar:
    """A grammar without one of its intents."""
    sentences = tuple(sentence for sentence in whole.sentences if sentence.intent != intent)
    intents = {name: other for name, other in whole.intents.items() if name != intent}
    return grammar.Grammar(whole.language, intents, sentences, compile_sentences(sentences))


def spoken(asked: argparse.Namespace, pair: str) -> Iterator[tuple[str, str, Label, Prepared]]:
    """Condition, name and label of everything that is to be recognised under one grammar, and its sound."""
    folder = Path(pair.split("=", maxsplit=1)[0])
    noise = sound_file.read(asked.noise) if asked.noise else None
    for snr in (None, *asked.snr) if pair in asked.commands else (None,) if pair in asked.foreign else ():
        condition = f"{asked.model} {pair} {'clean' if snr is None else f'{snr:g} dB'}"
        recordings = labelled(folder) if pair in asked.commands else foreign(folder)
        for recording in recordings[:: asked.every]:
            samples = sound_file.read(recording.path)
            if snr is not None and noise is not None:
                samples = mixed(samples, noise, snr, key_of(asked.seed, recording.name, snr))
            yield condition, recording.name, recording.label, prepare(as_utterance(samples, Vad()))
    if pair in asked.crowded:
        others = [recording.path for each in asked.foreign for recording in foreign(Path(each.split("=")[0]))]
        for name, utterance in crowded([recording.path for recording in foreign(folder)[:: asked.every]], others):
            yield f"{asked.model} {pair} {CROWDED}", name, NO_COMMAND, prepare(utterance)


def as_found(best: Rescored, label: Label) -> dict[str, Any]:
    match = best.match
    right = match and match.intent == label.intent and label.slots.items() <= match.slots.items()
    return {
        "right": bool(right),
        "evidence": asdict(best.evidence) if best.evidence else None,
        "text": match.text if match else "",
        "heard": best.free_text,
    }


def kept(path: Path) -> Iterator[Case]:
    for line in path.read_text().splitlines():
        condition, name, language, found = json.loads(line)
        passes = tuple(Found(as_evidence(each["evidence"]), each["right"]) for each in found)
        yield Case(condition, name, language, passes)


def as_evidence(told: dict[str, Any] | None) -> Evidence | None:
    if told is None:
        return None
    return Evidence(**{**told, "free": FreeEvidence(**told["free"]) if told["free"] else None})


# ---- fit


def report(cases: list[Case]) -> None:
    models = {title: Model(cases, *of) for title, of in MODELS.items()}
    for title, model in models.items():
        print(f"{title} =", {name: round(weight, 3) for name, weight in model.named.items()})
    print("\naccepted and right | accepted and wrong, % of all, at a least confidence; and passes taken")
    print(f"{'':60}" + "".join(f"{least:14.2f}" for least in THRESHOLDS))
    confidences = [held_out for model in models.values() for held_out in model.held_out.values()]
    for condition in dict.fromkeys(case.condition for case in cases):
        here = [number for number, case in enumerate(cases) if case.condition == condition]
        counts: Counter[tuple[float, bool]] = Counter()
        taken: Counter[int] = Counter()
        for number in here:
            last = last_pass(cases[number], [float(each[number]) for each in confidences])
            taken[last + 1] += 1
            found = cases[number].passes[last]
            if margin(found) >= AMBIGUOUS_MARGIN:
                counts.update((least, found.right) for least in THRESHOLDS if confidences[last][number] >= least)
        cells = (f"{share(counts[least, True], here)} |{share(counts[least, False], here)}" for least in THRESHOLDS)
        print(f"{condition[-58:]:60}" + " ".join(cells) + f"   {dict(sorted(taken.items()))}")


def last_pass(case: Case, confidences: list[float]) -> int:
    """Number of the pass after which the recogniser would stop, from 0."""
    for number, (found, sure, hopeless) in enumerate(zip(case.passes, SURE, HOPELESS, strict=False)):
        is_sure = confidences[number] >= sure and margin(found) >= SURE_MARGIN
        # Without evidence the first two passes had found a command in the free text.
        is_hopeless = confidences[number] < hopeless and (found.evidence is not None or number > 1)
        if is_sure or is_hopeless:
            return number
    return len(case.passes) - 1


def margin(found: Found) -> float:
    return found.evidence.margin if found.evidence else 0.0


def share(n: int, of: list[int]) -> str:
    return f"{100 * n / len(of):5.1f}"


class Model:
    """Weights that some passes share, and the confidence of each case by weights that were fitted without it."""

    def __init__(self, cases: list[Case], passes: Sequence[int], raised: float) -> None:
        taken = [(number, each) for each in passes for number, case in enumerate(cases) if each < len(case.passes)]
        found = [(number, each, cases[number].passes[each]) for number, each in taken]
        rows = [(number, each, *one) for number, each, one in found if one.evidence]
        number = np.array([row[0] for row in rows])
        named = [features(row[2]) for row in rows if row[2]]
        evidence = np.array([[*each.values()] for each in named])
        right = np.array([row[3] for row in rows], dtype=float)
        lost = np.array([penalty(row[2]) for row in rows if row[2]])
        # A recording that is in the table in several noises is one: not in one fold clean, in another noisy.
        fold = np.array([zlib.crc32(cases[each].name.split()[0].encode()) % FOLDS for each in number])
        # Fitted to crowded ones too, the weights would doubt half of what is said in noise: these are left to `lost`.
        of_use = (lost == 0) & ~np.array([cases[each].condition.endswith(CROWDED) for each in number])
        weights, bias = fitted(evidence[of_use], right[of_use])
        self.named = {"bias": bias + raised, **dict(zip(named[0], weights.tolist(), strict=True))}
        self.held_out = {each: np.zeros(len(cases)) for each in passes}
        for one in range(FOLDS):
            weights, bias = fitted(evidence[of_use & (fold != one)], right[of_use & (fold != one)])
            sure = logistic(evidence @ weights + bias + raised - lost)
            for row in np.flatnonzero(fold == one):
                self.held_out[rows[row][1]][rows[row][0]] = sure[row]


def fitted(evidence: Numbers, right: Numbers) -> tuple[Numbers, float]:
    """Weights and bias, by Newton's method on standardised evidence."""
    mean, deviation = evidence.mean(axis=0), evidence.std(axis=0) + 1e-9
    x = np.column_stack([(evidence - mean) / deviation, np.ones(len(right))])
    counts = np.where(right == 1, 1.0, WRONG_COUNTS)
    w = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = logistic(x @ w)
        gradient = x.T @ ((p - right) * counts) / len(right) + RIDGE * w
        curvature = (x * (p * (1 - p) * counts)[:, None]).T @ x / len(right) + RIDGE * np.eye(len(w))
        w -= np.linalg.solve(curvature, gradient)
    weights = w[:-1] / deviation
    return weights, float(w[-1] - weights @ mean)


def logistic(x: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -50, 50))), dtype=np.float64)


if __name__ == "__main__":
    main()
