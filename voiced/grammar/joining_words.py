"""Words that join two commands to a compound: "turn off the light *and* close the blinds"; and whom they may join.

No wildcard touches a joining word: behind one that ends a sentence "and close the blinds" belongs to the wildcard, and
one that begins a sentence would take whatever is said behind "and" for a command.

Decides which sentences they are, and lays the words out as states. `compound` finds them in texts.
"""

# ruff: noqa: RUF001 # other alphabets are meant

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, NamedTuple, Protocol

from voiced.grammar.automaton import Joined
from voiced.grammar.checks import may_be_silent
from voiced.grammar.definitions import Wildcard
from voiced.grammar.expression import Choice, ListReference, Permutation, RuleReference, Text
from voiced.grammar.normalize import apart, normalize
from voiced.grammar.spelling import spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from voiced.grammar.definitions import Scope, SentenceTemplate
    from voiced.grammar.expression import Expression
    from voiced.grammar.folding import Folding

# Language → what joins two commands. A hyphen: the words may touch the command on that side, as in "وأغلق".
_WORDS: dict[str, tuple[str, ...]] = {
    "ar": ("و-", "ثم", "وبعد ذلك"),
    "ca": ("i", "i després", "després", "i llavors"),
    "cs": ("a", "a pak", "pak", "a potom", "potom"),
    "da": ("og", "og så", "så", "og derefter", "derefter"),
    "de": ("und", "und dann", "dann", "und danach", "danach", "sowie"),
    "el": ("και", "και μετά", "μετά", "και ύστερα"),
    "en": ("and", "and then", "then", "and also", "and after that"),
    "es": ("y", "e", "y luego", "luego", "y después", "después", "y también"),
    "fi": ("ja", "ja sitten", "sitten", "sekä"),
    "fr": ("et", "et puis", "puis", "et ensuite", "ensuite", "et après"),
    "he": ("ו-", "ואז", "ואחר כך", "אחר כך"),
    "hi": ("और", "और फिर", "फिर"),
    "hr": ("i", "i onda", "onda", "a zatim", "zatim"),
    "hu": ("és", "és aztán", "aztán", "majd"),
    "id": ("dan", "lalu", "dan lalu", "kemudian"),
    "it": ("e", "ed", "e poi", "poi", "e dopo"),
    "ja": ("-そして-", "-それから-", "-次に-"),
    "ko": ("그리고", "그 다음에", "그다음에"),
    "nb": ("og", "og så", "så", "og deretter", "deretter"),
    "nl": ("en", "en dan", "dan", "en daarna", "daarna"),
    "pl": ("i", "oraz", "a potem", "potem", "i potem", "a następnie"),
    "pt": ("e", "e depois", "depois", "e então", "e também"),
    "ro": ("și", "și apoi", "apoi", "și după aceea"),
    "ru": ("и", "и потом", "потом", "а потом", "затем", "и затем"),
    "sk": ("a", "a potom", "potom", "a ešte"),
    "sv": ("och", "och sen", "sen", "och sedan", "sedan"),
    "th": ("-และ-", "-แล้ว-", "-แล้วก็-"),
    "tr": ("ve", "ve sonra", "sonra", "ardından"),
    "uk": ("і", "й", "та", "і потім", "потім", "а потім"),
    "vi": ("và", "rồi", "và sau đó", "sau đó"),
    "zh": ("-然后-", "-再-", "-并且-", "-并-", "-接着-"),
}
_WORDS |= {"no": _WORDS["nb"], "nn": _WORDS["nb"]}


class Joint(NamedTuple):
    """What joins the sentences of one language."""

    written: tuple[str, ...]  # in normal form, with the spaces that part them from the commands: " and "
    forms: tuple[str, ...]  # the same, folded: as they stand in texts
    before: frozenset[int]  # sentences, by index, that may stand before it
    behind: frozenset[int]  # sentences that may stand behind it


def joints(sentences: Sequence[SentenceTemplate], folding: Folding) -> list[Joint]:
    """What joins sentences: one joint for each language; none where no two sentences may be joined."""
    # Of those who share joining words: who may stand on which side?
    found = []
    for (language, words), numbers in _members(sentences).items():
        before = _without(ends_wild, numbers, sentences)
        behind = _without(begins_wild, numbers, sentences)
        written = joining_forms(words, language)
        if written and before and behind:
            found.append(Joint(written, tuple(dict.fromkeys(map(folding.fold, written))), before, behind))
    return found


