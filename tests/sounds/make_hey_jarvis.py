"""Makes the wake word that ships: `voiced wake train "hey jarvis"` with three times as many voices and steps.

    OMP_NUM_THREADS=1 python -m tests.sounds.make_hey_jarvis OUT.npz

Takes half an hour. `tests.benchmarks.wake_rivals` compares the result with openWakeWord's.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiced.commands.wake_train import Effort, TrainingJob, from_text
from voiced.config import Config
from voiced.evaluation import wake_trials
from voiced.wake import tuning
from voiced.wake.embedding import EMBEDDING
from voiced.wake.training.synthesis import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMES = 3
COUNTS = Counts(TIMES * tuning.KOKORO_CLIPS, TIMES * tuning.ESPEAK_CLIPS, TIMES * tuning.CONFUSABLE_CLIPS)
EFFORT = Effort(COUNTS, TIMES * tuning.ROUNDS)
NONE_WRONG = np.zeros((0, tuning.REMEMBERED_FRAMES, EMBEDDING), np.float32)


def main() -> None:
    """Write the word, and print how it does in voices that it has not learnt from."""
    job = TrainingJob("hey jarvis", "en", (), NONE_WRONG, Path(sys.argv[1]))
    from_text(job, wake_trials.verifier_of(Config()).opinion, _say, _told, EFFORT)


def _say(text: str, /, *, end: str = "\n", flush: bool = False) -> None:
    print(text, end=end, flush=flush)


@contextmanager
def _told(what: str, total: int) -> Iterator[Callable[[], None]]:
    began, done = time.monotonic(), 0

    def tick() -> None:
        nonlocal done
        done += 1
        if done % 100 == 0:
            print(f"{what}: {done} of {total}, {time.monotonic() - began:.0f} s", flush=True)

    yield tick


if __name__ == "__main__":
    main()
