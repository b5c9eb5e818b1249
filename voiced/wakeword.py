"""openWakeWord: frames → detections of wake words, several at once over one embedding of the sound.

Knows the models' files and the numbers between them; does not know microphones, commands or what is done with a
detection. (Signatures; the streaming loop follows.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voiced.flow import AudioFrame, Detection

BUNDLED = ("alexa", "hey_jarvis", "hey_marvin", "hey_mycroft", "timer", "weather")


@dataclass(frozen=True, slots=True)
class WakeWord:
    """One word to listen for."""

    model: str = "hey_jarvis"  # one of BUNDLED, or the path of an .onnx file
    threshold: float = 0.5  # score that counts, 0 to 1
    patience: int = 1  # so many consecutive frames must reach it
    refractory: float = 2.0  # seconds in which the same word is not heard again


class WakeWordDetector:
    """Scores every 80 ms frame; says when a wake word was completed."""

    def __init__(self, wake_words: Sequence[WakeWord]) -> None:
        """Load the models; ModelError names the known words if one is unknown."""

    @property
    def scores(self) -> Mapping[str, float]:
        """Each word's score of the newest frame."""
        ...

    def detect(self, frame: AudioFrame) -> Detection | None:
        """Listen to one frame; the best-scoring word that was completed by it, if any."""
        ...

    def reset(self) -> None:
        """Forget all sound, as if just started."""
