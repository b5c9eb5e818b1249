"""espeak-ng: phonemes on one line, speech at our rate, and what it cannot say."""

from __future__ import annotations

import numpy as np
import pytest

from tests.system_parts import require_program
from voiced.errors import VoicedError
from voiced.flow import SAMPLE_RATE
from voiced.wake.training import espeak
from voiced.wake.training.espeak import Voice


@pytest.fixture(autouse=True)
def _espeak() -> None:
    require_program("espeak-ng", "apt-get install espeak-ng")


def test_phonemes() -> None:
    assert espeak.phonemes("hey, computer", "en-us") == "hˈeɪ kəmpjˈuːɾɚ"  # noqa: RUF001 # it is the phonetic alphabet
    assert espeak.phonemes("-q", "en-us")  # no option


def test_words_of_another_language_have_no_marks_around_them() -> None:
    assert espeak.phonemes("den Timer im Wohnzimmer", "de") == "deːn tˈaɪmə ɪm vˈoːntsɪmɜ"  # noqa: RUF001


def test_speech_is_at_our_rate_and_slower_where_asked() -> None:
    usual, slow = (espeak.speak("hey computer", Voice(speed=speed)) for speed in (160, 80))
    assert usual.dtype == np.float32
    assert 0.5 < len(usual) / SAMPLE_RATE < 1.5
    assert len(slow) > 1.3 * len(usual)
    assert 0.1 < np.abs(usual).max() <= 1


def test_every_accent_and_variant_is_a_voice() -> None:
    for language in espeak.ACCENTS:
        for accent in espeak.accents(language):
            assert espeak.phonemes("radio", accent)
    assert espeak.accents("de") == ("de",)
    spoken = {espeak.speak("hey", Voice(f"en-us{variant}")).tobytes() for variant in espeak.VARIANTS}
    assert len(spoken) == len(espeak.VARIANTS)


def test_a_language_that_espeak_does_not_know() -> None:
    with pytest.raises(VoicedError, match="espeak-ng cannot say this") as raised:
        espeak.phonemes("hello", "klingonese")
    assert "\n" not in str(raised.value)


def test_without_espeak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(VoicedError, match="is not installed: apt-get install espeak-ng"):
        espeak.phonemes("hello", "en-us")
