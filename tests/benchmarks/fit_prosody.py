"""Fits PROSODY in voiced/recognition/tuning.py: a logistic regression of "was this the end?" on how it sounded.

    python tests/benchmarks/fit_prosody.py collect --out pauses.jsonl coffee=coffee/intents \
        [--noise kitchen.flac --snr 12]
    python tests/benchmarks/fit_prosody.py fit pauses.jsonl

`collect` speaks every recording to the ear, which never ends one, and keeps what is known at each pause of commands
that may go on: how it sounds, how long the pause lasts, and the longest before it. `fit` tells ends from pauses of
some length, each recording judged by weights that were fitted without it; and what would be gained and lost.
"""

from __future__ import annotations

import argparse
import json
import zlib
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from voiced import grammar
from voiced.audio import sound_file
from voiced.audio.vad import STEP_SAMPLES, Activity, Vad
from voiced.config import ListeningSettings, RecognizerSettings
from voiced.evaluation.dataset import labelled
from voiced.evaluation.noise import key_of, mixed
from voiced.evaluation.stimuli import in_its_room
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Continuation
from voiced.listening.ear import listen
from voiced.listening.events import Pause
from voiced.listening.requests import Requests
from voiced.recognition.end_of_turn import Prosody
from voiced.recognition.recognizer import Recognizer
from voiced.recognition.tuning import QUIET_PAUSE_DB

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from voiced.flow import Detection, Samples, Utterance

    Numbers = npt.NDArray[np.float64]

FOLDS = 7
RIDGE = 0.5
STEPS = 40  # of Newton's method
LONG = 0.24  # seconds; pauses shorter than this never end a command
PATIENT = {"silence": 5.0, "silence_complete": 5.0, "silence_concluded": 5.0, "silence_unfinished": 5.0, "longest": 60}
WAITS = (0.24, 0.27, 0.3)
THRESHOLDS = (0.5, 0.55, 0.6, 0.7, 0.8)


class Case(NamedTuple):
    """A pause at which a command might have ended."""

    name: str
    lasts: float | None  # seconds; None: the command did end
    longest: float  # seconds of the longest pause before it
    how: Prosody


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the weights of the prosody.")
    commands = parser.add_subparsers(required=True)
    collect = commands.add_parser("collect")
    collect.add_argument("folders", nargs="+", metavar="FOLDER=INTENTS")
    collect.add_argument("--noise", type=Path)
    collect.add_argument("--snr", type=float)
    collect.add_argument("--model", default="tiny.en")
    collect.add_argument("--out", type=Path, required=True)
    collect.set_defaults(run=collect_all)
    fit = commands.add_parser("fit")
    fit.add_argument("found", type=Path, nargs="+")
    fit.set_defaults(run=lambda asked: report([case for path in asked.found for case in kept(path)]))
    asked = parser.parse_args()
    asked.run(asked)


# ---- collect


