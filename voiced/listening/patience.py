"""How long a pause must be before the recogniser is asked what was said so far. Knows no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.listening.tuning import PAUSE_SAMPLES

if TYPE_CHECKING:
    from voiced.config import ListeningSettings


class Patience:
    """Length of a pause, in samples, from which on the recogniser is asked: it grows with the time that answers take.

    On a slow machine it is therefore asked only when the command is nearly over.
    """

    def __init__(self, settings: ListeningSettings) -> None:
        self._longest = round(settings.silence * SAMPLE_RATE) - FRAME_SAMPLES  # a longer pause ends the command
        self.pause = PAUSE_SAMPLES

    def answered(self, after: int) -> None:
        """Set the pause to half of `after`, the samples that came while the last answer was awaited."""
        self.pause = max(PAUSE_SAMPLES, min(after // 2, self._longest))
