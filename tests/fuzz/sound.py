"""Sound files of any content: a recording is heard, or refused in one sentence, in bounded time and memory."""

from __future__ import annotations

import logging
import os
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.audio import made
from voiced.audio import media, sound_file
from voiced.errors import VoicedError
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = (  # that mean something in one of the formats
    *(
        b"RIFF",
        b"RF64",
        b"WAVE",
        b"data",
        b"fmt ",
        b"LIST",
        b"FORM",
        b"SSND",
        b"fLaC",
        b"OggS",
        b"OpusHead",
        b"ID3\x04",
        b"TAG",
        b"\0\0\1\xba",
        b"\x0b\x77",
        b"#!AMR\n",
    ),
    *(b"\xff\xfb\x90\x64", b"\xff\xf8", b"Xing", b"Info", b"VBRI", b"ftyp", b"moov", b"mdat", b"\x1aE\xdf\xa3"),
    *(b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f"),
)
KINDS = (
    *("WAV", "WAV/PCM_U8", "WAV/FLOAT", "WAV/IMA_ADPCM", "WAV/MS_ADPCM", "WAV/GSM610", "WAVEX", "RF64", "W64", "AIFF"),
    *("AU", "CAF", "CAF/ALAC_16", "NIST", "VOC", "FLAC", "FLAC/PCM_24", "OGG/OPUS", "OGG/VORBIS", "MP3"),
)
FOUND: tuple[bytes, ...] = (  # by fuzzing, and mended
    b"\xff\xea\x90\x00" * 50,  # a version of MPEG that there is not
)
CONTAINERS = (
    *(("aac", "ipod"), ("aac", "adts"), ("aac", "mpegts"), ("libopus", "webm"), ("aac", "matroska"), ("wmav2", "asf")),
    *(("mp3", "avi"), ("wavpack", "wv"), ("adpcm_yamaha", "wav"), ("ac3", "ac3"), ("mp2", "mpeg")),
)
LONGEST_SECONDS_PER_BYTE = 80.0  # of sound; FLAC writes 4,096 samples of silence in 10 bytes, at 1 kHz

_FILE = Path(f"/proc/self/fd/{os.memfd_create('recording')}")  # a file that is nowhere on the disk


@cache
def seeds() -> list[bytes]:
    """Return one short recording of each kind, and what stands around or between some of them."""
    short = made.tone(0.25)
    whole = {kind: made.encoded(kind, short) for kind in KINDS}
    stereo = made.encoded("MP3", made.tone(0.3, 44_100, 2), 44_100)
    joined = [whole["MP3"] + stereo, whole["OGG/OPUS"] + whole["OGG/VORBIS"], whole["WAV"] * 2, whole["FLAC"] * 2]
    written = [made.streamed_flac(whole["FLAC"]), made.with_sizes(whole["WAV"], 0, 0), made.without_xing(stereo)]
    tagged = [made.id3(b"picture") + whole["MP3"] + b"TAG" + bytes(125), made.with_chunk(whole["WAV"], b"LIST", b"odd")]
    foreign = [made.by_pyav(codec, container) for codec, container in CONTAINERS] if media.is_installed() else []
    return [*FOUND, *whole.values(), *joined, *written, *tagged, *foreign]


def target(data: bytes) -> None:
    """Read a file as a command and for transcription, in frames and for playing."""
    _FILE.write_bytes(data)
    for read in (sound_file.read, sound_file.read_what_is_there):
        sound = _attempt(partial(read, _FILE))
        if sound is not None:
            assert sound.shape == (len(sound),)
            assert np.isfinite(sound).all()
            assert len(sound) <= SAMPLE_RATE * LONGEST_SECONDS_PER_BYTE * len(data)
    for use in (sound_file.check, sound_file.as_it_is, lambda file: list(sound_file.frames(file))):
        _attempt(partial(use, _FILE))


def _attempt(use: Callable[[], Any]) -> Any:
    """What it returns; None if it refuses, with one sentence."""
    logging.disable(logging.WARNING)  # damaged files draw many
    try:
        return use()
    except VoicedError as error:
        said = str(error)
    finally:
        logging.disable(logging.NOTSET)
    assert "\n" not in said
    return None
