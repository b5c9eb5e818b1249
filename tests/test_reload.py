"""New intents for a running daemon: they replace the old ones when they are right, and only then."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.broker import Broker, Subscriber, wait_until
from tests.daemon import READY, SITE, Daemon
from tests.fakes import Notes
from tests.test_assistant import Recognizer, pause, told, utterance
from voiced import grammar
from voiced.assistant import Reloaded
from voiced.errors import ConfigError
from voiced.flow import Detection, Opinion, State
from voiced.foundations.systemd import Systemd
from voiced.listening.events import Listening
from voiced.listening.second_stage import SecondStage
from voiced.recognition.pipelines import Pipelines
from voiced.reload import Reloader, followed

if TYPE_CHECKING:
    from voiced.assistant import Heard
    from voiced.flow import Samples

DIALOGUE = Path(__file__).parent / "sounds" / "dialogue_en.ogg"  # something to hear meanwhile
TEA = 'intents: {Tea: {sentences: ["tea please"]}}'
COFFEE = 'intents: {Coffee: {sentences: ["coffee please"]}}'
BROKEN = 'intents:\n  Tea:\n    sentences: ["[tea please"]'
SOON = 20.0  # seconds


@pytest.mark.slow
def test_a_running_daemon_reads_its_intents_again(tmp_path: Path) -> None:
    intents = tmp_path / "intents.yaml"
    intents.write_text(TEA)
    settings = {"intents": str(tmp_path)}
    with (
        Broker() as broker,
        Subscriber(broker.port) as ears,
        Daemon(broker.port, "--source", str(DIALOGUE), settings=settings) as daemon,
    ):

        def reload(text: str, n_times: int) -> None:
            intents.write_text(text)
            daemon.process.send_signal(signal.SIGHUP)
            wait_until(lambda: daemon.told.count(READY) > n_times, SOON)
            assert daemon.told.count(READY) == n_times + 1, daemon.log

        def understood(text: str) -> str:
            before = len(answers())
            ears.say(f"voiced/{SITE}/say/set", text)
            wait_until(lambda: len(answers()) > before, SOON)
            return answers()[-1]

        def answers() -> list[str]:
            own = f"voiced/{SITE}/"
            told = (one.topic.removeprefix(own) for one in ears.messages)
            return [topic for topic in told if topic.startswith(("intent/", "unmatched"))]

        daemon.wait_until_told(READY)
        assert understood("coffee please") == "unmatched"
        reload(COFFEE, 1)
        assert understood("coffee please") == "intent/Coffee"
        reload(BROKEN, 2)
        assert f"{intents}:3:" in daemon.log
        assert "'[' is never closed" in daemon.log
        assert f"{tmp_path}: not reloaded; the intents from before stay" in daemon.log
        assert understood("coffee please") == "intent/Coffee"
        assert [one.partition("\n")[0] for one in daemon.told].count("RELOADING=1") == 2
        assert "Traceback" not in daemon.log
        daemon.terminate()
        assert daemon.process.returncode == 0


class ToldPipelines(Pipelines):
    """Believes every wake word, or none."""

    def __init__(self, evidence: float) -> None:
        self._evidence = evidence

    def opinion(self, _detection: Detection, _sound: Samples) -> Opinion:
        return Opinion(self._evidence, -1.0)


def test_the_second_stage_asks_the_new_pipelines() -> None:
    """From the event on, as the assistant does; not sooner, for what was heard before it."""
    before, after = (Detection("hey_jarvis", 0.3, at, doubtful=True) for at in (100, 200))
    sound, notes = np.zeros(9, np.float32), Notes()
    events: list[Heard] = [Listening(before, sound), Reloaded(ToldPipelines(0.1)), Listening(after, sound)]
    second_stage = SecondStage(ToldPipelines(0.9).opinion, {"hey_jarvis": 0.5})
    passed = list(second_stage.verified(followed(events, second_stage), notes, notes))
    assert passed == events[:2]
    assert notes.told == [
        ("verdict", "hey_jarvis", True),
        ("verdict", "hey_jarvis", False),
        ("rejected", "hey_jarvis", 0.1),
    ]


def test_what_was_found_at_a_pause_does_not_outlive_the_intents() -> None:
    tea, coffee = grammar.parse(TEA), grammar.parse(COFFEE)
    events: list[Heard] = [pause(), Reloaded(Recognizer(coffee, ["coffee please"])), utterance()]
    *_, thinking, outcome, _ = told(tea, events, "tea please")
    assert (thinking, outcome) == (State.THINKING, ("Coffee", {}, "alexa", 0.4))


class Manager(Systemd):
    """Notes what the service manager is told."""

    def __init__(self) -> None:
        super().__init__({})
        self.told: list[str] = []

    def _tell(self, message: str) -> None:
        self.told.append(message.partition("\n")[0])


@pytest.mark.parametrize("error", [RecursionError(), ValueError(), MemoryError(), KeyError(), OSError()], ids=repr)
def test_whatever_a_reload_raises_the_next_one_is_done(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    results: list[Exception | Pipelines] = [error, ConfigError(["lights.yaml:3: no"]), error, ToldPipelines(0.5)]
    announced: list[Reloaded] = []
    manager = Manager()

    def read() -> Pipelines:
        result = results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    def announce(reloaded: Reloaded) -> bool:
        announced.append(reloaded)
        return False

    reloader = Reloader(Path("intents"), read, announce, manager)
    for number in range(1, 5):
        reloader.ask()
        assert wait_until(lambda: manager.told.count(READY) == number, 5)  # noqa: B023 # called at once
    assert manager.told == ["RELOADING=1", READY] * 4
    assert len(announced) == 1
    assert caplog.text.count("an internal error ended the reload; the intents from before stay") == 2
