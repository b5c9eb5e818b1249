"""AAC, AC-3, MPEG programs, and what is written to a pipe: what was cut is known, and pauses are no damage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.audio import made
from tests.audio.test_sound_file import refusal
from voiced.audio import sound_file
from voiced.audio.formats import boxes, streams
from voiced.audio.formats.contents import CUT, DAMAGED
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

MADE = {
    "aac": made.by_pyav("aac", "adts"),
    "ac3": made.by_pyav("ac3", "ac3"),
    "eac3": made.by_pyav("eac3", "eac3"),
    "mpg": made.by_pyav("mp2", "mpeg"),
}
CONTENTS = {"aac": streams.adts, "ac3": streams.ac3, "eac3": streams.ac3, "mpg": streams.program_stream}


@pytest.mark.parametrize("name", MADE)
def test_what_was_cut_is_known(tmp_path: Path, name: str) -> None:
    whole = MADE[name]
    assert CONTENTS[name](whole).damage == ""
    assert CONTENTS[name](whole).parts == (whole,)
    end = len(whole.removesuffix(b"\0\0\1\xb9"))
    for left in (end - 1, end - 100, end * 2 // 3 + 1):
        assert CONTENTS[name](whole[:left]).damage == CUT
    assert "cut short" in refusal(tmp_path / "sound", whole[: end - 100])


@pytest.mark.parametrize("name", ["aac", "ac3", "eac3"])
def test_junk_between_frames_is_damage_and_tags_are_none(name: str) -> None:
    whole = MADE[name]
    torn = CONTENTS[name](whole + b"x" * 100 + whole)
    assert (torn.parts, torn.damage) == ((whole + whole,), DAMAGED)
    tagged = CONTENTS[name](whole + made.id3(b"x" * 100) + bytes(9) + whole + b"TAG" + bytes(125))
    assert (tagged.parts, tagged.damage) == ((whole + whole,), "")


def test_an_avi_that_was_written_to_a_pipe() -> None:
    whole = made.by_pyav("mp3", "avi")
    at = whole.index(b"movi") - 4
    piped = whole[:4] + b"\xff" * 4 + whole[8:at] + b"\xff" * 4 + whole[at + 4 :]
    assert boxes.avi(piped).damage == ""
    assert boxes.avi(piped[: len(piped) * 2 // 3 + 1]).damage == CUT


def test_windows_media_that_was_sent_while_it_was_recorded() -> None:
    whole = made.by_pyav("wmav2", "asf")
    flags = whole.index(boxes.ASF_PROPERTIES) + 88
    packet = int.from_bytes(whole[flags + 4 : flags + 8], "little")
    begin = whole.index(boxes.ASF_DATA) + boxes.ASF_DATA_HEAD_BYTES
    live = bytearray(whole[: begin + (len(whole) - begin) // packet * packet])
    live[flags] |= boxes.IS_BROADCAST
    assert boxes.windows_media(bytes(live)).damage == ""
    assert boxes.windows_media(bytes(live) + b"$E" + bytes(10)).damage == ""
    assert boxes.windows_media(bytes(live[:-100])).damage == CUT


def test_pauses_of_a_voice_recorder_are_heard_as_silence(tmp_path: Path) -> None:
    """AMR writes nothing, or a description of the noise, where nobody speaks: kinds 15 and 8 of frames."""
    path = tmp_path / "sound.amr"
    speech = b"\x3c" + bytes(range(31))  # kind 7, 12.2 kbit/s
    path.write_bytes(b"#!AMR\n" + speech * 25 + (b"\x44" + bytes(5) + b"\x7c" * 7) * 3 + speech * 25)
    sound = sound_file.read(path)
    assert len(sound) == pytest.approx(74 * 0.02 * SAMPLE_RATE, abs=200)
    assert np.abs(sound[int(0.6 * SAMPLE_RATE) : int(0.9 * SAMPLE_RATE)]).max() < 0.01
    path.write_bytes(path.read_bytes() + speech[:20])
    assert "cut short" in refusal(path, path.read_bytes())