def _members(sentences: Sequence[SentenceTemplate]) -> dict[tuple[str, tuple[str, ...] | None], list[int]]:
    """Language and own joining words → the numbers of the sentences that they join."""
    members: dict[tuple[str, tuple[str, ...] | None], list[int]] = {}
    for number, sentence in enumerate(sentences):
        if sentence.compound:
            scope = sentence.scope
            members.setdefault((scope.language, scope.joining_words), []).append(number)
    return members


def joining_forms(words: Sequence[str] | None, language: str) -> tuple[str, ...]:
    """Every way to write joining words, with the spaces beside them; None: those of the language."""
    if words is None:
        words = _WORDS.get(re.split("[-_]", language)[0].lower(), ())
    forms: dict[str, None] = {}  # a set that keeps its order
    for word in words:
        # Each word as it looks in normal form, …
        said = normalize(word.strip("-"), language).text
        # … in all its spellings: "and" → " and ", " & "; "-然后-" → "然后", " 然后", "然后 ", " 然后 ".
        firsts = ("", " ") if word.startswith("-") else (" ",)
        lasts = ("", " ") if word.endswith("-") else (" ",)
        for units in product(*spellings(said, language)) if said else ():
            written = apart(" ".join(units)).strip()
            forms.update(dict.fromkeys(f"{first}{written}{last}" for first in firsts for last in lasts))
    return tuple(forms)


class Layout(Protocol):
    """States under construction."""

    @property
    def sentences(self) -> Sequence[tuple[int, int]]: ...
    def state(self) -> int: ...
    def read(self, source: int, letters: str) -> int: ...
    def jump(self, source: int, target: int) -> None: ...


def laid_out(sentences: Sequence[SentenceTemplate], layout: Layout, folding: Folding) -> tuple[Joined, ...]:
    """Lay out the words that join sentences."""
    return tuple(_laid_out(joint, layout) for joint in joints(sentences, folding))


def lead_on(joined: Iterable[Joined], layout: Layout) -> None:
    """Lead from joining words to the sentences behind them, once these are laid out."""
    # Jumps from one state: the set machine reads all of them as one.
    for each in joined:
        for number in sorted(each.joint.behind):
            layout.jump(each.states[-1], layout.sentences[number][0])


def _laid_out(joint: Joint, layout: Layout) -> Joined:
    # A tree of letters, whose leaves meet before the next command.
    first = layout.state()
    leaves = dict.fromkeys(layout.read(first, form) for form in joint.written)  # equal ones once
    last = layout.state()
    for leaf in leaves:
        layout.jump(leaf, last)
    return Joined(joint, first, range(first, last + 1))


def _without(
    edge: Callable[[Expression, Scope], bool], numbers: Iterable[int], sentences: Sequence[SentenceTemplate]
) -> frozenset[int]:
    """Those sentences that have no wildcard at an edge."""
    # Most scopes have no wildcard at all: there nothing has to be looked at.
    scopes = {id(sentences[number].scope): sentences[number].scope for number in numbers}
    wild = {key for key, scope in scopes.items() if _has_wildcards(scope)}
    # The others are looked at sentence by sentence.
    each = ((number, sentences[number].template.expression, sentences[number].scope) for number in numbers)
    return frozenset(number for number, said, scope in each if id(scope) not in wild or not edge(said, scope))


def _has_wildcards(scope: Scope) -> bool:
    return any(isinstance(definition, Wildcard) for definition in scope.lists.values())


def begins_wild(expression: Expression, scope: Scope) -> bool:
    """Whether an expression may begin with a wildcard. Rules must not be circular."""
    return _is_wild(expression, scope, begins_wild, 1)


def ends_wild(expression: Expression, scope: Scope) -> bool:
    """Whether an expression may end with a wildcard. Rules must not be circular."""
    return _is_wild(expression, scope, ends_wild, -1)


def _is_wild(expression: Expression, scope: Scope, edge: Callable[[Expression, Scope], bool], direction: int) -> bool:
    match expression:
        # Words are spelt out.
        case Text():
            return False
        case ListReference():
            # A value of a list may hold other lists.
            definition = scope.list_named(expression.name)
            return isinstance(definition, Wildcard) or any(scope.of_values(edge, expression.name))
        case RuleReference():
            return scope.of_rule(edge, expression.name)
        # Any of them may stand at the edge.
        case Choice() | Permutation():
            return any(edge(item, scope) for item in expression.items)
    # Of a sequence the first item counts, and the next as long as all before it may be silent.
    for item in expression.items[::direction]:
        if edge(item, scope):
            return True
        if not may_be_silent(item, scope):
            break
    return False
