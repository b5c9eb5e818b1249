"""What grows in a daemon that runs for months: thousands of inputs without real time, and its memory beside.

    python -m tests.benchmarks.growth daemon|recognition|sentences|ear [--inputs 1144] [--talk FOLDER …]

*daemon* runs the whole of it in a hurry (`hurried`) over the stream of `soak`, and sends sentences meanwhile; of the
parts alone *recognition* recognises commands and talk, at the pause and as a whole; *sentences* understands written
ones, in the grammar and outside; *ear* hears the same sounds behind wake words. Talk is other speech, of the folders or
of tests/sounds. Printed are MiB: resident, anonymous, of the C library in use and free, and Python's arenas; and how
many entries the parts remember. At the end the drift, as `holdings` counts it.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import re
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import soundfile

from tests.benchmarks import soak
from tests.benchmarks.holdings import drift, watched
from tests.broker import Broker, Subscriber
from tests.daemon import READY, SITE, Daemon
from voiced.audio import sound_file
from voiced.audio.vad import Vad
from voiced.config import Config
from voiced.evaluation.dataset import foreign
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Continuation
from voiced.foundations.resources import shipped
from voiced.grammar import load, understand
from voiced.listening.ear import listen
from voiced.listening.events import Listening, Pause
from voiced.listening.recording import as_utterance
from voiced.listening.requests import Requests
from voiced.recognition.budget import Budget
from voiced.recognition.pipelines import Pipelines
from voiced.wake.detector import WakeWordDetector, wake_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from voiced.flow import Samples
    from voiced.recognition.recognizer import Recognizer

MIB = 1 << 20
LONGEST = round(soak.LONGEST_TALK_SECONDS * SAMPLE_RATE)
COMMANDS = 1 / (1 + soak.OTHERS)  # share of them
TEMPLATES = (
    "turn on the kitchen lights",
    "add {} to the shopping list",
    "turn {} the light",
    "set the {} to 20 percent",
    "{}",
    "{}",
)


class Mallinfo(ctypes.Structure):
    """glibc's `struct mallinfo2`: what malloc holds."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in ("arena", "n_free", "n_fast", "n_mapped", "mapped", "u", "f", "used", "free", "keep")
    )


class Meter:
    """Prints what this process holds, now and then."""

    def __init__(self, every: int, remembered: Callable[[], dict[str, int]] = dict) -> None:
        self._every = every
        self._remembered = remembered
        self._library = ctypes.CDLL(None)
        self._library.mallinfo2.restype = Mallinfo
        self._number = 0

    def tick(self) -> None:
        """Count one input; return freed memory to the system, as the daemon does."""
        self._library.malloc_trim(0)
        if self._number % self._every == 0:
            self._print()
        self._number += 1

    def _print(self) -> None:
        held, about = self._library.mallinfo2(), Path("/proc/self/smaps_rollup").read_text()
        resident, anonymous = (
            int(found) / 1024 for found in re.findall(r"^(?:Rss|Anonymous):\s+(\d+)", about, re.MULTILINE)
        )
        row = {
            "input": self._number,
            "resident": round(resident, 1),
            "anonym.": round(anonymous, 1),
            "used": round((held.used + held.mapped) / MIB, 1),
            "free": round(held.free / MIB, 1),
            "arenas": arenas(),
        } | self._remembered()
        if not self._number:
            print(*(f"{name:>9}" for name in row))
        print(*(f"{value:>9}" for value in row.values()), flush=True)


def arenas() -> int:
    """Arenas of Python's own allocator, one MiB each; it tells them on standard error alone."""
    with tempfile.TemporaryFile() as file:
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        sys._debugmallocstats()
        os.dup2(before, 2)
        os.close(before)
        file.seek(0)
        (found,) = re.findall(rb"arenas allocated current\s+=\s+([\d,]+)", file.read())
    return int(found.replace(b",", b""))


class Sounds(NamedTuple):
    """What is drawn from."""

    commands: Sequence[Path]
    talk: Sequence[Path]
    draw: random.Random

    @classmethod
    def of(cls, asked: argparse.Namespace) -> Sounds:
        talk = [one.path for folder in asked.talk for one in foreign(folder)]
        return cls(
            sorted(soak.SOUNDS.glob("command_*.ogg")),
            talk or sorted(soak.SOUNDS.glob("speech_*.flac")),
            random.Random(asked.seed),
        )

    def next(self) -> Samples:
        is_command = self.draw.random() < COMMANDS
        return sound_file.read(self.draw.choice(self.commands if is_command else self.talk))[:LONGEST]


def main() -> None:
    parts = {"daemon": daemon, "recognition": recognition, "sentences": sentences, "ear": ear}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=parts)
    parser.add_argument("--inputs", type=int, default=1144)
    parser.add_argument("--talk", type=Path, nargs="*", default=[], help="folders of other speech")
    parser.add_argument("--intents", type=Path, default=shipped("intents"))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    parts[asked.part](asked)


