"""The whole daemon beside busy processes for minutes: is anything done late, twice, or lost without a word?

    python -m tests.benchmarks.soak [FOLDER --intents DIR] [--talk FOLDER …] [--commands 100] [--busy 10] [--nice -10]

Runs `voiced run` with a Mosquitto of its own. It hears one long recording at the pace of speech: commands behind a wake
word, in one breath, or behind a wake word that was said twice; and what is none: other speech behind a wake word, a
wake word alone, talk that nobody has to answer. Sentences are sent over MQTT meanwhile, once more than can wait. FOLDER
holds recordings of commands (`labels.json`; without it those of tests/sounds are spoken), `--talk` folders other
speech. `--busy` processes do nothing but compute.

A command is *late* if an action arrives at another client more than its `expires` after the end of its speech. Whatever
woke the daemon must be told: as `intent/…` or `unmatched`, or as `wake/rejected`. *Lost* is what is not, *doubled* what
is told or done more than once. The ear may be wrong about where speech ends: 0.3 s are allowed for that, and counted.
*Held* compares the daemon's memory (without the recording), descriptors and threads early and late: `--commands 1100
--busy 0` takes two hours.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile

from tests.benchmarks.holdings import drift, watched
from tests.broker import Broker, Subscriber, wait_until
from tests.busy import busy_processes
from tests.daemon import READY, SITE, Daemon
from voiced import grammar
from voiced.audio import sound_file
from voiced.audio.vad import Vad
from voiced.evaluation.dataset import foreign, labelled
from voiced.flow import SAMPLE_RATE
from voiced.foundations.resources import shipped
from voiced.listening.recording import as_utterance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from voiced.flow import Samples
    from voiced.grammar import Grammar

SOUNDS = Path(__file__).parent.parent / "sounds"
PAUSES = (0.2, 0.5, 0.9)  # seconds between wake word and command
GAPS = (1.0, 2.5)  # seconds between the end of one and the beginning of the next: who begins sooner starts over
LONGEST_TALK_SECONDS = 6.0
OTHERS = 0.3  # as many of these as commands
SENTENCE_EVERY = 9  # sounds
FLOOD, FLOOD_AT = 60, 0.5  # sentences at once, and when, of the whole time
MISJUDGED_SECONDS = 0.3  # by which the ear may err about the end of the speech
SETTLING_SECONDS = 300.0  # after the last sound, at most, for what still waits: a machine may be minutes behind
SENTENCES = ("turn on the kitchen lights", "make me a sandwich", "good night")


@dataclass
class Spoken:
    """Something that was said, and what came of it."""

    kind: str
    begin: float  # of its first wake word, in seconds of the stream
    end: float  # of its speech
    told: list[dict[str, Any]] = field(default_factory=list)  # events `intent/…` and `unmatched`
    acted: list[tuple[float, float]] = field(default_factory=list)  # of each action: its age, and its `expires`
    wakes: int = 0  # accepted


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what came of everything, as JSON."""
    options = _options(arguments)
    draw = random.Random(options.seed)  # nothing secret is drawn
    sound, said = _stream(options, draw)
    commands = grammar.load([options.intents])
    with ExitStack() as stack:
        broker = stack.enter_context(Broker())
        ears = stack.enter_context(Subscriber(broker.port))
        stamped = _stamped(ears)
        path = broker.folder / "said.flac"
        soundfile.write(path, sound, SAMPLE_RATE)
        kilobytes = path.stat().st_size // 1024  # the daemon holds the file, which a microphone is not
        settings = {"intents": str(options.intents.resolve())}
        daemon = stack.enter_context(Daemon(broker.port, "--source", str(path), settings=settings))
        assert broker._process, "it runs"
        for process, nice in ((daemon.process.pid, options.nice), (broker._process.pid, -15), (os.getpid(), -15)):
            with suppress(PermissionError):
                os.setpriority(os.PRIO_PROCESS, process, nice)  # what is late in broker or observer is not late here
        daemon.wait_until_told(READY)  # with its first frame
        began = time.monotonic() - 0.08
        held = stack.enter_context(watched(daemon.process.pid))
        stack.enter_context(busy_processes(options.busy))
        n_sentences = _send(ears, daemon, said, began, len(sound) / SAMPLE_RATE)
        wait_until(lambda: daemon.process.poll() is not None, SETTLING_SECONDS)
        log = daemon.log
    _file(stamped, said, commands, began)
    minutes = round(len(sound) / SAMPLE_RATE / 60, 1)
    print(json.dumps(_summed(said, stamped, n_sentences) | {"minutes": minutes, "held": drift(held, kilobytes)}))
    if options.log:
        options.log.write_text(log)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path, help="recordings of commands, with labels.json")
    parser.add_argument("--intents", type=Path, default=shipped("intents"))
    parser.add_argument("--talk", type=Path, nargs="*", default=[], help="folders of other speech")
    parser.add_argument("--commands", type=int, default=100)
    parser.add_argument("--busy", type=int, default=10, help="processes that compute")
    parser.add_argument("--nice", type=int, default=-10, help="of the daemon: as in systemd/voiced.service")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, help="where the daemon's log is kept")
    return parser.parse_args(arguments)


