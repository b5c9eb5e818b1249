"""PortAudio, through the module `sounddevice`: imported late, since it looks for sound devices when it is imported.

The only file that imports it. Initialising it anew, the one way to see what was plugged in, is only allowed while no
stream is open: who plays holds `PLAYING` meanwhile, and who initialises waits for it.
"""

from __future__ import annotations

import re
from concurrent.futures import Future
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from voiced.errors import AudioError
from voiced.foundations.relay import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

PLAYING = Lock()
ANSWER_SECONDS = 20.0  # that finding and opening a device may take
PATIENCE_SECONDS = 2.0  # for a sound to end; sounds are shorter


def answered(question: Callable[[], T]) -> T:
    """Return what a function of the sound system returns; AudioError if it hangs.

    It runs in a thread of its own. A main thread that hangs in PortAudio would not even hear a signal to stop.
    """
    answer: Future[T] = Future()

    def ask() -> None:
        try:
            answer.set_result(question())
        except BaseException as error:  # noqa: BLE001 - whoever waits must see it, whatever it is
            answer.set_exception(error)

    start_thread(ask, "opening the microphone")
    try:
        return answer.result(ANSWER_SECONDS)
    except TimeoutError:
        raise AudioError(f"the sound server has not answered for {ANSWER_SECONDS:.0f} s; is it frozen?") from None


@cache
def portaudio() -> Any:
    """The module `sounddevice`; AudioError if PortAudio is not installed."""
    try:
        import sounddevice  # noqa: PLC0415
    except OSError as error:
        raise AudioError("PortAudio is not installed, which records sound: apt-get install libportaudio2") from error
    return sounddevice


def look_again() -> None:
    """Let PortAudio list the devices anew; every recording stream must be closed."""
    library = portaudio()
    if not PLAYING.acquire(timeout=PATIENCE_SECONDS):
        raise AudioError("the loudspeaker hangs")
    try:
        library._terminate()  # noqa: SLF001 - there is no public way
        library._initialize()  # noqa: SLF001
    except library.PortAudioError as error:
        raise AudioError(f"the sound system does not start: {reason(error)}") from error
    finally:
        PLAYING.release()


def reason(error: Exception) -> str:
    """PortAudio's error message, without the name of the function and the error code."""
    return re.sub(r" \[PaErrorCode -?\d+\]", "", str(error).split(": ", 1)[-1])
