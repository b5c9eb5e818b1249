"""Pipelines: which recogniser, under which intents, answers to which wake word. What two have in common is shared.

Each model is loaded once, each folder of intents read once, and wake words that share both share the recogniser.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from voiced import grammar
from voiced.errors import ModelError
from voiced.recognition.budget import UNHURRIED
from voiced.recognition.recognizer import Recognizer
from voiced.wake.verifier import Verifier

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from voiced.config import Config
    from voiced.flow import Detection, Opinion, Samples, Transcript, Utterance
    from voiced.grammar import Grammar
    from voiced.recognition.budget import Budget
    from voiced.recognition.end_of_turn import SoFar
    from voiced.whisper.loaded import LoadedModel

    Key: TypeAlias = tuple[str, Path]  # a model and a folder of intents

log = logging.getLogger(__name__)

_MOST_LOGGED = 20  # warnings of one folder


class Pipelines:
    """A recogniser for each wake word, and the usual one where there was no wake word."""

    def __init__(
        self,
        config: Config,
        phrases: Mapping[str, str],
        models: dict[str, Recognizer],
        read: Callable[[Path], Grammar] | None = None,
    ) -> None:
        """Read the intents and load the models. ConfigError, ModelError.

        `phrases` are the wake words' phrases by name, in the order of the config; `models` the recognisers of models
        that are loaded already, by the model's name: others are added to it. `read` makes a grammar of a folder.
        """
        # One recogniser for each different pair of a model and a folder of intents; the usual pair is always there.
        self._config, self._phrases, self._models = config, phrases, models
        words = config.wake_word.models
        keys = [(word.recognizer or config.recognizer.model, word.intents or config.intents) for word in words]
        usual = (config.recognizer.model, config.intents)
        read = self._read = read or partial(_loaded, config)
        grammars = {folder: _told(folder, read(folder)) for folder in {folder for _, folder in (usual, *keys)}}
        recognizers = {key: self._opened(key[0], grammars[key[1]]) for key in dict.fromkeys((usual, *keys))}
        self._usual = recognizers[usual]
        self._own = {name: recognizers[key] for name, key in zip(phrases, keys, strict=True)}
        self._verifiers = {
            recognizer: Verifier(recognizer.loaded, recognizer.grammar.language) for recognizer in recognizers.values()
        }

    def _opened(self, model: str, commands: Grammar) -> Recognizer:
        usual = self._config.recognizer
        settings = usual.model_copy(update={"model": model})
        try:
            if model in self._models:
                return self._models[model].under(commands, settings)
            self._models[model] = Recognizer(settings, commands)
        except ModelError as error:
            is_usual = model == usual.model
            raise error.of("recognizer.model" if is_usual else f"wake_word.models: recognizer: {model}") from error
        return self._models[model]

    def again(self, config: Config | None = None) -> Pipelines:
        """Return pipelines with the same models under the intents as they are on disk now. ConfigError.

        `config` may name other folders of intents, and another least confidence, than before.
        """
        return Pipelines(config or self._config, self._phrases, dict(self._models), self._read)

    @property
    def phrases(self) -> Mapping[str, str]:
        """The phrases of the wake words, by name."""
        return self._phrases

    @property
    def loaded(self) -> LoadedModel:
        """The usual model, for others who want to ask it something."""
        return self._usual.loaded

    @property
    def intents(self) -> tuple[str, ...]:
        """The names of all intents, of all wake words, the usual ones first."""
        recognizers = (self._usual, *self._own.values())
        return tuple(dict.fromkeys(name for recognizer in recognizers for name in recognizer.grammar.intents))

    def grammar_of(self, detection: Detection | None) -> Grammar:
        """Return what may be said after a wake word; without one, and for sentences in writing, what usually may."""
        return self._answering(detection).grammar

    def recognize(self, utterance: Utterance, so_far: SoFar | None = None, budget: Budget = UNHURRIED) -> Transcript:
        """Recognise a whole utterance with the recogniser of its wake word."""
        return self._answering(utterance.detection).recognize(utterance, so_far, budget)

    def recognize_so_far(self, utterance: Utterance, budget: Budget = UNHURRIED) -> SoFar:
        """Recognise an utterance up to a pause with the recogniser of its wake word."""
        return self._answering(utterance.detection).recognize_so_far(utterance, budget)

    def opinion(self, detection: Detection, sound: Samples) -> Opinion:
        """Second-stage verification of a wake word, by the model that would answer."""
        verifier = self._verifiers[self._answering(detection)]
        return verifier.opinion(sound, self._phrases[detection.wake_word], detection.score)

    def warm_up(self) -> None:
        """Run each recogniser once on silence: the first run is slow."""
        for recognizer in self._verifiers:
            recognizer.warm_up()

    def _answering(self, detection: Detection | None) -> Recognizer:
        return self._own.get(detection.wake_word, self._usual) if detection else self._usual


def _loaded(config: Config, folder: Path) -> Grammar:
    # A folder of a wake word's own may speak some of the house's languages only.
    partly = folder != config.intents
    return grammar.load([folder], config.room, languages=config.languages or (), partly=partly)


def _told(folder: Path, commands: Grammar) -> Grammar:
    """Return the grammar of a folder; its warnings go to the log."""
    for warning in commands.warnings[:_MOST_LOGGED]:
        # What follows the first line shows a template: `voiced check` has it.
        log.warning("%s", warning.partition("\n")[0])
    if (n_more := len(commands.warnings) - _MOST_LOGGED) > 0:
        log.warning("%s: %d more warnings; `voiced check` tells all of them", folder, n_more)
    return commands
