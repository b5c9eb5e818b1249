"""Home Assistant's files as it takes them: what it passes over is passed over, what it cannot use is left out.

Our own format is strict, for a mistake there is the author's. Home Assistant's files were written for a reader that
ignores keys which it does not know, takes a lone text for a list of one, and fails only where a sentence is used. So
they are mended before they are checked: what cannot mean anything is left out, with a warning; the rest is judged like
our own. Mending changes values, never their places: problems and warnings point at the lines of the file.

A file is Home Assistant's if it has keys that only its files have: `data` in an intent, `expansion_rules`, `responses`.
One without intents goes with the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from voiced.grammar import source

if TYPE_CHECKING:
    from voiced.foundations.yaml_problems import Key
    from voiced.foundations.yaml_source import Document

Mend: TypeAlias = Callable[[Any, "Key"], Any]  # a value and its place → the value to use, or None to leave it out

# What is not named here has no meaning in the format, whoever wrote it.
_OWN = ("expansion_rules", "responses")  # keys of a file that our own format does not need
_FILE_KEYS = {each.name for each in fields(source.IntentsFile)} | {"settings", "responses"}
_INTENT_KEYS = {each.name for each in fields(source.IntentSource)}
_NAMES = {"from", "to", "step", "type", "fractions", "multiplier", "digits", "words", "words_language"}  # of a range
_WHOLE = ("from", "to", "step")


def is_home_assistants(data: Any) -> bool:
    """Whether the content of a file is in Home Assistant's format."""
    if not isinstance(data, dict):
        return False
    intents = data.get("intents")
    # One intent with blocks is enough: our own may stand beside it.
    blocks = isinstance(intents, dict) and any(isinstance(each, dict) and "data" in each for each in intents.values())
    return blocks or any(key in data for key in _OWN)


def has_intents(data: Any) -> bool:
    """Whether a file says by its intents whose format it has."""
    return isinstance(data, dict) and bool(data.get("intents"))


def mended(document: Document) -> tuple[Document, list[str]]:
    """A document of Home Assistant's as the format wants it, and a warning for each thing that was left out."""
    if not isinstance(document.data, dict):
        return document, []
    # What the file says wins over its folder.
    mending = _Mending(document)
    data = {"language": _language_of_folder(document.name), **mending.file(document.data)}
    # A key that stands twice, and the like: Home Assistant takes the later one without a word.
    return replace(document, data=data, problems=()), [*document.problems, *mending.warnings]


def _language_of_folder(name: str) -> str:
    """The language that a file without one has: Home Assistant looks for it in `custom_sentences/de/…`."""
    *_, above, folder, _ = ["", "", *name.split("/")]
    return folder if above == "custom_sentences" else "en"


