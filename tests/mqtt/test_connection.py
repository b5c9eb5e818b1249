"""What a broker's refusals look like to people: a real Mosquitto with TLS and passwords."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.broker import Broker
from voiced.config import MqttSettings
from voiced.errors import BrokerError
from voiced.mqtt.client import Mqtt
from voiced.mqtt.connection import BrokerAwayError
from voiced.mqtt.delivery import publish_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def tls_broker(certificates: Path) -> Iterator[Broker]:
    with Broker(listener=tls_lines(certificates)) as running:
        yield running


def tls_lines(folder: Path) -> list[str]:
    files = {"cafile": "ca.crt", "certfile": "broker.crt", "keyfile": "broker.key"}
    return [f"{option} {folder / name}" for option, name in files.items()]


def settings(broker: Broker, **others: object) -> MqttSettings:
    return MqttSettings.model_validate({"host": "localhost", "port": broker.port, **others})


def complaint(settings: MqttSettings) -> str:
    """What `open` says; it must be one sentence on one line, and nothing that waiting could mend."""
    with pytest.raises(BrokerError) as refusal:
        Mqtt(settings, "test", lambda _command: None).open()
    assert not isinstance(refusal.value, BrokerAwayError)
    assert not any(thread.name == "mqtt" for thread in threading.enumerate())
    text = str(refusal.value)
    assert "\n" not in text
    return text


def test_tls(tls_broker: Broker, certificates: Path) -> None:
    publish_once(settings(tls_broker, tls={"ca": str(certificates / "ca.crt")}), ())


def test_unknown_authority(tls_broker: Broker, certificates: Path) -> None:
    other = certificates / "other.crt"
    where = f"cannot trust the broker at localhost:{tls_broker.port}"
    text = complaint(settings(tls_broker, tls={"ca": str(other)}))
    assert text.startswith(f"{where}: the authorities in {other} did not sign its certificate")
    assert "set mqtt.tls.ca" in text
    assert "no authority of this system signed its certificate" in complaint(settings(tls_broker, tls={}))


def test_name_that_is_not_in_the_certificate(tls_broker: Broker, certificates: Path) -> None:
    text = complaint(settings(tls_broker, host="127.0.0.1", tls={"ca": str(certificates / "ca.crt")}))
    assert "its certificate is not for '127.0.0.1'; set mqtt.host to a name in the certificate" in text


def test_tls_to_a_port_without(broker: Broker, certificates: Path) -> None:
    text = complaint(settings(broker, tls={"ca": str(certificates / "ca.crt")}))
    assert "does not speak TLS on that port" in text
    assert "remove mqtt.tls" in text


def test_no_tls_to_a_port_with(tls_broker: Broker) -> None:
    assert f"localhost:{tls_broker.port} wants TLS; set mqtt.tls" in complaint(settings(tls_broker))


@pytest.mark.parametrize("version", ["tlsv1.2", "tlsv1.3"])
def test_client_certificate(certificates: Path, version: str) -> None:
    ca, ours = str(certificates / "ca.crt"), str(certificates / "client.crt")
    lines = [*tls_lines(certificates), "require_certificate true", f"tls_version {version}"]
    with Broker(listener=lines) as broker:
        publish_once(settings(broker, tls={"ca": ca, "certificate": ours, "key": str(certificates / "client.key")}), ())
        assert "client certificate" in complaint(settings(broker, tls={"ca": ca}))


def test_password(password_broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("sésame\n")
    from_file = settings(password_broker, username="voiced", password_file=str(tmp_path / "password"))
    publish_once(from_file, ())
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    publish_once(settings(password_broker, username="voiced", credential="password"), ())


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_wrong_password(password_broker: Broker, tmp_path: Path, version: str) -> None:
    (tmp_path / "password").write_text("open")
    login = {"username": "voiced", "password_file": str(tmp_path / "password"), "version": version}
    text = complaint(settings(password_broker, **login))
    where = f"the broker at localhost:{password_broker.port}"
    assert text == f"{where} refuses mqtt.username 'voiced' or its password; see `voiced manual broker`"
    anonymous = complaint(settings(password_broker, version=version))
    assert anonymous.startswith(f"{where} refuses anonymous clients; set mqtt.username and mqtt.password_file; see")


def test_impossible_host() -> None:
    assert "cannot be a host name" in complaint(MqttSettings(host="x" * 70))
