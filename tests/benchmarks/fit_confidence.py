"""Fits the weights of `voiced/confidence.py`: a logistic regression of "was this right?" on the recogniser's evidence.

    python tests/benchmarks/fit_confidence.py --noise kitchen.flac --snr 6 --snr 12 \
        --commands coffee=coffee/intents --foreign home/en=coffee/intents --foreign near_misses/coffee=coffee/intents

`--commands FOLDER=INTENTS`: recordings with labels, clean and at each ratio of speech to noise; `--foreign
FOLDER=INTENTS`: recordings of which none is a command of these intents. `speak.py` makes near misses. Prints weights
and bias, and what is accepted at several thresholds, each recording judged by weights fitted without it.
"""

from __future__ import annotations

import argparse
from dataclasses import astuple, fields
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voiced import grammar, sound_file
from voiced.confidence import Evidence
from voiced.config import RecognizerSettings
from voiced.labelled import foreign, labelled
from voiced.noise import key_of, mixed
from voiced.recognizer import Recognizer
from voiced.recording import as_utterance
from voiced.vad import Vad

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from voiced.labelled import Recording

    Numbers = npt.NDArray[np.float64]

FOLDS = 5
RIDGE = 0.01  # keeps weights of evidence that says the same small
STEPS = 60  # of Newton's method; it converges in ten
WRONG_COUNTS = 2.0  # times as much as right: a wrong action is worse than a repeat
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


class Case(NamedTuple):
    """One recording that the recogniser has read somehow."""

    condition: str
    evidence: Evidence | None  # None: nothing was read
    right: bool


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the weights of the confidence.")
    parser.add_argument("--commands", action="append", default=[], metavar="FOLDER=INTENTS")
    parser.add_argument("--foreign", action="append", default=[], metavar="FOLDER=INTENTS")
    parser.add_argument("--noise", type=Path)
    parser.add_argument("--snr", type=float, action="append", default=[])
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--every", type=int, default=1, help="only every n-th recording")
    asked = parser.parse_args()
    cases = [case for pair in asked.commands for case in commands(pair, asked)]
    cases += [case for pair in asked.foreign for case in others(pair, asked)]
    report(cases)


def commands(pair: str, asked: argparse.Namespace) -> Iterator[Case]:
    folder, intents = pair.split("=")
    recognizer = Recognizer(RecognizerSettings(model=asked.model, threads=1), grammar.load([Path(intents)]))
    noise = sound_file.read(asked.noise) if asked.noise else None
    for snr in (None, *asked.snr):
        for recording in labelled(Path(folder))[:: asked.every]:
            samples = sound_file.read(recording.path)
            if snr is not None and noise is not None:
                samples = mixed(samples, noise, snr, key_of(0, recording.name, snr))
            yield judged(recognizer, samples, recording, f"{folder} {'clean' if snr is None else f'{snr:g} dB'}")


def others(pair: str, asked: argparse.Namespace) -> Iterator[Case]:
    folder, intents = pair.split("=")
    recognizer = Recognizer(RecognizerSettings(model=asked.model, threads=1), grammar.load([Path(intents)]))
    for recording in foreign(Path(folder))[:: asked.every]:
        yield judged(recognizer, sound_file.read(recording.path), recording, f"{folder} under {intents}")


def judged(recognizer: Recognizer, samples: npt.NDArray[np.float32], recording: Recording, condition: str) -> Case:
    weighed = recognizer.weigh(as_utterance(samples, Vad()))
    if weighed is None:
        return Case(condition, None, right=False)
    match, evidence = weighed
    label = recording.label
    right = match.intent == label.intent and all(match.slots.get(name) == value for name, value in label.slots.items())
    return Case(condition, evidence, right)


def report(cases: list[Case]) -> None:
    read = [case for case in cases if case.evidence is not None]
    evidence = np.array([astuple(case.evidence) for case in read if case.evidence is not None])
    right = np.array([case.right for case in read], dtype=float)
    weights, bias = fitted(evidence, right)
    for field, weight in zip(fields(Evidence), weights, strict=True):
        print(f"{field.name:14} {weight:8.3f}")
    print(f"{'bias':14} {bias:8.3f}\n")
    confidence = held_out(evidence, right)
    for condition in dict.fromkeys(case.condition for case in cases):
        print(f"{condition}: accepted and right, accepted and wrong, in percent of all")
        n = sum(case.condition == condition for case in cases)
        here = np.array([case.condition == condition for case in read])
        for threshold in THRESHOLDS:
            accepted = here & (confidence >= threshold)
            share = [100 * (accepted & (right == truth)).sum() / n for truth in (1, 0)]
            print(f"  {threshold:.1f}  {share[0]:5.1f}  {share[1]:5.1f}")


def held_out(evidence: Numbers, right: Numbers) -> Numbers:
    """The confidence of each recording by weights that were fitted without it."""
    fold = np.random.default_rng(0).integers(0, FOLDS, len(right))
    confidence = np.zeros(len(right))
    for number in range(FOLDS):
        weights, bias = fitted(evidence[fold != number], right[fold != number])
        confidence[fold == number] = logistic(evidence[fold == number] @ weights + bias)
    return confidence


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
    return np.asarray(1 / (1 + np.exp(-x)), dtype=np.float64)


if __name__ == "__main__":
    main()
