"""Which servers the config asks for, and whether this installation has them."""

from __future__ import annotations

import ipaddress
import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.errors import ConfigError, VoicedError
from voiced.foundations.regular_file import read_regular
from voiced.foundations.setting_types import host_and_port

if TYPE_CHECKING:
    from voiced.config import ServersSettings
    from voiced.servers.house import House
    from voiced.servers.running import Server

LONGEST_TOKEN_BYTES = 4_096
NEEDED = {
    "http": ("fastapi", "uvicorn", "python_multipart", "prometheus_client", "websockets"),
    "wyoming": ("wyoming", "zeroconf"),
}  # server → packages


def require(settings: ServersSettings) -> None:
    """Raise ConfigError if a server that the config names lacks a package, or a token that it needs."""
    problems = [
        f"servers.{name}: the package {package} is missing; install it: pip install 'voiced[server]'"
        for name, packages in NEEDED.items()
        for package in packages
        if getattr(settings, name) and find_spec(package) is None
    ]
    try:
        token = read_token(settings)
    except VoicedError as error:
        problems.append(str(error))
    else:
        if settings.http and not token and not is_loopback(settings.http):
            problems.append(
                f"servers.http: other machines reach {settings.http}; set servers.token_file, or use 127.0.0.1"
            )
    if problems:
        raise ConfigError(problems)


def servers_of(house: House) -> list[Server]:
    """Return the servers that the config asks for. ConfigError as `require` does."""
    settings = house.config.servers
    require(settings)
    servers: list[Server] = []
    # Imported here alone: without a server none of its packages is loaded.
    if settings.http:
        from voiced.servers.http_server import HttpServer  # noqa: PLC0415 # FastAPI, 30 MB

        servers.append(HttpServer(house, read_token(settings)))
    if settings.wyoming:
        from voiced.servers.wyoming_server import WyomingServer  # noqa: PLC0415 # as above

        servers.append(WyomingServer(house))
    return servers


def is_loopback(address: str) -> bool:
    """Whether an address of the config is reached from this machine only."""
    host, _ = host_and_port(address)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_token(settings: ServersSettings) -> str:
    """Return the token of the file or the systemd credential in the settings; empty without any. ConfigError."""
    if settings.credential is not None:
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if folder is None:
            advice = f"run as a systemd service with LoadCredential={settings.credential}:FILE, or use token_file"
            raise ConfigError([f"servers.credential {settings.credential!r} is not there; {advice}"])
        return _read(Path(folder) / settings.credential, "servers.credential")
    return _read(settings.token_file, "servers.token_file") if settings.token_file else ""


def _read(path: Path, setting: str) -> str:
    try:
        token = read_regular(path, LONGEST_TOKEN_BYTES).decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise ConfigError([f"{setting}: {path} holds other characters than ASCII has"]) from error
    except OSError as error:
        raise ConfigError([f"{setting}: cannot read {path}: {error.strerror}"]) from error
    if not token:
        raise ConfigError([f"{setting}: {path} is empty; write a long random token into it"])
    return token
