"""Heads: the last embeddings → the score, 0 to 1, that a wake word was just completed. Three kinds of one protocol."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from voiced.errors import ModelError
from voiced.foundations.onnx_session import open_session
from voiced.wake import tuning, word_file
from voiced.wake.embedding import EMBEDDING
from voiced.wake.model_file import SUFFIX
from voiced.wake.network import STEPS
from voiced.wake.templates import Aligner

if TYPE_CHECKING:
    from pathlib import Path

    from voiced.foundations.onnx_session import Session
    from voiced.wake.embedding import Features
    from voiced.wake.model_file import ModelFile
    from voiced.wake.network import Network
    from voiced.wake.word_file import WordOfTakes


class Head(Protocol):
    """Scores one word on a stream of embeddings."""

    @property
    def steps(self) -> int:
        """How many embeddings `hear` needs."""

    @property
    def alone(self) -> float:
        """The score that counts without a second stage, 0 to 1."""

    def hear(self, embeddings: Features) -> float:
        """Return the score, 0 to 1, of at least `steps` embeddings (n, 96), the newest last; call for every frame."""

    def reset(self) -> None:
        """Forget the stream."""


@dataclass(frozen=True, eq=False, slots=True)
class Model:
    """A loaded wake word."""

    name: str  # in settings and MQTT events
    phrase: str  # as spoken: "hey jarvis"
    head: Head


class OnnxHead:
    """An ONNX network of openWakeWord, bundled or the user's. Stateless."""

    alone = tuning.SURE_SCORE

    def __init__(self, path: Path) -> None:
        """Load the network; ModelError if the file is no wake-word network."""
        self._session = open_session(path)
        self._input, self.steps = _input_of(self._session, path)

    def hear(self, embeddings: Features) -> float:
        """Return the network's output as the score, 0 to 1."""
        output = self._session.run(None, {self._input: embeddings[None, -self.steps :]})[0].reshape(-1)
        # A head with several outputs ("timer") classifies phrases; output 0 is the class "none of them".
        return float(output[1:].max() if len(output) > 1 else output[0])

    def reset(self) -> None:
        """Nothing to forget."""


class TemplateHead:
    """Compares the stream with enrolled takes of the phrase, by dynamic time warping (`templates`)."""

    steps = 1
    alone = tuning.SURE_SCORE

    def __init__(self, word: WordOfTakes) -> None:
        self._scale, self._calibration = word.scale, word.calibration
        self._aligner = Aligner(word.takes)

    def hear(self, embeddings: Features) -> float:
        """Return the calibrated score, 0 to 1, of how well the takes fit the newest embeddings."""
        [direction] = self._scale.directions(embeddings[-1:])
        similarities = self._aligner.hear(direction)
        return self._calibration.score(float(self._calibration.units(similarities[None])[0]))

    def reset(self) -> None:
        """Drop all alignments."""
        self._aligner.reset()


class NetworkHead:
    """A network that `voiced wake train` made. Stateless."""

    steps = STEPS
    alone = tuning.ALONE_SCORE

    def __init__(self, network: Network) -> None:
        self._network = network

    def hear(self, embeddings: Features) -> float:
        """Return the calibrated score, 0 to 1, of the last STEPS embeddings."""
        return self._network.score(float(self._network.outputs(embeddings[None, -STEPS:])[0]))

    def reset(self) -> None:
        """Nothing to forget."""


def open_model(file: ModelFile) -> Model:
    """Load a wake word; ModelError if the file is damaged or of another kind."""
    if file.path.suffix != SUFFIX:
        return Model(file.name, phrase_of(file.name), OnnxHead(file.path))
    word = word_file.read(file.path)
    if isinstance(word, word_file.WordOfNetwork):
        return Model(file.name, word.phrase, NetworkHead(word.network))
    return Model(file.name, word.phrase, TemplateHead(word))


def phrase_of(name: str) -> str:
    """Return the spoken form of a model's name: `hey_jarvis_v0.1` → "hey jarvis"."""
    return re.sub(r"_v\d.*$", "", name).replace("_", " ").strip().lower()


def _input_of(session: Session, path: Path) -> tuple[str, int]:
    """Return the name of the network's input, and its number of embeddings; ModelError for another shape."""
    wanted = session.get_inputs()[0]
    shape = list(wanted.shape)  # [1 or a name, steps, EMBEDDING]
    if len(session.get_inputs()) > 1 or shape[2:] != [EMBEDDING] or not isinstance(shape[1], int):
        raise ModelError(
            f"{path}: is not a wake word model of openWakeWord "
            f"(its input has the shape {shape}, not [1, steps, {EMBEDDING}]); see `voiced manual wake-words`"
        )
    return wanted.name, shape[1]
