"""YAML files with line numbers and without YAML 1.1's traps (the only file that knows `yaml`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from pathlib import Path


class Section(BaseModel):
    """A mapping in a YAML file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


M = TypeVar("M", bound=BaseModel)


def load(path: Path, model: type[M]) -> M:
    """Read a file and check it; ConfigError holds every problem as `file:line: key: what is wrong; what to do`."""
    return parse(path.read_text(encoding="utf-8"), str(path), model)


def parse(text: str, name: str, model: type[M]) -> M:
    """Check YAML text; `name` stands for the file in problems."""
    raise AssertionError(text + name + str(model))
