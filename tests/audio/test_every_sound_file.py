"""Every sound file is heard to its end, and what is known to be incomplete is refused as a command, and transcribed."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.audio import made
from tests.audio.test_sound_file import refusal
from voiced.audio import sound_file
from voiced.audio.formats import mpeg, ogg
from voiced.errors import AudioError
from voiced.flow import SAMPLE_RATE

WAV, FLAC, MP3 = made.encoded("WAV"), made.encoded("FLAC"), made.encoded("MP3")
OPUS, VORBIS = made.encoded("OGG/OPUS"), made.encoded("OGG/VORBIS")
VARIABLE = made.encoded("MP3", bitrate_mode="VARIABLE")
TWO_SECONDS = 2 * SAMPLE_RATE


def heard(tmp_path: Path, content: bytes, name: str = "sound.wav") -> int:
    """How many samples are heard of a file; as many as of a transcription, and in frames of 80 ms."""
    path = tmp_path / name
    path.write_bytes(content)
    sound = sound_file.read(path)
    assert len(sound_file.read_what_is_there(path)) == len(sound)
    assert 0 <= sum(len(frame.samples) for frame in sound_file.frames(path)) - len(sound) < 0.08 * SAMPLE_RATE
    samples, rate = sound_file.as_it_is(path)
    assert len(samples) / rate == pytest.approx(len(sound) / SAMPLE_RATE, abs=0.01)
    assert np.sqrt(np.mean(np.square(sound[-SAMPLE_RATE // 4 :]))) > 0.1  # the loud end is there
    return len(sound)


def left(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes) -> float:
    """Seconds of a damaged file that transcription gets, with a warning."""
    path = tmp_path / "damaged.wav"
    path.write_bytes(content)
    caplog.clear()
    sound = sound_file.read_what_is_there(path)
    (warning, *others) = caplog.messages
    assert warning.startswith(f"{path}: is ")
    assert warning.endswith("; what is there is used")
    assert others == []
    return len(sound) / SAMPLE_RATE


# -- MP3 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 24_000, 32_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("mode", ["CONSTANT", "VARIABLE"])
def test_mp3_without_a_xing_header_is_heard_whole(tmp_path: Path, mode: str, channels: int, rate: int) -> None:
    content = made.encoded("MP3", made.tone(2.0, rate, channels), rate, bitrate_mode=mode)
    padding = 1_700 * SAMPLE_RATE / rate  # what encoders put around the sound, at most; a Xing header says how much
    assert abs(heard(tmp_path, content) - TWO_SECONDS) <= 2
    assert TWO_SECONDS - 2 <= heard(tmp_path, made.without_xing(content)) <= TWO_SECONDS + padding


@pytest.mark.parametrize(
    "parts",
    [
        (MP3, MP3),
        (made.without_xing(MP3), made.without_xing(VARIABLE)),
        (MP3, made.encoded("MP3", made.tone(2.0, 44_100, 2), 44_100)),
        (made.id3(b"x" * 999) + MP3 + b"TAG" + bytes(125), made.id3(b"y" * 10) + VARIABLE),
    ],
    ids=["twice", "without-xing", "other-rate", "with-tags"],
)
def test_concatenated_mp3(tmp_path: Path, parts: tuple[bytes, bytes]) -> None:
    assert heard(tmp_path, b"".join(parts)) == pytest.approx(2 * TWO_SECONDS, abs=4_000)


@pytest.mark.parametrize(
    "content",
    [
        made.id3(b"\xff\xfb\x90\x00" * 5_000) + MP3,
        made.id3(b"a") + made.id3(b"b" * 100_000) + MP3,
        MP3 + b"TAG" + bytes(125),
        MP3 + b"APETAGEX" + (2_000).to_bytes(4, "little") + (1_000).to_bytes(4, "little") + bytes(16) + b"x" * 984,
        MP3 + bytes(5_000),
        b"\0" * 999 + MP3,
        b"half a frame" + MP3,
        MP3 + b"trailing words",
    ],
    ids=["picture", "two-tags", "id3v1", "ape", "zeros-after", "zeros-before", "junk-before", "junk-after"],
)
def test_what_stands_around_an_mp3_is_no_damage(tmp_path: Path, content: bytes) -> None:
    assert abs(heard(tmp_path, content) - TWO_SECONDS) <= 2


@pytest.mark.parametrize("content", [MP3, VARIABLE, made.without_xing(MP3)], ids=["constant", "variable", "no-xing"])
def test_an_mp3_that_was_cut(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes) -> None:
    frames = list(mpeg.frames(content))
    cut = content[: frames[len(frames) * 2 // 3].end - 5]
    assert refusal(tmp_path / "sound.wav", cut) == "is cut short; record or copy it again"
    assert left(tmp_path, caplog, cut) == pytest.approx(4 / 3, abs=0.15)


def test_an_mp3_that_was_cut_between_frames_is_known_by_its_xing_header(tmp_path: Path) -> None:
    end = list(mpeg.frames(MP3))[20].end
    assert "cut short" in refusal(tmp_path / "sound.wav", MP3[:end])


def test_a_xing_header_behind_a_checksum(tmp_path: Path) -> None:
    first = next(mpeg.frames(MP3))
    info = bytearray(MP3[: first.end])
    info[1] &= ~1
    checked = bytes(info[:4]) + b"\0\0" + bytes(info[4:-2]) + MP3[first.end :]
    assert TWO_SECONDS <= heard(tmp_path, checked) <= TWO_SECONDS + 1_700
    assert "cut short" in refusal(tmp_path / "sound.wav", checked[: list(mpeg.frames(checked))[20].end])


def test_an_mp3_with_junk_in_the_middle(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    middle = list(mpeg.frames(MP3))[25].end
    torn = MP3[:middle] + b"x" * 1_000 + MP3[middle:]
    assert refusal(tmp_path / "sound.wav", torn) == "is damaged; record or copy it again"
    assert left(tmp_path, caplog, torn) == pytest.approx(2, abs=0.05)


def test_libraries_write_nothing_to_standard_error(tmp_path: Path) -> None:
    noisy = bytearray(made.id3(b"\xff" * 50) + MP3[:5_000])
    noisy[600::97] = bytes(len(noisy[600::97]))
    (tmp_path / "noisy.mp3").write_bytes(noisy)
    program = (
        "import sys; from pathlib import Path; from voiced.audio import sound_file\n"
        "sound_file.log.disabled = True\n"
        "print(len(sound_file.read_what_is_there(Path(sys.argv[1]))), file=sys.stderr)\n"
    )
    run = [sys.executable, "-c", program, str(tmp_path / "noisy.mp3")]
    said = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60).stderr
    assert said.strip().isdigit()  # Python's own line arrives, and nothing else


# -- Ogg ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [OPUS, VORBIS], ids=["opus", "vorbis"])
def test_concatenated_ogg(tmp_path: Path, content: bytes) -> None:
    assert abs(heard(tmp_path, content + content) - 2 * TWO_SECONDS) <= 4


def test_concatenated_ogg_of_other_rates_and_channels(tmp_path: Path) -> None:
    stereo = made.encoded("OGG/VORBIS", made.tone(2.0, 44_100, 2), 44_100)
    assert abs(heard(tmp_path, OPUS + stereo + VORBIS) - 3 * TWO_SECONDS) <= 6


@pytest.mark.parametrize("content", [OPUS, VORBIS], ids=["opus", "vorbis"])
@pytest.mark.parametrize("share", [0.99, 0.7, 0.5])
def test_an_ogg_that_was_cut(tmp_path: Path, caplog: pytest.LogCaptureFixture, share: float, content: bytes) -> None:
    cut = content[: int(len(content) * share)]
    assert refusal(tmp_path / "sound.wav", cut) == "is cut short; record or copy it again"
    assert 0.2 < left(tmp_path, caplog, cut) < 2


@pytest.mark.parametrize("content", [OPUS, VORBIS], ids=["opus", "vorbis"])
def test_an_ogg_that_was_cut_between_pages(tmp_path: Path, content: bytes) -> None:
    pages = made.ogg_pages(content)
    last = replace(pages[-1], flags=pages[-1].flags & ~ogg.LAST)
    assert "cut short" in refusal(tmp_path / "sound.wav", b"".join(page.rendered() for page in [*pages[:-1], last]))


def test_an_ogg_with_a_damaged_byte(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    torn = bytearray(OPUS)
    torn[len(torn) // 2] ^= 1
    assert refusal(tmp_path / "sound.wav", bytes(torn)) == "is damaged; record or copy it again"
    assert left(tmp_path, caplog, bytes(torn)) == pytest.approx(2, abs=0.1)


def test_an_ogg_without_a_page(tmp_path: Path) -> None:
    pages = made.ogg_pages(made.encoded("OGG/OPUS", made.tone(6.0)))
    assert "damaged" in refusal(tmp_path / "sound.wav", b"".join(page.rendered() for page in [*pages[:3], *pages[4:]]))


def test_an_ogg_beside_other_streams(tmp_path: Path) -> None:
    """As with a picture or text beside the sound: pages of several streams alternate."""
    first, *others = made.ogg_pages(VORBIS)
    text = ogg.Page(ogg.FIRST, 0, first.serial + 1, 0, b"\x0b", b"\x80theora text"[:11], 0)
    more = replace(text, flags=ogg.LAST, number=1)
    pages = [text, first, others[0], more, *others[1:]]
    assert abs(heard(tmp_path, b"".join(page.rendered() for page in pages)) - TWO_SECONDS) <= 2


# -- FLAC --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["FLAC/PCM_16", "FLAC/PCM_24", "FLAC/PCM_S8"])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_flac_of_unknown_length(tmp_path: Path, channels: int, kind: str) -> None:
    content = made.streamed_flac(made.encoded(kind, made.tone(2.0, 44_100, channels), 44_100))
    assert abs(heard(tmp_path, content) - TWO_SECONDS) <= 2
    assert refusal(tmp_path / "sound.wav", content[:-7]) == "is cut short; record or copy it again"


@pytest.mark.parametrize("content", [FLAC, made.streamed_flac(FLAC)], ids=["known", "unknown"])
def test_flac_that_was_cut(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes) -> None:
    cut = content[: len(content) * 3 // 4]
    assert refusal(tmp_path / "sound.wav", cut) == "is cut short; record or copy it again"
    assert left(tmp_path, caplog, cut) == pytest.approx(1.4, abs=0.3)


def test_flac_goes_on_after_damage(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    torn = bytearray(made.encoded("FLAC", made.tone(8.0)))
    for at in (len(torn) // 3, len(torn) // 2):
        torn[at] ^= 0xFF
    assert refusal(tmp_path / "sound.wav", bytes(torn)) == "is damaged or cut short; record or copy it again"
    assert left(tmp_path, caplog, bytes(torn)) == pytest.approx(8, abs=0.01)  # what is missing is silent


def test_concatenated_flac(tmp_path: Path) -> None:
    other = made.streamed_flac(made.encoded("FLAC", made.tone(2.0, 48_000, 2), 48_000))
    assert abs(heard(tmp_path, other + FLAC + other) - 3 * TWO_SECONDS) <= 6


# -- WAV and its relatives ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sound", "whole"),
    [
        (0, 0),
        (0, None),
        (0, 0xFFFFFFFF),
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0xFFFFFFFF, 0),
        (0x7FFFFFFF, 0x80000023),
        (0x7FFFF000, 0x7FFFF024),
        (0x80000000, 0x80000024),
        (0x40000000, 0x40000024),
        (len(WAV) + 1_000, None),  # the length of the whole file is right
    ],
)
def test_wav_of_unknown_length(tmp_path: Path, sound: int, whole: int | None) -> None:
    assert heard(tmp_path, made.with_sizes(WAV, sound, whole)) == TWO_SECONDS


@pytest.mark.parametrize("claimed", [0, 0xFFFFFFFF])
def test_concatenated_wav_of_unknown_length(tmp_path: Path, claimed: int) -> None:
    content = made.with_sizes(WAV, claimed, claimed)
    assert heard(tmp_path, content + content) == 2 * TWO_SECONDS


@pytest.mark.parametrize("kind", ["WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "NIST"])
@pytest.mark.parametrize("missing", [1, 2_000, 40_000])
def test_what_was_cut_is_known_by_its_length(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, missing: int, kind: str
) -> None:
    content = made.encoded(kind)
    assert heard(tmp_path, content) == TWO_SECONDS
    assert refusal(tmp_path / "sound.wav", content[:-missing]) == "is cut short; record or copy it again"
    assert left(tmp_path, caplog, content[:-missing]) == pytest.approx((2 * TWO_SECONDS - missing) / 32_000, abs=1e-3)


@pytest.mark.parametrize("kind", ["WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF"])
@pytest.mark.parametrize("channels", [1, 3, 8])
@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_odd_lengths_and_many_channels(tmp_path: Path, subtype: str, channels: int, kind: str) -> None:
    content = made.encoded(f"{kind}/{subtype}", made.tone(2.0, 96_000, channels)[: 2 * 96_000 - 1], 96_000)
    assert abs(heard(tmp_path, content) - TWO_SECONDS) <= 2
    assert abs(heard(tmp_path, content + b"trailing!") - TWO_SECONDS) <= 4


@pytest.mark.parametrize(
    "content",
    [
        made.with_chunk(WAV, b"LIST", b"INFOISFT\x05\0\0\0made\0\0"),
        made.with_chunk(WAV, b"JUNK", bytes(1_001)),
        made.with_chunk(WAV, b"LIST", b"odd", padded=False),
        made.with_chunk(WAV, b"id3 ", made.id3(b"picture" * 3_000)),
        made.with_chunk(made.with_chunk(WAV, b"bext", bytes(602)), b"data"[::-1], b"odd"),
        WAV + b"LIST\x04\0\0\0abcd",
        WAV + b"LIST\xff\xff\xff\x7fabcd",
        made.encoded("WAV", endian="BIG"),
        b"BW64" + made.encoded("RF64")[4:],
        made.id3(b"a tag before a WAV") + WAV,
        made.encoded("WAV/PCM_U8"),
        made.encoded("WAV/ALAW"),
        made.encoded("WAV/DOUBLE"),
    ],
)
def test_what_else_a_wav_may_hold(tmp_path: Path, content: bytes) -> None:
    assert heard(tmp_path, content) == TWO_SECONDS


@pytest.mark.parametrize("kind", ["WAV/IMA_ADPCM", "WAV/MS_ADPCM", "WAV/GSM610", "CAF/ALAC_16", "VOC"])
def test_compressed_sound_in_chunks(tmp_path: Path, kind: str) -> None:
    assert heard(tmp_path, made.encoded(kind)) == pytest.approx(TWO_SECONDS, abs=2_048)


@pytest.mark.parametrize("kind", ["WAV", "RF64", "W64", "AIFF", "CAF"])
def test_concatenated_chunks(tmp_path: Path, kind: str) -> None:
    content = made.encoded(kind)
    assert heard(tmp_path, content + content) == 2 * TWO_SECONDS


@pytest.mark.parametrize("first", [WAV, made.with_sizes(WAV, 0, 0), made.encoded("RF64")])
def test_long_and_short_wav_one_after_another(tmp_path: Path, first: bytes) -> None:
    long = made.encoded("RF64")
    assert heard(tmp_path, first + long + WAV + b"BW64" + long[4:]) == 4 * TWO_SECONDS


# -- what is strange, but whole ----------------------------------------------------------------------


def warned(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes) -> str:
    """The warning about a recording that is read."""
    path = tmp_path / "strange.wav"
    path.write_bytes(content)
    assert len(sound_file.read(path)) == TWO_SECONDS
    (warning,) = caplog.messages
    return warning.removeprefix(f"{path}: ")


@pytest.mark.parametrize("gain", [1.0, 0.9])
@pytest.mark.parametrize("channels", [2, 4])
def test_inverted_channels(tmp_path: Path, caplog: pytest.LogCaptureFixture, channels: int, gain: float) -> None:
    signs = np.tile([1.0, -gain], channels // 2).astype(np.float32)
    content = made.encoded("WAV", made.tone(channels=channels) * signs)
    assert "cancel each other" in warned(tmp_path, caplog, content)
    assert heard(tmp_path, content) == TWO_SECONDS


@pytest.mark.parametrize("other", [1.0, 0.0, 0.5, -0.3])
def test_channels_that_differ_draw_no_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture, other: float) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(made.encoded("WAV", np.concatenate([made.tone(), other * made.tone()], axis=1)))
    sound_file.read(path)
    assert caplog.messages == []


def test_near_silence(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    quiet = made.tone() * np.float32(10 ** (-90 / 20) / 0.45)
    said = warned(tmp_path, caplog, made.encoded("WAV/FLOAT", quiet))
    assert said.startswith("is nearly silent: its peak is at -9")
    caplog.clear()
    assert warned(tmp_path, caplog, made.encoded("WAV", quiet * 0)) == "is silent: every sample is zero"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_single_values_that_are_no_numbers(tmp_path: Path, caplog: pytest.LogCaptureFixture, value: float) -> None:
    sound = made.tone(channels=2)
    sound[[100, 5_000, 9_000], 1] = value
    assert "not numbers" in warned(tmp_path, caplog, made.encoded("WAV/FLOAT", sound))


def test_integers_written_as_floats(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert "louder than full scale" in warned(tmp_path, caplog, made.encoded("WAV/FLOAT", made.tone() * 32_768))


# -- names, and what is no recording -----------------------------------------------------------------


def test_the_name_says_nothing(tmp_path: Path) -> None:
    assert abs(heard(tmp_path, OPUS, "opus.wav") - TWO_SECONDS) <= 2
    assert abs(heard(tmp_path, MP3, "mp3.flac") - TWO_SECONDS) <= 2
    assert heard(tmp_path, WAV, "wav") == TWO_SECONDS


@pytest.mark.parametrize(
    "content",
    [
        *(b"turn on the lights\n", b"\xff" * 10_000, bytes(10_000), b"RIFF", b"OggS", b"fLaC", b"ID3", MP3[:100]),
        *(b"<html>", FLAC[:90], b"\xff\xea\x90\x00" * 500),  # the latter of a version of MPEG that there is not
    ],
)
def test_what_is_no_recording(tmp_path: Path, content: bytes) -> None:
    assert "damaged" in refusal(tmp_path / "sound.wav", content) or "cut short" in refusal(
        tmp_path / "sound.wav", content
    )
    with pytest.raises(AudioError):
        sound_file.read_what_is_there(tmp_path / "sound.wav")


def test_a_position_before_the_beginning_draws_no_traceback(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """libsndfile seeks there in a damaged file; an exception in a callback would be printed."""
    for at in range(60, 140):
        torn = made.encoded("CAF/ALAC_16")
        (tmp_path / "torn.caf").write_bytes(torn[:at] + b"\xff" * 4 + torn[at + 4 :])
        with suppress(AudioError):
            sound_file.read(tmp_path / "torn.caf")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "content",
    [
        made.id3(b"") * 100_000,
        b"OggS\0" * 100_000,
        b"fLaC\0\0\0\x22" * 100_000,
        made.with_sizes(WAV, 0, 0)[:44] * 20_000,
        b"\xff\xfb\x90\x00" * 200_000,
    ],
    ids=["tags", "pages", "streams", "files", "headers"],
)
def test_beginnings_of_very_many_parts_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "many").write_bytes(content)
    with pytest.raises(AudioError):
        sound_file.read(tmp_path / "many")


def test_characters_that_control_a_terminal_are_not_shown(tmp_path: Path) -> None:
    with pytest.raises(AudioError) as raised:
        sound_file.read(tmp_path / "\x1b[31mred\n.wav")
    assert str(raised.value).isprintable()


def test_a_name_with_a_zero_byte() -> None:
    with pytest.raises(AudioError, match="null byte"):
        sound_file.read(Path("a\0b"))