# -- what is said --------------------------------------------------------------------------------------


def _stream(options: argparse.Namespace, draw: random.Random) -> tuple[Samples, list[Spoken]]:
    """Everything that is said, as one recording, and a list of it."""
    vad = Vad()
    speech = cache(partial(_speech, vad=vad))
    wake = speech(SOUNDS / "wake_jarvis.ogg")
    files = [one.path for one in labelled(options.folder)] if options.folder else sorted(SOUNDS.glob("command_*.ogg"))
    talk = [one.path for folder in options.talk for one in foreign(folder)] or sorted(SOUNDS.glob("speech_*.flac"))
    parts: list[Samples] = [_quiet(2.0)]
    said: list[Spoken] = []
    for kind in _kinds(options, draw):
        begin = sum(map(len, parts))
        parts += _said(kind, wake, speech(draw.choice(files)), speech(draw.choice(talk)), draw)
        said.append(Spoken(kind, begin / SAMPLE_RATE, sum(map(len, parts)) / SAMPLE_RATE))
        parts.append(_quiet(draw.uniform(*GAPS) + 4.5 * (kind == "wake word alone")))
    parts.append(_quiet(12.0))
    noise = np.random.default_rng(options.seed).normal(scale=3e-4, size=sum(map(len, parts)))
    return np.clip(np.concatenate(parts) + noise, -1, 1).astype(np.float32), said


def _kinds(options: argparse.Namespace, draw: random.Random) -> list[str]:
    others = round(OTHERS * options.commands)
    kinds = ["command"] * round(0.75 * options.commands) + ["one breath"] * round(0.1 * options.commands)
    kinds += ["again, command"] * (options.commands - len(kinds))
    kinds += ["other speech"] * round(0.5 * others) + ["wake word alone"] * round(0.2 * others)
    kinds += ["talk"] * (options.commands + others - len(kinds))
    draw.shuffle(kinds)
    return kinds


def _said(kind: str, wake: Samples, command: Samples, talk: Samples, draw: random.Random) -> list[Samples]:
    pause = _quiet(draw.choice(PAUSES))
    return {
        "command": [wake, pause, command],
        "one breath": [wake, command],
        "again, command": [wake, _quiet(draw.choice(PAUSES) + 0.4), wake, pause, command],
        "other speech": [wake, pause, talk],
        "wake word alone": [wake],
        "talk": [talk],
    }[kind]


