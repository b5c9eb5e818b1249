"""Which servers the config asks for, and whether this installation has them."""

from __future__ import annotations

import ipaddress
import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING

from voiced.errors import ConfigError, VoicedError
from voiced.foundations import secret_file
from voiced.foundations.setting_types import host_and_port

if TYPE_CHECKING:
    from voiced.config import ServersSettings
    from voiced.servers.house import House
    from voiced.servers.running import Server

log = logging.getLogger(__name__)

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
    for warning in exposed(settings):
        log.warning("%s", warning)
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
    return secret_file.read_token("servers", settings.token_file, settings.credential)


def exposed(settings: ServersSettings) -> list[str]:
    """Return a sentence if other accounts of this machine may read the token."""
    return secret_file.exposed({"servers.token_file": settings.token_file})
