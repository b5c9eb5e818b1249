"""Wake words on real recordings: missed, woken by mistake, and what listening costs; with and without the second stage.

    python -m tests.benchmarks.wake RECORDINGS --negatives FOLDER… --cache CACHE --plot det.png
    python -m tests.benchmarks.wake RECORDINGS --negatives FOLDER… --cache CACHE --trained TRAINED

RECORDINGS holds `wake/<keyword>/` (Picovoice's wake word benchmark), `coffee/` and `home/`, in which nobody says any of
them, and `coffee/kitchen.flac`; `--negatives` are folders of more speech without them, such as Debian's
asterisk-core-sounds packages as WAV files. Everything is heard clean and with kitchen noise at 10 dB; see
`wake_streams.py`. Listened for are the bundled alexa, and five words enrolled from five takes each, drawn at random
from the clean recordings (speakers differ from take to take; the rest is heard). With `--trained`, instead, words that
`voiced wake train` made: TRAINED holds `computer.npz`, `smart_mirror.npz` and so on.

A word counts as heard if it is detected between its clip's start and half a second after its end. Of another word's
clips each detection is a false one. Misses have a 95 % interval (Wilson), false accepts a bound of 95 % (Poisson).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks import wake_streams as streams
from voiced.audio import sound_file
from voiced.evaluation import plots
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame
from voiced.listening.tuning import VERIFIED_FRAMES
from voiced.wake import tuning, word_file
from voiced.wake.detector import WakeWord, WakeWordDetector, WordDetector
from voiced.wake.embedding import WARM_UP
from voiced.wake.head import open_model
from voiced.wake.model_file import find
from voiced.wake.training import negatives
from voiced.wake.training.enrolment import Take, enrol, listen_to
from voiced.wake.verifier import Verifier
from voiced.whisper.loading.weights import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.benchmarks.wake_streams import Stream

BUNDLED = "alexa"
ENROLLED = tuple(word for word in streams.WORDS if word != BUNDLED)
TAKES = 5
LATE = SAMPLE_RATE // 2  # samples after the end of a clip
FIRST, ALONE = 0.1, 0.5  # thresholds with a second stage and without


@dataclass(frozen=True, slots=True)
class Found:
    """A detection, and the score of the second stage."""

    where: str  # stream
    at: int  # sample
    score: float
    logprob: float
    evidence: float


@dataclass(frozen=True, eq=False, slots=True)
class Result:
    """One word, of one draw of takes."""

    word: str
    true: dict[str, list[list[Found]]]  # condition → for each clip what was detected in it
    false: list[Found]
    hours: float  # of what is not the word

    def missed(self, condition: str, least: float) -> tuple[int, int]:
        """Clips not heard, of how many."""
        clips = self.true[condition]
        return sum(all(found.evidence < least for found in clip) for clip in clips), len(clips)


class Bench:
    """All streams, and one verifier."""

    def __init__(self, folders: Mapping[str, Path], noise: Path, cache: Path) -> None:
        """Make a stream of each folder's recordings, clean and in noise, or read it from the cache."""
        sounds = (("clean", None), ("10 dB", sound_file.read(noise)))
        self.streams = {
            (name, condition): streams.load(name, streams.recordings(folder), sound, cache)
            for name, folder in folders.items()
            for condition, sound in sounds
        }
        self.verifier = Verifier(load("tiny.en", device="cpu", compute="auto"), "en")
        self.looks, self.seconds = 0, 0.0

    def result(self, word: str, model: str, left_out: frozenset[int] = frozenset()) -> Result:
        """Listen for a word everywhere; its clips that were takes do not count."""
        phrase = word.replace("_", " ")
        true, false, hours = dict[str, list[list[Found]]](), list[Found](), 0.0
        for (name, condition), stream in self.streams.items():
            found = list(self.detections(stream, condition, model, phrase))
            if name == word:
                clips = [clip for number, clip in enumerate(stream.clips) if number not in left_out]
                true[condition] = [[each for each in found if a <= each.at <= b + LATE] for a, b in clips]
            else:
                false += found
                hours += stream.hours
        return Result(word, true, false, hours)

    def detections(self, stream: Stream, condition: str, model: str, phrase: str) -> Iterator[Found]:
        """As the daemon would have them."""
        detector = WordDetector(WakeWord(model, FIRST, verified=True), open_model(find(model)))
        steps = detector.head.steps
        for number in range(steps, len(stream.embeddings)):
            end = (number + 1) * FRAME_SAMPLES
            detector.hear(stream.embeddings[number + 1 - steps : number + 1], end, warm=number > WARM_UP)
            detection = detector.detection(end)
            if detection:
                sound = stream.samples[max(0, end - VERIFIED_FRAMES * FRAME_SAMPLES) : end]
                began = time.process_time()
                opinion = self.verifier.opinion(sound, phrase, detection.score)
                self.seconds += time.process_time() - began
                self.looks += 1
                if opinion.evidence < tuning.EVIDENCE_THRESHOLD:
                    detector.listen_again()
                yield Found(
                    f"{stream.name} {condition}", detection.at, detection.score, opinion.logprob, opinion.evidence
                )

    def enrolled(self, word: str, draw: int, folder: Path) -> tuple[str, frozenset[int]]:
        """A wake word of five clips that enrolment takes, and the numbers of all that were tried."""
        stream, takes, tried = self.streams[word, "clean"], list[Take](), set[int]()
        for number in np.random.default_rng([draw, len(word)]).permutation(len(stream.clips)):
            begin, end = stream.clips[number]
            take = listen_to(stream.samples[begin:end])
            tried.add(int(number))
            if isinstance(take, Take):
                takes.append(take)
            if len(takes) == TAKES:
                break
        path, others = folder / f"{word}{draw}.npz", negatives.read(tuning.CALIBRATION_MINUTES)
        made = enrol(takes, others)
        phrase = word.replace("_", " ")
        word_file.write(path, word_file.WordOfTakes(phrase, made.takes, others.scale, made.calibration))
        return str(path), frozenset(tried)


