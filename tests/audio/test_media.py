"""What only FFmpeg decodes: read through PyAV where that is installed, else one sentence that says what to do."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.audio import made
from voiced.audio import media, sound_file
from voiced.audio.formats import mpeg
from voiced.commands.shared import readable
from voiced.errors import AudioError
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

MADE = {
    "m4a": made.by_pyav("aac", "ipod"),
    "faststart.mp4": made.by_pyav("aac", "mp4", {"movflags": "faststart"}),
    "fragments.mp4": made.by_pyav("aac", "mp4", {"movflags": "frag_keyframe+empty_moov"}),
    "mov": made.by_pyav("pcm_s16le", "mov"),
    "webm": made.by_pyav("libopus", "webm"),
    "live.webm": made.by_pyav("libopus", "webm", {"live": "1"}),
    "mkv": made.by_pyav("aac", "matroska"),
    "aac": made.by_pyav("aac", "adts"),
    "wma": made.by_pyav("wmav2", "asf"),
    "avi": made.by_pyav("mp3", "avi"),
    "ts": made.by_pyav("aac", "mpegts"),
    "wv": made.by_pyav("wavpack", "wv"),
}
INDEX_AT_THE_END = {"m4a", "mov"}  # of a file that was cut it is lost, and nothing can be decoded


@pytest.mark.parametrize("name", MADE)
def test_what_pyav_reads(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"sound.{name}"
    path.write_bytes(MADE[name])
    sound_file.check(path)
    sound = sound_file.read(path)
    assert len(sound) == pytest.approx(2 * SAMPLE_RATE, abs=1_200)  # encoders pad
    loud = np.sqrt(np.mean(np.square(sound[-7_500:-3_500])))
    assert loud == pytest.approx(0.2, rel=0.1)  # swresample halves the power


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("share", [0.99, 0.6])
def test_what_was_cut(tmp_path: Path, caplog: pytest.LogCaptureFixture, share: float, name: str) -> None:
    path = tmp_path / f"cut.{name}"
    path.write_bytes(MADE[name][: int(share * len(MADE[name]))])
    with pytest.raises(AudioError, match=r"cut short|damaged"):
        sound_file.read(path)
    if name in INDEX_AT_THE_END:
        with pytest.raises(AudioError, match="damaged or cut short"):
            sound_file.read_what_is_there(path)
    else:
        assert share - 0.3 < len(sound_file.read_what_is_there(path)) / SAMPLE_RATE / 2 < share + 0.1
        assert caplog.messages[0].endswith("what is there is used")


@pytest.mark.parametrize("name", MADE)
def test_without_pyav_one_sentence(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(media, "is_installed", lambda: False)
    path = tmp_path / f"my sound.{name}"
    path.write_bytes(MADE[name])
    for read in (sound_file.check, sound_file.read, sound_file.read_what_is_there, sound_file.as_it_is):
        with pytest.raises(AudioError) as raised:
            read(path)
        assert f"read through PyAV: {media.INSTALL}; or convert it: ffmpeg -i '{path}' -vn " in str(raised.value)
    assert readable([path]) == []
    assert capsys.readouterr().err == f"voiced: {raised.value}\n"


def test_an_encoding_that_libsndfile_does_not_know(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(made.by_pyav("adpcm_yamaha", "wav"))
    assert len(sound_file.read(path)) == pytest.approx(2 * SAMPLE_RATE, abs=1_200)
    monkeypatch.setattr(media, "is_installed", lambda: False)
    with pytest.raises(AudioError, match="is WAV that is damaged, or in an encoding that is read through PyAV"):
        sound_file.read(path)


@pytest.mark.parametrize("name", ["mp3 in wav", "layer II", "constant", "free rate", "with xing"])
def test_mpeg_of_other_encoders(tmp_path: Path, name: str) -> None:
    """FFmpeg writes a Xing header unless it is told not to; none of them needs PyAV."""
    constant = made.by_pyav("mp3", "mp3", {"write_xing": "0", "id3v2_version": "0"}, 44_100)
    content = {
        "mp3 in wav": lambda: made.by_pyav("mp3", "wav"),
        "layer II": lambda: made.by_pyav("mp2", "mp2"),
        "constant": lambda: constant,
        "free rate": lambda: made.at_a_free_rate(constant),
        "with xing": lambda: made.by_pyav("mp3", "mp3"),
    }[name]()
    path = tmp_path / "sound"
    path.write_bytes(content)
    assert len(sound_file.read(path)) == pytest.approx(2 * SAMPLE_RATE, abs=1_500)
    if name == "free rate":
        assert len(list(mpeg.frames(content))) == len(list(mpeg.frames(constant)))


def test_nothing_else_is_opened(tmp_path: Path) -> None:
    """Formats of text may name other files and addresses; none is among those that are tried."""
    (tmp_path / "secret.wav").write_bytes(made.encoded("WAV"))
    for text in ("ffconcat version 1.0\nfile secret.wav\n", "#EXTM3U\n#EXTINF:2,\nsecret.wav\n"):
        (tmp_path / "list.m4a").write_text(text)
        with pytest.raises(AudioError, match="is not a recording"):
            sound_file.read(tmp_path / "list.m4a")


def test_as_many_planes_are_read_as_there_are_channels() -> None:
    av = pytest.importorskip("av")
    file = io.BytesIO()
    with av.open(file, "w", "matroska") as container:
        stream = container.add_stream("aac", rate=48_000, layout="7.1")
        frame = av.AudioFrame.from_ndarray(np.full((1, 8 * 1_024), 0.25, np.float32), format="flt", layout="7.1")
        frame.sample_rate = 48_000
        for packet in [*(each for _ in range(9) for each in stream.encode(frame)), *stream.encode(None)]:
            container.mux(packet)
    blocks = list(media.decoded(file.getvalue(), "matroska", print) or ())
    assert blocks
    assert {samples.shape[1] for _, samples in blocks} == {8}
