"""Home Assistant's own sentences, as its package `home-assistant-intents` ships them: the only file that knows it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

INSTALL = "pip install 'voiced[home-assistant]'"


@lru_cache(maxsize=4)  # a quarter of a megabyte of JSON each
def built_in_sentences(language: str) -> dict[str, Any]:
    """Sentences, lists and rules of a language such as `de` or `pt-BR`; {} if it has none, or without the package."""
    try:
        from home_assistant_intents import get_intents, get_languages  # noqa: PLC0415 # an extra
    except ImportError:
        return {}
    # `de-AT` is `de` where there is nothing nearer; the package writes `zh-CN`, people also `zh_cn`.
    wanted = language.replace("_", "-").casefold()
    known = {each.casefold(): each for each in get_languages()}
    name = known.get(wanted) or known.get(wanted.partition("-")[0])
    return dict(get_intents(name) or {}) if name else {}


def is_installed() -> bool:
    """Whether the package is there."""
    return bool(built_in_sentences("en"))
