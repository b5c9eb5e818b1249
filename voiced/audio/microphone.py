"""The microphone → frames of 80 ms, through PortAudio, which is loaded where it is first needed.

Sound arrives in PortAudio's own thread, in a callback that must not wait: it copies the block into a queue and counts.
If nobody empties the queue for ten seconds, new blocks are dropped, and show as a gap between frames. This is the only
place where sound is dropped.

How a device goes away, and what is done about it. Tried with sound servers killed, stopped and frozen:

- *The stream ends* (server killed, device removed): PortAudio says so once, by a callback, and raises nothing.
- *Nothing comes any more* (server frozen): PortAudio says nothing; only the age of the last block tells.

Either way the stream is closed and opened again, at first soon, then every few seconds, for as long as it takes.
PortAudio lists devices when it is initialised, so it is initialised anew for each try, and the device is found by name,
since numbers change. Closing a stream on a frozen server may hang for ever; it is tried in a thread, and if that hangs,
the microphone gives up: the program ends, and whoever started it starts it again.

It does not know what the sound is for.
"""

from __future__ import annotations

import atexit
import logging
import re
import time
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Self

from voiced.audio.portaudio import answered, look_again, portaudio, reason
from voiced.audio.resampling import Framer, Resampler
from voiced.errors import AudioError
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.foundations.relay import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from voiced.flow import AudioFrame, Samples

log = logging.getLogger(__name__)

FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE
MOST_WAITING = 125  # blocks in the queue, 10 s
POLL = 0.1  # seconds between looks at whether the microphone was closed, while no sound comes
FIRST_BLOCK = 10.0  # seconds that a device may take to wake up; PulseAudio's take up to 2.1
STALLED = 3.0  # seconds without a block after which a stream is taken for dead
CLOSING = 2.0  # seconds that closing a stream may take
BACK_OFF = (0.5, 1.0, 2.0, 4.0, 5.0)  # seconds before each try to get a device back; the last one repeats


@dataclass(frozen=True, slots=True)
class InputDevice:
    """Something to listen with, as PortAudio sees it."""

    index: int
    name: str
    host_api: str
    channels: int
    rate: float  # Hz, the device's own default
    chosen: bool  # the one that would be used


def list_devices(device: str | int | None = None) -> list[InputDevice]:
    """Everything that can record; the one that `device` means is marked, if there is one."""
    library = portaudio()
    apis = library.query_hostapis()
    found = [each for each in library.query_devices() if each["max_input_channels"] > 0]
    try:
        chosen = _find(device)["index"]
    except AudioError:
        chosen = None
    return [
        InputDevice(
            index=each["index"],
            name=each["name"],
            host_api=apis[each["hostapi"]]["name"],
            channels=each["max_input_channels"],
            rate=each["default_samplerate"],
            chosen=each["index"] == chosen,
        )
        for each in found
    ]


class Microphone:
    """A microphone as a context manager. Closing it, from any thread or a signal handler, ends `frames()`."""

    def __init__(
        self,
        device: str | int | None = None,
        while_away: Callable[[], None] = lambda: None,
        there: Callable[..., None] = lambda *, there: None,  # noqa: ARG005 # nobody wants to know
    ) -> None:
        """`device` is a number or part of a name of `list_devices`; None is the system's default.

        `while_away` is called every POLL seconds while the device is gone: to tell a watchdog that this is no hang.
        `there` is called with `there=False` when the device goes away, and with True when it gives sound again.
        """
        self._device = device
        self._while_away = while_away
        self._there = there
        self._lost = False
        self._tries = 0  # to get the device back, since it gave sound
        self._closed = False
        self._capture: _Capture | None = None

    def require(self) -> None:
        """Raise AudioError unless there is such a device."""
        answered(lambda: _find(self._device))

    def __enter__(self) -> Self:
        """Open the device; AudioError if that cannot be done."""
        self._capture = answered(lambda: _Capture(_find(self._device)))
        if isinstance(self._device, int):
            self._device = re.sub(r" \(hw:.*", "", self._capture.name)  # numbers change when something is plugged in
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()
        if self._capture and not self._capture.close():
            log.warning("microphone %r hangs; leaving it", self._capture.name)

    def close(self) -> None:
        """End the sound: `frames()` ends within POLL seconds or so."""
        self._closed = True

    def frames(self) -> Iterator[AudioFrame]:
        """The sound until `close`. If the device goes away, this waits for it; the time without it shows as a gap."""
        framer = Framer("microphone")
        while self._capture and not self._closed:
            for missing, block, came in self._capture.blocks(lambda: self._closed):
                self._tell(self._capture, lost=False)
                framer.skip(missing)
                yield from (replace(frame, came=came) for frame in framer.frames(block))
            if not self._closed:
                self._reconnect(self._capture)

    def _tell(self, capture: _Capture, *, lost: bool) -> None:
        """Tell that the device is gone, or that it gives sound again; a device that comes and goes silently is gone."""
        if lost is self._lost:
            return
        self._lost, self._tries = lost, 0
        if lost:
            log.warning("microphone %r is gone: %s; trying to get it back", capture.name, capture.why)
        else:
            log.warning("microphone %r is back", capture.name)
        self._there(there=not lost)

    def _reconnect(self, lost: _Capture) -> None:
        """Return when the device can be opened again, or the microphone was closed."""
        self._tell(lost, lost=True)
        self._capture = None
        if not lost.close():
            if self._closed:  # meanwhile: whoever ends anyway need not start again
                return
            raise AudioError(f"microphone {lost.name!r} hangs and cannot be closed; start again")
        while True:
            self._wait(BACK_OFF[min(self._tries, len(BACK_OFF) - 1)])
            self._tries += 1
            if self._closed:
                return
            try:
                look_again()
                self._capture = _Capture(_find(self._device), since=lost.newest)
            except AudioError as error:
                log.debug("not yet: %s", error)
            else:
                return

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._closed and time.monotonic() < until:
            self._while_away()
            time.sleep(POLL)


