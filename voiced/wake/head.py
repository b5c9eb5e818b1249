"""Heads: the embeddings of the sound → how surely one wake word was just completed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from voiced.errors import ModelError
from voiced.foundations.onnx_session import open_session
from voiced.wake import word_file
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
    """One word's judge."""

    @property
    def steps(self) -> int:
        """How many embeddings it looks at."""

    def hear(self, embeddings: Features) -> float:
        """Score from 0 to 1, of at least `steps` embeddings, the newest last; it hears every one of a stream."""

    def reset(self) -> None:
        """Forget what it heard."""


@dataclass(frozen=True, eq=False, slots=True)
class Model:
    """A wake word, ready to be listened for."""

    name: str  # as settings and messages call it
    phrase: str  # as it is spoken: "hey jarvis"
    head: Head


class OnnxHead:
    """A network of openWakeWord's, bundled or the user's. It remembers nothing."""

    def __init__(self, path: Path) -> None:
        """ModelError if the file is not such a network."""
        self._session = open_session(path)
        self._input, self.steps = _input_of(self._session, path)

    def hear(self, embeddings: Features) -> float:
        """The network's output."""
        output = self._session.run(None, {self._input: embeddings[None, -self.steps :]})[0].reshape(-1)
        # A head with several outputs ("timer") tells phrases apart; its first output means "none of them".
        return float(output[1:].max() if len(output) > 1 else output[0])

    def reset(self) -> None:
        """Nothing to forget."""


class TemplateHead:
    """Somebody's takes of the phrase, aligned with the stream."""

    steps = 1

    def __init__(self, word: WordOfTakes) -> None:
        self._scale, self._calibration = word.scale, word.calibration
        self._aligner = Aligner(word.takes)

    def hear(self, embeddings: Features) -> float:
        """How well the takes fit what was just heard."""
        [direction] = self._scale.directions(embeddings[-1:])
        similarities = self._aligner.hear(direction)
        return self._calibration.score(float(self._calibration.units(similarities[None])[0]))

    def reset(self) -> None:
        """No alignment is under way."""
        self._aligner.reset()


class NetworkHead:
    """A network that was trained on the phrase. It remembers nothing."""

    steps = STEPS

    def __init__(self, network: Network) -> None:
        self._network = network

    def hear(self, embeddings: Features) -> float:
        """The network's output, as a score."""
        return self._network.score(float(self._network.outputs(embeddings[None, -STEPS:])[0]))

    def reset(self) -> None:
        """Nothing to forget."""


def open_model(file: ModelFile) -> Model:
    """Ready to listen; ModelError if the file is not what it says."""
    if file.path.suffix != SUFFIX:
        return Model(file.name, phrase_of(file.name), OnnxHead(file.path))
    word = word_file.read(file.path)
    if isinstance(word, word_file.WordOfNetwork):
        return Model(file.name, word.phrase, NetworkHead(word.network))
    return Model(file.name, word.phrase, TemplateHead(word))


def phrase_of(name: str) -> str:
    """A model's name as one says it: `hey_jarvis_v0.1` → "hey jarvis"."""
    return re.sub(r"_v\d.*$", "", name).replace("_", " ").strip().lower()


def _input_of(session: Session, path: Path) -> tuple[str, int]:
    """Name of the head's input, and how many embeddings it looks at."""
    wanted = session.get_inputs()[0]
    shape = list(wanted.shape)  # [1 or a name, steps, EMBEDDING]
    if len(session.get_inputs()) > 1 or shape[2:] != [EMBEDDING] or not isinstance(shape[1], int):
        raise ModelError(
            f"{path}: is not a wake word model of openWakeWord "
            f"(its input has the shape {shape}, not [1, steps, {EMBEDDING}])"
        )
    return wanted.name, shape[1]