def main() -> None:
    parser = argparse.ArgumentParser(description="Wake words on real recordings.")
    parser.add_argument("recordings", type=Path)
    parser.add_argument("--negatives", type=Path, nargs="+", default=[], help="folders of other speech")
    parser.add_argument("--cache", type=Path, required=True, help="where streams and embeddings are kept")
    parser.add_argument("--draws", type=int, default=2, help="of five takes for each word (2)")
    parser.add_argument("--trained", type=Path, metavar="FOLDER", help="listen for trained words instead")
    parser.add_argument("--words", nargs="+", choices=streams.WORDS, default=list(streams.WORDS))
    parser.add_argument("--plot", type=Path, help="draw misses against false accepts (PNG)")
    parser.add_argument("--out", type=Path, help="everything as JSON")
    asked = parser.parse_args()
    folders = {word: asked.recordings / "wake" / word for word in streams.WORDS}
    folders |= {name: asked.recordings / name for name in ("coffee", "home")}
    folders |= {folder.name: folder for folder in asked.negatives}
    bench, results = Bench(folders, asked.recordings / "coffee/kitchen.flac", asked.cache), list[Result]()
    print("word | missed clean, 10 dB: first stage alone | false/h | with the second stage | false, bound/h, of hours")
    with tempfile.TemporaryDirectory() as folder:
        for word in asked.words:
            for draw in range(1 if word == BUNDLED or asked.trained else asked.draws):
                if word == BUNDLED or asked.trained:
                    own = word if word == BUNDLED else str(asked.trained / f"{word}.npz")
                    model = own, frozenset[int]()
                else:
                    model = bench.enrolled(word, draw, Path(folder))
                results.append(bench.result(word, *model))
                print(row(results[-1]), flush=True)
    if enrolled := [result for result in results if result.word != BUNDLED]:
        print(mean(enrolled))
    print(f"second stage: {1000 * bench.seconds / bench.looks:.0f} ms of CPU, mean of {bench.looks}")
    print(f"first stage, alexa: {1000 * cpu_per_frame():.2f} ms of CPU per 80 ms")
    if asked.plot:
        figure = plots.curves_figure([curve(result) for result in results], "missed in noise at 10 dB")
        print(plots.save(asked.plot, figure))
    if asked.out:
        asked.out.write_text(json.dumps([told(result) for result in results]))


