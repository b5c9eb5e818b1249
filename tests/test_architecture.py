"""The laws of the house, read off the source: who may import whom, who owns which library, and how large things may be.

A new room has to be put into the order of `HOUSE`; that is all there is to maintain here.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Imports point down this list, or stay within a room; a folder is a room, and so is a file beside the folders.
HOUSE = (
    "__main__",
    "cli",
    "commands",
    "daemon",
    "reload",
    "adjustments",
    "api",
    "servers",
    "advice",
    "evaluation",
    "assistant",
    "home_assistant",
    "records",
    "recognition",
    "listening",
    "wake",
    "acting",
    "mqtt",
    "grammar",
    "audio",
    "config",
    "foundations",
    "whisper",
    "flow",
    "errors",
)
EVERYWHERE = {"numpy", "pydantic", "pydantic_core", "torch"}  # third-party modules without one owner
OWNED_BY_ROOMS = {
    "fastapi": "servers",
    "starlette": "servers",
    "uvicorn": "servers",
    "wyoming": "servers",
}  # a framework is the language of its room
ONLY_INSIDE_FUNCTIONS = {"matplotlib", "rich"}  # they take time to import
HEAVY = {"matplotlib", "numpy", "onnxruntime", "rich", "sounddevice", "soundfile", "soxr", "tiktoken", "torch"}
READING = {*HEAVY, "pydantic", "hassil"}  # of hassil, only its parser
QUICK = {  # command → what it does not load
    "--help": {*HEAVY, "pydantic", "yaml"},
    "--version": {*HEAVY, "pydantic", "yaml"},
    "say turn on the kitchen lights": READING,
    "sample -n 3": READING,
    "check": HEAVY,
    "check --schema config": HEAVY,
    "init voice": HEAVY,
    "manual intents": {*HEAVY, "pydantic", "yaml"},
}
THREADS = re.compile(r"\b(Thread|Timer|ThreadPoolExecutor|start_new_thread|multiprocessing)\(")
THREADS_START_IN = "foundations.relay"

# Pure: neither I/O nor clock, thread or log. Of whisper/, files that read, fetch or prepare weights, or try kernels,
# are not.
PURE = (
    "listening.endpointing",
    "listening.command_start",
    "listening.capture",
    "listening.protocol",
    "listening.protocol_events",
    "recognition.prepared",
    "recognition.coverage",
    "recognition.agreement",
    "recognition.hypotheses",
    "recognition.confidence",
    "recognition.end_of_turn",
    "recognition.evidence",
    "recognition.weighing",
    "wake.incremental",
    "audio.formats",
    "audio.mixing",
    "evaluation.noise",
    "evaluation.stimuli",
    "evaluation.latency",
    "evaluation.scoring",
    "mqtt.outbox",
    "mqtt.topics",
    "acting.actions",
    "grammar",
    "whisper",
)
READS_WEIGHTS = ("whisper.loading", "whisper.kernels.acceleration", "whisper.kernels.trials", "whisper.tokenizer")
IMPURE = {"asyncio", "http", "io", "logging", "os", "pathlib", "shutil", "socket", "subprocess", "tempfile", "time"}
IMPURE |= {"urllib"}

LONGEST_FILE, LONGEST_FUNCTION = 300, 45  # lines
NARRATED: tuple[str, ...] = ("grammar", "recognition", "whisper")  # rooms of algorithms: told step by step
COMMENTS = 8  # lines of comment in 100 lines of theirs, at least
NO_NAMES = {"utils", "helpers", "common", "base", "manager", "handler"}

REPOSITORY = Path(__file__).parent.parent
PACKAGE = REPOSITORY / "voiced"
FILES = sorted(PACKAGE.rglob("*.py"))
SOURCES = [*FILES, *sorted((REPOSITORY / "tests").rglob("*.py"))]


def name(file: Path) -> str:
    return str(file.relative_to(REPOSITORY))


def each_of(files: Sequence[Path]) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """Hold every file to a law, in one test: thousands of small ones took half a minute."""

    def law(of_a_file: Callable[[Path], None]) -> Callable[[], None]:
        def test() -> None:
            broken = []
            for file in files:
                try:
                    of_a_file(file)
                except AssertionError as why:
                    why.add_note(name(file))
                    broken.append(why)
            if broken:
                raise ExceptionGroup(of_a_file.__name__, broken)

        return test

    return law


each_file, each_source = each_of(FILES), each_of(SOURCES)


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def module(file: Path) -> str:
    """`grammar.match` for voiced/grammar/match.py, `grammar` for its __init__.py, "" for the package's own."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree_: ast.AST) -> Iterator[str]:
    """Dotted names of everything imported, also inside functions and for types alone."""
    for node in ast.walk(tree_):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide who imports whom"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def modules() -> frozenset[str]:
    return frozenset(module(file) for file in FILES)


def house_imports(file: Path) -> set[str]:
    """Modules of the house that a file imports."""
    found = set()
    for dotted in imported(tree(file)):
        if dotted.split(".")[0] == "voiced":
            inner = dotted.removeprefix("voiced").removeprefix(".")
            found.add(inner if inner in modules() else inner.rpartition(".")[0])
    return found - {module(file)}


def level(module_: str) -> int:
    """How far from the top of the house; imports point to larger numbers, or to the same room."""
    room = module_.split(".", maxsplit=1)[0]
    assert room in HOUSE, f"voiced/{room} is not in HOUSE: say where it belongs"
    return HOUSE.index(room)


