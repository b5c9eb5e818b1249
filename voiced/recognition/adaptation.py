"""Adapts a recogniser to the machine: how many threads and beams it uses, and what each pass costs here.

Everything is tried on one made-up utterance. What is slow gives up accuracy before it gives up time: first beams, then,
utterance by utterance, further passes (see `speed`). What the user has set is left as it is.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from voiced.flow import Timings
from voiced.recognition import tuning
from voiced.recognition.speed import Speed
from voiced.whisper.kernels.threads import choose_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voiced.config import RecognizerSettings
    from voiced.recognition.passes import Pass
    from voiced.recognition.prepared import Prepared


def follow(passes: Sequence[Pass], beams: int) -> None:
    """Let all models follow so many hypotheses."""
    for each in passes:
        each.model.beam_size = beams


def adapt(
    passes: Sequence[Pass],
    heard: Prepared,
    settings: RecognizerSettings,
    most_threads: int,
    clock: Callable[[], float],
) -> Speed:
    """Choose threads and beams, and measure all passes over `heard`, which was recognised once before."""
    first = passes[0]
    # Threads are torch's, so that they hold for every pass and model.
    threads = settings.threads or choose_threads(lambda: first.take(heard), most_threads, clock)
    # Then the most beams with which the first pass leaves half of the user's patience for longer commands.
    for beams in tuning.BEAMS if settings.beam_size is None else ():
        follow(passes, beams)
        if min(first.take(heard).timings.total for _ in range(tuning.TRIAL_RUNS)) <= settings.patience / 2:
            break
    return _measured(passes, heard, threads)


def _measured(passes: Sequence[Pass], heard: Prepared, threads: int) -> Speed:
    """Take every pass once, and tell what each took: on a slow machine all of them take many seconds."""
    found = [passes[0].take(heard)]
    for each in passes[1:]:
        found.append(each.take(heard, found[-1]))
    # Each pass adds what it took to what those before it took.
    sums = [each.timings for each in found]
    further = (Timings(after.encode - before.encode, after.decode - before.decode) for before, after in pairwise(sums))
    return Speed((sums[0], *further), heard.window, threads, passes[0].model.beam_size)