class _Mending:
    """Mends one document; `warnings` grow on the way."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.warnings: list[str] = []

    def _left_out(self, key: Key, why: str) -> None:
        self.warnings.append(f"{self._document.where(key)}: {why}")

    # Each method takes a value and its place; what it returns stands in for the value.
    # ---- the format, from the whole file to its smallest parts

    def file(self, data: dict[str, Any]) -> dict[str, Any]:
        for key in data.keys() - _FILE_KEYS:
            self._left_out((key,), f"the key '{key}' is unknown, and without effect; remove it, or mend its name")
        kept = {key: value for key, value in data.items() if key in _FILE_KEYS and value is not None}
        # Each part by its own mender; what has none, such as `settings`, stays as it is.
        parts: dict[str, Mend] = {
            "language": lambda language, _: str(language),
            "intents": lambda intents, at: self._each(intents, at, self._intent),
            "lists": lambda lists, at: self._each(lists, at, self._list),
            "expansion_rules": lambda rules, at: self._each(rules, at, self._rule),
            "skip_words": self._texts,
        }
        return self._parts(kept, (), parts)

    def _intent(self, intent: Any, at: Key) -> Any:
        if not isinstance(intent, dict):
            return self._nothing(at, "the intent has no 'data'")
        # Keys of ours may stand beside those of Home Assistant: an action, an example.
        kept = {key: value for key, value in intent.items() if key in _INTENT_KEYS and value is not None}
        blocks = kept.get("data")
        if isinstance(blocks, dict):  # one block, without the dash before it
            kept["data"] = blocks = [blocks]
        # A block that is of no use stays as an empty one, so that the others keep their numbers.
        if isinstance(blocks, list):
            kept["data"] = [self._block(block, (*at, "data", i)) for i, block in enumerate(blocks)]
        if not kept.get("data") and not kept.get("sentences"):
            return self._nothing(at, "the intent has no sentences")
        return kept

    def _block(self, block: Any, at: Key) -> dict[str, Any]:
        if not isinstance(block, dict) or not block.get("sentences"):
            self._left_out(at, "the block has no 'sentences', and is left out")
            return {"sentences": []}
        parts: dict[str, Mend] = {
            "sentences": self._texts,
            "slots": self._mapping,
            "requires_context": self._mapping,
            "excludes_context": self._mapping,
            "lists": lambda lists, at: self._each(lists, at, self._list),
            "expansion_rules": lambda rules, at: self._each(rules, at, self._rule),
        }
        # Everything else concerns answers, and Home Assistant's own indices.
        return self._parts({key: block[key] for key in parts if block.get(key) is not None}, at, parts)

    def _list(self, given: Any, at: Key) -> Any:
        if isinstance(given, list):
            given = {"values": given}
        if not isinstance(given, dict):
            return self._nothing(at, "the list has neither 'values', nor a 'range', nor 'wildcard: true'")
        # A list that is several things at once is the first of them,
        # as Home Assistant looks at them, one after the other.
        if isinstance(given.get("values"), list) and given["values"]:
            values = given["values"]
            return {"values": [self._value(value, (*at, "values", i)) for i, value in enumerate(values)]}
        if isinstance(given.get("range"), dict):
            return self._range(given["range"], (*at, "range"))
        if given.get("wildcard"):
            return {"wildcard": True}
        if isinstance(given.get("join"), list):
            return {"join": given["join"]}
        return self._nothing(at, "the list has no values")

    # A value that can never be said keeps its place in the list: the places of the others depend on it.
    def _value(self, value: Any, at: Key) -> Any:
        # YAML takes a few words for truth values, and people mean the words.
        if not isinstance(value, dict):
            return {"in": ""} if value is None else str(value).lower() if isinstance(value, bool) else value
        said = value.get("in")
        if not isinstance(said, (str, bool, int, float)):
            self._left_out(at, "the value does not say what is said; write it under 'in'")
            return {"in": ""}
        # The rest is for others: icons, descriptions, notes to oneself.
        kept = {key: value[key] for key in ("out", "metadata", "context") if value.get(key) is not None}
        if not isinstance(kept.get("context", {}), dict):
            del kept["context"]
        return {**kept, "in": said if isinstance(said, str) else str(said).lower()}

    def _range(self, numbers: dict[str, Any], at: Key) -> Any:
        kept = {key: value for key, value in numbers.items() if key in _NAMES and value is not None}
        try:
            # Home Assistant reads `from: "0"` and `to: 100.0` as whole numbers, too.
            kept |= {key: int(float(kept[key])) for key in _WHOLE if key in kept}
            kept |= {key: float(kept[key]) for key in ("multiplier",) if key in kept}
            kept |= {key: bool(kept[key]) for key in ("digits", "words") if key in kept}
            source.NumberRange(**{_FIELDS.get(key, key): value for key, value in kept.items() if key != "type"})
        except (KeyError, TypeError, ValueError) as error:
            why = str(error) if type(error) is ValueError else "a range needs 'from' and 'to', both of them numbers"
            return self._nothing(at, why)
        return {"range": kept}

    def _rule(self, rule: Any, at: Key) -> str | None:
        if not (text := self._text(rule)):
            self._nothing(at, "the rule is empty")
        return text or None

    def _texts(self, texts: Any, at: Key) -> list[str]:
        """A list of texts; what is none keeps its place, empty."""
        found = []
        # A lone text is a list of one.
        for i, text in enumerate(texts if isinstance(texts, list) else [texts]):
            found.append(self._text(text))
            if not found[-1]:
                self._left_out((*at, i), "this is no text, and is left out; put it in quotes if it is meant")
        return found

    def _mapping(self, mapping: Any, at: Key) -> Any:
        return mapping if isinstance(mapping, dict) else self._nothing(at, "this should be a mapping")

    # ---- tools

    @staticmethod
    def _text(text: Any) -> str:
        if isinstance(text, (bool, int, float)):  # a sentence may be "42"
            return str(text).lower()
        return text if isinstance(text, str) and text.strip() else ""

    def _nothing(self, at: Key, why: str) -> Any:
        """None, for what is left out."""
        self._left_out(at, f"{why}; it is left out")
        return None

    def _each(self, named: Any, at: Key, mend: Mend) -> Any:
        """Every value of a mapping, without those that are left out."""
        if not isinstance(named, dict):
            return named
        mended = {name: mend(value, (*at, name)) for name, value in named.items()}
        return {name: value for name, value in mended.items() if value is not None}

    @staticmethod
    def _parts(given: dict[str, Any], at: Key, parts: dict[str, Mend]) -> dict[str, Any]:
        """The values of a mapping, those mended that `parts` names."""
        found = {key: parts[key](value, (*at, key)) if key in parts else value for key, value in given.items()}
        return {key: value for key, value in found.items() if value is not None}


_FIELDS = {"from": "start", "to": "stop"}  # keys that have other names in Python
