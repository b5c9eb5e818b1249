"""The public Python API: recognise commands in recordings and buffers under a grammar of one's own.

    from voiced import Recognizer
    recognizer = Recognizer("intents")
    outcome = recognizer.recognize("turn_on.wav")
    outcome.intent, outcome.slots, outcome.confidence, outcome.actions

`voiced.Recognizer` is loaded when it is first asked for: `import voiced` stays cheap. Knows no wake word, no microphone
and no broker: nothing is sent.
"""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict
from uuid import uuid4

import numpy as np

from voiced import grammar
from voiced.acting.actions import actions_of
from voiced.acting.facts import Facts
from voiced.audio import sound_file
from voiced.audio.vad import Vad
from voiced.config import RecognizerSettings
from voiced.errors import AudioError, ConfigError
from voiced.flow import Outcome
from voiced.foundations import sections
from voiced.foundations.today import now, today
from voiced.listening.recording import as_utterance
from voiced.recognition.recognizer import Recognizer as GrammarRecognizer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    import numpy.typing as npt

    from voiced.flow import Samples
    from voiced.grammar import Grammar


class Options(TypedDict, total=False):
    """Settings of the recogniser, as under `recognizer:` of config.yaml; what is left out has its default."""

    model: str
    mode: Literal["constrained", "free"]
    threads: int | None
    beam_size: int | None
    second_look: bool
    patience: float
    second_model: str | None
    prompt: bool
    min_confidence: float
    device: Literal["auto", "cpu", "cuda", "mps"]
    compute: Literal["auto", "float32", "bfloat16", "int8"]


class Recognizer:
    """Recognises spoken commands under a grammar. Loads its models once; keeps nothing between calls."""

    def __init__(
        self,
        intents: str | PathLike[str] | Mapping[str, Any],
        *,
        languages: Sequence[str] = (),
        **options: Unpack[Options],
    ) -> None:
        """Compile `intents` (a folder, a file, or a mapping as the YAML has it) and load the model.

        `languages` of a folder, if there are several: each has files of its own. Raises ConfigError if something is
        wrong with the intents or an option, ModelError if the model is missing.
        """
        settings = sections.parse(_as_yaml(options, "options"), "Recognizer", RecognizerSettings)
        self.grammar: Grammar = _grammar(intents, languages)
        self._recognizer = GrammarRecognizer(settings, self.grammar)
        self._vad = Vad()

    def recognize(self, sound: str | PathLike[str] | npt.NDArray[Any]) -> Outcome:
        """Return what was said, what it means, and the actions that it asks for; a rejection has a `reason`.

        `sound` is the path of a recording, or mono samples at 16 kHz: floats of full scale ±1, shape (n_samples,).
        Raises AudioError if it cannot be read.
        """
        samples = sound_file.read(Path(sound)) if isinstance(sound, str | PathLike) else _samples(sound)
        utterance = as_utterance(samples, self._vad)
        transcript = grammar.dated(self._recognizer.recognize(utterance), today())
        facts = Facts(id=uuid4().hex, time=now())
        actions, near = actions_of(self.grammar, transcript, facts), grammar.nearest(self.grammar, transcript)
        return Outcome(facts.id, transcript, actions, utterance, nearest=near)


def _grammar(intents: str | PathLike[str] | Mapping[str, Any], languages: Sequence[str]) -> Grammar:
    if isinstance(intents, str | PathLike):
        return grammar.load([Path(intents)], languages=languages)
    return grammar.parse(_as_yaml(intents, "intents"), "intents")


def _as_yaml(values: Mapping[str, Any], name: str) -> str:
    """JSON, which is YAML, too: so a mapping is checked as a file is, and complaints have the same words."""
    try:
        return json.dumps(dict(values), ensure_ascii=False, indent=1)
    except (TypeError, ValueError) as error:
        raise ConfigError([f"{name}: only text, numbers, booleans, lists and mappings, as in YAML: {error}"]) from error


def _samples(sound: npt.NDArray[Any]) -> Samples:
    samples = np.asarray(sound)
    if samples.ndim != 1:
        raise AudioError(f"samples must be mono, of shape (n_samples,), not {samples.shape}; take the mean of channels")
    if not np.issubdtype(samples.dtype, np.floating):
        raise AudioError(f"samples must be floats of full scale ±1, not {samples.dtype}; divide int16 by 32768")
    if not len(samples):
        raise AudioError("there are no samples")
    if not np.isfinite(samples).all():
        raise AudioError("samples must be numbers: some are infinite, or none at all (NaN)")
    return samples.astype(np.float32, copy=False)
