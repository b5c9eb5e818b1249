"""A slow machine follows fewer hypotheses; what the user has set stays; each pass's own time is measured."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from voiced.config import RecognizerSettings
from voiced.flow import Timings
from voiced.recognition.adaptation import adapt

if TYPE_CHECKING:
    from voiced.recognition.passes import Pass
    from voiced.recognition.prepared import Prepared

HEARD = cast("Prepared", SimpleNamespace(window=48_000))


@dataclass
class Slow:
    """A pass that takes a while for each beam, and adds its time to that of the passes before it."""

    seconds: float
    model: SimpleNamespace

    def take(self, heard: Prepared, before: SimpleNamespace | None = None) -> SimpleNamespace:
        assert heard is HEARD
        spent = before.timings if before else Timings()
        return SimpleNamespace(timings=spent + Timings(encode=0.1, decode=self.seconds * self.model.beam_size))


def adapted(seconds: float, **settings: object) -> tuple[int, tuple[Timings, ...]]:
    model = SimpleNamespace(beam_size=settings.get("beam_size") or 5)
    passes = cast("list[Pass]", [Slow(seconds, model), Slow(2 * seconds, model)])
    speed = adapt(passes, HEARD, RecognizerSettings(threads=1, **settings), 4, lambda: 0.0)  # type: ignore[arg-type] # any
    assert speed.window == 48_000
    assert {each.model.beam_size for each in passes} == {speed.beams}
    return speed.beams, speed.passes


@pytest.mark.parametrize(("seconds", "beams"), [(0.1, 5), (0.2, 3), (0.4, 3), (50.0, 3)])
def test_beams_are_given_up_until_half_of_the_patience_is_left(seconds: float, beams: int) -> None:
    assert adapted(seconds)[0] == beams


def test_who_has_more_patience_keeps_more_beams() -> None:
    assert adapted(0.8, patience=9.0)[0] == 5


def test_what_the_user_has_set_stays() -> None:
    assert adapted(50.0, beam_size=4)[0] == 4


def test_each_pass_is_measured_alone() -> None:
    first, second = adapted(0.1)[1]
    assert (first.encode, first.decode) == pytest.approx((0.1, 0.5))
    assert (second.encode, second.decode) == pytest.approx((0.1, 1.0))
