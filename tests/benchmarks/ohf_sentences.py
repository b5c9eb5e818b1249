"""Home Assistant's own sentences as one intents file: of the package `home-assistant-intents`, or of its repository.

The package holds a JSON file for each language; the repository (OHF-Voice/intents) folders of YAML, and names and areas
for its tests in English. Neither says what a house's things are called in other languages: `ohf_names.yaml` does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

PACKAGE = "home_assistant_intents"
NAMES = Path(__file__).with_name("ohf_names.yaml")

KEPT = ("sentences", "slots", "lists", "expansion_rules", "requires_context", "excludes_context")  # keys of a block


def intents_of(source: Path, language: str) -> dict[str, Any]:
    """The sentences of a language, its lists and rules, and names to say: the content of one intents file."""
    found = sentences_of(source, language)
    return {**found, "lists": {**_names(source, language), **found.get("lists", {})}}


def sentences_of(source: Path, language: str) -> dict[str, Any]:
    """The sentences of a language, its lists and rules, without names."""
    found = _of_package(source, language) or _of_repository(source, language)
    # What concerns answers is not ours.
    blocks = {name: intent["data"] for name, intent in found["intents"].items()}
    found["intents"] = {
        name: {"data": [{key: block[key] for key in KEPT if key in block} for block in data]}
        for name, data in blocks.items()
    }
    keys = ("language", "settings", "intents", "lists", "expansion_rules", "skip_words")
    return {key: found[key] for key in keys if key in found}


def _of_package(source: Path, language: str) -> dict[str, Any] | None:
    """The JSON of the package, which lies in `source` or is `source`."""
    for folder in (source, source / PACKAGE):
        file = folder / "data" / f"{language}.json"
        if file.exists():
            found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return found
    return None


def _of_repository(source: Path, language: str) -> dict[str, Any]:
    """All YAML files of the repository that speak of a language, put together."""
    merged: dict[str, Any] = {"language": language, "intents": {}, "lists": {}, "expansion_rules": {}, "skip_words": []}
    kinds = [source / kind for kind in ("sentences", "lists", "rules")]
    # Beside the folders of languages lie files of lists that all languages share: ranges and wildcards.
    for file in sorted(file for kind in kinds for file in [*kind.glob("*.yaml"), *(kind / language).rglob("*.yaml")]):
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        # A file of one intent may hold its blocks without saying its name again: the folder is called like it.
        intents = content.get("intents") or ({file.parent.name: {"data": content["data"]}} if "data" in content else {})
        for name, intent in intents.items():
            merged["intents"].setdefault(name, {"data": []})["data"] += intent["data"]
        merged["lists"] |= content.get("lists", {})
        merged["expansion_rules"] |= content.get("expansion_rules", {})
        merged["skip_words"] += content.get("skip_words", [])
        merged |= {key: content[key] for key in ("settings",) if key in content}
    return merged


def _names(source: Path, language: str) -> dict[str, Any]:
    """The lists `name`, `area` and `floor`: of the repository's tests if they have them, else of our own."""
    fixtures = source / "tests" / language / "_fixtures.yaml"
    if fixtures.exists():
        given = yaml.safe_load(fixtures.read_text(encoding="utf-8"))
        names = [
            _name(each["name"].strip(), each["id"].split(".")[0], each.get("attributes", {}))
            for each in given["entities"]
        ]
        rooms = {kind: [each["name"].strip() for each in given[f"{kind}s"]] for kind in ("area", "floor")}
    else:
        known: dict[str, list[str]] = yaml.safe_load(NAMES.read_text(encoding="utf-8"))[language]
        rooms = {kind: known.pop(kind) for kind in ("area", "floor")}
        names = [_name(name, domain, {}) for domain, several in known.items() for name in several]
    return {"name": {"values": names}, **{kind: {"values": values} for kind, values in rooms.items()}}


def _name(name: str, domain: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"in": name, "out": name, "context": {"domain": domain, **attributes}}
