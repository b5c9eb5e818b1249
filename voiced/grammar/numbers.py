"""Numbers in words, by the rules of the Unicode consortium (the only file that knows `unicode_rbnf`)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from voiced.foundations.submodules import submodules

if TYPE_CHECKING:
    from unicode_rbnf.engine import RbnfEngine, RbnfError
else:  # the package would look for its own version, which takes longer than all numbers of a household
    [_module] = submodules("unicode_rbnf", "engine")
    RbnfEngine, RbnfError = _module.RbnfEngine, _module.RbnfError

_SAME_RULES = {"nb": "no"}  # its own file is empty


@lru_cache(maxsize=64)
def _engine(language: str) -> RbnfEngine | None:
    """The engine of a language, or of its family (`de` for `de-AT`); None where numbers are written in digits only."""
    normal = language.replace("-", "_")
    for name in (normal, normal.split("_")[0]):
        try:
            return RbnfEngine.for_language(_SAME_RULES.get(name, name))
        except ValueError:
            continue
    return None


@lru_cache(maxsize=50_000)
def number_words(number: float, language: str) -> tuple[str, ...]:
    """The ways to say a number, the plainest first; empty if the language has no rules here."""
    engine = _engine(language)
    if engine is None:
        return ()
    try:
        result = engine.format_number(number)
    except (ValueError, RbnfError):  # a hole in a language's rules
        return ()
    plain = dict.fromkeys([result.text, *result.text_by_ruleset.values()])  # genders and cases are rulesets
    more = [variant for words in plain for variant in _variants(words, language)]
    return tuple(dict.fromkeys([*plain, *more]))


def _variants(words: str, language: str) -> tuple[str, ...]:
    """What people say besides: "one hundred and five", "hundertfünf"."""
    if language.startswith("en"):
        return (re.sub(r"(hundred|thousand) (?=[a-z-]+$)", r"\1 and ", words),)
    if language.startswith("de"):
        return (re.sub(r"^ein(hundert|tausend)", r"\1", words),)
    return ()
