"""What a broker's refusals look like to people: a real Mosquitto with TLS, passwords and rights, and an old broker."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from amqtt.broker import Broker as Amqtt

from tests.broker import HOW_TO_GET, Broker, free_port, make_certificates
from tests.system_parts import require_program
from voiced.config import MqttSettings
from voiced.errors import BrokerError
from voiced.flow import Action
from voiced.mqtt.client import Mqtt
from voiced.mqtt.connection import BrokerAwayError
from voiced.mqtt.delivery import publish_once
from voiced.mqtt.outbox import Delivery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder)
    return folder


@pytest.fixture
def tls_broker(certificates: Path) -> Iterator[Broker]:
    with Broker(listener=tls_lines(certificates)) as running:
        yield running


def tls_lines(folder: Path) -> list[str]:
    files = {"cafile": "ca.crt", "certfile": "broker.crt", "keyfile": "broker.key"}
    return [f"{option} {folder / name}" for option, name in files.items()]


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


def test_certificates_that_cannot_be_used(certificates: Path, tmp_path: Path) -> None:
    there = {"host": "localhost", "port": free_port()}
    nowhere, ours = str(tmp_path / "no.crt"), str(certificates / "client.crt")
    other_key = str(certificates / "broker.key")
    encrypted = tmp_path / "encrypted.key"
    encrypt = ("openssl", "rsa", "-aes256", "-passout", "pass:x", "-in", str(certificates / "client.key"))
    subprocess.run([*encrypt, "-out", str(encrypted)], check=True, capture_output=True)
    (tmp_path / "text.crt").write_text("hello")

    def unusable(**tls: str) -> str:
        return complaint(MqttSettings.model_validate({**there, "tls": tls}))

    assert unusable(ca=nowhere) == f"mqtt.tls.ca: cannot use {nowhere}: No such file or directory"
    assert unusable(ca=str(tmp_path / "text.crt")).startswith("mqtt.tls.ca: cannot use")
    assert unusable(certificate=nowhere) == f"mqtt.tls.certificate: cannot use {nowhere}: No such file or directory"
    assert "key values mismatch" in unusable(certificate=ours, key=other_key)
    assert "the key is encrypted" in unusable(certificate=ours, key=str(encrypted))


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


def test_password_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "latin").write_bytes("sésame".encode("latin-1"))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)

    def unreadable(**login: str) -> str:
        return complaint(MqttSettings.model_validate({"username": "voiced", "port": free_port(), **login}))

    missing = tmp_path / "missing"
    assert unreadable(password_file=str(missing)) == (
        f"mqtt.password_file: cannot read {missing}: No such file or directory"
    )
    assert unreadable(password_file=str(tmp_path / "latin")).endswith("latin is not UTF-8 text")
    assert "LoadCredential=mqtt-password:FILE" in unreadable(credential="mqtt-password")


def test_topic_that_the_broker_does_not_allow(
    password_broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "password").write_text("sésame")
    allowed = settings(password_broker, username="voiced", password_file=str(tmp_path / "password"))
    actions = [Action("voiced/x", "1"), Action("home/light", "on")]
    assert publish_once(allowed, actions) == (Delivery.DELIVERED, Delivery.REFUSED)
    assert "not delivered: home/light 'on': the broker does not let us publish there" in caplog.text


def test_impossible_host() -> None:
    assert "cannot be a host name" in complaint(MqttSettings(host="x" * 70))


def test_somebody_else_listens_there() -> None:
    """A server that hangs up at once may be one that is still starting: that is tried again."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(BrokerAwayError, match="without an answer; is it an MQTT broker"):
            publish_once(MqttSettings(host="127.0.0.1", port=server.getsockname()[1]), ())
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextmanager
def old_broker() -> Iterator[int]:
    """The port of an amqtt broker, which speaks MQTT 3.1.1 only."""
    port = free_port()
    plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    config = {"listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}, "plugins": plugins}
    loop = asyncio.new_event_loop()
    broker = Amqtt(config, loop=loop)
    loop.run_until_complete(broker.start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(shut_down(broker), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def shut_down(broker: Amqtt) -> None:
    """End it, and the tasks that it leaves behind."""
    await broker.shutdown()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def test_falls_back_to_an_older_version_once(caplog: pytest.LogCaptureFixture) -> None:
    with old_broker() as port, Mqtt(MqttSettings(host="127.0.0.1", port=port), "test", lambda _command: None) as mqtt:
        assert mqtt.publish(Action("a", "b")).result(5) is Delivery.DELIVERED
    assert caplog.text.count("does not speak MQTT 5, going on with 3.1.1") == 1
