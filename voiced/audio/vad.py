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
from voiced.foundations.onnx_session import open_session, shipped_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from voiced.flow import Samples

STEP_SAMPLES = 480  # 30 ms; the network was measured best with it


ON = 0.5  # probability from which speech begins
OFF = 0.35  # probability below which it ends
GATE_DB = 14.0  # a voice this much quieter than the loudest of the command is somebody else's
HOLD_STEPS = 4  # for which a level counts, 120 ms: the quiet consonants are as short


class Activity(Enum):
    """The class of a step of 30 ms."""

    QUIET = "."  # no voice
    DISTANT = "d"  # a voice, but not the user's
    SPEECH = "s"


class SpeechDecider:
    """Classifies each step by the network's probability and the level, with hysteresis and a gate."""

    def __init__(self) -> None:
        self._voiced = False  # what the network says, with hysteresis
        self._levels: deque[float] = deque(maxlen=HOLD_STEPS)
        self._peak = -math.inf  # dB, the loudest voice so far

    def decide(self, probability: float, level: float) -> Activity:
        """The activity of the next step: `probability` of speech, `level` in dB of any reference."""
        self._levels.append(level)
        self._voiced = probability >= (OFF if self._voiced else ON)
        if not self._voiced:
            return Activity.QUIET
        self._peak = max(self._peak, level)
        return Activity.SPEECH if max(self._levels) > self._peak - GATE_DB else Activity.DISTANT


class Vad:
    """Voice activity detection on a stream, in steps of 30 ms."""

    def __init__(self) -> None:
        """Load the network."""
        self._session = open_session(shipped_model("silero_vad.onnx"))
        self._rate = np.array(SAMPLE_RATE, np.int64)
        self.reset()

    def reset(self) -> None:
        """Forget all earlier sound: call it before a new command."""
        self._decider = SpeechDecider()
        self._state = (np.zeros((2, 1, 64), np.float32), np.zeros((2, 1, 64), np.float32))  # of its LSTM: h, c
        self._rest: Samples = np.zeros(0, np.float32)  # less than a step, waiting for more

    def judge(self, samples: Samples) -> Iterator[Activity]:
        """The activity of each step of STEP_SAMPLES that `samples`, of any number, complete."""
        sound = np.concatenate((self._rest, samples))
        whole = len(sound) - len(sound) % STEP_SAMPLES
        self._rest = sound[whole:]
        for step in sound[:whole].reshape(-1, STEP_SAMPLES):
            yield self._decider.decide(self.probability(step), level_of(step))

    def probability(self, step: Samples) -> float:
        """The network's probability that a step, shape (STEP_SAMPLES,), is speech, given the steps before it."""
        hidden, cell = self._state
        inputs: dict[str, npt.NDArray[Any]] = {"input": step[None], "sr": self._rate, "h": hidden, "c": cell}
        output, hidden, cell = self._session.run(None, inputs)
        self._state = (hidden, cell)
        return float(output.item())
