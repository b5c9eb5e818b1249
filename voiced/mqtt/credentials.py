"""Passwords and TLS for the broker: reads them, and explains failures. Knows no MQTT; never logs a secret."""

from __future__ import annotations

import os
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.errors import BrokerError
from voiced.foundations import secret_file
from voiced.foundations.regular_file import read_regular

if TYPE_CHECKING:
    from voiced.config import MqttSettings, TlsSettings

LONGEST_PASSWORD_BYTES = 65_535  # in MQTT
LARGEST_CERTIFICATES_BYTES = 10_000_000  # all authorities of a system have 200 kB
PROBE_SECONDS = 2.0  # timeout of `speaks_tls`
WRONG_NAME = (62, 64)  # OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH
WRONG_TIME = (9, 10)  # OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED


def read_password(settings: MqttSettings) -> str | None:
    """Return the password of the file or systemd credential in the settings, without its final newline, or None.

    BrokerError if it cannot be read.
    """
    if settings.credential is not None:
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if folder is None:
            advice = (
                f"run as a systemd service with LoadCredential={settings.credential}:FILE, or use mqtt.password_file"
            )
            raise BrokerError(f"mqtt.credential {settings.credential!r} is not there; {advice}")
        return _read(Path(folder) / settings.credential, "mqtt.credential")
    if settings.password_file is not None:
        return _read(settings.password_file, "mqtt.password_file")
    return None


def _read(path: Path, setting: str) -> str:
    try:
        password = read_regular(path, LONGEST_PASSWORD_BYTES + 2).decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise BrokerError(f"{setting}: {path} is not UTF-8 text") from error
    except OSError as error:
        raise BrokerError(f"{setting}: cannot read {path}: {error.strerror}") from error
    if len(password.encode()) > LONGEST_PASSWORD_BYTES:
        raise BrokerError(
            f"{setting}: {path} is longer than {LONGEST_PASSWORD_BYTES:,} bytes, the most that MQTT takes"
        )
    return password


def exposed(settings: MqttSettings) -> list[str]:
    """Return a sentence for each file with a secret that other accounts of this machine may read."""
    key = settings.tls and (settings.tls.key or settings.tls.certificate)
    return secret_file.exposed({"mqtt.password_file": settings.password_file, "mqtt.tls.key": key or None})


class _TidySocket(ssl.SSLSocket):
    """Closes itself when the handshake fails; paho would leave the open socket to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature is ssl's
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def tls_context(tls: TlsSettings) -> ssl.SSLContext:
    """Return a context with the trusted authorities and our certificate; BrokerError if a file cannot be used."""
    try:
        _require_regular(tls.ca)
        context = ssl.create_default_context(cafile=tls.ca)
    except (OSError, ValueError) as error:
        raise BrokerError(f"mqtt.tls.ca: cannot use {tls.ca}: {_reason(error)}") from error
    context.sslsocket_class = _TidySocket
    if tls.key is not None and tls.certificate is None:
        raise BrokerError("mqtt.tls.key: is of no use without a certificate; set mqtt.tls.certificate, too")
    if tls.certificate is not None:
        try:
            _require_regular(tls.certificate)
            _require_regular(tls.key)
            context.load_cert_chain(tls.certificate, tls.key, password=_no_passphrase)
        except (OSError, ValueError) as error:
            files = f"{tls.certificate} with {tls.key}" if tls.key else f"{tls.certificate}"
            raise BrokerError(f"mqtt.tls.certificate: cannot use {files}: {_reason(error)}") from error
    return context


def _require_regular(file: Path | None) -> None:
    """Raise OSError if a file is a pipe or a device, for which OpenSSL would wait."""
    if file is not None:
        read_regular(file, LARGEST_CERTIFICATES_BYTES)


def _no_passphrase() -> str:
    raise ValueError("the key is encrypted; a daemon cannot type its passphrase")


def why_distrusted(error: ssl.SSLCertVerificationError, settings: MqttSettings) -> str:
    """Return what is wrong with the broker's certificate, and what to do."""
    ca = settings.tls.ca if settings.tls else None
    if error.verify_code in WRONG_NAME:
        return f"its certificate is not for {settings.host!r}; set mqtt.host to a name in the certificate"
    if error.verify_code in WRONG_TIME:
        return f"{error.verify_message}; renew the broker's certificate, or set this machine's clock"
    trusted = f"the authorities in {ca} did not sign" if ca else "no authority of this system signed"
    return f"{trusted} its certificate ({error.verify_message}); set mqtt.tls.ca to the authority that did"


def why_no_tls(error: OSError) -> str:
    """Return why the TLS handshake failed, other than for the broker's certificate, and what to do."""
    reason = _reason(error)
    if "ALERT" in reason.upper():  # the broker speaks TLS and rejects something that we sent
        return (
            f"it refuses our TLS ({reason}); does it want a client certificate (mqtt.tls.certificate), or another one?"
        )
    return f"it does not speak TLS on that port ({reason}); set mqtt.port to its TLS port, or remove mqtt.tls"


def _reason(error: Exception) -> str:
    """Return an error's text without the numbers and source lines that OpenSSL adds."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    return (isinstance(error, OSError) and error.strerror) or str(error)


def speaks_tls(host: str, port: int) -> bool:
    """Return whether a server answers a TLS handshake at that address; sends no secret, checks no certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslsocket_class = _TidySocket
    try:
        with (
            socket.create_connection((host, port), PROBE_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host),
        ):
            return True
    except (OSError, ValueError):
        return False
