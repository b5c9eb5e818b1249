"""Who we are to the broker, and whom we trust: password and TLS. Knows no MQTT; never logs what it reads."""

from __future__ import annotations

import os
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.errors import BrokerError

if TYPE_CHECKING:
    from voiced.config import MqttSettings, TlsSettings

PROBE_TIMEOUT = 2.0  # seconds
WRONG_NAME = (62, 64)  # OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH
WRONG_TIME = (9, 10)  # not yet valid, expired


def read_password(settings: MqttSettings) -> str | None:
    """The password, from the file or the systemd credential that the settings name, without its last line break."""
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
        return path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise BrokerError(f"{setting}: {path} is not UTF-8 text") from error
    except OSError as error:
        raise BrokerError(f"{setting}: cannot read {path}: {error.strerror}") from error


class _TidySocket(ssl.SSLSocket):
    """Closes itself when the handshake fails; paho leaves that to the garbage collector, which complains."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature is ssl's
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def tls_context(tls: TlsSettings) -> ssl.SSLContext:
    """What to accept, and what to show; certificates and host name are always checked."""
    try:
        context = ssl.create_default_context(cafile=tls.ca)
    except (OSError, ValueError) as error:
        raise BrokerError(f"mqtt.tls.ca: cannot use {tls.ca}: {_reason(error)}") from error
    context.sslsocket_class = _TidySocket
    if tls.certificate is not None:
        try:
            context.load_cert_chain(tls.certificate, tls.key, password=_no_passphrase)
        except (OSError, ValueError) as error:
            files = f"{tls.certificate} with {tls.key}" if tls.key else f"{tls.certificate}"
            raise BrokerError(f"mqtt.tls.certificate: cannot use {files}: {_reason(error)}") from error
    return context


def _no_passphrase() -> str:
    raise ValueError("the key is encrypted; a daemon cannot type its passphrase")


def why_distrusted(error: ssl.SSLCertVerificationError, settings: MqttSettings) -> str:
    """What is wrong with the broker's certificate, and what to do."""
    ca = settings.tls.ca if settings.tls else None
    if error.verify_code in WRONG_NAME:
        return f"its certificate is not for {settings.host!r}; set mqtt.host to a name in the certificate"
    if error.verify_code in WRONG_TIME:
        return f"{error.verify_message}; renew the broker's certificate, or set this machine's clock"
    trusted = f"the authorities in {ca} did not sign" if ca else "no authority of this system signed"
    return f"{trusted} its certificate ({error.verify_message}); set mqtt.tls.ca to the authority that did"


def why_no_tls(error: OSError) -> str:
    """Why the TLS handshake failed, other than for the broker's certificate, and what to do."""
    reason = _reason(error)
    if "ALERT" in reason.upper():  # the other side spoke TLS and did not like something of ours
        return (
            f"it refuses our TLS ({reason}); does it want a client certificate (mqtt.tls.certificate), or another one?"
        )
    return f"it does not speak TLS on that port ({reason}); set mqtt.port to its TLS port, or remove mqtt.tls"


def _reason(error: Exception) -> str:
    """Without the error numbers and source lines that OpenSSL adds."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    return (isinstance(error, OSError) and error.strerror) or str(error)


def speaks_tls(host: str, port: int) -> bool:
    """Whether somebody there answers a TLS handshake; nothing of ours is told, and nothing believed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslsocket_class = _TidySocket
    try:
        with (
            socket.create_connection((host, port), PROBE_TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname=host),
        ):
            return True
    except (OSError, ValueError):
        return False
