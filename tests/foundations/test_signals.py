"""Signals, sent to processes of their own: each ends with exit code 0 and without a traceback, whatever it is doing."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

HEAD = """
import time
from voiced.foundations.signals import Signals
class Source:
    closed = False
    def close(self):
        self.closed = True
with Signals() as signals:
"""
WORK = {
    "swallows exceptions, as a C extension may": """
    while True:
        try:
            print("now", flush=True)
            time.sleep(9)
        except BaseException:
            pass
""",
    "ends with its source": """
    source = Source()
    signals.close_on_stop(source)
    print("now", flush=True)
    while not source.closed:
        time.sleep(0.01)
""",
    "takes too long": """
    signals.close_on_stop(Source())
    print("now", flush=True)
    time.sleep(9)
    raise AssertionError("nobody stopped it")
""",
}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_a_signal_ends_the_process(work: str, number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", HEAD + work], stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "now\n"
        process.send_signal(number)
        process.wait(8)
        assert (process.returncode, process.stderr.read()) == (0, "")
