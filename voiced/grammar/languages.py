"""Several languages under one roof: the files of each language make a grammar, and intents of one name are one intent.

An intent that acts in one language and has no action in another acts as in the first: whoever writes the same intents
twice need not write their actions twice. Lists, rules and slots are each language's own. Knows no sentences: how files
become a grammar is `loading`'s affair.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from voiced.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from voiced.grammar.action_template import ActionTemplate
    from voiced.grammar.grammar import Grammar
    from voiced.grammar.reading import File
    from voiced.grammar.sample import Sample

_COMPARED = 300  # sentences of each language that are tried in the others; each takes less than a millisecond
_MOST_TOLD = 5  # sentences that mean two things
Actions = dict[str, tuple["ActionTemplate", ...]]  # intent → what it does


def in_every_language(
    files: Sequence[File],
    languages: Sequence[str],
    problems: Sequence[str],
    build: Callable[[Sequence[File], list[str]], Grammar],
    *,
    partly: bool,
) -> Grammar:
    """Build a grammar of the files of each language; return the first one with the others.

    `problems` are those of reading the files; `partly`: not every language must have a file. Raises ConfigError with
    everything that is wrong in any language.
    """
    # Problems of all languages are collected before any of them ends the loading.
    found: list[Grammar] = []
    told = [*problems, *_strangers(files, languages)]
    by_language = {code: [file for file in files if file.content.language == code] for code in languages}
    # What an intent does is known from the first language that says so; the others may keep silent.
    known: Actions = {}
    for mine in by_language.values():
        known = _actions(mine) | known
    # Build language by language, in the order of the config; one that has problems does not keep the others from it.
    for code, mine in by_language.items():
        if not (mine or problems or partly):
            told.append(f"languages: there is no intents file in '{code}'; write one that says 'language: {code}'")
        elif mine:
            # Reading problems are handed on, so that names are not missed that an unread file may define.
            try:
                found.append(build(_with_actions(mine, known), list(problems)))
            except ConfigError as error:
                told += error.problems
    if told:
        raise ConfigError(list(dict.fromkeys(told)), "languages")
    # The first grammar stands for the house, and speaks for all of them.
    warnings = dict.fromkeys(warning for each in found for warning in each.warnings)
    return replace(found[0], warnings=tuple(warnings), others=tuple(found[1:]))


def _strangers(files: Sequence[File], languages: Sequence[str]) -> Iterator[str]:
    """Yield a problem for each file in a language that nobody speaks here."""
    # A file that nobody hears would be missed by whoever wrote it.
    for file in files:
        if file.content.language not in languages:
            place, code = file.source.where(("language",)), file.content.language
            yield f"{place}: '{code}' is not among the languages of the config; add it there, or take the file away"


def _actions(files: Sequence[File]) -> Actions:
    """What each intent does, as far as these files say so."""
    # Home Assistant's intents are spread over files: their actions add up.
    found: Actions = {}
    for file in files:
        for name, intent in file.content.intents.items():
            if intent.action:
                found[name] = found.get(name, ()) + intent.action
    return found


def _with_actions(files: Sequence[File], known: Actions) -> list[File]:
    """The files, with the actions of another language where their own one has none for an intent."""
    # What the language says itself counts; only where it is silent, another one speaks for it.
    own = _actions(files)
    lent = {name: action for name, action in known.items() if name not in own}
    # Files are frozen values: those that borrow are replaced.
    completed = []
    for file in files:
        intents = dict(file.content.intents)
        # An intent may be spread over files: its actions belong to it once.
        for name in intents.keys() & lent.keys():
            intents[name] = replace(intents[name], action=lent.pop(name))
        completed.append(replace(file, content=replace(file.content, intents=intents)))
    return completed


def sampled(grammar: Grammar, random: Random, n: int) -> Iterator[tuple[str, Sample]]:
    """Yield `n` random sentences, each with its language: of every language in turn."""
    # In turn, so that a language with few sentences is seen as often as one with many.
    every = grammar.every
    for number in range(n):
        one = every[number % len(every)]
        yield from ((one.language, sample) for sample in one.sample(random, 1))


def two_meanings(grammar: Grammar) -> list[str]:
    """Warnings, `file:line: …`, of texts that mean one thing in one language and another in the next.

    Found by trying random sentences of each language in the others, so that a seldom one may be missed.
    """
    # Two automata could be intersected, but numbers and wildcards make that endless; people meet what is often drawn.
    meanings: dict[str, str] = {}
    for one in grammar.every:
        for sample in one.sample(Random(0), _COMPARED if grammar.others else 0):  # noqa: S311 # nothing secret
            # What does each language make of the sentence? Where only one knows it, or all agree, nothing is told.
            told = [(each.language, each.match(sample.text)) for each in grammar.every]
            said = [(code, match) for code, match in told if match]
            if len({_meaning(match.intent, match.slots) for _, match in said}) > 1:
                meant = " and ".join(f"{match.intent} in {code}" for code, match in said)
                remedy = "in writing the first counts; word one of them otherwise"
                where = one.intents[sample.intent].where
                meanings.setdefault(sample.text, f"{where}: '{sample.text}' means {meant}: {remedy}")
    return list(meanings.values())[:_MOST_TOLD]


def _meaning(intent: str, slots: Mapping[str, object]) -> str:
    # Slots in any order; values may be lists and mappings, which only their text compares.
    return f"{intent} {sorted(slots.items(), key=repr)!r}"
