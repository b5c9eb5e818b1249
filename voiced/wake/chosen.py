"""What the settings say of wake words, word by word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.wake.detector import SURE, WakeWord

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from voiced.config import WakeWordSettings

DOUBTFUL = 0.1  # score that counts where there is a second look


def wake_words(settings: WakeWordSettings) -> list[WakeWord]:
    """What to listen for, in the order of the settings."""
    words = []
    for word in settings.models:
        verify = settings.verify if word.verify is None else word.verify
        threshold = word.threshold or settings.threshold or (DOUBTFUL if verify else SURE)
        patience = word.patience or settings.patience
        words.append(WakeWord(word.model, threshold, patience, settings.refractory, verified=verify))
    return words


def own_sounds(settings: WakeWordSettings, names: Iterable[str]) -> dict[str, bool | Path]:
    """By name, the sounds of words that have their own; `names` in the order of the settings."""
    words = zip(names, settings.models, strict=True)
    return {name: word.woken for name, word in words if word.woken is not None}


def enough_evidence(settings: WakeWordSettings) -> list[float]:
    """What the second look must find, in the same order."""
    return [word.evidence or settings.evidence for word in settings.models]
