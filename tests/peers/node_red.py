"""A real Node-RED with a flow, on loopback and without its editor.

NODE_RED names the folder where it was installed. Known to work with Node 20:

    npm install node-red@4
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Self

import pytest

from tests.broker import free_port, wait_until
from tests.system_parts import require_program

VARIABLE = "NODE_RED"
SETTINGS = """\
module.exports = {{
  uiHost: "127.0.0.1", uiPort: {port}, httpAdminRoot: false, flowFile: "flows.json",
  telemetry: {{ enabled: false, updateNotification: false }},
}};
"""
STARTING = 60.0  # seconds, at the most


class NodeRed:
    """A running Node-RED, as a context manager."""

    def __init__(self, flow: list[dict[str, Any]]) -> None:
        folder = os.environ.get(VARIABLE)
        if not folder:
            pytest.skip(f"no Node-RED: npm install node-red@4, and name the folder in {VARIABLE}")
        self._node = require_program("node", "apt-get install nodejs")
        self._program = Path(folder) / "node_modules/node-red/red.js"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._folder = Path(tempfile.mkdtemp(prefix="node-red-"))
        (self._folder / "flows.json").write_text(json.dumps(flow))
        (self._folder / "settings.js").write_text(SETTINGS.format(port=port))

    @property
    def log(self) -> str:
        """Everything it printed."""
        return (self._folder / "out").read_text()

    def __enter__(self) -> Self:
        command = [self._node, str(self._program), "-u", str(self._folder), "-s", str(self._folder / "settings.js")]
        with (self._folder / "out").open("wb") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=out)
        wait_until(lambda: "Connected to broker" in self.log or self._process.poll() is not None, STARTING)
        assert "Connected to broker" in self.log, self.log
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.terminate()
        self._process.wait(30)
        shutil.rmtree(self._folder, ignore_errors=True)

    def page(self, path: str) -> str:
        """Get a page of the flow."""
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return str(answer.read().decode())

    def press(self, path: str, origin: str | None = None, **form: str) -> str:
        """Send a form, as a browser does; return the page that comes after it. HTTPError if it is refused."""
        headers = {"Origin": origin or self.url}
        request = urllib.request.Request(self.url + path, urllib.parse.urlencode(form).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(answer.read().decode())
