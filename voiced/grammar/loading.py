"""Loads intents files: the result is a grammar, or one `ConfigError` with everything that is wrong.

Files of one language see each other's lists and rules. Reading has three passes: definitions (lists and rules), then
sentences, then checks of all of them together. Sentences are compiled only if nothing is wrong: no half-valid grammar
gets out. Files are read by `foundations.yaml_source`; this file knows which file and line each value came from.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING

from voiced.errors import ConfigError
from voiced.foundations import yaml_source
from voiced.foundations.frozen_json import frozen
from voiced.foundations.topic_names import why_no_level
from voiced.grammar import built_in, checks, definitions, derived
from voiced.grammar.compile import compile_sentences
from voiced.grammar.contexts import Contexts
from voiced.grammar.definitions import Scope, SentenceTemplate, Template, TextList, TextValue, Wildcard
from voiced.grammar.expression import NEVER, NOTHING, TemplateError, Text, is_template, parse_template
from voiced.grammar.folder import files_of_all
from voiced.grammar.grammar import Example, Grammar, Intent
from voiced.grammar.hand_written import nearly_json
from voiced.grammar.here import said_in
from voiced.grammar.house import House
from voiced.grammar.joining import Joining, agreed_folding, both
from voiced.grammar.languages import in_every_language
from voiced.grammar.leaving_out import usable
from voiced.grammar.reading import File, read, read_files
from voiced.grammar.same_spelling import same_spellings
from voiced.grammar.several_values import slots_with_several
from voiced.grammar.silence import with_spoken_values
from voiced.grammar.states import TooLargeError
from voiced.grammar.twins import said_alike

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from voiced.foundations.yaml_problems import Key
    from voiced.foundations.yaml_source import Document
    from voiced.grammar.action_template import ActionTemplate
    from voiced.grammar.definitions import ListDefinition
    from voiced.grammar.folding import Folding
    from voiced.grammar.source import DataBlock, IntentSource, ListSource, ListValue

NOTHING_KNOWN = House()
_MOST_TOLD = 200  # problems of each check: what was probably meant is searched for each
PAGE = "intents"  # of the manual: errors name it


def load(
    paths: Sequence[Path],
    room: str | None = None,
    house: House = NOTHING_KNOWN,
    *,
    more: Sequence[Document] = (),
    languages: Sequence[str] = (),
    partly: bool = False,
) -> Grammar:
    """The grammar of files, and of folders of `*.yaml`; raises ConfigError with every problem of every file.

    `room`: of the microphone, for sentences that mean it; `house`: names for Home Assistant's sentences; `languages`: a
    grammar for each, the first one with the others, instead of one of all files (`partly`: some may have no file);
    `more`: documents that count as further files.
    """
    problems, warnings = list[str](), list[str]()
    found = files_of_all(paths, problems)
    files = read_files([*(partial(yaml_source.read, file) for file in found), *more], problems, warnings)
    if languages:
        build = partial(_build, warnings=warnings, room=room, house=house)
        return in_every_language(files, languages, problems, build, partly=partly)
    return _build(files, problems, warnings, room, house)


def parse(text: str, name: str = "intents.yaml", room: str | None = None, house: House = NOTHING_KNOWN) -> Grammar:
    """The grammar of YAML text; `name` stands for the file in problems. Raises ConfigError."""
    problems, warnings = list[str](), list[str]()
    files = read_files([partial(yaml_source.document, text, name)], problems, warnings)
    return _build(files, problems, warnings, room, house)


def _build(files: Sequence[File], problems: list[str], warnings: list[str], room: str | None, house: House) -> Grammar:
    """The grammar of files that could be read; raises ConfigError if there are problems, those given included."""
    misshapen = bool(problems)
    collector = _Collector(problems, warnings)
    said = [(each.content.language, each.content.folding, each.source.where(("folding",))) for each in files]
    folding = agreed_folding(said, problems)
    # First pass: what sentences may refer to. A sentence may come before the list that it uses, even in another file.
    scopes = collector.scopes(files, folding)
    # Second pass: the intents, each template parsed.
    for file in files:
        for name, intent in file.content.intents.items():
            collector.intent(file, name, intent, scopes[file.content.language])
    collector.sentences, known = derived.filtered(collector.sentences, scopes, collector.filters)
    # Third pass: names, unless a file could not be read, which may define the names that others use.
    if not misshapen:
        n_warnings = len(warnings)
        if any(file.tolerant for file in files):
            collector.complete(house)
            collector.sentences = list(said_in(collector.sentences, room))
        # Home Assistant's blocks of sentences may have scopes of their own.
        every = {id(scope): scope for scope in [*known.values(), *(each.scope for each in collector.sentences)]}
        in_rules = (problem for scope in every.values() for problem in checks.check_rules(scope))
        problems += [*islice(in_rules, _MOST_TOLD), *islice(checks.check_names(collector.sentences), _MOST_TOLD)]
        # What is missing may be what was left out: the reason is told first.
        problems[:0] = warnings[n_warnings:][:_MOST_TOLD] if problems else ()
    if not collector.sentences and not problems:
        told = f"{files[0].source.name}: there are no intents; write some under 'intents'"
        (warnings if any(file.tolerant for file in files) else problems).append(told)
    # These checks follow references, so they need names that exist and rules that end, within bounds.
    if not problems:
        collector.sentences = with_spoken_values(collector.sentences, warnings)
        problems += islice(checks.check_sizes(collector.sentences), _MOST_TOLD)
        problems += checks.check_numbers(collector.sentences)
    if not problems:
        problems += islice(checks.check_silence(collector.sentences), _MOST_TOLD)
        problems += islice(checks.check_seams(collector.sentences), _MOST_TOLD)
        problems += islice(checks.check_actions_of_all(collector.action_places, collector.sentences), _MOST_TOLD)
    # Problems that several sentences share are told once.
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)), PAGE)
    warnings += islice(same_spellings(scopes.values()), _MOST_TOLD)
    warnings += islice(said_alike(scopes.values()), _MOST_TOLD)
    warnings += islice(nearly_json(collector.action_places, collector.sentences), _MOST_TOLD)
    return _compiled(files[0].content.language, collector, folding)


def _compiled(language: str, collector: _Collector, folding: Folding) -> Grammar:
    """The grammar of what was collected, when nothing is wrong with it."""
    contexts = Contexts()
    # The order of sentences is that of the files, and decides between parses that are equally good.
    sentences = contexts.narrowed(collector.sentences)
    intents, warnings = MappingProxyType(collector.intents), [*collector.warnings, *contexts.warnings]
    try:
        automaton = compile_sentences(sentences, folding)
        return Grammar(language, intents, sentences, automaton, tuple(dict.fromkeys(warnings)))
    except TooLargeError as error:
        raise ConfigError([str(error)], PAGE) from error


@dataclass(slots=True)
class _Collector:
    """Collects what the files define, and the problems on the way."""

    problems: list[str]
    warnings: list[str]  # about what loads all the same
    intents: dict[str, Intent] = field(default_factory=dict)
    sentences: list[SentenceTemplate] = field(default_factory=list)
    filters: set[str] = field(default_factory=set)  # names of lists such as `light[room=kitchen]`
    action_places: list[tuple[str, str, ActionTemplate]] = field(default_factory=list)  # intent, file:line, action

    # ---- lists, rules, templates

    def scopes(self, files: Sequence[File], folding: Folding) -> dict[str, Scope]:
        """Language → the lists, rules and skip words of all its files."""
        scopes: dict[str, Scope] = {}
        joining = Joining(self.problems, self.warnings)
        for file in files:
            content, language = file.content, file.content.language
            # Each file adds to what its language knows so far.
            known = scopes.get(language, Scope({}, {}, language, folding=folding))
            lists = self._lists(file, ("lists",), content.lists)
            # `rules` and `expansion_rules` share one space of names; in one file either name works.
            kinds = (("rules", content.rules), ("expansion_rules", content.expansion_rules))
            rules = [each for kind, texts in kinds for each in self._rules(file, (kind,), texts).items()]
            for name, found in lists.items():
                lists[name] = joining.list(
                    language, name, file.source.where(("lists", name)), found, tolerant=file.tolerant
                )
            scopes[language] = Scope(
                {**known.lists, **lists},
                {**known.rules, **{name: joining.rule(language, name, rule) for name, rule in rules}},
                language,
                known.skip_words + content.skip_words,
                known.loose_spaces or content.loose_spaces,
                folding,
                both(known.joining_words, content.joining_words),
            )
        return {language: derived.joined(scope, self.problems) for language, scope in scopes.items()}

    def _lists(self, file: File, key: Key, lists: Mapping[str, ListSource]) -> dict[str, ListDefinition]:
        return {name: self._list(file, (*key, name), source) for name, source in lists.items()}

    def _list(self, file: File, key: Key, source: ListSource) -> ListDefinition:
        # `source` has seen to it that a list is exactly one of five kinds.
        if source.range is not None:
            return definitions.number_range(source.range, file.content.language)
        if source.type is not None:
            from voiced.grammar import typed  # noqa: PLC0415 # most grammars have none

            return typed.definition(source, file.content.language, file.source.where(key), self.problems)
        if source.join is not None:
            return TextList((), {name: file.source.where((*key, "join", i)) for i, name in enumerate(source.join)})
        if source.values is None:
            return Wildcard()
        # `room: [hall]` and `room: {values: [hall]}` mean one list, but their items stand in different places.
        at = (*key, "values") if file.source.has((*key, "values")) else key
        return TextList(tuple(self._value(file, (*at, i), value) for i, value in enumerate(source.values)))

    def _value(self, file: File, key: Key, value: ListValue) -> TextValue:
        # Problems point at the template itself: at `in:` where there is one.
        place = (*key, "in") if file.source.has((*key, "in")) else key
        # Plain words need no parser: ten thousand names load faster.
        if plain := not is_template(value.said):
            said = Template(value.said, Text(value.said), file.content.language, file.source.where(place), None)
        else:
            said = self._template(file, place, value.said)
        return TextValue(said, plain, frozen(value.out), value.context, frozen(value.attributes))

    def _rules(self, file: File, key: Key, rules: Mapping[str, str]) -> dict[str, Template]:
        return {name: self._template(file, (*key, name), text) for name, text in rules.items()}

    def _template(self, file: File, key: Key, text: str) -> Template:
        where, column = file.source.where(key), file.source.column(key)
        try:
            expression = parse_template(text)
        except TemplateError as error:
            told = checks.point_at(where, column, text, error.at, str(error) + "; it is left out" * file.tolerant)
            (self.warnings if file.tolerant else self.problems).append(told)
            expression = NEVER if file.tolerant else NOTHING
        self.filters |= derived.filters_in(text, expression)
        return Template(text, expression, file.content.language, where, column, file.tolerant)

    # ---- Home Assistant's own

    def complete(self, house: House) -> None:
        """Add what Home Assistant's files refer to and only it defines; leave out what cannot be used all the same."""
        # Its own definitions lie under those of the files; what is missing then is missing for good.
        told: set[str] = set()
        for language, names in built_in.missing(self.sentences).items():
            document = built_in.definitions(language, names, self.warnings, told)
            file = read(document, self.warnings, tolerant=True)
            # Names of the house fill lists that nobody wrote out; without any they are empty.
            lists = self._lists(file, ("lists",), {**house.lists(), **file.content.lists})
            lists = {**built_in.no_names(names), **lists}
            rules = self._rules(file, ("expansion_rules",), file.content.expansion_rules)
            self.sentences = built_in.under(self.sentences, language, lists, rules)
        self.sentences = built_in.sayable_without(usable(self.sentences, self.warnings, told), self.warnings)

    # ---- intents

    def intent(self, file: File, name: str, source: IntentSource, scope: Scope) -> None:
        """Add an intent; one of Home Assistant's may be spread over several files."""
        where = file.source.where(key := ("intents", name))
        known = self.intents.get(name)
        # Our own format defines an intent once; Home Assistant's blocks add to it from file to file.
        if known is not None and (source.sentences or not source.data):
            self.problems.append(
                f"{where}: the intent '{name}' is already defined in {known.where}; rename one of them"
            )
        # The name becomes a level of a topic; Home Assistant's may be any.
        if wrong := why_no_level(name):
            told = f"{where}: the intent's name {wrong}; rename it"
            if file.tolerant:
                self.warnings.append(f"{told}; it is left out")
                return
            self.problems.append(told)
        places = tuple(file.source.where((*key, "action", i)) for i in range(len(source.action)))
        self.action_places += ((name, place, action) for place, action in zip(places, source.action, strict=True))
        examples = tuple(
            Example(text, slots or {}, file.source.where((*key, "examples", text)))
            for text, slots in source.examples.items()
        )
        # Frozen, so an intent that grows is replaced.
        self.intents[name] = Intent(
            name,
            (known.actions if known else ()) + source.action,
            (known.examples if known else ()) + examples,
            known.where if known else where,
            (known.places if known else ()) + places,
        )
        slots = {slot: frozen(value) for slot, value in source.slots.items()}
        compound = source.compound is not False
        several = slots_with_several(source.action) if compound else frozenset()
        own = replace(file, tolerant=False)  # our own sentences are strict, also beside Home Assistant's blocks
        for i, text in enumerate(source.sentences):
            template = self._template(own, (*key, "sentences", i), text)
            self.sentences.append(SentenceTemplate(name, template, slots, scope, compound=compound, several=several))
        for i, block in enumerate(source.data):
            self._block(file, (*key, "data", i), name, block, scope, compound=source.compound is True)

    def _block(self, file: File, key: Key, name: str, block: DataBlock, scope: Scope, *, compound: bool) -> None:
        """Add a block of Home Assistant's sentences, which may have lists and rules of its own."""
        # Its own definitions hide those of the file, for its sentences only: a new scope on top of the other.
        if block.lists or block.expansion_rules:
            lists = {**scope.lists, **self._lists(file, (*key, "lists"), block.lists)}
            rules = {**scope.rules, **self._rules(file, (*key, "expansion_rules"), block.expansion_rules)}
            scope = derived.joined(replace(scope, lists=lists, rules=rules), self.problems)
        slots = {slot: frozen(value) for slot, value in block.slots.items() if value is not None}
        for i, text in enumerate(block.sentences):
            if not text:  # was no text, which has been told
                continue
            template = self._template(file, (*key, "sentences", i), text)
            requires, excludes = block.requires_context, block.excludes_context
            self.sentences.append(SentenceTemplate(name, template, slots, scope, requires, excludes, compound))