@each_file
def test_imports_point_down(file: Path) -> None:
    if not module(file):  # the package's own __init__ may be imported by all: it imports the API when that is asked for
        assert house_imports(file) == {"api"}
        assert not [dotted for node in tree(file).body for dotted in imported_by(node) if dotted.startswith("voiced")]
        return
    above = {other for other in house_imports(file) if other and level(other) < level(module(file))}
    assert not above, f"{name(file)} imports from above: {sorted(above)}"


def test_no_room_of_the_house_is_missing() -> None:
    assert set(HOUSE) == {module_.split(".")[0] for module_ in modules() if module_}


def test_there_are_no_cycles() -> None:
    """At run time; for types alone a file may look at one that imports it."""
    graph: dict[str, set[str]] = {}
    for file in FILES:
        for_types = {
            node
            for node in ast.walk(tree(file))
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        }
        types = {dotted for node in for_types for dotted in imported(node)}
        run_time = {dotted for dotted in imported(tree(file)) if dotted not in types}
        inner = {dotted.removeprefix("voiced.") for dotted in run_time if dotted.startswith("voiced.")}
        graph[module(file)] = {one if one in modules() else one.rpartition(".")[0] for one in inner} - {module(file)}
    TopologicalSorter(graph).prepare()  # CycleError names the cycle


@each_file
def test_whisper_and_grammar_are_strangers(file: Path) -> None:
    others = {other.split(".")[0] for other in house_imports(file)}
    if module(file).startswith("whisper"):
        assert others <= {"whisper"}
    if module(file).startswith("grammar"):
        assert "whisper" not in others
        assert "torch" not in {dotted.split(".")[0] for dotted in imported(tree(file))}


def test_each_library_has_one_owner() -> None:
    owners: dict[str, set[str]] = {}
    for file in FILES:
        for dotted in imported(tree(file)):
            library = dotted.split(".")[0]
            if library not in sys.stdlib_module_names | EVERYWHERE | ONLY_INSIDE_FUNCTIONS | {"voiced"}:
                owners.setdefault(library, set()).add(name(file))
    shared = {library: sorted(files) for library, files in owners.items() if len(files) > 1}
    rooms = {library: {file.split("/")[1] for file in shared.pop(library, ())} for library in OWNED_BY_ROOMS}
    assert not shared
    assert rooms == {library: {room} for library, room in OWNED_BY_ROOMS.items()}


@each_file
def test_slow_libraries_are_imported_where_they_are_used(file: Path) -> None:
    at_the_top = {dotted.split(".")[0] for node in tree(file).body for dotted in imported_by(node)}
    assert not at_the_top & ONLY_INSIDE_FUNCTIONS


def imported_by(statement: ast.stmt) -> Iterator[str]:
    """What a statement at the top of a file imports when the file is imported."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        yield from imported(statement)


@each_file
def test_threads_start_in_one_place(file: Path) -> None:
    if module(file) != THREADS_START_IN:
        assert not THREADS.search(file.read_text())


def within(module_: str, rooms: tuple[str, ...]) -> bool:
    """Is it one of these modules, or in one of these folders?"""
    return any(module_ == room or module_.startswith(f"{room}.") for room in rooms)


@each_file
def test_what_is_pure_stays_pure(file: Path) -> None:
    if not within(module(file), PURE) or within(module(file), READS_WEIGHTS):
        return
    types = {
        dotted
        for node in ast.walk(tree(file))
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for dotted in imported(node)
    }
    used = {dotted.split(".")[0] for dotted in imported(tree(file)) if dotted not in types}
    assert not used & IMPURE
    assert "threading" not in used or module(file) == "mqtt.outbox"  # a lock; it starts nothing


@each_file
def test_values_are_frozen(file: Path) -> None:
    if module(file).split(".")[0] not in {"flow", "config", "grammar"}:
        return
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):  # those are at work, and change
            for decorator in node.decorator_list:
                if "dataclass" in ast.unparse(decorator):
                    assert "frozen=True" in ast.unparse(decorator), f"{node.name} can be changed"


@each_source
def test_files_are_short_and_say_what_they_are_for(file: Path) -> None:
    assert ast.get_docstring(tree(file)), "no docstring: what is it for, and what does it not know?"
    if PACKAGE in file.parents:
        assert len(file.read_text().splitlines()) <= LONGEST_FILE
    assert not set(re.split(r"[_.]", file.stem)) & NO_NAMES


def lengths(file: Path) -> dict[str, int]:
    functions = (node for node in ast.walk(tree(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {f"{name(file)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1 for node in functions}


def test_functions_are_short() -> None:
    every = {where: length for file in FILES for where, length in lengths(file).items()}
    assert {where: length for where, length in every.items() if length > LONGEST_FUNCTION} == {}
    assert median(every.values()) <= 6
    assert quantiles(every.values(), n=10)[-1] <= 16


@pytest.mark.parametrize("room", NARRATED)
def test_algorithms_are_narrated(room: str) -> None:
    lines = [line.strip() for file in (PACKAGE / room).rglob("*.py") for line in file.read_text().splitlines()]
    comments = [line for line in lines if line.startswith("# ")]
    assert len(comments) >= COMMENTS * len(lines) / 100


@each_source
def test_nothing_is_left_for_later(file: Path) -> None:
    if file == Path(__file__):
        return
    text = file.read_text()
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", text)
    assert not re.search(r"(?<![\w.~])/(work|root|home/\w+/\.venv)\b", text), "a path of one machine"


@pytest.mark.parametrize(("command", "heavy"), QUICK.items(), ids=QUICK)
def test_quick_commands_load_nothing_heavy(command: str, heavy: set[str], tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from voiced.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"loaded = {heavy} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    run = [sys.executable, "-c", program, *command.split()]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
