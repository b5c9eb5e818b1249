"""`voiced check --speed`: what recognition costs on this machine, what was chosen for it, and what would be faster.

Loads the models and takes every pass over a made-up utterance, as the daemon does at its start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from voiced.flow import Ending, Utterance
from voiced.recognition.recognizer import Recognizer
from voiced.whisper.loading import checkpoints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiced.config import RecognizerSettings
    from voiced.grammar import Grammar
    from voiced.recognition.speed import Speed

ORDINALS = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class Costs:
    """What was chosen for this machine, and what commands and rejections cost on it; times are seconds."""

    threads: int
    beams: int
    patience: float  # as it is set
    passes: tuple[float, ...]  # what each takes on a short command
    in_time: int  # passes that fit in the patience
    command: float  # a short command that the first pass is sure of; a sentence that is clearly none, too
    doubtful: float  # what all passes in time leave in doubt, such as a near miss
    advice: tuple[str, ...]  # what to change; empty if all passes are in time

    @property
    def lines(self) -> tuple[str, ...]:
        """The costs for people."""
        passes = ", ".join(f"{seconds:.2f}" for seconds in self.passes)
        lines = (
            f"threads: {self.threads}, beams: {self.beams}; passes take {passes} s here",
            f"passes in time for recognizer.patience: {self.patience:g}: {self.in_time} of {len(self.passes)}",
            f"a short command or a clear rejection takes {self.command:.2f} s, a doubtful one {self.doubtful:.2f} s",
            *self.advice,
        )
        return ("speed:    " + lines[0], *(" " * 10 + line for line in lines[1:]))


def costs_of(settings: RecognizerSettings, commands: Grammar) -> Costs:
    """Measure what recognition costs here. ModelError if a model cannot be loaded."""
    recognizer = Recognizer(settings, commands)
    recognizer.warm_up()
    speed = recognizer.speed
    assert speed, "known after warm_up"
    if settings.mode == "free":  # in one pass, of the whole window
        quiet = Utterance(np.zeros(speed.window, np.float32), 0, (0, speed.window), Ending.SILENCE)
        speed = replace(speed, passes=(recognizer.recognize(quiet).timings,))
    return costs(speed, settings, commands.language)


def costs(speed: Speed, settings: RecognizerSettings, language: str) -> Costs:
    """What a measured speed means under these settings."""
    return Costs(
        threads=speed.threads,
        beams=speed.beams,
        patience=settings.patience,
        passes=tuple(round(each.total, 3) for each in speed.passes),
        in_time=speed.in_time(settings.patience),
        command=round(speed.accepted, 3),
        doubtful=round(speed.doubtful(settings.patience), 3),
        advice=tuple(_advice(speed, settings, language)),
    )


def _advice(speed: Speed, settings: RecognizerSettings, language: str) -> Iterator[str]:
    """Sentences: what is given up on this machine, and which settings would change that."""
    fitting = speed.in_time(settings.patience)
    if fitting == len(speed.passes) and speed.accepted <= settings.patience:
        return
    if speed.accepted > settings.patience:
        yield "the first pass alone takes longer than recognizer.patience: every answer is late"
    else:
        left = " and ".join(ORDINALS[fitting : len(speed.passes)])
        yield f"no time for the {left} pass: more commands are left in doubt, and must be said again"
    if smaller := _smaller(settings.model, language):
        yield f"recognizer.model: {smaller} is smaller and faster"
    if settings.second_model:
        yield "recognizer.second_model: null takes further passes with the first model"
    if settings.compute == "float32":
        yield "recognizer.compute: auto takes int8 where that is faster"
    if settings.threads is not None:
        yield "recognizer.threads: null tries how many threads are the fastest"
    if settings.beam_size is not None and speed.beams > 1:
        yield "recognizer.beam_size: null follows fewer hypotheses on a slow machine"
    everything = sum(each.total for each in speed.passes)
    yield f"recognizer.patience: {ceil(10 * everything) / 10:g} gives every pass its time, and makes you wait for it"


def _smaller(model: str, language: str) -> str | None:
    """The name of the smallest model that knows the language, if it is smaller than this one; None if none is."""
    sizes = {known.name: known.parameters for known in checkpoints.known()}
    smallest = "tiny.en" if language == "en" else "tiny"
    return smallest if sizes.get(model, 0) > sizes[smallest] else None
