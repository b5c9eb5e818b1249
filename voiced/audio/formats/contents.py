"""The value that every format's file gives: the parts of a recording, and what is known to be missing from it."""

from __future__ import annotations

from dataclasses import dataclass

CUT = "is cut short"
DAMAGED = "is damaged"
EITHER = "is damaged or cut short"  # of what a decoder did not like


@dataclass(frozen=True, slots=True)
class Contents:
    """The bytes of a recording as a decoder should get them."""

    parts: tuple[bytes, ...]  # each a whole file to the decoder; heard one after another
    damage: str = ""  # what is known to be wrong, as "is cut short"; empty if nothing is
