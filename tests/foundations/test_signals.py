"""Signals, sent to processes of their own: each ends with exit code 0 and without a traceback, whatever it is doing."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

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


CLOSES = """
import sys, time
from contextlib import ExitStack
from voiced.foundations import signals as module
module.CLOSING_SECONDS = 1.5
class Source:
    def close(self): pass
with module.Signals() as signals, ExitStack() as stack:
    def goodbye():
        until = time.monotonic() + float(sys.argv[1])
        while time.monotonic() < until:
            time.sleep(0.05)
        print("goodbye", flush=True)
    stack.callback(goodbye)
    stack.push(signals.closing)
    signals.close_on_stop(Source())
    print("now", flush=True)
    if sys.argv[2] == "fails":
        raise ValueError
    time.sleep(99)
"""


def closed(seconds: float, *, terminated: int = 1, fails: bool = False) -> tuple[int, str]:
    """Exit code, and what is said until the end by a service whose goodbye takes so many seconds."""
    command = [sys.executable, "-c", CLOSES, str(seconds), "fails" if fails else "works"]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "now\n"
        for _ in range(terminated):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
        return process.wait(20), process.stdout.read()


def test_the_alarm_does_not_break_off_the_goodbye() -> None:
    assert closed(0.8) == (0, "goodbye\n")


def test_nor_do_other_signals() -> None:
    assert closed(0.8, terminated=4) == (0, "goodbye\n")


@pytest.mark.slow
def test_a_goodbye_that_hangs_is_broken_off() -> None:
    assert closed(15) == (0, "")
    assert closed(15, fails=True, terminated=0) == (1, "")


INTERRUPTED = """
import signal, sys, logging
from voiced.foundations.logs import log_to_stderr
from voiced.foundations.signals import Signals
class Source:
    def close(self): pass
log_to_stderr(verbose=False)
signal.setitimer(signal.ITIMER_REAL, 0)
with Signals() as signals:
    signals.close_on_stop(Source())
    print("now", flush=True)
    while True:
        logging.info("x" * 999)
"""


@pytest.mark.slow
def test_a_signal_within_a_line_of_the_log_is_heeded() -> None:
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=-1, stderr=-1) as process:
            assert process.stdout
            assert process.stdout.readline() == b"now\n"
            process.send_signal(signal.SIGTERM)
            log = process.communicate(timeout=20)[1]
            assert process.returncode == 0
            assert b"Error" not in log
