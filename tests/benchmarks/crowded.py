"""Commands that somebody talks before or after: each is spoken beside a recording of something else, by another voice.

They are no commands: what else was said may have been "never", or meant for somebody else.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voiced.audio import sound_file
from voiced.audio.vad import Vad
from voiced.flow import SAMPLE_RATE, Ending, Utterance
from voiced.listening.recording import as_utterance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from voiced.flow import Samples

GAPS = (0.1, 0.4)  # seconds between the two
QUIET = np.zeros(SAMPLE_RATE // 2, np.float32)


class Crowded(NamedTuple):
    """A command, and something else."""

    name: str
    utterance: Utterance


def crowded(commands: Sequence[Path], others: Sequence[Path]) -> Iterator[Crowded]:
    """Each command with one of the others, after it and before it."""
    for number, path in enumerate(commands):
        other = others[7 * number % len(others)]
        pair = _speech(path), _speech(other)
        for gap, before in product(GAPS, (False, True)):
            first, second = pair[::-1] if before else pair
            between = np.zeros(round(gap * SAMPLE_RATE), np.float32)
            samples = np.concatenate((QUIET, first, between, second, QUIET))
            speech = len(QUIET), len(samples) - len(QUIET)
            name = f"{path.name} {'before' if before else 'after'} {gap} s"
            yield Crowded(name, Utterance(samples, 0, speech, Ending.SILENCE))


def _speech(path: Path) -> Samples:
    heard = as_utterance(sound_file.read(path), Vad())
    first, end = heard.speech
    return heard.samples[first - heard.start : end - heard.start]
