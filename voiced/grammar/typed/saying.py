"""Builds what is said of a typed list: a template with a scope of its own, and the function that computes the value."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from voiced.grammar.definitions import NumberRange, Scope, Template, TextList, TextValue, TypedList, Wildcard
from voiced.grammar.expression import Text, is_template, parse_template
from voiced.grammar.typed import numbers, spelling
from voiced.grammar.typed.color import LANGUAGES as COLOR_LANGUAGES
from voiced.grammar.typed.color import colors
from voiced.grammar.typed.date import spoken_date
from voiced.grammar.typed.date_words import DATE
from voiced.grammar.typed.duration import seconds
from voiced.grammar.typed.duration_words import DURATION
from voiced.grammar.typed.time import clock_time
from voiced.grammar.typed.time_words import TIME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from voiced.flow import SlotValue
    from voiced.grammar.automaton import Parts
    from voiced.grammar.definitions import ListDefinition
    from voiced.grammar.source import ListSource
    from voiced.grammar.typed.words import Values, Words

# Unless the list says otherwise: numbers and percents, and how many letters a spelling has.
_BOUNDS = {"number": (0, 100), "percent": (0, 100), "spelling": (1, 12)}
_FRACTIONS: dict[str | None, tuple[float, ...]] = {
    None: (0.5,),
    "none": (),
    "halves": (0.5,),
    "tenths": tuple(tenth / 10 for tenth in range(1, 10)),
}


class Kind(NamedTuple):
    """A type: what is said of it, and what its parts come to."""

    words: Callable[[TypedList], Words]
    value: Callable[[Parts], SlotValue]
    languages: frozenset[str] | None = None  # None: any


def _of(tables: Mapping[str, Words], value: Callable[[Parts], SlotValue]) -> Kind:
    """A type with a table for each language."""
    return Kind(lambda typed: tables[_family(typed.language)], value, frozenset(tables))


_KINDS = {
    "date": _of(DATE, spoken_date),
    "duration": _of(DURATION, seconds),
    "time": _of(TIME, clock_time),
    "number": Kind(numbers.number_words, numbers.total),
    "percent": Kind(numbers.percent_words, numbers.total),
    "spelling": Kind(spelling.words, spelling.letters),
}


@dataclass(frozen=True, eq=False, slots=True)
class Saying:
    """How a typed list is said, and what it means."""

    template: Template
    scope: Scope  # its lists gather parts
    value: Callable[[Parts], SlotValue]


def definition(source: ListSource, language: str, where: str, problems: list[str]) -> ListDefinition:
    """The list that a file defines by its type; `problems` grow if the language does not have the type."""
    # A list that means nothing counts as any words, so that the rest of the file is checked, too.
    if complaint := _complaint(source.type or "", language):
        problems.append(f"{where}: {complaint}")
        return Wildcard()
    # Colours are a list like any other; it need only not be written.
    if source.type == "color":
        form = source.form or "hex"
        named = colors(_family(language)).items()
        return TextList(tuple(_color(text, forms, form, language) for text, forms in named))
    # What the list leaves open has a value for its type; a lower bound that is higher than that is the only value.
    start, stop = _BOUNDS.get(source.type or "", (0, 0))
    return TypedList(
        str(source.type),
        language,
        start if source.start is None else source.start,
        max(stop, source.start or 0) if source.stop is None else source.stop,
        source.step or 1,
        _FRACTIONS[source.fractions] if source.type == "number" and source.step in (None, 1) else (),
    )


def _complaint(kind: str, language: str) -> str | None:
    # A region says it as its language does: "de-AT" as "de".
    known = COLOR_LANGUAGES if kind == "color" else _KINDS[kind].languages
    if known is None or _family(language) in known:
        return None
    return f"the type '{kind}' is known in {', '.join(sorted(known))}, and not in '{language}'; list the values instead"


@lru_cache(maxsize=64)
def saying(typed: TypedList) -> Saying:
    """What is said of a typed list, whose language must have its type."""
    kind, language = _KINDS[typed.kind], typed.language
    words = kind.words(typed)
    # The same steps as for a file of intents: lists, rules, and the template that refers to them.
    lists = {name: _list(values, language) for name, values in words.lists.items()}
    rules = {name: _template(text, language) for name, text in words.rules.items()}
    scope = Scope(lists, rules, language, gathers=True)
    return Saying(_template(words.template, language), scope, kind.value)


def _list(values: Values, language: str) -> ListDefinition:
    # Numbers are said in the file's own language: "septante" in "fr-BE" comes from the rules of that region.
    if isinstance(values, NumberRange):
        return replace(values, language=language)
    return TextList(tuple(_value(text, part, language) for text, part in values.items()))


def _value(text: str, part: SlotValue, language: str) -> TextValue:
    # Plain words need no parser, as in files of intents.
    plain = not is_template(text)
    said = Template(text, Text(text), language, "", None) if plain else _template(text, language)
    return TextValue(said, plain, part)


def _color(text: str, forms: Mapping[str, SlotValue], form: str, language: str) -> TextValue:
    # Its other forms are attributes: actions may have "{color.rgb}".
    return replace(_value(text, forms[form], language), attributes=forms)


def _template(text: str, language: str) -> Template:
    return Template(text, parse_template(text), language, "", None)


def _family(language: str) -> str:
    return re.split("[-_]", language)[0]