def row(result: Result) -> str:
    alone = [
        sum(all(found.score < ALONE for found in clip) for clip in clips) / len(clips) for clips in result.true.values()
    ]
    alone_false = sum(found.score >= ALONE for found in result.false) / result.hours
    missed = [result.missed(condition, tuning.EVIDENCE_THRESHOLD) for condition in result.true]
    false = sum(found.evidence >= tuning.EVIDENCE_THRESHOLD for found in result.false)
    return " | ".join(
        (
            result.word,
            ", ".join(f"{100 * share:.1f} %" for share in alone),
            f"{alone_false:.1f}",
            ", ".join(f"{100 * n / of:.1f} % ({wilson(n, of)}, of {of})" for n, of in missed),
            f"{false}, {bound(false, result.hours):.2f}, of {result.hours:.1f}; {len(result.false)} looked at",
        )
    )


def mean(results: Sequence[Result]) -> str:
    shares = [
        [n / of for n, of in (result.missed(each, tuning.EVIDENCE_THRESHOLD) for each in result.true)]
        for result in results
    ]
    false = sum(found.evidence >= tuning.EVIDENCE_THRESHOLD for result in results for found in result.false)
    hours = sum(result.hours for result in results)
    clean, noisy = 100 * np.mean(shares, axis=0)
    missed = f"{clean:.1f} %, {noisy:.1f} %"
    return f"words of one's own, mean of {len(results)}: {missed}; {false} false in {hours:.0f} word-hours"


def wilson(n: int, of: int) -> str:
    """95 % interval of a share, in percent."""
    low, high = plots.wilson(n, of)
    return f"{100 * low:.1f} to {100 * high:.1f}"


def bound(events: int, hours: float) -> float:
    """Events per hour that 95 % of all Poisson counts exceed only if the rate is higher."""
    low, high = 0.0, 10.0 + 4 * events
    for _ in range(60):
        rate = (low + high) / 2
        at_most = sum(math.exp(k * math.log(rate) - rate - math.lgamma(k + 1)) for k in range(events + 1))
        low, high = (rate, high) if at_most > 0.05 else (low, rate)
    return high / hours


def curve(result: Result) -> plots.Curve:
    """False accepts per hour and the share missed in noise, over all thresholds of the second stage."""

    def point(least: float) -> tuple[float, float]:
        false = sum(found.evidence >= least for found in result.false) / result.hours
        n, of = result.missed("10 dB", least)
        return false, n / of

    points = [point(float(least)) for least in np.arange(-0.3, 1.2, 0.01)]
    return plots.Curve(
        result.word, points, (f"evidence {tuning.EVIDENCE_THRESHOLD:g}", point(tuning.EVIDENCE_THRESHOLD))
    )


def cpu_per_frame() -> float:
    """Seconds of CPU for 80 ms of sound, one word, without the second stage."""
    detector = WakeWordDetector([WakeWord(BUNDLED)])
    noise = np.random.default_rng(0).normal(scale=0.01, size=(1_000, FRAME_SAMPLES)).astype(np.float32)
    began = time.process_time()
    for number, samples in enumerate(noise):
        detector.detect(AudioFrame(number * FRAME_SAMPLES, samples))
    return (time.process_time() - began) / len(noise)


def told(result: Result) -> dict[str, object]:
    true = {
        condition: [[astuple(found) for found in clip] for clip in clips] for condition, clips in result.true.items()
    }
    return {
        "word": result.word,
        "hours": result.hours,
        "true": true,
        "false": [astuple(found) for found in result.false],
    }


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
