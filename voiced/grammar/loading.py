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
from voiced.foundations.topic_names import NOT_IN_A_LEVEL
from voiced.grammar import checks, definitions
from voiced.grammar.compile import compile_sentences
from voiced.grammar.definitions import Scope, SentenceTemplate, Template, TextList, TextValue, Wildcard
from voiced.grammar.expression import NOTHING, TemplateError, Text, is_template, parse_template
from voiced.grammar.folder import files_of
from voiced.grammar.grammar import Example, Grammar, Intent
from voiced.grammar.joining import Joining, agreed_folding
from voiced.grammar.plain import plain
from voiced.grammar.same_spelling import same_spellings
from voiced.grammar.states import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from voiced.foundations.yaml_problems import Key
    from voiced.foundations.yaml_source import Document
    from voiced.grammar.action_template import ActionTemplate
    from voiced.grammar.definitions import ListDefinition
    from voiced.grammar.expression import Expression
    from voiced.grammar.folding import Folding
    from voiced.grammar.source import DataBlock, IntentsFile, IntentSource, ListSource, ListValue, NumberRange

_MOST_TOLD = 200  # problems of each check: what was probably meant is searched for each
_MOST_VALUES = 200_000  # YAML nodes of all files together
PAGE = "intents"  # of the manual: errors name it
_FRACTIONS = {None: (), "halves": (0.5,), "tenths": tuple(tenth / 10 for tenth in range(1, 10))}


def load(paths: Sequence[Path]) -> Grammar:
    """The grammar of files, and of folders of `*.yaml`; raises ConfigError with every problem of every file."""
    problems: list[str] = []
    found: list[Path] = []
    # A folder that cannot be read does not keep the others from being checked.
    for path in paths:
        try:
            found += files_of(path)
        except ConfigError as error:
            problems += error.problems
    return _read([partial(yaml_source.read, file) for file in found], problems)


def parse(text: str, name: str = "intents.yaml") -> Grammar:
    """The grammar of YAML text; `name` stands for the file in problems. Raises ConfigError."""
    return _read([partial(yaml_source.document, text, name)], [])


def _read(sources: Iterable[Callable[[], Document]], problems: list[str]) -> Grammar:
    """The grammar of YAML documents; raises ConfigError with what is wrong with any of them, `problems` included."""
    files: list[_File] = []
    # A file that cannot be read does not keep the others from being checked.
    n_values = 0
    for source in sources:
        try:
            files.append(_file(source()))
        except ConfigError as error:
            problems += error.problems
        else:
            n_values += len(files[-1].source.nodes)
        # Each file is bounded by itself; this bounds how many of them are read.
        if n_values > _MOST_VALUES:
            problems.append(f"{files[-1].source.name}: up to here the files hold more than {_MOST_VALUES:,} values")
            break
    return _build(files, problems)


@dataclass(frozen=True, eq=False, slots=True)
class _File:
    source: Document
    content: IntentsFile


def _file(document: Document) -> _File:
    # The fast collector first; whatever it does not take is for pydantic to read, or to explain.
    content = None if document.problems else plain(document.data)
    if content is None:
        from voiced.grammar import intents  # noqa: PLC0415 # pydantic, a quarter of a second

        content = intents.read(document)
    return _File(document, content)


def _build(files: Sequence[_File], problems: list[str]) -> Grammar:
    """The grammar of files that could be read; raises ConfigError if there are problems, those given included."""
    misshapen = bool(problems)
    collector = _Collector(problems)
    said = [(each.content.language, each.content.folding, each.source.where(("folding",))) for each in files]
    folding = agreed_folding(said, problems)
    # First pass: what sentences may refer to. A sentence may come before the list that it uses, even in another file.
    scopes = collector.scopes(files, folding)
    # Second pass: the intents, each template parsed.
    for file in files:
        for name, intent in file.content.intents.items():
            collector.intent(file, name, intent, scopes[file.content.language])
    # Third pass: names, unless a file could not be read, which may define the names that others use.
    if not misshapen:
        # Home Assistant's blocks of sentences may have scopes of their own.
        every = {id(scope): scope for scope in [*scopes.values(), *(each.scope for each in collector.sentences)]}
        in_rules = (problem for scope in every.values() for problem in checks.check_rules(scope))
        problems += [*islice(in_rules, _MOST_TOLD), *islice(checks.check_names(collector.sentences), _MOST_TOLD)]
    if not collector.sentences and not problems:
        problems.append(f"{files[0].source.name}: there are no intents; write some under 'intents'")
    # These checks follow references, so they need names that exist and rules that end, within bounds.
    if not problems:
        problems += islice(checks.check_sizes(collector.sentences), _MOST_TOLD)
        problems += checks.check_numbers(collector.sentences)
    if not problems:
        problems += islice(checks.check_silence(collector.sentences), _MOST_TOLD)
        problems += islice(checks.check_seams(collector.sentences), _MOST_TOLD)
        problems += islice(collector.check_actions(), _MOST_TOLD)
    # Problems that several sentences share are told once.
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)), PAGE)
    # Nothing is wrong. The order of sentences is that of the files, and decides between parses that are equally good.
    sentences = tuple(collector.sentences)
    intents = MappingProxyType(collector.intents)
    collector.warnings += islice(same_spellings(scopes.values()), _MOST_TOLD)
    warnings = tuple(dict.fromkeys(collector.warnings))
    try:
        automaton = compile_sentences(sentences, folding)
        return Grammar(files[0].content.language, intents, sentences, automaton, warnings)
    except TooLargeError as error:
        raise ConfigError([str(error)], PAGE) from error


