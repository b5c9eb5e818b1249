"""JSON Schema of a YAML file's model, for editors: each key with the docstring below it as its description.

Docstrings are looked up in the source when a schema is wanted, and not by pydantic whenever a model is made: that is a
tenth of a second in every command. Does not know what the keys mean.
"""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel
    from pydantic_core.core_schema import ModelSchema


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """JSON Schema of the files that can be read as `model`."""
    return model.model_json_schema(schema_generator=_Described)


class _Described(GenerateJsonSchema):
    """A schema generator that adds the docstring below each field as its description."""

    def model_schema(self, schema: ModelSchema) -> dict[str, Any]:
        described = super().model_schema(schema)
        for name, text in _docstrings(schema["cls"]):
            described["properties"][name]["description"] = text
        return described


def _docstrings(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield each key that has a docstring below it, and its text."""
    [definition] = ast.parse(inspect.getsource(model)).body
    assert isinstance(definition, ast.ClassDef), "models stand at the top of their file"
    for field, below in pairwise(definition.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                yield model.model_fields[name].alias or name, inspect.cleandoc(text)
