"""What `voiced check` looks at besides settings and intents: models, languages, wake words, sounds, devices, broker.

Each function raises a VoicedError with what is wrong, as `run` would. What comes with the installation is known by its
SHA-256; files of the user's own are opened, for nothing else tells whether they can be. Each of them imports what it
needs: with the settings as they are shipped that is neither NumPy nor PortAudio.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.errors import ConfigError, ModelError, VoicedError
from voiced.foundations.onnx_session import LISTENING, shipped_model
from voiced.home_assistant import home
from voiced.mqtt.credentials import exposed, read_password, tls_context
from voiced.servers import opening
from voiced.wake.model_file import find_all
from voiced.whisper.languages import LANGUAGES
from voiced.whisper.loading.location import locate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.config import Config, FeedbackSettings, MqttSettings, WakeWordSettings

ALL_LANGUAGES = 51_866  # tokens of a vocabulary that has the hundredth language, Cantonese


def models(config: Config) -> dict[str, tuple[str, frozenset[Path]]]:
    """Return each model that `run` would load, by the setting that names it, with the folders of intents it hears."""
    words, usual = config.wake_word.models, config.intents
    by_setting: dict[str, tuple[str, set[Path]]] = {"recognizer.model": (config.recognizer.model, {usual})}
    for word in words:
        own = word.recognizer and f"wake_word.models: recognizer: {word.recognizer}"
        heard = by_setting.setdefault(own or "recognizer.model", (word.recognizer or config.recognizer.model, set()))
        heard[1].add(word.intents or usual)
    if config.recognizer.second_model:
        folders = {word.intents or usual for word in words} | {usual}
        by_setting["recognizer.second_model"] = (config.recognizer.second_model, folders)
    return {setting: (name, frozenset(folders)) for setting, (name, folders) in by_setting.items()}


def device(name: str) -> None:
    """Check that this machine has what is to compute."""
    if name in ("auto", "cpu"):  # which every machine has
        return
    from voiced.recognition.recognizer import require_device  # torch, which is not needed otherwise

    require_device(name)


def model(setting: str, name: str, languages: Iterable[str]) -> None:
    """Check that a model is there, is what it claims to be, and knows the languages."""
    try:
        known = _known_languages(name)
    except (OSError, ValueError) as error:
        raise ConfigError([f"{setting}: {ModelError.told_by(error)}"]) from error
    if unknown := sorted(set(languages) - known):
        remedy = "use a multilingual model such as base" if set(unknown) <= LANGUAGES.keys() else "check `language:`"
        told = " and ".join(map(repr, unknown))
        raise ConfigError([f"{setting}: model {name!r} does not know the intents' language {told}: {remedy}"])


def _known_languages(name: str) -> set[str]:
    """Return the codes of the languages that a model writes. OSError or ValueError if it cannot be loaded."""
    found = locate(name)
    found.path.stat()
    found.check()
    if found.published:
        dims = found.published.dims
        every = set(LANGUAGES) if dims.n_vocab >= ALL_LANGUAGES else set(LANGUAGES) - {"yue"}
        return every if dims.is_multilingual else {"en"}
    from voiced.whisper.loading.weights import load  # torch, which models of the installation do not need here

    tokenizer = load(name, device="cpu").tokenizer
    return set(tokenizer.languages) if tokenizer.is_multilingual else {"en"}


def wake_words(settings: WakeWordSettings) -> None:
    """Check that every wake word can be opened."""
    for name in LISTENING:
        shipped_model(name)
    own = [file for file in find_all(word.model for word in settings.models) if not file.bundled]
    if own:
        from voiced.wake.head import open_model  # NumPy, which nothing else here needs

        for file in own:
            open_model(file)


def sounds(config: Config) -> None:
    """Check that each sound file can be played, and that there is a program to play it."""
    problems = list(_broken_sounds(config))
    command = config.feedback.command
    if command is not None and not (command and shutil.which(command[0])):
        problems.append(f"feedback.command: there is no program {' '.join(command[:1])!r}; install it, or name another")
    if problems:
        raise ConfigError(problems)


def _broken_sounds(config: Config) -> Iterator[str]:
    for setting, file in _sound_files(config.feedback, config.wake_word):
        from voiced.acting.feedback import require_sound  # NumPy, which built-in sounds do not need

        try:
            require_sound(file)
        except VoicedError as error:
            yield f"{setting}: {error}"


def _sound_files(feedback: FeedbackSettings, wake_word: WakeWordSettings) -> Iterator[tuple[str, Path]]:
    for name in ("woken", "understood", "rejected", "broker_away"):
        if isinstance(file := getattr(feedback, name), Path):
            yield f"feedback.{name}", file
    for word in wake_word.models:
        if isinstance(word.woken, Path):
            yield f"wake_word.models: {word.model}: woken", word.woken


def microphone(device: int | str | None) -> None:
    """Check that there is such a microphone."""
    from voiced.audio.microphone import Microphone  # PortAudio

    try:
        Microphone(device).require()
    except VoicedError as error:
        raise ConfigError([f"microphone.device: {error}"]) from error


def broker_files(settings: MqttSettings) -> None:
    """Check that password and certificates can be read."""
    read_password(settings)
    if settings.tls:
        tls_context(settings.tls)


def broker_login(settings: MqttSettings) -> None:
    """Log in to the broker beside a running daemon, and leave again."""
    from voiced.mqtt.delivery import publish_once

    publish_once(settings, [])


def notes(config: Config, *, connect: bool) -> Iterator[str]:
    """Yield what is no mistake, but should be known. The system's microphone is looked for with `connect` only."""
    if connect and config.microphone.device is None:
        try:
            microphone(None)
        except ConfigError as error:
            yield str(error)
    yield from (*exposed(config.mqtt), *home.exposed(config.home_assistant), *opening.exposed(config.servers))
    files = find_all(word.model for word in config.wake_word.models)
    if names := [file.name for file in files if file.non_commercial]:
        are = "is" if len(names) == 1 else "are"
        yield (
            f"{', '.join(names)} {are} licensed CC BY-NC-SA 4.0: not for commercial use; "
            "hey_jarvis may be used for anything, and so may a wake word of your own (`voiced wake train`)"
        )
