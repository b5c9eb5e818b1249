"""Passwords and certificates: read from where the settings say, and one clear sentence where they cannot be."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import pytest

from tests.broker import Broker, free_port
from voiced.config import MqttSettings, TlsSettings
from voiced.errors import BrokerError
from voiced.mqtt.credentials import exposed, read_password, speaks_tls, tls_context, why_distrusted, why_no_tls


def login(**others: str) -> MqttSettings:
    return MqttSettings.model_validate({"username": "voiced", **others})


def test_a_password_is_a_file_without_its_last_line_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, written in {"unix": "sésame\n", "windows": "sésame\r\n", "bare": "sésame"}.items():
        (tmp_path / name).write_bytes(written.encode())
        assert read_password(login(password_file=str(tmp_path / name))) == "sésame"
    (tmp_path / "blank").write_text(" a b \n\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_password(login(credential="blank")) == " a b \n"
    assert read_password(login()) is None


def test_password_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "latin").write_bytes("sésame".encode("latin-1"))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)

    def unreadable(**login: str) -> str:
        with pytest.raises(BrokerError) as refusal:
            read_password(MqttSettings.model_validate({"username": "voiced", **login}))
        return str(refusal.value)

    missing = tmp_path / "missing"
    assert unreadable(password_file=str(missing)) == (
        f"mqtt.password_file: cannot read {missing}: No such file or directory"
    )
    assert unreadable(password_file=str(tmp_path / "latin")).endswith("latin is not UTF-8 text")
    assert "LoadCredential=mqtt-password:FILE" in unreadable(credential="mqtt-password")
    for n_bytes in (65_536, 65_537, 70_000):
        (tmp_path / "long").write_bytes(b"p" * n_bytes)
        assert "long" in unreadable(password_file=str(tmp_path / "long"))
    (tmp_path / "long").write_bytes(b"p" * 65_535 + b"\r\n")
    assert len(read_password(login(password_file=str(tmp_path / "long"))) or "") == 65_535  # the most that MQTT takes


def test_certificates_that_cannot_be_used(certificates: Path, tmp_path: Path) -> None:
    nowhere, ours = str(tmp_path / "no.crt"), str(certificates / "client.crt")
    other_key = str(certificates / "broker.key")
    encrypted = tmp_path / "encrypted.key"
    encrypt = ("openssl", "rsa", "-aes256", "-passout", "pass:x", "-in", str(certificates / "client.key"))
    subprocess.run([*encrypt, "-out", str(encrypted)], check=True, capture_output=True)
    (tmp_path / "text.crt").write_text("hello")
    with pytest.raises(BrokerError, match=r"mqtt.tls.key: is of no use without a certificate; set"):
        tls_context(TlsSettings(key=Path(other_key)))

    def unusable(**tls: str) -> str:
        with pytest.raises(BrokerError) as refusal:
            tls_context(TlsSettings.model_validate(tls))
        return str(refusal.value)

    assert unusable(ca=nowhere) == f"mqtt.tls.ca: cannot use {nowhere}: No such file or directory"
    assert unusable(ca=str(tmp_path / "text.crt")).startswith("mqtt.tls.ca: cannot use")
    assert unusable(certificate=nowhere) == f"mqtt.tls.certificate: cannot use {nowhere}: No such file or directory"
    assert "key values mismatch" in unusable(certificate=ours, key=other_key)
    assert "the key is encrypted" in unusable(certificate=ours, key=str(encrypted))


def test_certificates_are_always_checked(certificates: Path) -> None:
    for tls in ({}, {"ca": str(certificates / "ca.crt")}):
        context = tls_context(TlsSettings.model_validate(tls))
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (62, "set mqtt.host to a name in the certificate"),
        (10, "certificate has expired; renew the broker's certificate"),
        (19, "the authorities in home.crt did not sign its certificate"),
    ],
)
def test_why_a_certificate_is_not_trusted(code: int, advice: str) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, "certificate has expired"
    assert advice in why_distrusted(error, MqttSettings(tls=TlsSettings.model_validate({"ca": "home.crt"})))


def test_why_a_handshake_failed() -> None:
    alert, other = ssl.SSLError(), ssl.SSLError()
    alert.reason, other.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED", "WRONG_VERSION_NUMBER"
    assert "client certificate" in why_no_tls(alert)
    assert why_no_tls(other).startswith("it does not speak TLS on that port (wrong version number)")


def test_who_speaks_tls(broker: Broker, certificates: Path) -> None:
    files = {"cafile": "ca.crt", "certfile": "broker.crt", "keyfile": "broker.key"}
    with Broker(listener=[f"{option} {certificates / name}" for option, name in files.items()]) as tls_broker:
        assert speaks_tls("localhost", tls_broker.port)
    assert not speaks_tls("localhost", broker.port)
    assert not speaks_tls("localhost", free_port())


def test_secrets_that_others_may_read_are_told(tmp_path: Path) -> None:
    for name, mode in {"open": 0o644, "group": 0o640, "own": 0o600}.items():
        (tmp_path / name).write_text("secret")
        (tmp_path / name).chmod(mode)
    assert exposed(login()) == []
    for name in ("group", "own", "missing"):
        assert exposed(login(password_file=str(tmp_path / name))) == []
    [password] = exposed(login(password_file=str(tmp_path / "open")))
    assert password == (
        f"mqtt.password_file: every account of this machine may read {tmp_path / 'open'}; "
        f"do: chmod o-rwx {tmp_path / 'open'}"
    )
    tls = {"certificate": str(tmp_path / "open"), "key": str(tmp_path / "own")}
    assert exposed(MqttSettings.model_validate({"tls": tls})) == []
    [key] = exposed(MqttSettings.model_validate({"tls": {"certificate": str(tmp_path / "open")}}))
    assert key.startswith("mqtt.tls.key: ")
