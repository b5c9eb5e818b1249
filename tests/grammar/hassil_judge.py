"""Home Assistant's own matcher as the judge of ours: the same files, the same texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hassil.intents import Intents
from hassil.recognize import recognize_all

from voiced.foundations.yaml_source import document

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

Reading = tuple[str, dict[str, Any]]  # intent, slots


def judge(texts: Iterable[str]) -> Intents:
    """Intents files (their YAML) as Home Assistant understands them; our short forms written out."""
    merged: dict[str, Any] = {"language": "en", "intents": {}, "lists": {}, "expansion_rules": {}, "skip_words": []}
    for text in texts:
        file = document(text, "intents.yaml").data
        merged["language"] = file.get("language", "en")
        for name, intent in file.get("intents", {}).items():
            blocks = [
                *intent.get("data", []),
                {"sentences": intent.get("sentences", []), "slots": intent.get("slots", {})},
            ]
            merged["intents"].setdefault(name, {"data": []})["data"] += blocks
        for name, values in file.get("lists", {}).items():
            merged["lists"][name] = {"values": values} if isinstance(values, list) else values
        merged["expansion_rules"] |= {**file.get("rules", {}), **file.get("expansion_rules", {})}
        merged["skip_words"] += file.get("skip_words", [])
    return Intents.from_dict(merged)


def readings(intents: Intents, text: str) -> list[Reading]:
    """Every reading of a text, as the judge has it; a slot that was said twice with all of its values."""
    found = []
    for result in recognize_all(text, intents):
        slots: dict[str, list[Any]] = {}
        for entity in result.entities_list:
            slots.setdefault(entity.name, []).append(_stripped(entity.value))
        each = {name: values[0] if len(values) == 1 else values for name, values in slots.items()}
        found.append((result.intent.name, each))
    return found


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def mutated(text: str, random: Random) -> str:
    """The text with a word dropped, doubled, swapped with another, or replaced."""
    words = text.split()
    at = random.randrange(len(words))
    match random.randrange(4):
        case 0:
            del words[at]
        case 1:
            words.insert(at, words[at])
        case 2:
            other = random.randrange(len(words))
            words[at], words[other] = words[other], words[at]
        case _:
            words[at] = random.choice(["the", "on", "five", "lights", "in"])
    return " ".join(words)
