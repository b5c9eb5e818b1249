"""Which torch pip takes on which machine: what is left out, and why. `.ci/processors` runs what is taken."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

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
