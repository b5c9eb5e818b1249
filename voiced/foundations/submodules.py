"""Imports single modules of a package without running its `__init__`, where that imports much more than is needed.

Knows no package. The modules stay out of `sys.modules`: a later import of the package itself gets all of it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def submodules(package: str, *names: str) -> list[ModuleType]:
    """The modules `names` of `package`, and nothing else of it but what they import; ImportError if one is missing."""
    spec = find_spec(package)
    if package in sys.modules or spec is None:
        return [import_module(f"{package}.{name}") for name in names]
    sys.modules[package] = module_from_spec(spec)  # made, but not run
    try:
        return [import_module(f"{package}.{name}") for name in names]
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]
