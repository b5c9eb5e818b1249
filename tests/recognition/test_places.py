"""Who goes on in one step of a search: what needs a wildcard has few places, and drives nobody out."""

from __future__ import annotations

from voiced.recognition.places import Places
from voiced.recognition.tuning import BEHIND_STRAYED_NATS


def test_whoever_needs_a_wildcard_has_places_of_its_own() -> None:
    places = Places(2, 4.0, strayed=1)
    assert places.take(-1.0, has_strayed=True)
    assert not places.take(-1.5, has_strayed=True)
    assert places.take(-6.0, has_strayed=False)
    assert not places.are_taken
    assert places.take(-7.0, has_strayed=False)
    assert places.are_taken


def test_who_is_too_unlikely() -> None:
    places = Places(5, 4.0, strayed=2)
    places.take(-1.0, has_strayed=True)
    assert places.are_above(-5.5, has_strayed=True, has_ended=False)
    assert not places.are_above(-5.5, has_strayed=True, has_ended=True)
    assert not places.are_above(-5.5, has_strayed=False, has_ended=False)
    assert places.are_above(-1.1 - BEHIND_STRAYED_NATS, has_strayed=False, has_ended=False)
    places.take(-3.0, has_strayed=False)
    assert places.are_above(-7.5, has_strayed=False, has_ended=False)


def test_without_wildcards_all_are_alike() -> None:
    places = Places(2, 4.0, strayed=0)
    places.take(-1.0, has_strayed=False)
    assert places.are_above(-5.5, has_strayed=False, has_ended=False)
    places.take(-2.0, has_strayed=False)
    assert places.are_taken
