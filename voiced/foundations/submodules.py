"""Modules of a package without the package: for those whose `__init__` imports much more than is wanted of them.

Knows no package. Nobody else sees what is imported like this: who imports the package itself gets it whole.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def submodules(package: str, *names: str) -> list[ModuleType]:
    """Import these, and what they import of the package; ImportError as usual."""
    spec = find_spec(package)
    if package in sys.modules or spec is None:
        return [import_module(f"{package}.{name}") for name in names]
    sys.modules[package] = module_from_spec(spec)  # made, but not run
    try:
        return [import_module(f"{package}.{name}") for name in names]
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]
