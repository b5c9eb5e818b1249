"""Plays short sounds: woken, understood, rejected, broker away.

PortAudio or the user's own command plays them, in a thread of its own and one at a time: the caller never waits, and a
broken loudspeaker or a missing sound only logs a warning. *Woken* sounds once the speaker pauses after the wake word; a
command spoken in one breath is not interrupted. Knows no microphone and no broker.
"""

from __future__ import annotations

import logging
import stat
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
    from os import stat_result

    from voiced.config import FeedbackSettings
    from voiced.flow import Detection, Outcome

log = logging.getLogger(__name__)

SOUNDS = Path(__file__).parents[1] / "sounds"
LONGEST_SOUND_SECONDS = 5.0  # of a sound, and timeout of the user's command
LARGEST_SOUND_BYTES = 10_000_000  # 5 s of the largest common format take a third of it


class Feedback:
    """Plays the sounds that the settings switch on."""

    def __init__(
        self,
        settings: FeedbackSettings,
        own: Mapping[str, bool | Path],
        play: Callable[[Path], None],
        broker_is_there: Callable[[], bool],
    ) -> None:
        """Look at all sound files; one that cannot be played is a warning, and is left out.

        `own` maps a wake word's name to its own *woken* sound, or to False for none. `play` must return at once.
        """
        wanted = {name: getattr(settings, name) for name in ("woken", "understood", "rejected", "broker_away")}
        self._files = {name: _file(name, sound) for name, sound in wanted.items()}
        self._own = {word: _file("woken", sound) for word, sound in own.items()}
        self._play = play
        self._broker_is_there = broker_is_there

    def woken(self, detection: Detection | None) -> None:
        """Play *woken*, after a wake word or a request to listen (None), once the speaker pauses."""
        self._sound(self._own.get(detection.wake_word, self._files["woken"]) if detection else self._files["woken"])

    def answered(self, outcome: Outcome) -> None:
        """Play *understood*, *broker away* or *rejected*; nothing if nobody spoke."""
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
    """Return the file of a sound that is switched on, if it can be played."""
    file = SOUNDS / f"{name}.wav" if sound is True else sound or None
    try:
        if file:
            require_sound(file)
    except AudioError as error:
        log.warning("feedback.%s is left out: %s", name, error)
        return None
    return file


def require_sound(file: Path) -> None:
    """Raise AudioError unless a file is a recording of at most LARGEST_SOUND_BYTES that can be decoded."""
    try:
        problem = _problem(file.stat())
        if not problem:
            sound_file.read(file)
    except AudioError:
        raise
    except OSError as error:
        problem = error.strerror or str(error)
    except Exception as error:  # noqa: BLE001 # decoders raise several kinds for damaged bytes
        problem = f"cannot be decoded: {error}"
    if problem:
        raise AudioError(f"{file}: {problem}")


def _problem(about: stat_result) -> str:
    """Return why no sound is read from such a file; empty if one is."""
    if not stat.S_ISREG(about.st_mode):  # a FIFO would be waited for
        return "is no file"
    if about.st_size > LARGEST_SOUND_BYTES:
        return f"is too large for a sound, {about.st_size} bytes; give it a short one"
    return ""


class Player:
    """Plays one file at a time; requests made while it plays are dropped."""

    def __init__(self, settings: FeedbackSettings) -> None:
        self._settings = settings
        self._busy = Lock()
        self._complaint = ""  # the last problem that was logged; empty: the last sound was played

    def play(self, file: Path) -> None:
        """Start playing a file in a thread of its own."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            start_thread(lambda: self._play(file), "loudspeaker")
        except RuntimeError as error:  # the machine can start no more threads
            self._busy.release()
            self._complain(error)

    def _play(self, file: Path) -> None:
        try:
            if self._settings.command:
                _by_command([*self._settings.command, str(file)])
            else:
                _by_portaudio(file, self._settings.device, self._settings.volume)
            self._complaint = ""
        except Exception as error:  # noqa: BLE001 # a convenience: whatever it is, the daemon goes on without a sound
            self._complain(error)
        finally:
            self._busy.release()

    def _complain(self, error: Exception) -> None:
        """Log a problem, once for as long as it lasts."""
        if str(error) != self._complaint:
            self._complaint = str(error)
            log.warning("%s", error)


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
    samples = samples[: round(LONGEST_SOUND_SECONDS * rate)]
    with PLAYING:
        try:
            with library.OutputStream(rate, device=device, channels=1, dtype="float32") as stream:
                stream.write((volume * samples)[:, None])
        except (library.PortAudioError, ValueError) as error:
            raise AudioError(f"cannot play {file.name}: {reason(error)}") from error
