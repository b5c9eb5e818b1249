"""`voiced wake enroll`: records a phrase a few times, checks each take at once, and writes a wake word.

Nothing is written before the end, so that stopping half-way leaves no file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from voiced.audio import sound_file
from voiced.audio.loudness import level_of
from voiced.audio.vad import STEP_SAMPLES, Vad
from voiced.errors import AudioError, VoicedError
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.foundations.terminal import bar
from voiced.records.wakes import wrong_wakes
from voiced.wake import tuning, word_file
from voiced.wake.training import negatives
from voiced.wake.training.enrolment import Fault, Take, enrol, listen_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from voiced.flow import AudioFrame, Opinion, Samples
    from voiced.foundations.terminal import Print
    from voiced.wake.training.enrolment import Enrolled

    Verify: TypeAlias = Callable[[Samples, str, float], Opinion]  # sound, phrase, score → the second stage's opinion


BAR_CHARACTERS = 30  # width of the level meter
QUIETEST_DB, LOUDEST_DB = -60.0, -10.0  # of full scale: the ends of the level meter


def from_files(phrase: str, files: Sequence[Path], out: Path, verify: Verify, say: Print) -> None:
    """Write a wake word made of recordings, one take in each; VoicedError if too few can be used."""
    takes: list[tuple[str, Take]] = []
    for file in files:
        heard = listen_to(sound_file.read(file))
        if isinstance(heard, Fault):
            say(f"{file}: {heard.value}")
        else:
            takes.append((str(file), heard))
    others, wrong = negatives.read(tuning.CALIBRATION_MINUTES), wrong_wakes(out.stem)
    while len(takes) >= tuning.LEAST_TAKES:
        enrolled = enrol([take for _, take in takes][: word_file.MOST_TAKES], others, wrong)
        odd = _odd(enrolled)
        if odd is None:
            _finish(phrase, enrolled, out, say)
            _check_second_stage(phrase, [take for _, take in takes], verify, say)
            return
        say(f"{takes.pop(odd)[0]}: {Fault.UNLIKE.value}")
    raise VoicedError(
        f"{len(takes)} of {len(files)} recordings can be used, and {tuning.LEAST_TAKES} are needed; nothing was written"
    )


def from_microphone(phrase: str, frames: Iterable[AudioFrame], out: Path, verify: Verify, say: Print) -> None:
    """Ask for takes until there are enough, and write the wake word; VoicedError after MOST_TRIES takes."""
    say(
        f"Say {phrase!r} {tuning.WANTED_TAKES} times, as you will say it every day. Wait each time until you are asked."
    )
    stream, takes = iter(frames), list[Take]()
    others, wrong = negatives.read(tuning.CALIBRATION_MINUTES), wrong_wakes(out.stem)
    for _ in range(tuning.MOST_TRIES):
        say(f"\nTake {len(takes) + 1} of {tuning.WANTED_TAKES}: now")
        heard = listen_to(one_take(stream, say))
        if isinstance(heard, Fault):
            say(f"once more: {heard.value}")
            continue
        takes.append(heard)
        say("good")
        if len(takes) < tuning.WANTED_TAKES:
            continue
        enrolled = enrol(takes, others, wrong)
        odd = _odd(enrolled)
        if odd is None:
            _finish(phrase, enrolled, out, say)
            _check_second_stage(phrase, takes, verify, say)
            return
        say(f"take {odd + 1} once more: {Fault.UNLIKE.value}")
        del takes[odd]
    raise VoicedError(
        f"after {tuning.MOST_TRIES} takes there are no {tuning.WANTED_TAKES} alike; nothing was written; "
        "enrol where it is quiet"
    )


def one_take(frames: Iterator[AudioFrame], say: Print) -> Samples:
    """Return one take (samples,), from shortly before the speech to the silence after; AudioError if frames end."""
    vad, sound = Vad(), np.zeros(0, np.float32)
    spoken: list[bool] = []  # for each step
    for frame in frames:
        sound = np.concatenate((sound, frame.samples))
        steps = sound[len(spoken) * STEP_SAMPLES :]
        whole = len(steps) // STEP_SAMPLES * STEP_SAMPLES
        spoken += [
            vad.probability(step) >= tuning.SPEECH_PROBABILITY for step in steps[:whole].reshape(-1, STEP_SAMPLES)
        ]
        say(f"\r{meter(level_of(frame.samples))}", end="", flush=True)
        quiet = round(tuning.QUIET_AFTER_TAKE_SECONDS * SAMPLE_RATE / STEP_SAMPLES)
        if (any(spoken) and not any(spoken[-quiet:])) or len(sound) >= tuning.LONGEST_RECORDING_SECONDS * SAMPLE_RATE:
            break
    else:
        raise AudioError("the sound ended before there were enough takes; nothing was written")
    say(f"\r{' ' * (BAR_CHARACTERS + 2)}\r", end="", flush=True)
    first = spoken.index(True) * STEP_SAMPLES if any(spoken) else 0
    return sound[max(0, first - round(tuning.KEPT_BEFORE_SECONDS * SAMPLE_RATE)) :]


def meter(level: float) -> str:
    """Return a text bar for a level in dB of full scale."""
    return bar((level - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB), BAR_CHARACTERS)


def _odd(enrolled: Enrolled) -> int | None:
    """Return the index of the take that fits the remaining ones worst, or None if all would be detected."""
    worst = int(np.argmin(enrolled.left_out))
    return worst if enrolled.left_out[worst] < tuning.CANDIDATE_SCORE else None


def _check_second_stage(phrase: str, takes: Sequence[Take], verify: Verify, say: Print) -> None:
    """Say in how many takes the second stage hears the phrase; it may not know an unusual name."""
    heard = sum(
        verify(take.sound, phrase, tuning.CANDIDATE_SCORE).evidence >= tuning.EVIDENCE_THRESHOLD for take in takes
    )
    say(f"\nThe recogniser hears {phrase!r} in {heard} of {len(takes)} takes.")
    if heard < len(takes) - 1:
        say("That is too few for the second stage: take another phrase, or write {model: ..., verify: false} for it.")


def _finish(phrase: str, enrolled: Enrolled, out: Path, say: Print) -> None:
    others = negatives.read(tuning.CALIBRATION_MINUTES)
    word_file.write(out, word_file.WordOfTakes(phrase, enrolled.takes, others.scale, enrolled.calibration))
    hours = len(others.embeddings) * FRAME_SAMPLES / SAMPLE_RATE / 3600
    candidates, false_wakes = tuning.ENROLLED_CANDIDATES_PER_HOUR * hours, tuning.FALSE_WAKES_PER_HOUR
    say(
        f"\nEach take was heard by a wake word of the others: {enrolled.heard} of {len(enrolled.left_out)}.\n"
        f"Of {60 * hours:.0f} minutes of other speech about {candidates:.0f} words sounded like it at first; "
        f"the second stage (wake_word.verify) is there to refuse them. "
        f"Expect a false wake in {1 / false_wakes:.0f} hours of speech, {24 * false_wakes:.0f} a day "
        f"where somebody talks all day, as with the words that were measured.\n"
        f"wrote {out}, {out.stat().st_size / 1000:.0f} kB\n\n"
        f"Try it:    voiced wake test {out} --mic\n"
        f"Use it:    wake_word: {{models: [{out}]}}   in config.yaml"
    )
