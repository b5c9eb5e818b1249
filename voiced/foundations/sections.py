"""Turns a YAML file into a checked, frozen pydantic model, or into one report of everything that is wrong with it.

The models subclass `Section` and know what the keys mean; this file only words pydantic's errors.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from voiced.errors import ConfigError
from voiced.foundations import yaml_source
from voiced.foundations.yaml_problems import dotted, line_of, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic_core import ErrorDetails

    from voiced.foundations.yaml_source import Document

MOST_ERRORS = 200  # of pydantic's that are put into words: a search for what was meant is slow

M = TypeVar("M", bound=BaseModel)


class Section(BaseModel):
    """Base of the models: values are frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def load(path: Path, model: type[M]) -> M:
    """Read a YAML file as `model`; ConfigError with every problem in it."""
    return checked(yaml_source.read(path), model)


def parse(text: str, name: str, model: type[M]) -> M:
    """Read YAML text as `model`; `name` stands for the file in problems."""
    return checked(yaml_source.document(text, name), model)


def checked(document: Document, model: type[M]) -> M:
    """A document as `model`; ConfigError with every problem. Validators find the file's folder in their context."""
    problems = list(document.problems)
    try:
        found = model.model_validate(document.data, context={"folder": Path(document.name).parent})
    except ValidationError as error:
        problems += _explained(error.errors(), document, model)
    if problems:
        raise ConfigError(sorted(problems, key=line_of))
    return found


def _explained(errors: Iterable[ErrorDetails], document: Document, model: type[BaseModel]) -> Iterator[str]:
    told = set()
    for error in islice(errors, MOST_ERRORS):
        loc, kind = error["loc"], error["type"]
        known = document.known(loc)
        shown = (*known, loc[-1]) if kind == "missing" else known
        if shown not in told:  # a choice of types complains once for each
            told.add(shown)
            key = f"{dotted(shown)}: " if shown else ""
            yield f"{document.where(known)}: {key}{sentence(error, model)}"