def recognition(asked: argparse.Namespace) -> None:
    config = Config(intents=asked.intents)
    pipelines = Pipelines(config, WakeWordDetector(wake_words(config.wake_word)).phrases, {})
    pipelines.warm_up()
    sounds, vad = Sounds.of(asked), Vad()
    meter = Meter(max(1, asked.inputs // 20), partial(remembered, pipelines._usual))
    for _ in range(asked.inputs):
        heard = as_utterance(sounds.next(), vad)
        began = time.process_time()  # a machine that is busy would take fewer passes
        budget = Budget(lambda: time.process_time() - began)  # noqa: B023
        so_far = pipelines.recognize_so_far(heard, budget)
        if so_far.settled(heard) is None:
            pipelines.recognize(heard, so_far, budget)
        meter.tick()


def remembered(recognizer: Recognizer) -> dict[str, int]:
    constraint, automaton = recognizer._model.constraint, recognizer.grammar.automaton
    walk = constraint._token_walk
    return {
        "allowed": len(constraint._allowed),
        "steps": len(constraint._steps),
        "wild": len(constraint._wild),
        "groups": len(constraint._groups),
        "walks": len(walk._walks),
        "spelt": len(walk._spelt),
        "sets": automaton.sets.remembered,
        "moves": len(automaton._steps) + len(automaton._closures),
    }


def sentences(asked: argparse.Namespace) -> None:
    commands, draw = load([asked.intents]), random.Random(asked.seed)
    words = re.findall(r"[a-z']+", (soak.SOUNDS.parent / "benchmarks/soak.py").read_text().lower())
    meter = Meter(max(1, asked.inputs // 20), lambda: {"sets": commands.automaton.sets.remembered})
    for _ in range(asked.inputs):
        understand(commands, draw.choice(TEMPLATES).format(" ".join(draw.choices(words, k=draw.randint(1, 8)))))
        meter.tick()


def ear(asked: argparse.Namespace) -> None:
    config = Config(intents=asked.intents)
    detector, vad, requests = WakeWordDetector(wake_words(config.wake_word)), Vad(), Requests()
    for event in listen(_behind_wake_words(asked), detector, vad, config.listening, requests):
        if isinstance(event, Listening) and event.detection and event.sound is not None:
            requests.judge(event.detection, accepted=True)
        elif isinstance(event, Pause):
            requests.answer_pause(event.so_far, Continuation.UNKNOWN)


def _behind_wake_words(asked: argparse.Namespace) -> Iterator[AudioFrame]:
    sounds, meter = Sounds.of(asked), Meter(max(1, asked.inputs // 20))
    wake, start = sound_file.read(soak.SOUNDS / "wake_jarvis.ogg"), 0
    for number in range(asked.inputs):
        sound = np.concatenate([wake, np.zeros(SAMPLE_RATE // 2), sounds.next(), np.zeros(2 * SAMPLE_RATE)])
        sound += np.random.default_rng(number).normal(scale=3e-4, size=len(sound))
        for begin in range(0, len(sound) - FRAME_SAMPLES, FRAME_SAMPLES):
            yield AudioFrame(start, sound[begin : begin + FRAME_SAMPLES].astype(np.float32))
            start += FRAME_SAMPLES
        meter.tick()


# -- the whole --------------------------------------------------------------------------------------


class Hurried(Daemon):
    """Waits for nobody."""

    module = "tests.benchmarks.hurried"


def daemon(asked: argparse.Namespace) -> None:
    options = soak._options(["--commands", str(round(asked.inputs * COMMANDS)), "--seed", str(asked.seed)])
    options.talk = asked.talk
    sound, _ = soak._stream(options, random.Random(asked.seed))
    with ExitStack() as stack:
        broker = stack.enter_context(Broker())
        ears = stack.enter_context(Subscriber(broker.port))
        path = broker.folder / "said.flac"
        soundfile.write(path, sound, SAMPLE_RATE)
        kilobytes = path.stat().st_size // 1024
        settings = {"intents": str(asked.intents.resolve())}
        running = stack.enter_context(Hurried(broker.port, "--source", str(path), settings=settings))
        running.wait_until_told(READY)
        held = stack.enter_context(watched(running.process.pid))
        counts = _written_to(ears, running, asked.inputs)
        print(json.dumps(counts | {"held": drift(held, kilobytes), "log": running.log[-300:]}))
        print(*(f"{one.resident / 1024:.0f}" for one in held[:: max(1, len(held) // 40)]))


def _written_to(ears: Subscriber, running: Daemon, n_sounds: int) -> dict[str, int]:
    """Send sentences until the daemon ends, one after so many answers, and many half-way; return what was answered."""
    spoken = sent = 0
    while running.process.poll() is None:
        answers = [each.payload for each in list(ears.messages) if re.search("/intent/|/unmatched", each.topic)]
        spoken = sum(b'"speech"' in payload for payload in answers)
        due = spoken // soak.SENTENCE_EVERY + soak.FLOOD * (spoken > n_sounds * soak.FLOOD_AT)
        for number in range(sent, due):
            ears._client.publish(f"voiced/{SITE}/say/set", soak.SENTENCES[number % len(soak.SENTENCES)], 1)
        sent = due
        time.sleep(0.2)
    return {"spoken": spoken, "sentences": sent, "answered": len(answers) - spoken}


if __name__ == "__main__":
    main()