def _speech(path: Path, vad: Vad) -> Samples:
    """What is spoken in a recording, without the quiet around it; at most LONGEST_TALK_SECONDS."""
    utterance = as_utterance(sound_file.read(path)[: round(LONGEST_TALK_SECONDS * SAMPLE_RATE)], vad)
    first, last = utterance.speech
    return utterance.samples[max(0, first - SAMPLE_RATE // 10) : last]


def _quiet(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


# -- while it runs -------------------------------------------------------------------------------------


def _stamped(ears: Subscriber) -> list[tuple[float, str, str]]:
    """Second, topic and payload of all that comes from now on, in order."""
    stamped: list[tuple[float, str, str]] = []

    def note(_client: object, _userdata: object, message: Any) -> None:
        stamped.append((time.monotonic(), message.topic, message.payload.decode()))

    ears._client.on_message = note
    return stamped


def _send(ears: Subscriber, daemon: Daemon, said: Sequence[Spoken], began: float, seconds: float) -> int:
    """Send sentences behind some of what is said; return how many, when the recording is over."""
    due = [(spoken.end + 0.1, 1) for spoken in said[::SENTENCE_EVERY]]
    sent = 0
    for at, n_times in sorted([*due, (FLOOD_AT * seconds, FLOOD)]):
        wait_until(partial(_is_over, daemon, began + at), seconds)
        for _ in range(n_times):
            ears._client.publish(f"voiced/{SITE}/say/set", SENTENCES[sent % len(SENTENCES)], 1)
            sent += 1
    wait_until(partial(_is_over, daemon, began + seconds), seconds)
    return sent


def _is_over(daemon: Daemon, until: float) -> bool:
    return time.monotonic() > until or daemon.process.poll() is not None


# -- what came of it -----------------------------------------------------------------------------------


def _file(stamped: Sequence[tuple[float, str, str]], said: Sequence[Spoken], commands: Grammar, began: float) -> None:
    """File events and actions under what they belong to.

    All come on one connection, in the order in which they were told: an event follows the wake word that it answers,
    and actions follow their event.
    """
    woken: Spoken | None = None
    owner: Spoken | None = None
    expires = 0.0
    for at, topic, payload in stamped:
        own = topic.removeprefix(f"voiced/{SITE}/")
        if own == "wake":
            woken = _said_at(said, json.loads(payload)["at"])
            woken.wakes += 1
        elif own == "unmatched" or own.startswith("intent/"):
            event = json.loads(payload)
            if event.get("reason") == "busy":
                continue  # told by the connection's thread, between any others
            owner = woken if "speech" in event else None
            if owner:
                owner.told.append(event)
            if "intent" in event:
                expires = min([action.expires for action in commands.intents[event["intent"]].actions], default=10.0)
        elif owner and not topic.startswith("voiced/"):
            owner.acted.append((at - began - owner.end, expires))


def _said_at(said: Sequence[Spoken], second: float) -> Spoken:
    """What was being said at a second of the stream, or last before it."""
    return max((spoken for spoken in said if spoken.begin <= second), key=lambda spoken: spoken.begin)


def _summed(said: Sequence[Spoken], stamped: Sequence[tuple[float, str, str]], n_sentences: int) -> dict[str, Any]:
    late = [round(age, 2) for one in said for age, expires in one.acted if age > expires + MISJUDGED_SECONDS]
    ages = [age for one in said for age, _ in one.acted]
    written = Counter(_written(stamped))
    reasons = Counter(event.get("reason", "understood") for one in said for event in one.told)
    return {
        "commands": sum("command" in one.kind or one.kind == "one breath" for one in said),
        "others": sum("command" not in one.kind and one.kind != "one breath" for one in said),
        "acted on": sum(bool(one.acted) for one in said),
        "late": late,
        "lost": [_line(one) for one in said if one.wakes and not one.told],
        "doubled": [_line(one) for one in said if len(one.told) > 1 or _repeats(one)],
        "what did not wake": sum(not one.wakes for one in said if one.kind != "talk"),
        "reasons": dict(reasons),
        "latency": _latency(ages),
        "sentences": {"sent": n_sentences, "answered": sum(written.values()), **written},
    }


def _latency(ages: Sequence[float]) -> dict[str, float]:
    """Seconds from the end of the speech to the action."""
    if not ages:
        return {}
    often = quantiles([*ages, *ages], n=20, method="inclusive")[-1]
    return {"median": round(median(ages), 2), "95 %": round(often, 2), "longest": round(max(ages), 2)}


def _repeats(one: Spoken) -> bool:
    return len(one.acted) > sum("intent" in event for event in one.told)


def _written(stamped: Sequence[tuple[float, str, str]]) -> Iterator[str]:
    """What became of each sentence."""
    for _, topic, payload in stamped:
        if topic.startswith((f"voiced/{SITE}/intent/", f"voiced/{SITE}/unmatched")):
            event = json.loads(payload)
            if "speech" not in event:
                yield event.get("reason", "understood")


def _line(one: Spoken) -> str:
    told = ", ".join(event.get("intent") or event["reason"] for event in one.told)
    return f"{one.kind} at {one.begin:.1f} s: told {told or 'nothing'}, done {len(one.acted)} times, woken {one.wakes}"


if __name__ == "__main__":
    main()