def collect_all(asked: argparse.Namespace) -> None:
    noise = sound_file.read(asked.noise) if asked.noise else None
    with asked.out.open("a") as out:
        for pair in asked.folders:
            folder, intents = map(Path, pair.split("="))
            recognizer = Recognizer(RecognizerSettings(model=asked.model, threads=1), grammar.load([intents]))
            for recording in labelled(folder):
                sound = in_its_room(sound_file.read(recording.path), SAMPLE_RATE // 2, 3 * SAMPLE_RATE // 2)
                if noise is not None:
                    sound = mixed(sound, noise, asked.snr, key_of(1, recording.name, asked.snr))
                for found in pauses(recognizer, sound):
                    print(json.dumps({"name": recording.name, **found}), file=out, flush=True)


def pauses(recognizer: Recognizer, sound: Samples) -> Iterator[dict[str, Any]]:
    """What is known at each pause of a command that may go on, and how long it lasts."""
    requests, vad = Requests(), Listener()
    requests.listen_now()
    asked: list[tuple[Utterance, Prosody]] = []
    settings = ListeningSettings().model_copy(update=PATIENT)
    for event in listen(frames(sound), NoWakeWord(), vad, settings, requests):
        if isinstance(event, Pause):
            so_far = recognizer.recognize_so_far(event.so_far)
            requests.answer_pause(event.so_far, Continuation.UNKNOWN)
            if so_far.prosody and so_far.continuation in {Continuation.EXTENDABLE, Continuation.CONCLUDED}:
                asked.append((event.so_far, so_far.prosody))
    spoken = [step for step, sound in enumerate(vad.heard) if sound is Activity.SPEECH]
    second = SAMPLE_RATE / STEP_SAMPLES  # steps
    for said, how in asked:
        end = said.speech[1] // STEP_SAMPLES
        gaps = [after - before - 1 for before, after in pairwise(spoken) if before < end - 1]
        lasts = next((step - end for step in spoken if step >= end), None)
        yield {"lasts": lasts and lasts / second, "longest": max(gaps, default=0) / second, "how": asdict(how)}


def frames(sound: Samples) -> Iterator[AudioFrame]:
    for begin in range(0, len(sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield AudioFrame(begin, sound[begin : begin + FRAME_SAMPLES])


class Listener(Vad):
    """Remembers what it judged."""

    def reset(self) -> None:
        super().reset()
        self.heard: list[Activity] = []

    def judge(self, samples: Samples) -> Iterator[Activity]:
        for sound in super().judge(samples):
            self.heard.append(sound)
            yield sound


class NoWakeWord:
    """Hears none."""

    def detect(self, _frame: AudioFrame) -> Detection | None:
        return None

    suspects = False

    def refuse(self, detection: Detection) -> None: ...

    def allow_again(self) -> None: ...

    def reset(self) -> None: ...


def kept(path: Path) -> Iterator[Case]:
    for line in path.read_text().splitlines():
        told = json.loads(line)
        yield Case(told["name"], told["lasts"], told["longest"], Prosody(**told["how"]))


# ---- fit


def report(cases: list[Case]) -> None:
    counted = [case for case in cases if case.lasts is None or case.lasts >= LONG]
    sounds = np.array([[*case.how.features().values()] for case in counted])
    ended = np.array([case.lasts is None for case in counted], dtype=float)
    fold = np.array([zlib.crc32(case.name.encode()) % FOLDS for case in counted])
    weights, bias = fitted(sounds, ended)
    named = {"bias": bias, **dict(zip(counted[0].how.features(), weights, strict=True))}
    print("PROSODY =", {name: round(float(weight), 3) for name, weight in named.items()})
    held_out = np.zeros(len(counted))
    for number in range(FOLDS):
        others, added = fitted(sounds[fold != number], ended[fold != number])
        held_out[fold == number] = logistic(sounds[fold == number] @ others + added)
    ranks = held_out[ended == 1][:, None] > held_out[ended == 0]
    quiet = np.array([case.how.pause <= QUIET_PAUSE_DB for case in counted])
    print(f"{ended.sum():.0f} ends, {len(ended) - ended.sum():.0f} pauses of {LONG} s and more")
    print(f"an end sounds more like one than a pause in {100 * ranks.mean():.0f} % of all pairs")
    print(f"quiet pauses: {100 * quiet[ended == 1].mean():.0f} % of the ends")
    for least in THRESHOLDS:
        done = (held_out >= least) & quiet
        cut = {wait: sum(map(cut_off, counted, done, [wait] * len(counted))) for wait in WAITS}
        print(f"at {least}: {100 * done[ended == 1].mean():.0f} % of the ends; pauses cut off after a wait of {cut}")


def cut_off(case: Case, done: bool, wait: float) -> bool:  # noqa: FBT001 # mapped over
    return bool(done) and case.lasts is not None and case.lasts >= max(wait, case.longest)


def fitted(sounds: Numbers, ended: Numbers) -> tuple[Numbers, float]:
    """Weights and bias, by Newton's method on standardised numbers; ends and pauses count the same altogether."""
    mean, deviation = sounds.mean(axis=0), sounds.std(axis=0) + 1e-6
    x = np.column_stack([(sounds - mean) / deviation, np.ones(len(ended))])
    counts = np.where(ended == 1, 1.0, ended.sum() / max(1.0, (1 - ended).sum()))
    ridge = RIDGE * np.diag([*np.ones(len(mean)), 1e-6])
    w = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = logistic(x @ w)
        curvature = (x * (p * (1 - p) * counts)[:, None]).T @ x + ridge
        w -= np.linalg.solve(curvature, x.T @ ((p - ended) * counts) + ridge @ w)
    weights = w[:-1] / deviation
    return weights, float(w[-1] - weights @ mean)


def logistic(x: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -50, 50))), dtype=np.float64)


if __name__ == "__main__":
    main()
