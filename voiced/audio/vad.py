"""Is this step of sound speech? Silero's network, hysteresis, and a gate against voices in the background.

The network tells speech from noise, not the user from the television. The gate does that: a voice is only the user's if
it is not much quieter than the loudest speech of this command, since the user is the nearest. The level is held for a
moment, or every "s" would be somebody else. `SpeechDecider` is that policy as pure arithmetic; `Vad` adds the network.
Neither knows wake words or when a command ends.
"""

from __future__ import annotations

import math
from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from voiced.audio.loudness import level_of
from voiced.flow import SAMPLE_RATE
from voiced.foundations.onnx_session import open_session, packaged_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from voiced.flow import Samples

STEP_SAMPLES = 480  # 30 ms; the network was measured best with it


ON = 0.5  # probability from which speech begins
OFF = 0.35  # probability below which it ends
GATE = 14.0  # dB; a voice so much quieter than the loudest of the command is somebody else's
HOLD = 4  # steps for which a level counts, 120 ms: the quiet consonants are as short


class Activity(Enum):
    """What a step of sound is."""

    QUIET = "."  # no voice
    DISTANT = "d"  # a voice, but not the user's
    SPEECH = "s"


class SpeechDecider:
    """Probability and level of each step → what it is."""

    def __init__(self) -> None:
        self._voiced = False  # what the network says, with hysteresis
        self._levels: deque[float] = deque(maxlen=HOLD)
        self._peak = -math.inf  # dB, the loudest voice so far

    def decide(self, probability: float, level: float) -> Activity:
        """`level` in dB, of any reference."""
        self._levels.append(level)
        self._voiced = probability >= (OFF if self._voiced else ON)
        if not self._voiced:
            return Activity.QUIET
        self._peak = max(self._peak, level)
        return Activity.SPEECH if max(self._levels) > self._peak - GATE else Activity.DISTANT


class Vad:
    """Judges a stream in steps of 30 ms."""

    def __init__(self) -> None:
        """Load the network."""
        self._session = open_session(packaged_model("silero_vad.onnx"))
        self._rate = np.array(SAMPLE_RATE, np.int64)
        self.reset()

    def reset(self) -> None:
        """Forget all sound, as before a new command."""
        self._decider = SpeechDecider()
        self._state = (np.zeros((2, 1, 64), np.float32), np.zeros((2, 1, 64), np.float32))  # of its LSTM: h, c
        self._rest: Samples = np.zeros(0, np.float32)  # less than a step, waiting for more

    def judge(self, samples: Samples) -> Iterator[Activity]:
        """Take any number of samples in; one verdict for each step of STEP_SAMPLES that is complete."""
        sound = np.concatenate((self._rest, samples))
        whole = len(sound) - len(sound) % STEP_SAMPLES
        self._rest = sound[whole:]
        for step in sound[:whole].reshape(-1, STEP_SAMPLES):
            yield self._decider.decide(self.probability(step), level_of(step))

    def probability(self, step: Samples) -> float:
        """How sure the network is that this step, following those before it, is speech: 0 to 1."""
        hidden, cell = self._state
        inputs: dict[str, npt.NDArray[Any]] = {"input": step[None], "sr": self._rate, "h": hidden, "c": cell}
        output, hidden, cell = self._session.run(None, inputs)
        self._state = (hidden, cell)
        return float(output.item())
