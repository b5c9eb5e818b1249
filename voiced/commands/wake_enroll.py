"""`voiced wake enroll`: somebody says a phrase a few times, each take is judged at once, and a wake word is written.

Nothing is written before the end: whoever stops half-way keeps nothing half-made.
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
from voiced.wake import word_file
from voiced.wake.templates import AT_ZERO
from voiced.wake.training import negatives
from voiced.wake.training.enrolment import (
    CANDIDATES,
    LEAST,
    OTHERS,
    SPEECH,
    WANTED,
    Fault,
    Take,
    enrol,
    listen_to,
)
from voiced.wake.verifier import ENOUGH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from voiced.flow import AudioFrame, Opinion, Samples
    from voiced.foundations.terminal import Print
    from voiced.wake.training.enrolment import Enrolled

    Verify: TypeAlias = Callable[[Samples, str, float], Opinion]  # of sound, phrase and score


AFTER_WORD = 0.6  # seconds of quiet after which a take is over
LONGEST_TAKE = 5.0  # seconds, then too
KEPT_BEFORE = 1.0  # seconds of a take from before its first word
TRIES = 20  # takes that somebody is asked for before we give up
BAR = 30  # characters of the level meter
FALSE_WAKES = 0.2  # wakes by mistake in an hour of other speech, past the second look: 17 in 83 hours of five words
QUIETEST, LOUDEST = -60.0, -10.0  # dB of full scale that it shows


def from_files(phrase: str, files: Sequence[Path], out: Path, verify: Verify, say: Print) -> None:
    """Make a wake word of recordings, one take in each."""
    takes: list[tuple[str, Take]] = []
    for file in files:
        heard = listen_to(sound_file.read(file))
        if isinstance(heard, Fault):
            say(f"{file}: {heard.value}")
        else:
            takes.append((str(file), heard))
    others, wrong = negatives.read(OTHERS), wrong_wakes(out.stem)
    while len(takes) >= LEAST:
        enrolled = enrol([take for _, take in takes][: word_file.MOST_TAKES], others, wrong)
        odd = _odd(enrolled)
        if odd is None:
            _finish(phrase, enrolled, out, say)
            _check_second_stage(phrase, [take for _, take in takes], verify, say)
            return
        say(f"{takes.pop(odd)[0]}: {Fault.UNLIKE.value}")
    raise VoicedError(
        f"{len(takes)} of {len(files)} recordings can be used, and {LEAST} are needed; nothing was written"
    )


def from_microphone(phrase: str, frames: Iterable[AudioFrame], out: Path, verify: Verify, say: Print) -> None:
    """Ask for takes until there are enough; VoicedError if there never are."""
    say(f"Say {phrase!r} {WANTED} times, as you will say it every day. Wait each time until you are asked.")
    stream, takes = iter(frames), list[Take]()
    others, wrong = negatives.read(OTHERS), wrong_wakes(out.stem)
    for _ in range(TRIES):
        say(f"\nTake {len(takes) + 1} of {WANTED}: now")
        heard = listen_to(one_take(stream, say))
        if isinstance(heard, Fault):
            say(f"once more: {heard.value}")
            continue
        takes.append(heard)
        say("good")
        if len(takes) < WANTED:
            continue
        enrolled = enrol(takes, others, wrong)
        odd = _odd(enrolled)
        if odd is None:
            _finish(phrase, enrolled, out, say)
            _check_second_stage(phrase, takes, verify, say)
            return
        say(f"take {odd + 1} once more: {Fault.UNLIKE.value}")
        del takes[odd]
    raise VoicedError(f"after {TRIES} takes there are no {WANTED} alike; nothing was written; enrol where it is quiet")


def one_take(frames: Iterator[AudioFrame], say: Print) -> Samples:
    """From shortly before the first word to the quiet after the last; all that there was, if nothing is said."""
    vad, sound = Vad(), np.zeros(0, np.float32)
    spoken: list[bool] = []  # for each step
    for frame in frames:
        sound = np.concatenate((sound, frame.samples))
        steps = sound[len(spoken) * STEP_SAMPLES :]
        whole = len(steps) // STEP_SAMPLES * STEP_SAMPLES
        spoken += [vad.probability(step) >= SPEECH for step in steps[:whole].reshape(-1, STEP_SAMPLES)]
        say(f"\r{meter(level_of(frame.samples))}", end="", flush=True)
        quiet = round(AFTER_WORD * SAMPLE_RATE / STEP_SAMPLES)
        if (any(spoken) and not any(spoken[-quiet:])) or len(sound) >= LONGEST_TAKE * SAMPLE_RATE:
            break
    else:
        raise AudioError("the sound ended before there were enough takes; nothing was written")
    say(f"\r{' ' * (BAR + 2)}\r", end="", flush=True)
    first = spoken.index(True) * STEP_SAMPLES if any(spoken) else 0
    return sound[max(0, first - round(KEPT_BEFORE * SAMPLE_RATE)) :]


def meter(level: float) -> str:
    """A bar for a level in dB."""
    return bar((level - QUIETEST) / (LOUDEST - QUIETEST), BAR)


def _odd(enrolled: Enrolled) -> int | None:
    """The take that the others would not have woken for, the least like them."""
    worst = int(np.argmin(enrolled.left_out))
    return worst if enrolled.left_out[worst] < AT_ZERO else None


def _check_second_stage(phrase: str, takes: Sequence[Take], verify: Verify, say: Print) -> None:
    """Does the recogniser hear the phrase in the takes? A name that nobody else has it may not know."""
    heard = sum(verify(take.sound, phrase, AT_ZERO).evidence >= ENOUGH for take in takes)
    say(f"\nThe recogniser hears {phrase!r} in {heard} of {len(takes)} takes.")
    if heard < len(takes) - 1:
        say("That is too few for the second look: take another phrase, or write {model: ..., verify: false} for it.")


def _finish(phrase: str, enrolled: Enrolled, out: Path, say: Print) -> None:
    others = negatives.read(OTHERS)
    word_file.write(out, word_file.WordOfTakes(phrase, enrolled.takes, others.scale, enrolled.calibration))
    hours = len(others.embeddings) * FRAME_SAMPLES / SAMPLE_RATE / 3600
    say(
        f"\nEach take was heard by a wake word of the others: {enrolled.heard} of {len(enrolled.left_out)}.\n"
        f"Of {60 * hours:.0f} minutes of other speech about {CANDIDATES * hours:.0f} words sounded like it at first; "
        f"the second look (wake_word.verify) is there to refuse them. "
        f"Expect a false wake in {1 / FALSE_WAKES:.0f} hours of speech, {24 * FALSE_WAKES:.0f} a day "
        f"where somebody talks all day, as with the words that were measured.\n"
        f"wrote {out}, {out.stat().st_size / 1000:.0f} kB\n\n"
        f"Try it:    voiced wake test {out} --mic\n"
        f"Use it:    wake_word: {{models: [{out}]}}   in config.yaml"
    )
