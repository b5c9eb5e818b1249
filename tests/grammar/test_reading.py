"""Which files are Home Assistant's, and which our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiced import grammar
from voiced.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

HOME_ASSISTANTS = "intents: {A: {data: [{sentences: ['a {x}', c]}]}}"
OWN = "intents: {B: {sentences: [b]}}"
ODD_LISTS = "lists: {x: {values: [1, {in: 2, outt: 3}], odd: true}}\nodd: true"


def load(folder: Path, *texts: str) -> grammar.Grammar:
    for number, text in enumerate(texts, 1):
        (folder / f"{number}.yaml").write_text(text)
    return grammar.load([folder])


def test_a_file_of_lists_goes_with_home_assistants(tmp_path: Path) -> None:
    commands = load(tmp_path, HOME_ASSISTANTS, ODD_LISTS)
    assert [text for text in ("a 1", "a two") if commands.match(text)] == ["a 1", "a two"]
    [warning] = commands.warnings
    assert warning.endswith("2.yaml:2: the key 'odd' is unknown, and without effect; remove it, or mend its name")


def test_a_file_of_lists_goes_with_our_own(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="odd: unknown key"):
        load(tmp_path, OWN, ODD_LISTS)


def test_both_formats_may_stand_in_one_folder(tmp_path: Path) -> None:
    commands = load(tmp_path, HOME_ASSISTANTS, "lists: {x: [hall]}", OWN)
    assert [text for text in ("a hall", "b", "c") if commands.match(text)] == ["a hall", "b", "c"]
    with pytest.raises(ConfigError, match="odd: unknown key"):
        load(tmp_path, HOME_ASSISTANTS, ODD_LISTS, "odd: 1\n" + OWN)


def test_files_without_intents_are_told(tmp_path: Path) -> None:
    commands = load(tmp_path, "responses: {errors: {}}\nlanguage: en")
    assert commands.match("a") is None
    assert commands.warnings == (f"{tmp_path}/1.yaml: there are no intents; write some under 'intents'",)
