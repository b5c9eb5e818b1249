"""A real Home Assistant with an account, the MQTT integration and what a test writes into its configuration.

It has an environment of its own, whose folder is named by HOME_ASSISTANT. Known to work with Python 3.13:

    pip install homeassistant==2025.4.4 home-assistant-frontend==20250411.0 sqlalchemy paho-mqtt==2.1.0
    pip install wyoming==1.5.4 pymicro-vad==1.0.1 pyspeex-noise==1.0.2 mutagen==1.47.0 ha-ffmpeg==3.2.2 # for Assist
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import pytest

from tests.broker import free_port, wait_until
from voiced.home_assistant.connection import Connection

VARIABLE = "HOME_ASSISTANT"
BASE = """\
homeassistant: {{name: Test, unit_system: metric, time_zone: UTC, auth_providers: [{{type: homeassistant}}]}}
http: {{server_host: 127.0.0.1, server_port: {port}}}
api:
config:
websocket_api:
logger: {{default: warning}}
"""
STARTING = 180.0  # seconds, at the most: the first start compiles
USER, PASSWORD = "tester", "secret"


class HomeAssistant:
    """A running Home Assistant, as a context manager; `configuration` is added to its YAML."""

    def __init__(self, configuration: str = "") -> None:
        environment = os.environ.get(VARIABLE)
        if not environment:
            pytest.skip(f"no Home Assistant: install one, and name its environment in {VARIABLE}; see {__name__}")
        self._program = Path(environment) / "bin" / "hass"
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.folder = Path(tempfile.mkdtemp(prefix="home-assistant-"))
        (self.folder / "configuration.yaml").write_text(BASE.format(port=self._port) + configuration)
        self.token = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        account = [str(self._program), "--script", "auth", "-c", str(self.folder), "add", USER, PASSWORD]
        subprocess.run(account, check=True, capture_output=True)
        self.start()
        return self

    def start(self) -> None:
        """Start it, or start it again; returns when it answers."""
        self.token = ""
        with (self.folder / "out").open("ab") as out:
            self._process = subprocess.Popen([self._program, "-c", self.folder, "--skip-pip"], stdout=out, stderr=out)
        wait_until(self._log_in, STARTING)
        assert self.token, self.log

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process:
            self._process.terminate()
            self._process.wait(60)
            self._process = None

    @property
    def log(self) -> str:
        """Everything it printed."""
        return (self.folder / "out").read_text()

    def __exit__(self, *_exception: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _log_in(self) -> bool:
        """Log in as the page does; False while it does not answer."""
        client = f"{self.url}/"
        try:
            flow = self.ask(
                "/auth/login_flow",
                {"client_id": client, "handler": ["homeassistant", None], "redirect_uri": client},
            )
            login = {"client_id": client, "username": USER, "password": PASSWORD}
            code = self.ask(f"/auth/login_flow/{flow['flow_id']}", login)["result"]
            form = {"client_id": client, "grant_type": "authorization_code", "code": code}
            self.token = self.ask("/auth/token", urllib.parse.urlencode(form).encode())["access_token"]
        except OSError:
            time.sleep(0.5)
            return False
        return True

    def ask(self, path: str, data: dict[str, Any] | bytes | None = None, **headers: str) -> Any:
        """Ask its HTTP server: POST where there is data, which is a form if it comes as bytes."""
        body = json.dumps(data).encode() if isinstance(data, dict) else data
        kind = "application/x-www-form-urlencoded" if isinstance(data, bytes) else "application/json"
        headers |= {"Content-Type": kind} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        request = urllib.request.Request(self.url + path, body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")

    def command(self, command: str, **data: Any) -> Any:
        """Send a command of its WebSocket API."""
        with Connection(self.url, self.token) as connection:
            return connection.ask(command, **data)

    def long_lived_token(self) -> str:
        """Make a token, as a user does in the profile."""
        return str(self.command("auth/long_lived_access_token", client_name="voiced", lifespan=1))

    def revoke_tokens(self) -> None:
        """Take all long-lived tokens back, as a user does in the profile."""
        for token in self.command("auth/refresh_tokens"):
            if token["type"] == "long_lived_access_token":
                self.command("auth/delete_refresh_token", refresh_token_id=token["id"])

    def set_up(self, integration: str, **answers: Any) -> None:
        """Set up an integration as a user would, by its form."""
        flow = self.ask("/api/config/config_entries/flow", {"handler": integration})
        done = self.ask(f"/api/config/config_entries/flow/{flow['flow_id']}", answers)
        assert done["type"] == "create_entry", done

    def call(self, service: str, entity: str, **data: Any) -> None:
        """Call a service of an entity, such as `switch/turn_on`."""
        self.ask(f"/api/services/{service}", {"entity_id": entity, **data})

    def states(self) -> dict[str, str]:
        """Entity → its state."""
        return {each["entity_id"]: each["state"] for each in self.ask("/api/states")}

    def attributes(self, entity: str) -> dict[str, Any]:
        """Attributes of an entity."""
        return dict(self.ask(f"/api/states/{entity}")["attributes"])

    def changed(self, entity: str) -> float:
        """When its state changed last: seconds of `time.time()`."""
        return datetime.fromisoformat(self.ask(f"/api/states/{entity}")["last_changed"]).timestamp()

    def wait_for(self, entity: str, state: str, seconds: float = 30.0) -> None:
        """Fail unless an entity has this state by then."""
        wait_until(lambda: self.states().get(entity) == state, seconds)
        assert self.states().get(entity) == state
