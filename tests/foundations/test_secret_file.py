"""Files that hold secrets: what others may read is told, with what to do."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from voiced.foundations.secret_file import exposed

if TYPE_CHECKING:
    from pathlib import Path


def test_which_files_others_may_read(tmp_path: Path) -> None:
    for name, mode in (("mine", 0o600), ("group's", 0o640), ("an open one", 0o644)):
        (tmp_path / name).write_text("secret")
        (tmp_path / name).chmod(mode)
    assert exposed({"a": tmp_path / "mine", "b": tmp_path / "group's", "c": tmp_path / "missing", "d": None}) == []
    file = tmp_path / "an open one"
    told = (
        f"servers.token_file: every account of this machine may read {file}; do: chmod o-rwx {shlex.quote(str(file))}"
    )
    assert exposed({"servers.token_file": file}) == [told]
