"""How long passes take on this machine: measured once on a made-up utterance, foretold for a real one. Pure arithmetic.

The encoder's time depends on the window alone; the decoder's on how much is said, and so on what it took in the passes
before. Both grow where other programs keep the processor busy, which the passes before have felt, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiced.flow import Timings


@dataclass(frozen=True, slots=True)
class Speed:
    """What each pass took on the made-up utterance, in the order of the passes; and with what."""

    passes: tuple[Timings, ...]
    window: int  # samples that the encoder heard in the first of them
    threads: int
    beams: int  # hypotheses followed at once

    def foretold(self, number: int, before: Timings, window: int) -> float:
        """Return the seconds that pass `number` (1: the second) will take.

        `before`: what all passes before it took on the same utterance, of which the first heard `window` samples.
        """
        # Then: the sums over the passes before, on the made-up utterance; its first window was of another length.
        then = sum(self.passes[1:number], self.passes[0])
        further = then.encode - self.passes[0].encode
        usual = self.passes[0].encode * window / self.window + further
        # Now: the same, on this utterance. The machine may be busier than it was, or quieter.
        busy = before.encode / usual if usual else 1.0
        more_said = before.decode / then.decode if then.decode else 1.0
        return self.passes[number].encode * busy + self.passes[number].decode * more_said

    @property
    def accepted(self) -> float:
        """Seconds that a short command takes which the first pass is sure of."""
        return self.passes[0].total

    def in_time(self, patience: float) -> int:
        """Return how many passes fit in `patience` seconds; the first is always taken."""
        spent, fitting = self.passes[0].total, 1
        for each in self.passes[1:]:
            spent += each.total
            if spent > patience:
                break
            fitting += 1
        return fitting

    def doubtful(self, patience: float) -> float:
        """Return the seconds that an utterance takes which all passes in time leave in doubt, such as a near miss."""
        return sum(each.total for each in self.passes[: self.in_time(patience)])

    def told(self, patience: float) -> str:
        """Return a line for the log."""
        passes = ", ".join(f"{each.total:.2f}" for each in self.passes)
        return (
            f"threads: {self.threads}, beams: {self.beams}; passes take {passes} s here, of which "
            f"{self.in_time(patience)} fit in {patience:g} s"
        )