@dataclass(slots=True)
class _Collector:
    """Collects what the files define, and the problems on the way."""

    problems: list[str]
    warnings: list[str] = field(default_factory=list)  # what loads all the same
    intents: dict[str, Intent] = field(default_factory=dict)
    sentences: list[SentenceTemplate] = field(default_factory=list)
    action_places: list[tuple[str, str, ActionTemplate]] = field(default_factory=list)  # intent, file:line, action

    def check_actions(self) -> Iterator[str]:
        # An intent's sentences may stand in several files, so its actions are checked when all are read.
        # Sorted by intent first: looking through all of them for each intent takes a square of the time.
        sentences: dict[str, list[SentenceTemplate]] = {name: [] for name in self.intents}
        for sentence in self.sentences:
            sentences[sentence.intent].append(sentence)
        actions: dict[str, list[tuple[str, ActionTemplate]]] = {name: [] for name in self.intents}
        for intent, where, action in self.action_places:
            actions[intent].append((where, action))
        for name, mine in sentences.items():
            yield from checks.check_actions(actions[name], mine)

    # ---- lists, rules, templates

    def scopes(self, files: Sequence[_File], folding: Folding) -> dict[str, Scope]:
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
                lists[name] = joining.list(language, name, file.source.where(("lists", name)), found)
            scopes[language] = Scope(
                {**known.lists, **lists},
                {**known.rules, **{name: joining.rule(language, name, rule) for name, rule in rules}},
                language,
                known.skip_words + content.skip_words,
                folding,
            )
        return scopes

    def _lists(self, file: _File, key: Key, lists: Mapping[str, ListSource]) -> dict[str, ListDefinition]:
        return {name: self._list(file, (*key, name), source) for name, source in lists.items()}

    def _list(self, file: _File, key: Key, source: ListSource) -> ListDefinition:
        # `source` has seen to it that a list is exactly one of three kinds.
        if source.range is not None:
            return _number_range(source.range, file.content.language)
        if source.values is None:
            return Wildcard()
        # `room: [hall]` and `room: {values: [hall]}` mean one list, but their items stand in different places.
        at = (*key, "values") if file.source.has((*key, "values")) else key
        return TextList(tuple(self._value(file, (*at, i), value) for i, value in enumerate(source.values)))

    def _value(self, file: _File, key: Key, value: ListValue) -> TextValue:
        # Problems point at the template itself: at `in:` where there is one.
        place = (*key, "in") if file.source.has((*key, "in")) else key
        out = frozen(value.out)
        if is_template(value.said):
            return TextValue(self._template(file, place, value.said), False, out, value.context)  # noqa: FBT003 # plain
        # Plain words need no parser: ten thousand names load faster.
        said = Template(value.said, Text(value.said), file.content.language, file.source.where(place), None)
        return TextValue(said, True, out, value.context)  # noqa: FBT003 # plain

    def _rules(self, file: _File, key: Key, rules: Mapping[str, str]) -> dict[str, Template]:
        return {name: self._template(file, (*key, name), text) for name, text in rules.items()}

    def _template(self, file: _File, key: Key, text: str) -> Template:
        where, column = file.source.where(key), file.source.column(key)
        # A template that cannot be parsed counts as empty, so that the rest of the file is checked, too.
        expression: Expression = NOTHING
        try:
            expression = parse_template(text)
        except TemplateError as error:
            self.problems.append(checks.point_at(where, column, text, error.at, str(error)))
        return Template(text, expression, file.content.language, where, column)

    # ---- intents

    def intent(self, file: _File, name: str, source: IntentSource, scope: Scope) -> None:
        """Add an intent; one of Home Assistant's may be spread over several files."""
        key = ("intents", name)
        where = file.source.where(key)
        known = self.intents.get(name)
        # Our own format defines an intent once; Home Assistant's blocks add to it from file to file.
        if known is not None and (source.sentences or not source.data):
            self.problems.append(
                f"{where}: the intent '{name}' is already defined in {known.where}; rename one of them"
            )
        # The name becomes a level of a topic.
        if unsafe := NOT_IN_A_LEVEL.search(name):
            self.problems.append(f"{where}: the intent's name holds {unsafe[0]!r}, which MQTT topics cannot; rename it")
        for i, action in enumerate(source.action):
            place = file.source.where((*key, "action", i))
            self.action_places.append((name, place, action))
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
        )
        slots = {slot: frozen(value) for slot, value in source.slots.items()}
        for i, text in enumerate(source.sentences):
            template = self._template(file, (*key, "sentences", i), text)
            self.sentences.append(SentenceTemplate(name, template, slots, scope))
        for i, block in enumerate(source.data):
            self._block(file, (*key, "data", i), name, block, scope)

    def _block(self, file: _File, key: Key, name: str, block: DataBlock, scope: Scope) -> None:
        """Add a block of Home Assistant's sentences, which may have lists and rules of its own."""
        # Its own definitions hide those of the file, for its sentences only: a new scope on top of the other.
        if block.lists or block.expansion_rules:
            lists = {**scope.lists, **self._lists(file, (*key, "lists"), block.lists)}
            rules = {**scope.rules, **self._rules(file, (*key, "expansion_rules"), block.expansion_rules)}
            scope = replace(scope, lists=lists, rules=rules)
        slots = {slot: frozen(value) for slot, value in block.slots.items() if value is not None}
        for i, text in enumerate(block.sentences):
            template = self._template(file, (*key, "sentences", i), text)
            requires, excludes = block.requires_context, block.excludes_context
            self.sentences.append(SentenceTemplate(name, template, slots, scope, requires, excludes))


def _number_range(source: NumberRange, language: str) -> definitions.NumberRange:
    return definitions.NumberRange(
        source.start,
        source.stop,
        source.step,
        _FRACTIONS[source.fractions],
        1.0 if source.multiplier is None else source.multiplier,
        source.digits,
        source.words,
        source.words_language or language,
    )
