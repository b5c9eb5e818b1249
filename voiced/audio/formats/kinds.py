"""Which kind of file is this? By its first bytes, never by its name; and what takes a file of that kind to pieces.

Knows no decoder, only which of them a kind is for: libsndfile, which is always there, or PyAV of the extra `media`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from voiced.audio.formats import boxes, chunks, flac, mpeg, ogg, plain, streams, voc
from voiced.audio.formats.contents import Contents

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD_BYTES = 1 << 12  # enough to tell
SUFFIXES = (  # of names of recordings, where a folder is searched for some
    *(".aac", ".aif", ".aiff", ".amr", ".au", ".caf", ".flac", ".m4a", ".mka", ".mkv", ".mov", ".mp3", ".mp4", ".oga"),
    *(".ogg", ".opus", ".w64", ".wav", ".weba", ".webm", ".wma"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of sound file."""

    name: str  # for people
    begins: re.Pattern[bytes]
    contents_of: Callable[[bytes], Contents]
    media: str = ""  # FFmpeg's name for the format, for PyAV; empty: it cannot
    needs_media: bool = False  # libsndfile cannot


def _as_it_is(content: bytes) -> Contents:
    return Contents((content,))


def _kind(name: str, begins: bytes, contents_of: Callable[[bytes], Contents], media: str = "") -> Kind:
    """A kind that libsndfile reads; some rare encodings of it PyAV alone."""
    return Kind(name, re.compile(begins, re.DOTALL), contents_of, media)


def _media(name: str, begins: bytes, media: str, contents_of: Callable[[bytes], Contents] = _as_it_is) -> Kind:
    """A kind that only PyAV reads."""
    return Kind(name, re.compile(begins, re.DOTALL), contents_of, media, needs_media=True)


KINDS = (
    _kind("WAV", rb"(RIFF|RF64|BW64).{4}WAVE", partial(chunks.contents_of, layout=chunks.WAV), "wav"),
    _kind("WAV", rb"RIFX.{4}WAVE", partial(chunks.contents_of, layout=chunks.WAV_BIG)),
    _kind("Wave64", re.escape(chunks.WAVE64), partial(chunks.contents_of, layout=chunks.W64), "w64"),
    _kind("FLAC", rb"fLaC", flac.contents_of, "flac"),
    _kind("OGG", rb"OggS", ogg.contents_of, "ogg"),
    _kind("AIFF", rb"FORM.{4}AIF[FC]", partial(chunks.contents_of, layout=chunks.AIFF), "aiff"),
    _kind("CAF", rb"caff\x00\x01", partial(chunks.contents_of, layout=chunks.CAF), "caf"),
    _kind("AU", rb"\.snd|dns\.", plain.au, "au"),
    _kind("NIST SPHERE", rb"NIST_1A\n", plain.nist),
    _kind("VOC", rb"Creative Voice File\x1a", voc.contents_of),
    _media("MP4 (m4a, mp4, mov)", rb".{4}(ftyp|moov|mdat|free|wide|skip)", "mov", boxes.mp4),
    _media("Matroska (webm, mkv, mka)", rb"\x1aE\xdf\xa3", "matroska", boxes.matroska),
    _media("Windows Media (wma)", rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf", boxes.windows_media),
    _media("AAC", rb"\xff[\xf0\xf1\xf8\xf9][\x00-\xff][\x00-\xff]{2}", "aac", streams.adts),
    _media("AAC", rb"ADIF", "aac"),
    _media("AMR", rb"#!AMR(-WB)?\n", "amr"),
    _media("AVI", rb"RIFF.{4}AVI ", "avi", boxes.avi),
    _media("Flash video", rb"FLV\x01", "flv"),
    _media("WavPack", rb"wvpk", "wv"),
    _media("Monkey's Audio", rb"MAC ", "ape"),
    _media("AC-3", rb"\x0bw.{3}[\x00-\x57]", "ac3", streams.ac3),
    _media("E-AC-3", rb"\x0bw.{3}[\x58-\x87]", "eac3", streams.ac3),
    _media("DSD", rb"DSD ", "dsf"),
    _media("MPEG video", rb"\x00\x00\x01\xba", "mpeg", streams.program_stream),
    _media("MPEG transport stream", rb"G.{187}G.{187}G", "mpegts", boxes.transport_stream),
)
MP3 = Kind("MP3", re.compile(rb"ID3|\xff[\xe2-\xff]"), lambda content: mpeg.contents_of(content) or Contents(()), "mp3")
BEGINNINGS = re.compile(  # of kinds that are searched for behind junk: what no other bytes look like
    rb"(RIFF|RF64|BW64).{4}WAVE|fLaC[\x00\x80]\x00\x00\x22|OggS\x00\x02|FORM.{4}AIF[FC]"
    rb"|\x00\x00\x00[\x08-\xff]ftyp|\x1aE\xdf\xa3",
    re.DOTALL,
)
MOST_JUNK_BYTES = 1 << 20  # in front of a recording


def begin_of(content: bytes) -> int:
    """Where a recording begins: mostly at once, or behind junk, as headers of an answer over HTTP."""
    if kind_of(content[:HEAD_BYTES]):
        return 0
    found = BEGINNINGS.search(content, 0, MOST_JUNK_BYTES)
    return found.start() if found else 0


def kind_of(head: bytes) -> Kind | None:
    """The kind of a file by its first bytes, without a tag in front of them; None if it is none that is known."""
    return next((kind for kind in KINDS if kind.begins.match(head)), MP3 if MP3.begins.match(head) else None)
