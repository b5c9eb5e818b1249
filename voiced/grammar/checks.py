"""Checks of sentences that are well-formed one by one: unknown names, rules in circles, silence, slots of actions.

Each check yields problems as text, `file:line: what is wrong; what to do`; those of templates have a second and third
line, the template with a caret under the place. Nothing yielded: nothing wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.foundations.nearest import did_you_mean
from voiced.grammar.action_template import FACTS, slots_of
from voiced.grammar.attributes import check_attributes
from voiced.grammar.definitions import NumberRange, TextList
from voiced.grammar.derived import is_filter, no_filter
from voiced.grammar.expression import Choice, ListReference, RuleReference, Text, references
from voiced.grammar.mapping import check_maps
from voiced.grammar.nesting import Nesting, Problem
from voiced.grammar.normalize import normalize
from voiced.grammar.programs import check_programs
from voiced.grammar.seams import BEGINNING, Crossings
from voiced.grammar.source import LARGEST_NUMBER, MOST_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voiced.grammar.action_template import ActionTemplate
    from voiced.grammar.definitions import Scope, SentenceTemplate, Template
    from voiced.grammar.expression import Expression


_CUT_NUMBER = (
    "a bracket parts a point, comma or minus from its number; write the number in one piece, as in '(22.5|5)', or as a "
    "range with 'fractions'"
)
_MOST_COMPARED = 1_000  # names that a wrong one is compared with: a tenth of a second
_MOST_NAMED = 20  # names that are listed
_MOST_NUMBERS_IN_ALL = 20_000  # of all ranges; each takes a fifth of a millisecond


def point_at(where: str, column: int | None, text: str, at: int, message: str) -> str:
    """The text of a template's problem: `file:line:column: message`, the template, and a caret under character `at`."""
    place = where if column is None else f"{where}:{column + at}"
    return f"{place}: {message}\n    {text}\n    {' ' * at}^"


def check_names(sentences: Iterable[SentenceTemplate]) -> Iterator[str]:
    """Yield a problem for each reference of a sentence, or of a list's value, to a list or rule that does not exist."""
    for template, scope in _templates(sentences):
        yield from map(point_to, unknown_names(template, scope))


def _templates(sentences: Iterable[SentenceTemplate]) -> Iterator[tuple[Template, Scope]]:
    """Yield the templates of sentences, and once each those of the values in lists that they see, with their scopes."""
    # Thousands of sentences share a list; its values are looked at once.
    seen = set()
    for sentence in sentences:
        yield sentence.template, sentence.scope
        for definition in sentence.scope.lists.values():
            if isinstance(definition, TextList) and id(definition) not in seen:
                seen.add(id(definition))
                yield from ((value.said, sentence.scope) for value in definition.values if not value.plain)


def check_rules(scope: Scope) -> Iterator[str]:
    """Yield a problem for each reference of a rule to what does not exist, and for what refers to itself."""
    found = [problem for template in scope.rules.values() for problem in unknown_names(template, scope)]
    # Of Home Assistant's, `leaving_out` has told, and left them out where sentences see them.
    yield from (point_to(each) for each in [*found, *Nesting(scope).circles()] if not each.template.tolerant)


def unknown_names(template: Template, scope: Scope) -> Iterator[Problem]:
    """Yield a problem for each reference of a template to a list or rule that does not exist."""
    # Names are looked up in the scope of the sentence, and what is most like a wrong one is suggested.
    for reference in references(template.expression):
        if isinstance(reference, ListReference):
            definition = scope.list_named(reference.name)
            message = None
            if definition is None and is_filter(reference.name):
                message = no_filter(reference.name, scope)
            elif definition is None:
                known = [each for each in scope.lists if not is_filter(each)]
                message = f"there is no list '{reference.name}'{_instead(reference.name, known, 'list')}"
            elif isinstance(definition, NumberRange) and reference.name not in scope.lists:
                message = _inline_range(definition)
            if message:
                yield Problem(template, "{" + reference.name, message)
        if isinstance(reference, RuleReference) and reference.name not in scope.rules:
            message = f"there is no rule '{reference.name}'{_instead(reference.name, list(scope.rules), 'rule')}"
            yield Problem(template, "<" + reference.name, message)


