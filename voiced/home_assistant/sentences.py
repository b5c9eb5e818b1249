"""Home Assistant's own sentences as an intents file: with them nobody has to write any."""

from __future__ import annotations

from voiced.errors import ConfigError
from voiced.foundations.built_in_sentences import INSTALL, built_in_sentences, is_installed
from voiced.foundations.yaml_source import Document

SENTENCES = "home-assistant-intents"  # stands for the file in warnings
# What concerns answers is Home Assistant's affair.
_KEPT = ("language", "settings", "intents", "lists", "expansion_rules", "skip_words")


def own_sentences(language: str) -> Document:
    """Return all sentences of a language. ConfigError if there are none."""
    content = built_in_sentences(language)
    if not content:
        told = "the package home-assistant-intents is missing; install it" if not is_installed() else ""
        told = f"{told}: {INSTALL}" if told else f"Home Assistant has no sentences in its language, {language!r}"
        raise ConfigError([f"home_assistant.sentences: {told}"])
    kept = {key: content[key] for key in _KEPT if key in content}
    return Document(f"{SENTENCES} ({language})", kept, {}, ())


def own_intents(language: str) -> frozenset[str]:
    """Return the names of the intents that Home Assistant carries out."""
    return frozenset(built_in_sentences(language).get("intents", ()))
