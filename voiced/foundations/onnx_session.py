"""Opens ONNX models with ONNX Runtime, and finds those that are known: what ships, and openWakeWord's wake words.

The only file that knows onnxruntime. Three networks and a wake word ship with voiced, in `networks`. Those of
openWakeWord are read from the package `openwakeword` where it is installed; it is never imported, for that would load
SciPy and scikit-learn. Each file is checked against its SHA-256. Does not know what the models compute.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from voiced.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # since 1.29 it reports to its makers; read once, when it is imported

LISTENING = ("melspectrogram.onnx", "embedding_model.onnx", "silero_vad.onnx")  # needed whatever the wake words
NETWORKS = Path(__file__).parent / "networks"  # where these are; with their licences
OPENWAKEWORD = "openwakeword==0.4.0"  # whose wake words fit embedding_model.onnx
SHA256 = {
    "melspectrogram.onnx": "ba2b0e0f8b7b875369a2c89cb13360ff53bac436f2895cced9f479fa65eb176f",
    "embedding_model.onnx": "ba754db3cd768a524c655ea90655ee5e6055a43b8dfd29366a11e93716ae9e51",
    "silero_vad.onnx": "a35ebf52fd3ce5f1469b2a36158dba761bc47b973ea3382b3186ca15b1f5af28",
    # made by tests/sounds/make_hey_jarvis.py
    "hey_jarvis.npz": "1e8512baa0e61e1b74234ad68d0ff471a411a47cc53e9051b959aa7fd515e3da",
    # in the wheel of OPENWAKEWORD
    "alexa_v0.1.onnx": "6ff566a01d12670e8d9e3c59da32651db1575d17272a601b7f8a39283dfbae3e",
    "hey_jarvis_v0.1.onnx": "94a13cfe60075b132f6a472e7e462e8123ee70861bc3fb58434a73712ee0d2cb",
    "hey_marvin_v0.1.onnx": "b6d4b794ddf2e1d6f29e9f45848e24858e2edd0d810b14e0c1c70dda9a1fcbf0",
    "hey_mycroft_v0.1.onnx": "785bdf5655863ae47553b23793aa108c7b0152d4823f7869b41f2d2d765912fc",
    "timer_v0.1.onnx": "371e44535470a29248b3b8f1bbbbaf2525c86417fd8f75c67fcf02ae0b9626df",
    "weather_v0.1.onnx": "8441da8e746899e8d969528d5bad5651cdd563079c05962788f77753041f60e7",
}


class Session(Protocol):
    """The part of `onnxruntime.InferenceSession` that is used."""

    def run(self, output_names: None, inputs: Mapping[str, npt.NDArray[Any]]) -> Sequence[npt.NDArray[np.float32]]:
        """Every output of the model, for one set of inputs."""

    def get_inputs(self) -> Sequence[Any]:
        """What the model wants: objects with `name` and `shape`."""


def shipped_model(file_name: str) -> Path:
    """Return the path of what ships, such as one of LISTENING; ModelError if the file is damaged or missing."""
    return _checked(NETWORKS / file_name, "voiced", "reinstall voiced")


def openwakeword_model(file_name: str) -> Path:
    """Return the path of a wake word of the installed `openwakeword`; ModelError if it is damaged or not installed."""
    spec = importlib.util.find_spec("openwakeword")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            f"{file_name} comes with openWakeWord, which is not installed: pip install --no-deps {OPENWAKEWORD} "
            "(its wake words are for non-commercial use)"
        )
    path = Path(spec.submodule_search_locations[0], "resources", "models", file_name)
    return _checked(path, OPENWAKEWORD, f"reinstall it: pip install --force-reinstall --no-deps {OPENWAKEWORD}")


def _checked(path: Path, owner: str, remedy: str) -> Path:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); {remedy}") from error
    if hashlib.sha256(content).hexdigest() != SHA256[path.name]:
        raise ModelError(f"{path}: is not the file of {owner} (wrong SHA-256); {remedy}")
    return path


def open_session(path: Path, rewrite: Callable[[bytes], bytes] | None = None, *, threads: int = 1) -> Session:
    """Load a model, as it is or rewritten, to run on so many threads of the CPU; 0: one for each core."""
    if not path.is_file():
        raise ModelError(f"{path}: no such model file")
    import onnxruntime  # noqa: PLC0415 # a tenth of a second; `check` opens none of these

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # who waits leaves the processor alone
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: its warnings concern whoever exported the model
    try:
        model = rewrite(path.read_bytes()) if rewrite else str(path)
        session: Session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions have no common class of their own
        reason = str(error).splitlines()[0]
        raise ModelError(f"{path}: is not an ONNX model that can be run here ({reason})") from error
    return session