def _inline_range(numbers: NumberRange) -> str | None:
    """What is wrong with a range that is written in place, `{0..100,5}`: the rules of `range:`; None if nothing is."""
    # Asked in this order: each question needs the answer to the one before.
    if max(abs(numbers.start), abs(numbers.stop)) > LARGEST_NUMBER:
        return f"numbers of a range go up to {LARGEST_NUMBER:,}; write smaller ones"
    if numbers.step == 0:
        return "the step of the range is 0; write 1 or more"
    if numbers.start > numbers.stop:
        return f"the range goes from {numbers.start} down to {numbers.stop}; swap its ends"
    if len(numbers) > MOST_NUMBERS:
        return f"the range holds more than {MOST_NUMBERS:,} numbers; give it a step, as in {{0..100,5}}"
    return None


def point_to(problem: Problem) -> str:
    """The text of a template's problem, with a caret under the place."""
    # The tree does not keep positions, so the first place in the text that looks right is pointed at.
    template, piece, message = problem
    at = max(template.text.find(piece), 0)
    return point_at(template.where, template.column, template.text, at, message)


def check_sizes(sentences: Iterable[SentenceTemplate]) -> Iterator[str]:
    """Yield a problem for each sentence, rule and value of a list that is too large to be followed."""
    for scope, templates in _by_scope((sentence.template, sentence.scope) for sentence in sentences):
        yield from map(point_to, Nesting(scope).too_large(templates))


def _by_scope(templates: Iterable[tuple[Template, Scope]]) -> Iterable[tuple[Scope, list[Template]]]:
    # Rules and lists are looked at once for all sentences that see them.
    by_scope: dict[int, tuple[Scope, list[Template]]] = {}
    for template, scope in templates:
        by_scope.setdefault(id(scope), (scope, []))[1].append(template)
    return by_scope.values()


def check_seams(sentences: Iterable[SentenceTemplate]) -> Iterator[str]:
    """Yield a problem for each sentence, rule and value of a list in which a bracket cuts a number."""
    for scope, templates in _by_scope(_templates(sentences)):
        crossings = Crossings(scope)
        # What refers to a rule that cuts a number cuts it, too: then only the rule is told.
        for several in (scope.rules.values(), templates):
            if found := list(cut_numbers(several, crossings)):
                yield from map(point_to, found)
                break


def cut_numbers(templates: Iterable[Template], crossings: Crossings) -> Iterator[Problem]:
    """Yield a problem for each template in which a bracket cuts a number."""
    for template in templates:
        if cuts := crossings.cross(template.expression, BEGINNING).cuts:
            yield Problem(template, cuts[0], _CUT_NUMBER)


def check_numbers(sentences: Sequence[SentenceTemplate]) -> Iterator[str]:
    """Yield a problem where the numbers of all ranges become too many: each has several spellings, worked out here."""
    # Equal ranges are compiled once, so they count once.
    seen, in_all = set[NumberRange](), 0
    scopes = {id(sentence.scope): sentence.scope for sentence in sentences}.values()
    rules = [(rule, scope) for scope in scopes for rule in scope.rules.values()]
    for template, scope in [*rules, *_templates(sentences)]:
        for each in references(template.expression):
            definition = scope.list_named(each.name) if isinstance(each, ListReference) else None
            if isinstance(definition, NumberRange) and definition not in seen:
                seen.add(definition)
                # Kept as a sum: adding up all of them for each takes a square of the time.
                in_all += len(definition)
                if in_all > _MOST_NUMBERS_IN_ALL:
                    message = f"all ranges together hold more than {_MOST_NUMBERS_IN_ALL:,} numbers; use larger steps"
                    yield point_to(Problem(template, "{" + each.name, message))
                    return


def check_silence(sentences: Iterable[SentenceTemplate]) -> Iterator[str]:
    """Yield a problem for each sentence, and each value of a list, that matches when nothing is said."""
    for template, scope in _templates(sentences):
        if may_be_silent(template.expression, scope):
            message = "the template matches silence, because every part is optional; make one part required"
            yield point_to(Problem(template, "", message))


def may_be_silent(expression: Expression, scope: Scope) -> bool:
    """Whether an expression matches an empty text: the nullable test of automata theory. Rules must not be circular."""
    match expression:
        case Text():
            return not normalize(expression.text, scope.language, scope.folding).text
        case Choice():
            return any(may_be_silent(item, scope) for item in expression.items)
        case ListReference():
            # Its values are checked by themselves, and numbers and wildcards are never empty.
            return False
        case RuleReference():
            return scope.of_rule(may_be_silent, expression.name)
    # A sequence or a permutation is silent only if each of its items is.
    return all(may_be_silent(item, scope) for item in expression.items)


