"""`voiced demo` as a newcomer runs it: it ends with 0 only if what was said is what arrived."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from voiced.commands import demo

if TYPE_CHECKING:
    from pathlib import Path

SAID: list[dict[str, object]] = [
    {"sentence": "Turn on the kitchen lights.", "intent": "LightSet", "slots": {"state": "on", "room": "kitchen"}},
    {"sentence": "I think it is going to rain tomorrow.", "intent": None, "slots": {}},
]
COMMANDS: list[tuple[str | None, dict[str, object]]] = [("LightSet", {"state": "on", "room": "kitchen"}), (None, {})]
ACTIONS = [("home/kitchen/light/set", "on")]


@pytest.mark.slow
def test_the_demo_hears_what_was_said(tmp_path: Path) -> None:
    """Without a microphone, a config, a sound server, or anything else of this machine."""
    bare = {name: value for name, value in os.environ.items() if name in {"PATH", "OMP_NUM_THREADS"}}
    command = [sys.executable, "-m", "voiced", "demo"]
    environment = bare | {"HOME": str(tmp_path)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for shown in (
        "woken by 'hey_jarvis'",
        "LightSet state=on room=kitchen",
        "→ home/kitchen/light/set  on",
        "TemperatureSet room=bedroom temperature=21",
        "→ home/bedroom/heating/set",
        "TimerStart seconds=300",
        '→ home/timer/start  {"seconds": 300}',
        "ms after the end of speech",
        "no command:",
        "Everything that was said arrived, and nothing else: 3 actions.",
    ):
        assert shown in done.stdout


@pytest.mark.parametrize(
    ("commands", "actions"),
    [
        (COMMANDS[:1], ACTIONS),
        ([*COMMANDS, (None, {})], ACTIONS),
        ([("LightSet", {"state": "off", "room": "kitchen"}), (None, {})], ACTIONS),
        (COMMANDS, []),
        (COMMANDS, ACTIONS * 2),
        (COMMANDS, [("home/kitchen/light/set", "off")]),
    ],
    ids=["one missing", "one too many", "misheard", "no action", "action twice", "wrong action"],
)
def test_the_demo_notices_what_is_wrong(
    commands: list[tuple[str | None, dict[str, object]]], actions: list[tuple[str, str]]
) -> None:
    assert demo._difference(SAID, demo.Heard(COMMANDS, ACTIONS)) == ""
    assert "Not " in demo._difference(SAID, demo.Heard(commands, actions))


def test_what_home_assistant_is_told_is_no_action() -> None:
    messages = [
        ("homeassistant/device/voiced_demo/config", "{}"),
        ("voiced/demo/availability", "online"),
        ("home/kitchen/light/set", "on"),
        ("voiced/demo/availability", "offline"),
    ]
    waiting = [SimpleNamespace(topic=topic, data=payload.encode()) for topic, payload in messages]

    async def next_message() -> SimpleNamespace:
        return waiting.pop(0)

    heard = demo.Heard()
    asyncio.run(demo._watch(SimpleNamespace(deliver_message=next_message), heard))
    assert heard.actions == ACTIONS
