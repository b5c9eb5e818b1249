"""Makes a wake word of a few recordings of the phrase, and rejects unusable takes. Knows no files, no microphone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio.loudness import level_of
from voiced.audio.vad import STEP_SAMPLES, Vad
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.wake import tuning
from voiced.wake.embedding import Embedder, embedded
from voiced.wake.templates import Calibration, similarities
from voiced.wake.training.negatives import peaks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voiced.flow import Samples
    from voiced.wake.embedding import Features
    from voiced.wake.training.negatives import Negatives


LEAST_UNIT = 1e-3  # of similarity, against division by zero


class Fault(Enum):
    """Why a take cannot be used."""

    SILENT = "nothing was heard; say the phrase, a little louder or nearer to the microphone"
    SHORT = "that was too short for a wake word; take a phrase of two or three words, or speak more slowly"
    LONG = "more was said than a wake word; say the phrase alone"
    QUIET = "too quiet; go nearer to the microphone"
    CLIPPED = "too loud, the recording is distorted; go further away, or turn the microphone down"
    NOISY = "too noisy; enrol where it is quiet"
    UNLIKE = "that did not sound like the other takes; say the same phrase in the same way"


@dataclass(frozen=True, eq=False, slots=True)
class Take:
    """A usable recording of the phrase."""

    stream: Features  # (frames, 96): embeddings of the whole recording
    word: tuple[int, int]  # begin and end of the phrase in `stream`, in frames
    sound: Samples  # (samples,): the recording, to shortly after the phrase
    speech: tuple[int, int]  # begin and end of the phrase in `sound`, in samples

    @property
    def vectors(self) -> Features:
        return self.stream[self.word[0] : self.word[1]]


@dataclass(frozen=True, eq=False, slots=True)
class Enrolled:
    """An enrolled word, with the leave-one-out score of each take."""

    takes: tuple[Features, ...]  # unit vectors, (n, 96) each
    calibration: Calibration
    left_out: tuple[float, ...]  # best score, 0 to 1, of each take under a word made of the remaining takes

    @property
    def heard(self) -> int:
        """Number of takes that a word made of the remaining ones detects."""
        return sum(score >= tuning.CANDIDATE_SCORE for score in self.left_out)


def listen_to(sound: Samples) -> Take | Fault:
    """Return the phrase in a recording (samples,) at 16 kHz, or why it cannot be used."""
    found = _speech(sound)
    if found is None:
        return Fault.SILENT
    first, last = found
    fault = _fault(sound, first, last)
    if fault:
        return fault
    before, after = (round(seconds * SAMPLE_RATE) for seconds in (tuning.PAD_BEFORE_SECONDS, tuning.PAD_AFTER_SECONDS))
    padded = np.pad(sound, (before, after + FRAME_SAMPLES))
    padded = padded + np.random.default_rng(0).normal(scale=tuning.PAD_NOISE, size=len(padded)).astype(np.float32)
    stream = embedded(Embedder(longest=1), padded)
    begin = int((before + first + tuning.TAKE_LEAD_SECONDS * SAMPLE_RATE) // FRAME_SAMPLES)
    end = int((before + last + tuning.TAKE_TAIL_SECONDS * SAMPLE_RATE) // FRAME_SAMPLES) + 1
    return Take(stream, (begin, end), sound[: last + round(tuning.KEPT_AFTER_SECONDS * SAMPLE_RATE)], found)


def enrol(takes: Sequence[Take], negatives: Negatives, wrong: Iterable[Features] = ()) -> Enrolled:
    """Return the word of two or more takes; scores of `wrong`, streams (frames, 96), stay low if takes allow."""
    directions = [negatives.scale.directions(take.vectors) for take in takes]
    others = similarities(directions, negatives.scale.directions(negatives.embeddings))
    left_out, units = list[float](), list[float]()
    for index, take in enumerate(takes):
        rest = [number for number in range(len(takes)) if number != index]
        calibration = _calibrated(others[:, rest])
        heard = similarities([directions[number] for number in rest], negatives.scale.directions(take.stream))
        units.append(float(calibration.units(heard).max()))
        left_out.append(calibration.score(units[-1]))
    calibration = _calibrated(others)
    for stream in wrong:
        heard = calibration.units(similarities(directions, negatives.scale.directions(stream)))
        above, below = float(heard.max()) + tuning.DEAFER_UNITS, min(units) - tuning.DEAFER_UNITS
        calibration = replace(calibration, offset=max(calibration.offset, min(above, below)))
    return Enrolled(tuple(directions), calibration, tuple(left_out))


def _calibrated(others: Features) -> Calibration:
    """Return the calibration that fits the similarities (n, takes) of negatives."""
    high, median = np.quantile(others, tuning.UNUSUAL_QUANTILE, axis=0), np.median(others, axis=0)
    raw = Calibration(high, np.maximum(high - median, LEAST_UNIT), 0.0)
    hours = len(others) * FRAME_SAMPLES / SAMPLE_RATE / 3600
    highest = peaks(raw.units(others))
    allowed = max(1, round(tuning.ENROLLED_CANDIDATES_PER_HOUR * hours))
    return Calibration(raw.high, raw.unit, float(highest[min(allowed, len(highest)) - 1]))


def _speech(sound: Samples) -> tuple[int, int] | None:
    """Return begin and end of the speech in samples, or None without speech."""
    vad = Vad()
    whole = len(sound) // STEP_SAMPLES
    steps = sound[: whole * STEP_SAMPLES].reshape(-1, STEP_SAMPLES)
    spoken = [number for number, step in enumerate(steps) if vad.probability(step) >= tuning.SPEECH_PROBABILITY]
    return (spoken[0] * STEP_SAMPLES, (spoken[-1] + 1) * STEP_SAMPLES) if spoken else None


def _fault(sound: Samples, first: int, last: int) -> Fault | None:
    speech, seconds = sound[first:last], (last - first) / SAMPLE_RATE
    around = np.concatenate((sound[: max(0, first - STEP_SAMPLES)], sound[last + 4 * STEP_SAMPLES :]))
    if seconds < tuning.SHORTEST_SECONDS:
        return Fault.SHORT
    if seconds > tuning.LONGEST_SECONDS:
        return Fault.LONG
    if float(np.mean(np.abs(speech) >= 1 - 1 / 32_768)) > tuning.CLIPPED_SHARE:
        return Fault.CLIPPED
    if level_of(speech) < tuning.QUIETEST_DB:
        return Fault.QUIET
    noisy = len(around) >= STEP_SAMPLES and level_of(speech) - level_of(around) < tuning.LEAST_SNR_DB
    return Fault.NOISY if noisy else None
