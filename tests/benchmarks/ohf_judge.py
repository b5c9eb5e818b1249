"""Home Assistant's own tests: how many hassil, its matcher, understands as meant, and how many our grammar.

    python -m tests.benchmarks.ohf_judge --intents FOLDER en de fr [--most 1000] [--differences 20]

FOLDER is a copy of the repository OHF-Voice/intents, which holds the tests; the sentences are those of the package
`home-assistant-intents`. Both judges see the same sentences and the same names: those of all tests of a language. The
device that listens stands in one room, which the tests call the context area. Right is a text if intent and slots are
those of the test.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import home_assistant_intents
import yaml
from hassil.intents import Intents, TextSlotList
from hassil.recognize import recognize_best

from tests.benchmarks.ohf_sentences import sentences_of
from voiced import grammar
from voiced.grammar.house import Entity, House, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(home_assistant_intents.__file__).parent.parent
ROOM = "the room of the microphone"
Meaning = tuple[str, dict[str, Any]]  # intent and slots


@dataclass(frozen=True)
class Case:
    """A text of the tests, and what it means."""

    text: str
    intent: str
    slots: dict[str, Any]  # a list holds values of which any will do
    context: dict[str, Any]

    def is_met_by(self, meaning: Meaning | None) -> bool:
        """Whether a text was understood as the test wants it."""
        if meaning is None or meaning[0] != self.intent:
            return False
        # Tests name the room only if it is a slot that they ask for.
        slots = {slot: value for slot, value in meaning[1].items() if value != ROOM}
        slots |= {slot: self.slots[slot] for slot, value in meaning[1].items() if value == ROOM and slot in self.slots}
        # Which domain is meant follows from the sentence; not every test repeats it.
        wanted = dict(self.slots)
        if "domain" not in wanted:
            slots.pop("domain", None)
        return slots.keys() == wanted.keys() and all(_fits(slots[slot], wanted[slot]) for slot in wanted)


def _fits(given: Any, wanted: Any) -> bool:
    """Whether a value is one of those that are wanted; 5 and 5.0 are one."""
    given, wanted = (
        {*map(_plain, each)} if isinstance(each, (list, tuple)) else {_plain(each)} for each in (given, wanted)
    )
    return not given.isdisjoint(wanted)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, (int, float)) else str(value)


def cases_of(folder: Path, language: str) -> Iterator[Case]:
    """Yield every text of a language's tests, each once."""
    seen = set()
    for file in sorted((folder / "tests" / language).rglob("*.yaml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        for test in content.get("tests", ()) if not file.name.startswith("_") else ():
            intent = test.get("intent") or {"name": file.parent.name, "slots": test.get("slots", {})}
            for text in test["sentences"]:
                if text not in seen:
                    seen.add(text)
                    slots = {slot: value for slot, value in (intent.get("slots") or {}).items() if value is not None}
                    yield Case(text, intent["name"], slots, intent.get("context", {}))


def names_of(folder: Path, language: str) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """The lists `name`, `area` and `floor` of a language's tests: names, each with its context."""
    found: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {"name": {}, "area": {}, "floor": {}}
    for file in sorted((folder / "tests" / language).rglob("*.yaml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        for kind in ("area", "floor"):
            for each in content.get(f"{kind}s") or ():
                found[kind].setdefault(each["name"].strip(), (each["name"].strip(), {}))
        for each in content.get("entities") or ():
            domain = each.get("domain") or each["id"].split(".")[0]
            context = {"domain": domain, **{key: str(value) for key, value in (each.get("attributes") or {}).items()}}
            found["name"].setdefault(f"{each['name'].strip()} {context}", (each["name"].strip(), context))
    return {kind: list(each.values()) for kind, each in found.items()}


class Hassil:
    """Home Assistant's matcher."""

    def __init__(self, content: dict[str, Any], names: dict[str, list[tuple[str, dict[str, Any]]]]) -> None:
        self._intents = Intents.from_dict(content)
        self._lists = {
            kind: TextSlotList.from_tuples([(said, said, context) for said, context in each], name=kind)
            for kind, each in names.items()
        }

    def meaning(self, text: str) -> Meaning | None:
        result = recognize_best(
            text, self._intents, slot_lists=dict(self._lists), intent_context={"area": ROOM}, best_slot_name="name"
        )
        if result is None:
            return None
        return result.intent.name, {name: _stripped(entity.value) for name, entity in result.entities.items()}


class Ours:
    """Our grammar."""

    def __init__(self, content: dict[str, Any], names: dict[str, list[tuple[str, dict[str, Any]]]]) -> None:
        entities = tuple(
            Entity(name, context["domain"], device_class=context.get("device_class")) for name, context in names["name"]
        )
        areas, floors = (tuple(Place(name) for name, _ in names[kind]) for kind in ("area", "floor"))
        text = json.dumps(content, ensure_ascii=False)
        self._grammar = grammar.parse(text, room=ROOM, house=House(entities, areas, floors))
        for warning in self._grammar.warnings:
            print(f"  warning: {warning.partition(chr(10))[0]}")

    def meaning(self, text: str) -> Meaning | None:
        match = self._grammar.match(text)
        return (match.intent, dict(match.slots)) if match else None


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("languages", nargs="+")
    parser.add_argument("--intents", type=Path, required=True, metavar="FOLDER", help="OHF-Voice/intents")
    parser.add_argument("--most", type=int, default=10_000, help="texts of a language, evenly drawn")
    parser.add_argument("--differences", type=int, default=0, help="texts listed that only one of both has right")
    asked = parser.parse_args()
    for language in asked.languages:
        judge(asked.intents, language, asked.most, asked.differences)


def judge(folder: Path, language: str, most: int, differences: int) -> None:
    """Print how many texts of a language both judges have right, and where they differ."""
    content = sentences_of(PACKAGE, language)
    names = names_of(folder, language)
    for kind in names:
        content.get("lists", {}).pop(kind, None)
    judges: dict[str, Hassil | Ours] = {"hassil": Hassil(content, names), "ours": Ours(content, names)}
    cases = list(cases_of(folder, language))
    cases = cases[:: max(1, -(-len(cases) // most))]
    right = dict.fromkeys(judges, 0)
    listed = 0
    for case in cases:
        meanings = {name: judge.meaning(case.text) for name, judge in judges.items()}
        is_right = {name: case.is_met_by(meaning) for name, meaning in meanings.items()}
        for name in judges:
            right[name] += is_right[name]
        if is_right["hassil"] != is_right["ours"] and listed < differences:
            listed += 1
            print(f"  {'ours' if is_right['ours'] else 'hassil'} is right:", end=" ")
            print(f"  {case.text!r} is {case.intent} {case.slots}")
            print("\n".join(f"    {name}: {meaning}" for name, meaning in meanings.items()))
    share = {name: f"{100 * n / max(1, len(cases)):.1f} %" for name, n in right.items()}
    print(f"{language}: {len(cases)} texts; right: {', '.join(f'{name} {share[name]}' for name in judges)}", flush=True)


if __name__ == "__main__":
    main()