def check_actions(
    actions: Iterable[tuple[str, ActionTemplate]], sentences: Sequence[SentenceTemplate]
) -> Iterator[str]:
    """Yield a problem for each slot that an action needs and that some sentence of its intent does not set.

    Likewise for each attribute that some value lacks. `actions`: (file:line, action) of one intent; `sentences`: of the
    same intent.
    """
    actions = list(actions)
    yield from check_attributes(actions, sentences)
    yield from check_maps(actions, sentences)
    yield from check_programs(actions, sentences)
    # Computed once per sentence, and asked by every action.
    always = [(each, slots_always_set(each.template.expression, each.scope)) for each in sentences]
    without: dict[str, SentenceTemplate | None] = {}  # slot → a sentence that may leave it out
    possible = {slot for sentence in sentences for slot in slots_possible(sentence)}
    for where, action in actions:
        # Either no sentence knows the slot, a typing mistake; or one may leave it out, and the action could not be
        # sent.
        for slot in sorted({name.partition(".")[0] for name in slots_of(action)}):
            if slot not in possible and slot in FACTS:
                continue
            if slot not in possible:
                instead = _instead(slot, sorted(possible), "slot")
                yield f"{where}: no sentence of the intent has the slot '{slot}'{instead}"
                continue
            # Thousands of actions ask about few slots.
            if slot not in without:
                without[slot] = next(
                    (each for each, sure in always if slot not in sure and slot not in each.slots), None
                )
            if sentence := without[slot]:
                yield (
                    f"{where}: the action needs the slot '{slot}', but '{sentence.template.text}' may leave it "
                    "out; say it in every sentence, or give it a value under 'slots'"
                )


def check_actions_of_all(
    actions: Iterable[tuple[str, str, ActionTemplate]], sentences: Iterable[SentenceTemplate]
) -> Iterator[str]:
    """Yield the problems of `check_actions` for all intents; `actions`: (intent, file:line, action)."""
    # An intent's sentences may stand in several files, so its actions are checked when all are read.
    # Sorted by intent first: looking through all of them for each intent takes a square of the time.
    of_each: dict[str, tuple[list[tuple[str, ActionTemplate]], list[SentenceTemplate]]] = {}
    for intent, where, action in actions:
        of_each.setdefault(intent, ([], []))[0].append((where, action))
    for sentence in sentences:
        of_each.setdefault(sentence.intent, ([], []))[1].append(sentence)
    for mine, said in of_each.values():
        yield from check_actions(mine, said)


def slots_possible(sentence: SentenceTemplate) -> frozenset[str]:
    """The names of all slots that a sentence may set, fixed ones included."""
    return frozenset(sentence.slots) | _slots(sentence.template.expression, sentence.scope)


def _slots(expression: Expression, scope: Scope) -> frozenset[str]:
    # Rules and values of lists are followed to the slots inside them; they cannot be circular here.
    found: set[str] = set()
    for reference in references(expression):
        if isinstance(reference, RuleReference):
            found |= scope.of_rule(_slots, reference.name)
            continue
        if reference.slot is not None:
            found.add(reference.slot)
        found.update(*scope.of_values(_slots, reference.name))
    return frozenset(found)


def slots_always_set(expression: Expression, scope: Scope) -> frozenset[str]:
    """The names of the slots that are set whichever way an expression is said."""
    match expression:
        case Text():
            return frozenset()
        case ListReference():
            return frozenset() if expression.slot is None else frozenset({expression.slot})
        case RuleReference():
            return scope.of_rule(slots_always_set, expression.name)
        case Choice():
            # Of alternatives only what all of them set is certain; `[{room}]` has an empty one.
            each = [slots_always_set(item, scope) for item in expression.items]
            return frozenset.intersection(*each) if each else frozenset()
    # Items of a sequence or permutation are all said, so their slots add up.
    return frozenset().union(*(slots_always_set(item, scope) for item in expression.items))


def _instead(name: str, known: Sequence[str], kind: str) -> str:
    # A name that is like enough is suggested; else all are listed.
    # A few names show what is meant; thousands would hide the sentence.
    some = ", ".join([*known[:_MOST_NAMED], *["…"] * (len(known) > _MOST_NAMED)])
    otherwise = f"; define it, or use one of: {some}" if known else f"; define the {kind} first"
    return did_you_mean(name, known[:_MOST_COMPARED]) or otherwise
