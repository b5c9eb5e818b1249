"""What stands in front of a recording, or behind it, is no damage; nor are bytes that look like frames a recording."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.audio import made
from tests.audio.test_every_sound_file import FLAC, MP3, OPUS, VORBIS, WAV, heard
from tests.audio.test_sound_file import refusal
from voiced.audio import sound_file
from voiced.errors import AudioError
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

TWO_SECONDS = 2 * SAMPLE_RATE
NOISE = np.random.default_rng(5).integers(0, 256, 1_000, np.uint8).tobytes()
JUNK = {"newline": b"\n", "zeros": bytes(1_000), "page": b"<html>\n<p>thanks</p>", "noise": NOISE}
SOUNDS = {
    "wav": WAV,
    "flac": FLAC,
    "mp3": MP3,
    "opus": OPUS,
    "ogg": VORBIS,
    "aiff": made.encoded("AIFF"),
    "m4a": made.by_pyav("aac", "ipod"),
    "fragments.mp4": made.by_pyav("aac", "mp4", {"movflags": "frag_keyframe+empty_moov"}),
    "webm": made.by_pyav("libopus", "webm"),
    "live.webm": made.by_pyav("libopus", "webm", {"live": "1"}),
    "aac": made.by_pyav("aac", "adts"),
    "ac3": made.by_pyav("ac3", "ac3"),
    "mpg": made.by_pyav("mp2", "mpeg"),
}
NO_BEGINNING = {"aac", "ac3", "mpg"}  # which nothing else looks like


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("name", SOUNDS)
def test_what_stands_behind_a_recording_is_no_damage(tmp_path: Path, name: str, junk: str) -> None:
    path = tmp_path / f"sound.{name}"
    path.write_bytes(SOUNDS[name])
    alone = sound_file.read(path)
    path.write_bytes(SOUNDS[name] + JUNK[junk])
    sound_file.check(path)
    assert np.array_equal(sound_file.read(path), alone)


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("name", sorted(SOUNDS.keys() - NO_BEGINNING))
def test_what_stands_in_front_of_a_recording_is_no_damage(tmp_path: Path, name: str, junk: str) -> None:
    path = tmp_path / f"sound.{name}"
    path.write_bytes(SOUNDS[name])
    alone = sound_file.read(path)
    path.write_bytes(JUNK[junk] + SOUNDS[name])
    sound_file.check(path)
    assert np.array_equal(sound_file.read(path), alone)


@pytest.mark.parametrize("name", sorted(SOUNDS.keys() - {"m4a"}))
def test_what_was_cut_is_known_behind_junk_too(tmp_path: Path, name: str) -> None:
    junk = b"" if name in NO_BEGINNING else JUNK["page"]
    assert "cut short" in refusal(tmp_path / "sound", junk + SOUNDS[name][: len(SOUNDS[name]) * 7 // 10 - 1])


def test_an_ogg_that_goes_on_with_a_cut_page(tmp_path: Path) -> None:
    for n_bytes in (5, 60, len(OPUS) // 2):
        assert refusal(tmp_path / "sound", OPUS + OPUS[:n_bytes]).startswith("is ")


@pytest.mark.parametrize("name", ["m4a", "fragments.mp4"])
def test_mp4_files_one_behind_the_other(tmp_path: Path, name: str) -> None:
    assert len(sound_file.read(_written(tmp_path, SOUNDS[name] * 2))) == pytest.approx(2 * TWO_SECONDS, abs=2_400)


def test_sound_in_several_chunks_of_a_wav(tmp_path: Path) -> None:
    at = WAV.index(b"data")
    half = (len(WAV) - at - 8) // 4 * 2
    first, second = WAV[at + 8 : at + 8 + half], WAV[at + 8 + half :]
    chunks = b"".join(
        name + struct.pack("<I", len(each)) + each
        for name, each in ((b"data", first), (b"note", b"four"), (b"data", second))
    )
    assert heard(tmp_path, WAV[:at] + chunks) == TWO_SECONDS
    assert heard(tmp_path, (WAV[:at] + chunks) * 2) == 2 * TWO_SECONDS


@pytest.mark.parametrize("seed", range(5))
def test_bytes_that_look_like_frames_are_no_recording(tmp_path: Path, seed: int) -> None:
    """Some frames among other bytes: they would be heard as a moment of noise."""
    others = np.random.default_rng(seed).integers(0, 256, 3 * len(MP3), np.uint8).tobytes()
    path = _written(tmp_path, b"other" + others + MP3[:5_000] + others)
    for read in (sound_file.check, sound_file.read, sound_file.read_what_is_there):
        with pytest.raises(AudioError, match="is not a recording that can be read"):
            read(path)


def _written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "sound"
    path.write_bytes(content)
    return path
