"""Processor seconds per command, everything after the end of speech, on one thread; beside faster-whisper's.

    python tests/benchmarks/cost.py RECORDINGS --intents INTENTS --peer-python PEER/bin/python

Takes commands of three to four seconds of speech, cut as the daemon cuts them. The peer transcribes the same sound with
the same weights (int8, which is the fastest that it offers); `--peer-python` is the interpreter of an environment with
faster-whisper 1.2.1. Ours and the peer's take turns, so that whatever else the machine does hits both.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from voiced import grammar
from voiced.audio.sound_file import read
from voiced.audio.vad import Vad
from voiced.config import RecognizerSettings
from voiced.evaluation.dataset import foreign
from voiced.flow import SAMPLE_RATE, Ending, Utterance
from voiced.listening.recording import as_utterance
from voiced.recognition.recognizer import Recognizer
from voiced.whisper.loading.location import locate

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEECH = (3.0, 4.0)  # seconds
BEFORE, AFTER = 0.3, 0.8  # seconds of quiet around it, as the daemon's defaults leave it
ROUNDS = 3

PEER = """
import json, sys, time
import numpy
from faster_whisper import WhisperModel
model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=1)
options = dict(language="en", beam_size=int(sys.argv[2]))
clips = [numpy.load(path) for path in sys.argv[3:]]
list(model.transcribe(clips[0], **options)[0])
seconds = []
for clip in clips:
    began = time.process_time()
    list(model.transcribe(clip, **options)[0])
    seconds.append(time.process_time() - began)
print(json.dumps(seconds))
"""


@dataclass(frozen=True)
class Cost:
    """Processor seconds of one way to recognise."""

    name: str
    seconds: list[float]  # processor time, for each command and round

    @property
    def line(self) -> str:
        return f"| {self.name} | {fmean(self.seconds):.3f} | {median(self.seconds):.3f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description="Processor seconds per command.")
    parser.add_argument("recordings", type=Path, help="a folder of commands")
    parser.add_argument("--intents", type=Path, required=True, help="their grammar")
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--peer-python", type=Path, help="an interpreter that has faster-whisper")
    parser.add_argument("-n", type=int, default=20, help="commands (20)")
    asked = parser.parse_args()
    utterances = list(suitable(asked.recordings, asked.n))
    print(
        f"{len(utterances)} commands of {fmean(utterance.seconds for utterance in utterances):.1f} s, {ROUNDS} rounds"
    )
    print("\n| | CPU s, mean | median |\n|---|--:|--:|")
    costs = compare(utterances, asked.intents, asked.model, asked.peer_python)
    for cost in costs:
        print(cost.line)
    for peer in costs[1:]:
        means, medians = (of(costs[0].seconds) / of(peer.seconds) for of in (fmean, median))
        print(f"\nours / {peer.name} = {means:.3f}, of the medians {medians:.3f}")


def suitable(folder: Path, limit: int) -> Iterator[Utterance]:
    """Commands of the wanted length, as the daemon would hand them over."""
    vad = Vad()
    found = 0
    for recording in foreign(folder):
        whole = as_utterance(read(recording.path), vad)
        first, last = whole.speech
        if SPEECH[0] <= (last - first) / SAMPLE_RATE <= SPEECH[1]:
            start = max(0, first - round(BEFORE * SAMPLE_RATE))
            samples = whole.samples[start : last + round(AFTER * SAMPLE_RATE)]
            yield Utterance(samples, start, (first, last), Ending.SILENCE)
            found += 1
        if found == limit:
            return


def compare(utterances: list[Utterance], intents: Path, model: str, peer: Path | None) -> list[Cost]:
    """Processor seconds of ours, then of the peer."""
    recognizer = Recognizer(RecognizerSettings(model=model, threads=1), grammar.load([intents]))
    recognizer.warm_up()
    ours = Cost(f"voiced, {model}", [])
    peers = {beam: Cost(f"faster-whisper int8, {model}, beam {beam}", []) for beam in (5, 1)} if peer else {}
    with tempfile.TemporaryDirectory() as folder:
        clips = []
        for number, utterance in enumerate(utterances):
            clips.append(f"{folder}/{number:03}.npy")
            np.save(clips[-1], utterance.samples)
        for _ in range(ROUNDS):
            for utterance in utterances:
                began = process_time()
                recognizer.recognize(utterance)
                ours.seconds.append(process_time() - began)
            for beam, cost in peers.items():
                command = [str(peer), "-c", PEER, str(locate(model).path.parent), str(beam), *clips]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                cost.seconds.extend(json.loads(done.stdout))
    return [ours, *peers.values()]


if __name__ == "__main__":
    main()
