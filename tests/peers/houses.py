"""Households with a real Home Assistant: one with voiced as a device, and one where nobody has written any YAML."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.broker import Broker, Subscriber, free_port, wait_until
from tests.daemon import READY, SITE, Daemon
from tests.peers.home_assistant import HomeAssistant
from tests.virtual_microphone import VirtualMicrophone

if TYPE_CHECKING:
    from collections.abc import Iterator

INTENTS = Path(__file__).parents[2] / "intents"
GREETING = "language: en\nintents: {Greet: {sentences: [good evening]}}\n"  # guests may say no more
DEVICE = f"voice_{SITE}"
SWITCH = "input_boolean.office"  # of the house with the device
AUTOMATION = """\
input_boolean: {{office: {{initial: true}}}}
automation:
  - alias: Lights by voice
    mode: queued
    triggers: [{{trigger: state, entity_id: event.{device}_command}}]
    conditions:
      - condition: template
        value_template: "{{{{ trigger.to_state.attributes.event_type == 'LightSet' }}}}"
    actions:
      - action: "input_boolean.turn_{{{{ trigger.to_state.attributes.slots.state }}}}"
        target: {{entity_id: "input_boolean.{{{{ trigger.to_state.attributes.slots.room }}}}"}}
"""
LIGHT = "light.desk_lamp"  # of the house without YAML; it is in the office
LAMP = """\
conversation:
input_boolean: {desk: {name: Desk lamp switch, initial: false}}
light:
  - platform: template
    lights:
      desk_lamp:
        friendly_name: Desk lamp
        unique_id: desk_lamp
        value_template: "{{ is_state('input_boolean.desk', 'on') }}"
        turn_on: {action: input_boolean.turn_on, target: {entity_id: input_boolean.desk}}
        turn_off: {action: input_boolean.turn_off, target: {entity_id: input_boolean.desk}}
"""


class House(NamedTuple):
    """Everything a household has."""

    home: HomeAssistant
    daemon: Daemon
    broker: Broker
    ears: Subscriber
    microphone: VirtualMicrophone
    wyoming: int  # ports of the daemon's servers
    http: int = 0  # 0: it has none

    def say(self, text: str) -> None:
        """Say it in writing."""
        self.ears.say(f"voiced/{SITE}/say/set", text)

    def listen(self) -> None:
        """Let the daemon listen without the wake word; returns when it does."""
        self.ears.messages.clear()
        self.ears.say(f"voiced/{SITE}/listen/set", "ON")
        assert wait_until(lambda: "listening" in self.ears.payloads(f"voiced/{SITE}/state"), 10)

    def answers(self) -> list[str]:
        """What was answered so far."""
        return self.ears.payloads(f"voiced/{SITE}/answer")


@contextmanager
def with_device(*arguments: str) -> Iterator[House]:
    """A house where an automation acts on the event of the device, whose Wyoming server Home Assistant knows, too.

    There are other intents for guests. `arguments` are the daemon's.
    """
    settings: dict[str, Any] = {"servers": {"wyoming": f"tcp://127.0.0.1:{(wyoming := free_port())}"}}
    with (
        tempfile.TemporaryDirectory() as temporary,
        HomeAssistant(AUTOMATION.format(device=DEVICE)) as home,
        Broker() as broker,
        Subscriber(broker.port) as ears,
        VirtualMicrophone() as microphone,
    ):
        shutil.copytree(INTENTS, intents := Path(temporary) / "intents")
        (guests := intents.with_name("guests")).mkdir()
        (guests / "greeting.yaml").write_text(GREETING)
        with Daemon(broker.port, *arguments, settings=settings | {"intents": str(intents)}) as daemon:
            home.set_up("mqtt", broker="127.0.0.1", port=broker.port)
            daemon.wait_until_told(READY)
            home.set_up("wyoming", host="127.0.0.1", port=wyoming)
            yield House(home, daemon, broker, ears, microphone, wyoming)
            assert "Traceback" not in daemon.log
            assert "components.mqtt" not in home.log  # it has found nothing to complain of


@contextmanager
def without_yaml(*arguments: str) -> Iterator[House]:
    """A house whose names and sentences are Home Assistant's, which carries out what is said.

    `arguments` are the daemon's.
    """
    with (
        tempfile.TemporaryDirectory() as temporary,
        HomeAssistant(LAMP) as home,
        Broker() as broker,
        Subscriber(broker.port) as ears,
        VirtualMicrophone() as microphone,
    ):
        wait_until(lambda: LIGHT in home.states(), 60)
        area = home.command("config/area_registry/create", name="Office", aliases=["study"])["area_id"]
        home.command("config/entity_registry/update", entity_id=LIGHT, area_id=area, aliases=["work light"])
        (token := Path(temporary) / "token").write_text(home.long_lived_token())
        settings = {
            "intents": str(Path(temporary) / "none"),
            "home_assistant": {"url": home.url, "token_file": str(token), "sentences": True},
            "servers": {
                "wyoming": f"tcp://127.0.0.1:{(wyoming := free_port())}",
                "http": f"127.0.0.1:{(http := free_port())}",
            },
        }
        with Daemon(broker.port, *arguments, settings=settings) as daemon:
            daemon.wait_until_told(READY)
            home.set_up("wyoming", host="127.0.0.1", port=wyoming)
            yield House(home, daemon, broker, ears, microphone, wyoming, http)
            assert "Traceback" not in daemon.log
