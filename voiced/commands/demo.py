"""`voiced demo`: the whole daemon, as its own process, on a recording that ships with it; and a subscriber who watches.

Broker and subscriber are amqtt's, in this process, on a free port of loopback; this is the only file that knows it.
What arrives is compared with what was said: the labels beside the recording. No microphone, no system package.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiced import grammar
from voiced.acting.actions import actions_of, messages
from voiced.commands.shared import DONE, FAILED, add_model, tell
from voiced.errors import VoicedError
from voiced.foundations.resources import shipped
from voiced.grammar import understand
from voiced.records.outcome import slots_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

SOUNDS = Path(__file__).parents[1] / "sounds"
SITE = "demo"
TIMEOUT = 300.0  # seconds for everything: half a minute of sound, and loading on the slowest card


@dataclass(frozen=True)
class Heard:
    """What the subscriber saw, in order."""

    commands: list[tuple[str | None, dict[str, Any]]] = field(default_factory=list)  # intent (None: no command), slots
    actions: list[tuple[str, str]] = field(default_factory=list)  # topic, payload


def add_arguments(parser: ArgumentParser) -> None:
    add_model(parser)


def demo(options: Namespace) -> int:
    """Run the daemon on a recording that ships with it, and show what happens.

    Brings its own broker (extra `demo`); ends with 1 if anything else than what was said arrives there.
    """
    try:
        import amqtt  # noqa: F401 # an extra: only the demo needs it
    except ImportError as error:
        raise VoicedError("the demo brings its own broker: pip install 'voiced[demo]'") from error
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    logging.getLogger("transitions").setLevel(logging.CRITICAL)
    labels = json.loads((SOUNDS / "demo.json").read_text(encoding="utf-8"))
    print(f"A recording of {len(labels)} sentences is played to voiced as if it were spoken. Loading the models …")
    heard = asyncio.run(_play(options.model))
    missing = _difference(labels, heard)
    print(missing or f"\nEverything that was said arrived, and nothing else: {len(heard.actions)} actions.")
    return FAILED if missing else DONE


def _difference(labels: list[dict[str, Any]], heard: Heard) -> str:
    """Say where what arrived is not what was said; empty if it is."""
    commands = grammar.load([shipped("intents")])
    said = [(label["intent"], label["slots"]) for label in labels]
    actions = [
        (action.topic, action.payload)
        for label in labels
        if label["intent"]
        for action in messages(actions_of(commands, understand(commands, label["sentence"])))
    ]
    if heard.commands != said:
        return f"\nNot what was said.\n  said:  {said}\n  heard: {heard.commands}"
    if heard.actions != actions:
        return f"\nNot the actions of what was said.\n  expected: {actions}\n  arrived:  {heard.actions}"
    return ""


async def _play(model: str | None) -> Heard:
    """Run broker, subscriber and daemon until the recording ends."""
    from amqtt.broker import Broker
    from amqtt.client import MQTTClient

    port = _free_port()
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
    )
    await broker.start()
    subscriber = MQTTClient(config={"auto_reconnect": False})
    await subscriber.connect(f"mqtt://127.0.0.1:{port}/")
    await subscriber.subscribe([("#", 1)])
    heard = Heard()
    watching = asyncio.create_task(_watch(subscriber, heard))
    try:
        await asyncio.wait_for(_daemon(port, model), TIMEOUT)
        await asyncio.wait_for(watching, TIMEOUT)  # ends with `offline`, the daemon's last word
    finally:
        watching.cancel()
        await subscriber.disconnect()
        await broker.shutdown()
    return heard


async def _daemon(port: int, model: str | None) -> None:
    """`voiced run`, as anybody would start it."""
    with tempfile.TemporaryDirectory() as folder:
        config = _write_config(Path(folder), port)
        command = [sys.executable, "-m", "voiced", "run", "--config", str(config), "--source", str(SOUNDS / "demo.ogg")]
        daemon = await asyncio.create_subprocess_exec(
            *command, *(["--model", model] if model else []), stderr=asyncio.subprocess.PIPE
        )
        try:
            _, log = await daemon.communicate()
        finally:
            if daemon.returncode is None:
                daemon.kill()
        if daemon.returncode:
            raise VoicedError(f"the daemon ended with {daemon.returncode}:\n{log.decode(errors='replace')}")


def _write_config(folder: Path, port: int) -> Path:
    mqtt = {"host": "127.0.0.1", "port": port, "version": "3.1.1"}  # what amqtt speaks
    path = folder / "config.yaml"
    path.write_text(json.dumps({"site": SITE, "intents": str(shipped("intents")), "mqtt": mqtt}))  # JSON is YAML
    return path


async def _watch(subscriber: Any, heard: Heard) -> None:
    """Show each message as it arrives, until the daemon says that it is offline."""
    online = False
    while True:
        message = await subscriber.deliver_message()
        topic, payload = message.topic, bytes(message.data).decode()
        own = topic.removeprefix(f"voiced/{SITE}/") if topic.startswith(f"voiced/{SITE}/") else None
        if own == "availability":
            if payload == "offline" and online:
                return
            online = online or payload == "online"
        elif own == "wake":
            told = json.loads(payload)
            print(f"\n{told['at']:6.2f} s  woken by {told['wake_word']!r}, score {told['score']:.2f}")
        elif own == "unmatched" or (own and own.startswith("intent/")):
            _show_command(json.loads(payload), heard)
        elif own is None and not topic.startswith("homeassistant/"):  # there Home Assistant is told what there is
            heard.actions.append((topic, payload))
            tell(f"{'':10}→ {topic}  {payload}")


def _show_command(told: dict[str, Any], heard: Heard) -> None:
    heard.commands.append((told.get("intent"), told.get("slots", {})))
    begin, end = told["speech"]
    print(f"{begin:6.2f} s  speech until {end:.2f} s: {told['text']!r}")
    after = f"{told['latency'] * 1000:.0f} ms after the end of speech"
    if told.get("intent"):
        tell(f"{'':10}{told['intent']} {slots_line(told['slots'])}   ({after})")
    else:
        print(f"{'':10}no command: {told['reason']}   ({after})")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
