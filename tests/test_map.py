"""The docstring of the package is the map of the house: nothing is missing from it, and nothing on it is gone."""

from __future__ import annotations

import re
from pathlib import Path

import voiced


def test_the_map_shows_the_house() -> None:
    package = Path(voiced.__file__).parent
    house = {file.stem for file in package.glob("*.py")} - {"__init__", "__main__"}
    house |= {f"{folder.parent.name}/" for folder in package.glob("*/__init__.py")} | {"manual/"}
    assert voiced.__doc__
    rooms = re.findall(r"^    ([a-z_/, ]+?)(?:  |$)", voiced.__doc__, re.MULTILINE)
    assert {name for room in rooms for name in room.split(", ")} == house
