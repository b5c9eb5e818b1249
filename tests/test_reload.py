"""New intents for a running daemon: they replace the old ones when they are right, and only then."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.broker import Broker, Subscriber, wait_until
from tests.daemon import READY, SITE, Daemon

DIALOGUE = Path(__file__).parent / "sounds" / "dialogue_en.ogg"  # something to hear meanwhile
TEA = 'intents: {Tea: {sentences: ["tea please"]}}'
COFFEE = 'intents: {Coffee: {sentences: ["coffee please"]}}'
BROKEN = 'intents:\n  Tea:\n    sentences: ["[tea please"]'
SOON = 20.0  # seconds


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
