"""Settings that people change while the daemon runs, as from Home Assistant: told, remembered, and undone if they fail.

The evidence of wake words changes at once. The least confidence and the folders of intents change with a reload, as at
SIGHUP: the old ones serve meanwhile, and stay if the new ones are wrong.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from voiced.errors import VoicedError
from voiced.mqtt.home_assistant import Abilities
from voiced.mqtt.received import SetEvidence, SetIntents, SetMinConfidence
from voiced.mqtt.topics import as_level
from voiced.recognition.pipelines import Pipelines
from voiced.wake.detector import evidence_thresholds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from voiced.config import Config
    from voiced.grammar import Grammar
    from voiced.records.adjusted import AdjustmentMemory

log = logging.getLogger(__name__)

EVIDENCE, CONFIDENCE, INTENTS = "evidence", "min_confidence", "intents/"  # names of settings: their topics' ends
MOST_FOLDERS = 50  # of which one may be chosen


class Told(Protocol):
    """Publishes settings and what may be chosen: `Mqtt` in the daemon."""

    def setting(self, name: str, value: str) -> None: ...
    def describe(self, abilities: Abilities) -> None: ...


class Adjustments:
    """The settings of a running daemon: `adjust` is called by the connection's thread, `read` by the reload's."""

    def __init__(self, config: Config, phrases: Mapping[str, str], memory: AdjustmentMemory | None = None) -> None:
        """Read what was changed before, if there is a `memory`; `phrases` of the wake words by name, in their order."""
        self._names = tuple(phrases)
        self._configured = config
        self._before = self._values(config)
        self._told: Told | None = None  # nobody yet
        self._memory = memory
        remembered = self._possible(memory.read(self._before)) if memory else {}
        self._now = self._wanted = self._before | remembered  # as they are; as they are to be
        self._serving: Pipelines | None = None
        self.thresholds = dict[str, float]()  # wake word → evidence; the second stage looks it up each time
        self._set_thresholds()
        if changed := {name: value for name, value in self._now.items() if value != self._before[name]}:
            log.info(
                "changed settings from before: %s", ", ".join(f"{name} {value}" for name, value in changed.items())
            )

    def _possible(self, remembered: Mapping[str, float | str]) -> dict[str, float | str]:
        """Return what was remembered without what nobody can have chosen: a damaged file may say anything."""
        possible = {name: value for name, value in remembered.items() if self._is_possible(name, value)}
        for name in remembered.keys() - possible.keys():
            log.warning("the %s that was chosen before is none, and the config's holds: %.40r", name, remembered[name])
        return possible

    def _is_possible(self, name: str, value: float | str) -> bool:
        if isinstance(value, str):
            return value in self._folders().get(name, ())
        return 0 < value < 1  # not a NaN either

    def open(self, phrases: Mapping[str, str], read: Callable[[Path], Grammar] | None = None) -> Pipelines:
        """Return the pipelines as people want them; if their intents are wrong by now, as configured.

        `read` makes a grammar of a folder.
        """
        try:
            pipelines = Pipelines(self._with(self._now), phrases, {}, read)
        except VoicedError as error:
            if self._now == self._before:
                raise
            log.warning("the settings that were changed are given up, and the config's hold: %s", error)
            self._now = self._wanted = self._before
            self._set_thresholds()
            pipelines = Pipelines(self._configured, phrases, {}, read)
        self._serving = pipelines
        return pipelines

    def tell(self, told: Told) -> None:
        """Tell of the settings from now on, and how they are now."""
        self._told = told
        self._tell(self.serving())

    def serving(self) -> Pipelines:
        """Return the newest pipelines, for others than the assistant."""
        assert self._serving, "they are opened first"
        return self._serving

    def adjust(self, command: SetEvidence | SetMinConfidence | SetIntents, reload: Callable[[], None]) -> None:
        """Change a setting; `reload` asks for the pipelines to be read again. Returns at once."""
        match command:
            case SetEvidence(evidence):
                self._want(EVIDENCE, evidence)
                self._now = self._now | {EVIDENCE: evidence}
                self._set_thresholds()
                self._settle()
            case SetMinConfidence(confidence):
                self._want(CONFIDENCE, confidence)
                reload()
            case SetIntents(word, folder):
                name = f"{INTENTS}{word}"
                if folder not in self._folders().get(name, ()):
                    log.warning("no folder %r of intents to choose for %s", folder, word)
                    return
                self._want(name, folder)
                reload()

    def read(self, again: Callable[[Config], Pipelines]) -> Pipelines:
        """Return new pipelines as people want them; what was wanted is given up if they cannot be. VoicedError."""
        wanted = self._wanted
        try:
            pipelines = again(self._with(wanted))
        except VoicedError:
            self._wanted = self._now
            self._settle()
            raise
        self._now = wanted | {EVIDENCE: self._now[EVIDENCE]}
        self._tell(pipelines)
        return pipelines

    def _want(self, name: str, value: float | str) -> None:
        log.info("%s is %s from now on", name, value)
        self._wanted = self._wanted | {name: value}

    def _tell(self, pipelines: Pipelines) -> None:
        self._serving = pipelines
        folders = {name.removeprefix(INTENTS): choices for name, choices in self._folders().items()}
        assert self._told, "settings change once somebody hears of it"
        self._told.describe(Abilities(pipelines.intents, folders, pipelines.grammar_of(None).language))
        self._settle()

    def _settle(self) -> None:
        assert self._told, "settings change once somebody hears of it"
        for name, value in self._now.items():
            self._told.setting(name, str(value))
        if self._memory:
            self._memory.remember(self._before, self._now)

    def _set_thresholds(self) -> None:
        evidence = evidence_thresholds(self._with(self._now).wake_word)
        self.thresholds.update(zip(self._names, evidence, strict=True))

    # ---- settings as values by name, and back

    def _values(self, config: Config) -> dict[str, float | str]:
        values: dict[str, float | str] = {
            EVIDENCE: config.wake_word.evidence,
            CONFIDENCE: config.recognizer.min_confidence,
        }
        return values | {name: folder.name for name, folder in self._own_folders().items()}

    def _with(self, values: Mapping[str, float | str]) -> Config:
        """Return the config with these values."""
        config, own = self._configured, self._own_folders()
        models = tuple(
            word.model_copy(update={"intents": own[name].with_name(str(values[name]))})
            if values[name] != own[name].name
            else word
            for name, word in zip(own, config.wake_word.models, strict=True)
        )
        word = config.wake_word.model_copy(update={EVIDENCE: values[EVIDENCE], "models": models})
        recognizer = config.recognizer.model_copy(update={CONFIDENCE: values[CONFIDENCE]})
        return config.model_copy(update={"wake_word": word, "recognizer": recognizer})

    def _own_folders(self) -> dict[str, Path]:
        """Return the configured folder of each wake word, by the setting's name."""
        words = zip(self._names, self._configured.wake_word.models, strict=True)
        return {f"{INTENTS}{as_level(name)}": word.intents or self._configured.intents for name, word in words}

    def _folders(self) -> dict[str, tuple[str, ...]]:
        """Return the folders that may be chosen for each wake word: the configured one, and those beside it."""
        return {name: folders_beside(folder) for name, folder in self._own_folders().items()}


def folders_beside(folder: Path) -> tuple[str, ...]:
    """Return the names of a folder and of those beside it that hold intents files, in their order."""
    try:
        others = [other.name for other in folder.parent.iterdir() if other != folder and _holds_intents(other)]
    except OSError:
        others = []
    return tuple(sorted({folder.name, *others[: MOST_FOLDERS - 1]}))


def _holds_intents(folder: Path) -> bool:
    try:
        return not folder.name.startswith(".") and any(folder.glob("*.y*ml"))
    except OSError:  # may not be looked into
        return False
