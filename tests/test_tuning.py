"""Tuned numbers stand in the `tuning.py` of their room: value, unit, trade-off and script side by side."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[1] / "voiced"
ROOMS: tuple[str, ...] = ("recognition", "listening", "wake")
# File → constants that a format, a network or arithmetic gives, and defaults that stand for nothing: nobody chose them.
GIVEN: dict[str, set[str]] = {
    "recognition/beam_search.py": {"length", "score", "strayed", "token"},
    "recognition/evidence.py": {"implied", "left_out", "made_up", "views"},
    "recognition/hypotheses.py": {"ilm"},
    "recognition/passes.py": {"pace"},
    "recognition/pipelines.py": {"_MOST_LOGGED"},
    "recognition/rescoring.py": {"stop"},
    "recognition/spoken_language.py": {"n_taken"},
    "recognition/views.py": {"PROMPT_TOKENS"},
    "wake/embedding.py": {"EMBEDDING", "MEL_BANDS", "MEL_CONTEXT", "PCM_SCALE", "WARM_UP", "WINDOW_FRAMES"},
    "wake/head.py": {"steps"},
    "wake/incremental.py": {
        "(FLOAT, INT64)",
        "(FROM, TO, OPERATION, ATTRIBUTE)",
        "(NAME, INTEGER, INTEGERS, TYPE)",
        "(NODE, INITIALIZER, INPUT, OUTPUT)",
        "(VARINT, FIXED64, DELIMITED, FIXED32)",
        "CACHE_SHAPES",
        "CONSTANTS",
        "GRAPH",
        "KEPT",
        "STEP",
    },
    "wake/network.py": {"LIMIT_SIGMA", "STEPS", "TINY"},
    "wake/templates.py": {"LEAST_LENGTH", "UNREACHED"},
    "wake/training/augmentation.py": {"LEAST_ENERGY", "TINY"},
    "wake/training/enrolment.py": {"LEAST_UNIT"},
    "wake/training/espeak.py": {"HEADER", "RATE", "pitch", "speed"},
    "wake/training/kokoro.py": {"LONGEST_SYMBOLS", "PARTS", "RATE", "TINY"},
    "wake/training/negatives.py": {"LIMIT_SIGMA"},
    "wake/training/train.py": {"BATCH_WINDOWS"},
    "wake/verifier.py": {"TINY"},
    "wake/word_file.py": {
        "LARGEST_BYTES",
        "LONGEST_TAKE_FRAMES",
        "MOST_TAKES",
        "WIDEST_UNITS",
        "_NETWORK_SHAPES",
        "_TAKES_SHAPES",
    },
}
NEUTRAL = {0.0, 0.5, 1.0, 2.0, -1.0}  # halves, doubles, and both ends of a scale


def constants(file: Path) -> Iterator[tuple[str, ast.expr]]:
    """Names and values of the assignments at the top of a file and of its classes."""
    tree = ast.parse(file.read_text())
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    for statement in (statement for body in bodies for statement in body):
        match statement:
            case ast.Assign(targets=targets, value=value):
                yield from ((ast.unparse(target), value) for target in targets)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield ast.unparse(target), value


def numbers(node: ast.AST) -> Iterator[int | float]:
    for inner in ast.walk(node):
        match inner:
            case ast.Constant(value=bool()):
                pass
            case ast.Constant(value=int() | float() as number):
                yield number


FILES = [file for room in ROOMS for file in sorted((PACKAGE / room).rglob("*.py")) if file.name != "tuning.py"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_other_file_has_a_tuned_number(file: Path) -> None:
    given = GIVEN.get(str(file.relative_to(PACKAGE)), set())
    assert {name for name, value in constants(file) if [*numbers(value)]} - given == set()
    inside = {number for number in numbers(ast.parse(file.read_text())) if isinstance(number, float)}
    named = {number for name, value in constants(file) if name in given for number in numbers(value)}
    assert inside - NEUTRAL - named == set(), "a number inside of a function: name it in tuning.py"


@pytest.mark.parametrize("room", ROOMS)
def test_each_tuned_number_says_what_it_is(room: str) -> None:
    """A comment on its line or above it."""
    file = PACKAGE / room / "tuning.py"
    lines = file.read_text().splitlines()
    for statement in ast.parse(file.read_text()).body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            where = lines[statement.lineno - 2 : statement.end_lineno]
            assert any("#" in line for line in where), f"{file}:{statement.lineno}"
