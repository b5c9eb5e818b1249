"""Rights: what a test does without those of root, who may read everything."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65_534


@contextmanager
def without_rights() -> Iterator[Path]:
    """Be somebody who owns nothing but the folder that is given; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="stranger-"))
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o700)
        shutil.rmtree(folder)