class _Capture:
    """One open stream, until it ends."""

    def __init__(self, device: dict[str, Any], since: float | None = None) -> None:
        """`since`: when the stream before this one was heard last, in seconds of the monotonic clock."""
        self.name: str = device["name"]
        self.why = ""  # it ended
        self.newest = since  # when the newest block came
        self._ended = False
        self._dropped = 0  # samples at 16 kHz, since the last block in the queue
        self._queue: SimpleQueue[tuple[int, Samples, float]] = SimpleQueue()
        library = portaudio()
        try:
            rate = _rate(device)
            self._resampler = Resampler(rate) if rate != SAMPLE_RATE else None
            self._stream = library.InputStream(
                rate,
                round(rate * FRAME_SECONDS),
                device["index"],
                channels=1,
                dtype="float32",
                callback=self._deliver,
                finished_callback=self._end,
            )
            self._stream.start()
        except (library.PortAudioError, ValueError) as error:
            raise AudioError(f"cannot open microphone {self.name!r}: {reason(error)}") from error

    def blocks(self, closed: Callable[[], bool]) -> Iterator[tuple[int, Samples, float]]:
        """How many samples are missing before each block, the block at 16 kHz, and the second when it came.

        Ends when nothing more comes.
        """
        before, opened = self.newest, time.monotonic()
        self.newest = None
        while not closed():
            try:
                dropped, block, came = self._queue.get(timeout=POLL)
            except Empty:
                if self._is_dead(opened):
                    self.newest = self.newest or before
                    return
                continue
            now = time.monotonic()
            away = round((now - before - FRAME_SECONDS) * SAMPLE_RATE) if before else 0
            before, self.newest = None, now
            yield dropped + max(0, away), self._resampler.resample(block) if self._resampler else block, came

    def close(self) -> bool:
        """Let go of the device; false if that hangs."""
        closing = start_thread(self._stream.close, "closing the microphone")
        closing.join(CLOSING)
        if closing.is_alive():
            atexit.unregister(portaudio()._exit_handler)  # noqa: SLF001 - it would close the stream, and hang the exit
        return not closing.is_alive()

    def _is_dead(self, opened: float) -> bool:
        """Whether this stream will give no more sound; `why` says why."""
        silent = time.monotonic() - (self.newest or opened)
        if self._ended:
            self.why = "the sound system ended the recording"
        elif silent > (STALLED if self.newest else FIRST_BLOCK):
            self.why = f"no sound came for {silent:.0f} s"
        return bool(self.why)

    def _deliver(self, block: Samples, frames: int, _time: object, _status: object) -> None:
        """In PortAudio's thread, where nothing may wait; its overflow flag is not to be relied on."""
        if self._queue.qsize() >= MOST_WAITING:
            self._dropped += round(frames / self._stream.samplerate * SAMPLE_RATE)
        else:
            self._queue.put((self._dropped, block[:, 0].copy(), time.monotonic()))
            self._dropped = 0

    def _end(self) -> None:
        self._ended = True


def _find(device: str | int | None) -> dict[str, Any]:
    """What PortAudio knows of a device; AudioError that names those there are."""
    library = portaudio()
    inputs: list[dict[str, Any]] = [each for each in library.query_devices() if each["max_input_channels"] > 0]
    if not inputs:
        raise AudioError("no microphone found: plug one in, or start the sound server")
    if device is None:
        return _default(inputs)
    if isinstance(device, int):
        named = [each for each in inputs if each["index"] == device]
    else:
        named = [each for each in inputs if device.lower() in each["name"].lower()]
        named.sort(key=lambda each: each["name"].lower() != device.lower())  # stable: the exact name, then the first
    if not named:
        known = ", ".join(f"{each['index']} {each['name']!r}" for each in inputs)
        raise AudioError(f"no microphone {device!r}; there are {known}")
    return named[0]


def _default(inputs: list[dict[str, Any]]) -> dict[str, Any]:
    """What the system records with unless told otherwise; without such a choice the first."""
    library = portaudio()
    try:
        index = library.query_devices(kind="input")["index"]
    except library.PortAudioError:
        index = inputs[0]["index"]
    return next((each for each in inputs if each["index"] == index), inputs[0])


def _rate(device: dict[str, Any]) -> int:
    """16 kHz, or what the device speaks if it does not speak that."""
    library = portaudio()
    try:
        library.check_input_settings(device["index"], channels=1, dtype="float32", samplerate=SAMPLE_RATE)
    except library.PortAudioError:
        return int(device["default_samplerate"])
    return SAMPLE_RATE
