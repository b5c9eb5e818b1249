"""PortAudio, through the module `sounddevice`: imported late, since it looks for sound devices when it is imported.

The only file that imports it. Initialising it anew, the one way to see what was plugged in, is only allowed while no
stream is open: who plays holds `PLAYING` meanwhile, and who initialises waits for it.
"""

from __future__ import annotations

import re
from functools import cache
from threading import Lock
from typing import Any

from voiced.errors import AudioError

PLAYING = Lock()
PATIENCE_SECONDS = 2.0  # for a sound to end; sounds are shorter


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
