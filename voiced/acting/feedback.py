"""Short sounds that tell the speaker what happened: woken, understood, rejected, the broker is away.

Played through PortAudio, or by a command of the user's, in a thread of its own and never two at once: who asks does not
wait, and a loudspeaker that fails is a warning in the log, not the end. *Woken* is played when the speaker pauses after
the wake word: whoever goes on in the same breath is not interrupted. Knows no microphone and no broker.
"""

from __future__ import annotations

import logging
import subprocess
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from voiced.audio import sound_file
from voiced.audio.portaudio import PLAYING, portaudio, reason
from voiced.errors import AudioError
from voiced.flow import Reason
from voiced.foundations.relay import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from voiced.config import FeedbackSettings
    from voiced.flow import Detection, Outcome

log = logging.getLogger(__name__)

SOUNDS = Path(__file__).parents[1] / "sounds"
LONGEST_SOUND_SECONDS = 5.0  # seconds that a command may play


class Feedback:
    """Plays what is switched on."""

    def __init__(
        self,
        settings: FeedbackSettings,
        own: Mapping[str, bool | Path],
        play: Callable[[Path], None],
        broker_is_there: Callable[[], bool],
    ) -> None:
        """`own`: by name, what tells of wake words that have a sound of their own, or none; `play` must not wait.

        AudioError if a file that is switched on is no sound.
        """
        wanted = {name: getattr(settings, name) for name in ("woken", "understood", "rejected", "broker_away")}
        self._files = {name: _file(name, sound) for name, sound in wanted.items()}
        self._own = {word: _file("woken", sound) for word, sound in own.items()}
        for file in (*self._files.values(), *self._own.values()):
            if file:
                sound_file.read(file)
        self._play = play
        self._broker_is_there = broker_is_there

    def woken(self, detection: Detection | None) -> None:
        """A wake word was heard, or somebody asked to listen, and the speaker waits."""
        self._sound(self._own.get(detection.wake_word, self._files["woken"]) if detection else self._files["woken"])

    def answered(self, outcome: Outcome) -> None:
        """A command was understood, or not; that nothing was said needs no sound."""
        transcript = outcome.transcript
        if transcript.match is None or transcript.reason:
            if transcript.reason is not Reason.NO_SPEECH:
                self._sound(self._files["rejected"])
        else:
            self._sound(self._files["understood" if self._broker_is_there() else "broker_away"])

    def _sound(self, file: Path | None) -> None:
        if file:
            self._play(file)


def _file(name: str, sound: bool | Path) -> Path | None:  # noqa: FBT001 # a switch or a file
    return SOUNDS / f"{name}.wav" if sound is True else sound or None


class Player:
    """Plays one file at a time; what comes meanwhile is dropped."""

    def __init__(self, settings: FeedbackSettings) -> None:
        self._settings = settings
        self._busy = Lock()

    def play(self, file: Path) -> None:
        """Begin to play; returns at once."""
        if self._busy.acquire(blocking=False):
            start_thread(lambda: self._play(file), "loudspeaker")

    def _play(self, file: Path) -> None:
        try:
            if self._settings.command:
                _by_command([*self._settings.command, str(file)])
            else:
                _by_portaudio(file, self._settings.device, self._settings.volume)
        except AudioError as error:
            log.warning("%s", error)
        finally:
            self._busy.release()


def _by_command(command: Sequence[str]) -> None:
    try:
        subprocess.run(
            command, check=True, capture_output=True, timeout=LONGEST_SOUND_SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise AudioError(f"feedback.command cannot play: {error}") from error


def _by_portaudio(file: Path, device: str | int | None, volume: float) -> None:
    library = portaudio()
    samples, rate = sound_file.as_it_is(file)
    with PLAYING:
        try:
            with library.OutputStream(rate, device=device, channels=1, dtype="float32") as stream:
                stream.write((volume * samples)[:, None])
        except (library.PortAudioError, ValueError) as error:
            raise AudioError(f"cannot play {file.name}: {reason(error)}") from error
