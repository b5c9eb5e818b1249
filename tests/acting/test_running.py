"""One program, run to its end: real processes, what becomes of them, and what they are given."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from threading import Timer

import pytest

from tests.broker import wait_until
from voiced.acting.running import ProgramError, Running, run
from voiced.flow import Program


def python(code: str, *arguments: str, timeout: float = 20.0) -> Program:
    return Program((sys.executable, "-c", code, *arguments), timeout)


def failure(program: Program) -> str:
    with pytest.raises(ProgramError) as error:
        run(program)
    return error.value.in_full


def is_there(pid: int) -> bool:
    """Whether a process is there, and not a dead one that waits for its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_arguments_arrive_as_they_are() -> None:
    arguments = ["a b", "$(id)", "*", "", "-x", 'é"', "; ls"]
    assert run(python("import sys; print(sys.argv[1:])", *arguments)) == str(arguments)


def test_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_USEC", "DISPLAY"):
        monkeypatch.setenv(name, "x")
    with Path("/dev/zero").open("rb") as ours:
        os.set_inheritable(ours.fileno(), True)  # noqa: FBT003 # as it is called
        code = """
import os, sys
print(sys.stdin.read(), os.getsid(0) == os.getpid(), sorted(map(int, os.listdir("/proc/self/fd")))[:3],
      [name for name in ("CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_USEC", "DISPLAY") if name in os.environ],
      [fd for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")
       and os.readlink(f"/proc/self/fd/{fd}") == "/dev/zero"])
"""
        assert run(python(code)) == "True [0, 1, 2] ['DISPLAY'] []"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("exit(3)", "failed with exit code 3"),
        ("print('no window'); exit(1)", "failed with exit code 1; it printed: no window"),
        ("import os; os.kill(os.getpid(), 9)", "was ended by SIGKILL"),
        ("import os; os.kill(os.getpid(), 40)", "was ended by signal 40"),
    ],
)
def test_a_failure_is_told(code: str, told: str) -> None:
    assert failure(python(code)) == f"{sys.executable} {told}"


def test_what_cannot_be_run_is_told(tmp_path: Path) -> None:
    plain, odd, garbage = tmp_path / "plain", tmp_path / "odd", tmp_path / "garbage"
    plain.write_text("#!/bin/sh\n")
    odd.write_text("#!/bin/nowhere\n")
    garbage.write_bytes(b"\0\1\2")
    odd.chmod(0o755)
    garbage.chmod(0o755)
    missing = "there is no such program; install it, or write its whole path"
    interpreter = "its first line must name an interpreter that is there, such as #!/bin/sh"
    assert failure(Program(("xdotoool",), 5)) == f"xdotoool cannot be run: {missing}"
    assert failure(Program((f"{tmp_path}/x",), 5)).endswith(missing)
    assert failure(Program((str(plain),), 5)) == f"{plain} cannot be run: it is not executable; chmod +x {plain}"
    assert failure(Program((str(odd),), 5)).endswith(interpreter)
    assert failure(Program((str(garbage),), 5)).endswith(interpreter)
    assert failure(Program(("echo", "a\0b"), 5)) == "echo cannot be run: embedded null byte"
    assert failure(Program(("echo", "a" * 3_000_000), 5)) == "echo cannot be run: Argument list too long"
    assert failure(Program((str(tmp_path),), 5)) == f"{tmp_path} cannot be run: it is a folder"


def test_a_home_folder_may_be_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    script = tmp_path / "hello"
    script.write_text("#!/bin/sh\necho hello\n")
    script.chmod(0o755)
    assert run(Program(("~/hello",), 5)) == "hello"
    assert "cannot be run" in failure(Program(("~nobody-is-called-so/hello",), 5))


@pytest.mark.parametrize("code", ["import time; time.sleep(60)", "import os; os.close(1); os.close(2); input()"])
def test_its_time_is_over(code: str) -> None:
    code = code.replace("input()", "import time; time.sleep(60)")
    began = time.monotonic()
    assert failure(python(code, timeout=0.5)) == f"{sys.executable} was ended after 0.5 s, its timeout"
    assert time.monotonic() - began < 5


@pytest.mark.slow
def test_its_whole_group_is_ended_even_if_it_does_not_want_to(tmp_path: Path) -> None:
    code = f"""
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child: open({str(tmp_path / "pids")!r}, "w").write(f"{{os.getpid()}} {{child}}")
time.sleep(60)
"""
    assert "its timeout" in failure(python(code, timeout=2))
    parent, child = map(int, (tmp_path / "pids").read_text().split())
    assert wait_until(lambda: not is_there(parent) and not is_there(child), 5)


def test_what_it_prints_without_end_is_bounded_and_keeps_the_machine_free() -> None:
    code = "import sys\nwhile True: sys.stdout.buffer.write(bytes(range(1, 256)) * 1000)"
    running = Running(python(code, timeout=1.0))
    used = time.process_time()
    with pytest.raises(ProgramError, match="its timeout"):
        running.wait()
    assert time.process_time() - used < 0.5
    running.close()
    assert len(running.printed) < 1_100


def test_the_last_lines_are_kept() -> None:
    code = "for i in range(10000): print('line', i)\nprint(); print('x' * 1000)"
    assert run(python(code)).startswith("line 9996 | line 9997 | line 9998 | line 9999 | xxx")
    assert run(python("import sys; sys.stdout.buffer.write(b'\\xff\\x00caf\\xc3\\xa9')")) == "\ufffd\0café"


@pytest.mark.slow
def test_what_it_leaves_behind_is_not_waited_for() -> None:
    began = time.monotonic()
    running = Running(Program(("sh", "-c", "echo begun; (sleep 3; echo late) & exit 0"), 20))
    running.wait()
    assert time.monotonic() - began < 2
    assert (running.printed, running.open) == ("begun", True)
    running.drain()
    assert running.printed == "begun | late"
    running.close()


def test_nothing_is_left_of_it() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        assert run(Program(("true",), 5)) == ""
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    with pytest.raises(ChildProcessError):
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG)


def test_ctrl_c_ends_it_too(tmp_path: Path) -> None:
    code = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    Timer(1.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        run(python(code))
    assert not is_there(int((tmp_path / "pid").read_text()))
