"""Errors: their sentences, their exit codes, and the page of the manual that they name."""

from __future__ import annotations

import pytest

from voiced.errors import AudioError, BrokerError, ConfigError, ModelError, VoicedError
from voiced.mqtt.connection import BrokerAwayError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError(["a"]), 78),
        (ModelError("a"), 78),
        (AudioError("a"), 1),
        (BrokerError("a"), 78),
        (BrokerAwayError("a"), 1),
    ],
)
def test_systemd_starts_again_what_may_get_better(error: VoicedError, code: int) -> None:
    assert (error.exit_code, str(error)) == (code, "a")


def test_a_report_names_the_page_once_and_its_problems_do_not() -> None:
    error = ConfigError(["a.yaml:1: wrong", "a.yaml:2: wrong, too"], page="intents")
    assert str(error) == "a.yaml:1: wrong\na.yaml:2: wrong, too\nsee `voiced manual intents`"
    assert error.problems == ("a.yaml:1: wrong", "a.yaml:2: wrong, too")


def test_what_whisper_raises_is_told_without_numbers_of_errors() -> None:
    assert str(ModelError.told_by(FileNotFoundError(2, "No such file or directory", "a.pt"))) == (
        "a.pt: No such file or directory"
    )
    assert str(ModelError.told_by(ValueError("a.pt: is damaged"))) == "a.pt: is damaged"
