"""VOC: blocks of sound with headers between them, which are no sound."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from tests.audio import made
from tests.audio.test_sound_file import refusal
from voiced.audio import sound_file
from voiced.audio.formats import voc
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

HEAD = b"Creative Voice File\x1a" + struct.pack("<HHH", 26, 0x0114, 0x111F)
SOUND = (made.tone()[:, 0] * 32_767).astype("<i2")
NEW = struct.pack("<IBBHI", SAMPLE_RATE, 16, 1, 4, 0)


def block(kind: int, content: bytes) -> bytes:
    return bytes([kind]) + len(content).to_bytes(3, "little") + content


def read(tmp_path: Path, *blocks: bytes) -> np.ndarray:
    path = tmp_path / "sound.voc"
    path.write_bytes(HEAD + b"".join(blocks))
    return sound_file.read(path)


@pytest.mark.parametrize("end", [b"\0", b""])
def test_headers_of_blocks_are_no_sound(tmp_path: Path, end: bytes) -> None:
    pieces = [SOUND[at : at + 999].tobytes() for at in range(0, len(SOUND), 999)]
    expected = pytest.approx(SOUND / 32_768, abs=1e-4)
    assert read(tmp_path, *(block(voc.NEW_SOUND, NEW + piece) for piece in pieces), end) == expected
    first, *others = pieces
    assert read(tmp_path, block(9, NEW + first), *(block(voc.MORE, piece) for piece in others), end) == expected


def test_bytes_and_pauses(tmp_path: Path) -> None:
    """A rate of 1,000,000 / (256 - 156) = 10,000 Hz; a pause of 5,000 samples of that rate; two channels at 11,025."""
    eight = bytes([156, 0]) + b"\xc0" * 10_000
    pause = block(voc.PAUSE, struct.pack("<HB", 4_999, 156))
    stereo = block(voc.EXTENDED, struct.pack("<HBB", 65_536 - 256_000_000 // 22_050, 0, 1))
    both = stereo + block(voc.SOUND, bytes([0, 0]) + b"\xc0\xc0" * 11_025)
    sound = read(tmp_path, block(voc.SOUND, eight), pause, block(5, b"a text\0"), block(voc.SOUND, eight), both)
    assert len(sound) == pytest.approx(3.5 * SAMPLE_RATE, abs=50)
    assert sound[8_000] == pytest.approx(0.5, abs=0.01)
    assert abs(sound[20_000]) < 0.01
    assert sound[32_000] == pytest.approx(0.5, abs=0.01)
    assert sound[48_000] == pytest.approx(0.5, abs=0.01)


def test_what_was_cut_is_refused(tmp_path: Path) -> None:
    cut = HEAD + block(voc.NEW_SOUND, NEW + SOUND.tobytes())[:-100]
    assert refusal(tmp_path / "sound.voc", cut) == "is cut short; record or copy it again"


def test_pauses_without_end_take_no_memory() -> None:
    wide = block(voc.NEW_SOUND, struct.pack("<IBBHI", 4_000_000_000, 16, 255, 4, 0) + bytes(20))
    pauses = block(voc.PAUSE, b"\xff\xff\0") * 10_000
    assert sum(map(len, voc.contents_of(HEAD + wide + pauses).parts)) < 200_000_000


def test_other_encodings_are_left_to_the_decoder() -> None:
    content = HEAD + block(voc.SOUND, bytes([156, 2]) + bytes(100))
    assert voc.contents_of(content).parts == (content,)
    assert voc.contents_of(HEAD).parts == (HEAD,)
