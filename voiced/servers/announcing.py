"""Tells the network by mDNS that a Wyoming server is here, so that Home Assistant finds it by itself."""

from __future__ import annotations

import ipaddress
import logging
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from zeroconf import InterfaceChoice, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = logging.getLogger(__name__)

SERVICE = "_wyoming._tcp.local."


@asynccontextmanager
async def announced(site: str, host: str, port: int) -> AsyncIterator[None]:
    """Announce a server while the context lasts; one for this machine only is not. What fails is a warning."""
    if _is_loopback(host):
        yield
        return
    name = site.encode("idna", "replace").decode() if not site.isascii() else site
    info = ServiceInfo(SERVICE, f"voiced-{name[:50]}.{SERVICE}", port=port, parsed_addresses=_addresses(host))
    network: AsyncZeroconf | None = None
    try:
        network = AsyncZeroconf(interfaces=InterfaceChoice.Default)
        await network.async_register_service(info, allow_name_change=True)
    except Exception as error:  # noqa: BLE001 # a convenience: there may be no network at all
        log.warning("not announced by mDNS: %s", error)
    try:
        yield
    finally:
        if network:
            await network.async_close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _addresses(host: str) -> list[str]:
    """Return the addresses that others may use."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104 # compared, not bound
        return [host]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: asks which address would be used
            return [str(probe.getsockname()[0])]
        except OSError:
            return ["127.0.0.1"]
