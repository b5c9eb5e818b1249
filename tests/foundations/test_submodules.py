"""Single modules of a package are imported without its `__init__`, and leave no trace."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from voiced.foundations.submodules import submodules

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / "slow_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise AssertionError('the package was run')")
    (folder / "wanted.py").write_text("from slow_package.part import VALUE")
    (folder / "part.py").write_text("VALUE = 7")
    monkeypatch.syspath_prepend(tmp_path)
    return "slow_package"


def test_the_package_itself_is_not_run(package: str) -> None:
    [wanted] = submodules(package, "wanted")
    assert wanted.VALUE == 7
    assert not [name for name in sys.modules if name.split(".")[0] == package]


def test_what_is_missing_is_an_import_error_and_leaves_no_trace(package: str) -> None:
    with pytest.raises(ImportError):
        submodules(package, "absent")
    assert package not in sys.modules


def test_a_package_that_is_there_already_is_used() -> None:
    import json.decoder  # noqa: PLC0415 # what is there already

    assert submodules("json", "decoder") == [json.decoder]
