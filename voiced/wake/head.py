"""Heads: the last embeddings of the sound → how surely one wake word was just completed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from voiced.errors import ModelError
from voiced.onnx_session import open_session, packaged_model
from voiced.wake.embedding import EMBEDDING

if TYPE_CHECKING:
    from voiced.onnx_session import Session
    from voiced.wake.embedding import Features

BUNDLED = ("alexa", "hey_jarvis", "hey_marvin", "hey_mycroft", "timer", "weather")


class Head(Protocol):
    """One word's judge. It remembers nothing."""

    @property
    def steps(self) -> int:
        """How many embeddings it looks at."""

    def score(self, embeddings: Features) -> float:
        """0 to 1; of at least `steps` embeddings, the newest last."""


class OnnxHead:
    """A network of openWakeWord's, bundled or the user's."""

    def __init__(self, path: Path) -> None:
        """ModelError if the file is not such a network."""
        self._session = open_session(path)
        self._input, self.steps = _input_of(self._session, path)

    def score(self, embeddings: Features) -> float:
        """The network's output."""
        output = self._session.run(None, {self._input: embeddings[None, -self.steps :]})[0].reshape(-1)
        # A head with several outputs ("timer") tells phrases apart; its first output means "none of them".
        return float(output[1:].max() if len(output) > 1 else output[0])


def open_head(model: str) -> tuple[str, Head]:
    """A bundled model by its name, or a file; and what the word is called. ModelError names the known words."""
    if model in BUNDLED:
        return model, OnnxHead(packaged_model(f"{model}_v0.1.onnx"))
    path = Path(model).expanduser()
    if path.suffix != ".onnx":
        raise ModelError(f"unknown wake word {model!r}; known are {', '.join(BUNDLED)}, or the path of an .onnx file")
    return path.stem, OnnxHead(path)


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
