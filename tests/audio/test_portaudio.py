"""PortAudio: errors in its own words, and the device list is not renewed while a sound plays."""

from __future__ import annotations

import pytest

from voiced.audio import portaudio
from voiced.errors import AudioError


class Library:
    """Counts how often PortAudio was initialised."""

    class PortAudioError(Exception):
        pass

    def __init__(self) -> None:
        self.calls: list[str] = []

    def _terminate(self) -> None:
        self.calls.append("terminate")

    def _initialize(self) -> None:
        self.calls.append("initialize")


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    library = Library()
    monkeypatch.setattr(portaudio, "portaudio", lambda: library)
    monkeypatch.setattr(portaudio, "PATIENCE_SECONDS", 0.01)
    return library


def test_errors_lose_the_function_and_the_code() -> None:
    error = Exception("Error opening InputStream: Invalid device [PaErrorCode -9996]")
    assert portaudio.reason(error) == "Invalid device"


def test_devices_are_listed_anew(library: Library) -> None:
    portaudio.look_again()
    assert library.calls == ["terminate", "initialize"]
    assert not portaudio.PLAYING.locked()


def test_a_sound_that_never_ends_is_not_torn_off(library: Library) -> None:
    with portaudio.PLAYING, pytest.raises(AudioError, match="the loudspeaker hangs"):
        portaudio.look_again()
    assert library.calls == []


def test_a_sound_system_that_does_not_start(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise Library.PortAudioError("Error initializing PortAudio: Host error [PaErrorCode -9999]")

    monkeypatch.setattr(library, "_initialize", refuse)
    with pytest.raises(AudioError, match="does not start: Host error"):
        portaudio.look_again()
    assert not portaudio.PLAYING.locked()
