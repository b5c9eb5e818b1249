"""Recordings: every format gives the same frames, and every file that is not what it claims one sentence."""

from __future__ import annotations

import io
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.stranger import without_rights
from voiced.audio import sound_file
from voiced.errors import AudioError
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE

SPEECH = sound_file.read(Path(__file__).parents[1] / "sounds" / "command_heating.ogg")


def recording(path: Path, rate: int = SAMPLE_RATE, channels: int = 1, **how: str) -> Path:
    """The same second of a tone, in any format."""
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    soundfile.write(path, np.repeat(tone[:, None], channels, axis=1), rate, **how)
    return path


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize("kind", ["wav", "flac", "ogg"])
def test_any_format_rate_and_number_of_channels(tmp_path: Path, kind: str, channels: int, rate: int) -> None:
    sound = sound_file.read(recording(tmp_path / f"tone.{kind}", rate, channels))
    expected = 0.3 * np.sin(2 * np.pi * 440 * np.arange(SAMPLE_RATE) / SAMPLE_RATE)
    assert sound.dtype == np.float32
    assert abs(len(sound) - SAMPLE_RATE) <= 2
    inside = slice(2_000, 14_000)
    assert np.corrcoef(sound[inside], expected[inside])[0, 1] > 0.999


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_mp3(tmp_path: Path, rate: int) -> None:
    sound = sound_file.read(recording(tmp_path / "tone.mp3", rate, 2))
    assert abs(len(sound) - SAMPLE_RATE) < 0.1 * SAMPLE_RATE  # the format pads
    loudness = [np.sqrt(np.mean(np.square(part))) for part in np.array_split(sound[1_600:14_400], 20)]
    assert loudness == pytest.approx([0.3 / np.sqrt(2)] * 20, rel=0.05)  # and no part is missing


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
def test_any_encoding(tmp_path: Path, subtype: str) -> None:
    sound = sound_file.read(recording(tmp_path / "tone.wav", subtype=subtype))
    assert np.abs(sound).max() == pytest.approx(0.3, abs=0.01)


def test_sixteen_bits_arrive_exactly(tmp_path: Path) -> None:
    samples = np.array([-32_768, -1, 0, 1, 32_767], np.int16)
    soundfile.write(tmp_path / "few.wav", samples, SAMPLE_RATE)
    assert np.array_equal(sound_file.read(tmp_path / "few.wav") * 32_768, samples)


def test_frames_are_the_recording_padded(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "speech.flac", SPEECH, SAMPLE_RATE)
    frames = list(sound_file.frames(tmp_path / "speech.flac"))
    assert [frame.start for frame in frames] == list(range(0, len(frames) * FRAME_SAMPLES, FRAME_SAMPLES))
    together = np.concatenate([frame.samples for frame in frames])
    assert len(together) - FRAME_SAMPLES < len(SPEECH) <= len(together)
    assert np.allclose(together[: len(SPEECH)], SPEECH, atol=1e-4)
    assert not together[len(SPEECH) :].any()


def test_paced_frames_come_when_they_were_spoken(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "short.wav", SPEECH[: 6 * FRAME_SAMPLES], SAMPLE_RATE)
    began = time.monotonic()
    for count, frame in enumerate(sound_file.frames(tmp_path / "short.wav", paced=True), start=1):
        late = time.monotonic() - began - count * 0.08
        assert late >= -0.005
        assert began + count * 0.08 <= frame.came < time.monotonic() + 0.005
    assert late < 0.3


def test_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = recording(tmp_path / "tone.flac", 44_100, 2).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert abs(len(sound_file.read(Path("-"))) - SAMPLE_RATE) <= 2


def test_a_pipe(tmp_path: Path) -> None:
    content = recording(tmp_path / "tone.flac").read_bytes()[:60_000]
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    try:
        assert len(sound_file.read(Path(f"/dev/fd/{reading}"))) == SAMPLE_RATE
    finally:
        os.close(reading)


def test_a_header_written_before_the_length_was_known(tmp_path: Path) -> None:
    path = recording(tmp_path / "streamed.wav")
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[4:8] = content[at : at + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    assert len(sound_file.read(path)) == SAMPLE_RATE


# -- what is refused ---------------------------------------------------------------------------------


def refusal(path: Path, content: bytes | None = None) -> str:
    """Why a file is refused, without its name; `frames` says the same as `read`, at the latest when it gets there."""
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AudioError) as raised:
        sound_file.read(path)
    with pytest.raises(AudioError) as again:
        list(sound_file.frames(path))
    assert str(raised.value) == str(again.value)
    assert "\n" not in str(raised.value)
    assert str(raised.value).startswith(f"{path}: ")
    return str(raised.value).removeprefix(f"{path}: ")


def test_a_missing_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "no.wav") == "cannot be read: No such file or directory"


def test_a_missing_file_is_refused_before_the_first_frame(tmp_path: Path) -> None:
    with pytest.raises(AudioError):
        sound_file.frames(tmp_path / "no.wav")


def test_a_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "is not a file"


def test_a_device_that_never_ends() -> None:
    assert refusal(Path("/dev/zero")) == "is not a file"


def test_an_unreadable_file() -> None:
    with without_rights() as folder:
        path = recording(folder / "secret.wav")
        path.chmod(0)
        assert refusal(path) == "cannot be read: Permission denied"


def test_no_byte(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    assert refusal(tmp_path / "empty.wav") == "is empty"


def test_no_sample(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "zero.wav", np.zeros(0), SAMPLE_RATE)
    assert refusal(tmp_path / "zero.wav") == "holds no sound"


def test_text(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("turn on the kitchen lights\n" * 50)
    assert "is not a recording that can be read (WAV, FLAC, OGG or MP3)" in refusal(tmp_path / "text.wav")


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3", "aiff"])
@pytest.mark.parametrize("share", [0.9, 0.5])
def test_cut_short(tmp_path: Path, kind: str, share: float) -> None:
    path = recording(tmp_path / f"tone.{kind}")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert "cut short" in refusal(path)


def test_values_that_are_no_numbers(tmp_path: Path) -> None:
    sound = np.full(1_000, 0.1, np.float32)
    sound[500:700] = np.nan
    soundfile.write(tmp_path / "nan.wav", sound, SAMPLE_RATE, subtype="FLOAT")
    assert "holds values that are not numbers" in refusal(tmp_path / "nan.wav")


def test_an_impossible_rate(tmp_path: Path) -> None:
    assert "claims 100 samples per second" in refusal(recording(tmp_path / "slow.wav", 100))
