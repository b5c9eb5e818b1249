"""What keeps the daemon from starting is told in sentences, and ends it with the code that systemd goes by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import voiced.daemon
from tests.stranger import without_rights
from tests.wake.words import word_of_takes
from voiced.commands.run import _serve
from voiced.config import load_config
from voiced.errors import ConfigError
from voiced.foundations.signals import Signals
from voiced.wake import word_file

if TYPE_CHECKING:
    from collections.abc import Callable

SOUND = Path(__file__).parent.parent / "sounds" / "wake_jarvis.ogg"
TEA = 'intents: {Tea: {sentences: ["tea please"]}}'


def no_right_to_the_folder(folder: Path) -> None:
    (folder / "intents").chmod(0)


def no_right_to_list_it(folder: Path) -> None:
    (folder / "intents").chmod(0o111)


def no_right_to_a_file(folder: Path) -> None:
    (folder / "intents" / "tea.yaml").chmod(0)


def no_right_to_a_wake_word(folder: Path) -> None:
    (folder / "word.npz").chmod(0)


def damaged_wake_word(folder: Path) -> None:
    (folder / "word.npz").write_bytes(bytes(4_096))


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (no_right_to_the_folder, "intents"),
        (no_right_to_list_it, "intents"),
        (no_right_to_a_file, "intents/tea.yaml"),
        (no_right_to_a_wake_word, "word.npz: cannot be read"),
        (damaged_wake_word, "word.npz: is not a wake word"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_78(
    spoil: Callable[[Path], None], named: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with without_rights() as folder:
        (folder / "intents").mkdir()
        (folder / "intents" / "tea.yaml").write_text(TEA)
        word_file.write(folder / "word.npz", word_of_takes())
        config = {"intents": "intents", "wake_word": {"models": [{"model": "word.npz"}]}, "mqtt": {"port": 1}}
        (folder / "config.yaml").write_text(json.dumps(config))
        spoil(folder)
        code = _serve(load_config(folder / "config.yaml"), [SOUND], Signals())
    assert code == ConfigError.exit_code, caplog.text
    told = capsys.readouterr().err
    assert len([line for line in told.splitlines() if line.startswith(f"voiced: {folder}/{named}")]) == 1, told
    assert "Traceback" not in told + caplog.text


def test_a_bug_is_a_traceback_and_1(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    def fails(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(voiced.daemon, "run", fails)
    (tmp_path / "config.yaml").write_text("")
    assert _serve(load_config(tmp_path / "config.yaml"), [SOUND], Signals()) == 1
    assert "an internal error ended the daemon" in caplog.text
    assert "ZeroDivisionError" in caplog.text
