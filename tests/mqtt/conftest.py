"""Certificates, and a broker with passwords."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.broker import HOW_TO_GET, Broker, make_certificates
from tests.system_parts import require_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder)
    return folder


@pytest.fixture
def password_broker(tmp_path: Path) -> Iterator[Broker]:
    """Knows `voiced` with the password `sésame`, who may publish to voiced/ only."""
    tool = require_program("mosquitto_passwd", HOW_TO_GET)
    subprocess.run([tool, "-c", "-b", str(tmp_path / "users"), "voiced", "sésame"], check=True, capture_output=True)
    (tmp_path / "rights").write_text("user voiced\ntopic readwrite voiced/#\n")
    for name in ("users", "rights"):
        (tmp_path / name).chmod(0o600)
    options = ("allow_anonymous false", f"password_file {tmp_path / 'users'}", f"acl_file {tmp_path / 'rights'}")
    with Broker(options=options) as running:
        yield running
