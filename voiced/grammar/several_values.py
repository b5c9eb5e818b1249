"""Several values in one slot: "turn on the kitchen *and bedroom* lights", "close the kitchen, hall and bedroom blinds".

Where the topic of an action, or an argument of a program, names a slot, it can be done for each of several values. So
behind a value of such a slot more values may be said, with the language's "and" before the last one, and an article
before each:

    P1 ⇒ rest of the sentence
    P1 -gate→   ⇒ and, value → F2 ⇒ rest      ⇒ and, value → F3 ⇒ rest, …
                space, value → P2             ⇒ and, value → F3 …

P is a state behind values that are still to be joined (a comma is a space in normal form), F one behind values that
are. The gate is open only where several may be said: single commands are searched and matched without it.
"""

# ruff: noqa: RUF001 # other alphabets are meant

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from voiced.grammar.action_template import names_of_each, slots_of
from voiced.grammar.automaton import Close, Open, SeveralValues
from voiced.grammar.definitions import TextList
from voiced.grammar.expression import ListReference, RuleReference, references
from voiced.grammar.joining_words import joining_forms
from voiced.grammar.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiced.grammar.action_template import ActionTemplate
    from voiced.grammar.automaton import Mark
    from voiced.grammar.definitions import Scope, SentenceTemplate
    from voiced.grammar.expression import Expression
    from voiced.grammar.folding import Folding
    from voiced.grammar.states import Part

_MOST_VALUES = 4  # in one slot

# Language → what joins two things; a hyphen: the words may touch what stands on that side.
_AND: dict[str, tuple[str, ...]] = {
    "ar": ("و-",),
    "ca": ("i",),
    "cs": ("a",),
    "da": ("og",),
    "de": ("und", "sowie"),
    "el": ("και",),
    "en": ("and",),
    "es": ("y", "e"),
    "fi": ("ja", "sekä"),
    "fr": ("et",),
    "he": ("ו-",),
    "hi": ("और",),
    "hr": ("i",),
    "hu": ("és",),
    "id": ("dan",),
    "it": ("e", "ed"),
    "ja": ("-と-",),
    "ko": ("-와", "-과", "-하고", "-랑"),
    "nb": ("og",),
    "nl": ("en",),
    "pl": ("i", "oraz"),
    "pt": ("e",),
    "ro": ("și",),
    "ru": ("и",),
    "sk": ("a",),
    "sv": ("och",),
    "th": ("-และ-",),
    "tr": ("ve",),
    "uk": ("і", "й", "та"),
    "vi": ("và",),
    "zh": ("-和-", "-跟-", "-与-"),
}
# Language → articles that may stand before a further value; an apostrophe: it touches the value.
_ARTICLES: dict[str, tuple[str, ...]] = {
    "ca": ("el", "la", "els", "les", "l'"),
    "de": ("der", "die", "das", "den", "dem"),
    "en": ("the",),
    "es": ("el", "la", "los", "las"),
    "fr": ("le", "la", "les", "l'"),
    "hu": ("a", "az"),
    "it": ("il", "lo", "la", "i", "gli", "le", "l'"),
    "nl": ("de", "het"),
    "pt": ("o", "a", "os", "as"),
}
# Language → what else may stand there, an article with a preposition: "les volets du salon et *de la* cuisine".
_PREPOSITIONS: dict[str, tuple[str, ...]] = {
    "ca": ("del", "de la", "de l'", "al", "a la", "a l'"),
    "de": ("im", "in der", "in dem", "vom", "von der", "am", "an der", "auf der", "auf dem"),
    "en": ("in the", "of the", "in", "my"),
    "es": ("del", "de la", "de los", "de las", "en el", "en la", "al", "a la"),
    "fr": ("du", "de la", "de l'", "des", "dans le", "dans la", "dans l'", "au", "à la", "à l'", "aux"),
    "it": ("del", "dello", "della", "dell'", "dei", "delle", "nel", "nello", "nella", "nell'", "in"),
    "nl": ("in de", "in het", "van de", "van het"),
    "pt": ("do", "da", "dos", "das", "no", "na", "nos", "nas"),
}
_AND |= {"no": _AND["nb"], "nn": _AND["nb"]}


class Layout(Protocol):
    """States under construction."""

    def state(self) -> int: ...
    def read(self, source: int, letters: str) -> int: ...
    def jump(self, source: int, target: int, mark: Mark | None = None) -> None: ...
    def follower(self, source: int) -> int: ...
    def call(self, part: Part, source: int, mark: Mark | None = None) -> int: ...
    def leave(self, last: int) -> None: ...


def slots_with_several(actions: Iterable[ActionTemplate]) -> frozenset[str]:
    """The slots that may have several values: whatever action needs one of them is done for each."""
    # A message that is not sent for each value would get a list that its author did not think of.
    named, alone = set[str](), set[str]()
    for action in actions:
        of_each = {name.partition(".")[0] for name in names_of_each(action)}
        named |= of_each
        alone |= {name.partition(".")[0] for name in slots_of(action)} - of_each
    return frozenset(named - alone)


def may_have_several(reference: ListReference, sentence: SentenceTemplate) -> bool:
    """Whether a sentence takes several values where it refers to a list: those of a list that holds no other list."""
    if reference.slot not in sentence.several:
        return False
    # Numbers and free words are said one at a time; of one value there are no others.
    definition = sentence.scope.list_named(reference.name)
    is_one_of = isinstance(definition, TextList) and len(definition.values) > 1
    return is_one_of and not any(sentence.scope.of_values(names_lists, reference.name))


def several_in_rule(name: str, sentence: SentenceTemplate) -> frozenset[str]:
    """The slots of a rule that may have several values in a sentence."""
    return sentence.several & sentence.scope.of_rule(slots_in, name) if sentence.several else sentence.several


def slots_in(expression: Expression, scope: Scope) -> frozenset[str]:
    """The slots of an expression and its rules, but for those in values. Rules must not be circular."""
    # A rule inside is asked once, whoever refers to it.
    slots = frozenset[str]()
    for each in references(expression):
        if isinstance(each, RuleReference):
            slots |= scope.of_rule(slots_in, each.name)
        elif each.slot is not None:
            slots |= {each.slot}
    return slots


def names_lists(expression: Expression, scope: Scope) -> bool:
    """Whether an expression refers to lists, also in rules. Rules must not be circular."""
    # Whatever holds a list has more than one thing to say.
    return any(
        isinstance(each, ListReference) or scope.of_rule(names_lists, each.name) for each in references(expression)
    )


class SlotLayout:
    """Lays out slots, and further values behind the first ones, for one automaton."""

    def __init__(self, layout: Layout, folding: Folding) -> None:
        self._layout = layout
        self._folding = folding
        self._joining: dict[tuple[str, tuple[str, ...] | None], Part | None] = {}  # parts
        self._articles: dict[str, Part] = {}  # parts
        self._gates: dict[int, int] = {}
        self._words: set[int] = set()
        self._behind: set[int] = set()
        self._written: dict[str, None] = {}  # a set that keeps its order

    def several(self) -> SeveralValues:
        """Where further values may be said."""
        # Texts are folded, and so are the words that are looked for in them.
        forms = tuple(dict.fromkeys(map(self._folding.fold, self._written)))
        words, behind = frozenset(self._words), frozenset(self._behind)
        return SeveralValues(self._gates, words, behind, tuple(self._written), forms)

    def slot(self, reference: ListReference, part: Part, here: int, sentence: SentenceTemplate) -> int:
        """Lay out a slot from the state `here`, `part` being its list; the state behind it."""
        # The first value, and behind it others where the sentence lets them be said.
        _, there = self._value(reference, part, here)
        several = bool(sentence.several) and may_have_several(reference, sentence)
        return self._further(reference, part, there, sentence.scope) if several else there

    def _value(self, reference: ListReference, part: Part, here: int) -> tuple[int, int]:
        """One value: the state to which its list returns, and the one behind the slot."""
        # Open the slot on the way in, close it on the way out: the list itself does not know the slot's name.
        back, there = self._layout.call(part, here, Open(reference.slot)), self._layout.state()
        self._layout.jump(back, there, Close())
        return back, there

    def _further(self, reference: ListReference, part: Part, here: int, scope: Scope) -> int:
        """Let more values follow behind the state `here`; the state behind them all."""
        # Without an "and" there is nothing to join values by.
        joining = self._joining_words(scope)
        if joining is None:
            return here
        layout, article = self._layout, self._article(scope.language)
        # Behind the last value the sentence goes on as behind the first: never through a gate again.
        there = layout.follower(here)
        self._gates[here] = parted = layout.state()
        joined: int | None = None
        for number in range(2, _MOST_VALUES + 1):
            # The last value behind "and": after those that only commas part, or after another "and".
            word = layout.call(joining, parted)
            if joined is not None:
                layout.jump(layout.call(joining, joined), word)
            _, joined = self._value(reference, part, layout.call(article, word))
            layout.jump(joined, there)
            # One more behind a comma; then there has to be an "and".
            if number < _MOST_VALUES:
                comma = layout.read(layout.follower(parted), " ")
                before = layout.call(article, comma)
                back, parted = self._value(reference, part, before)
                self._behind |= {before, back}
        return there

    def _joining_words(self, scope: Scope) -> Part | None:
        """A part that reads "and"; None if a language has no such word."""
        language, words = scope.language, scope.joining_words
        # Sentences with the same words share one part.
        key = (language, words)
        if key not in self._joining:
            forms = joining_forms(_AND.get(_known(language), ()) if words is None else words, language)
            self._written.update(dict.fromkeys(forms))
            self._joining[key] = part = self._one_of(forms) if forms else None
            if part is not None:
                # Its first states stand before the word is read.
                self._words.update(range(part[0] + 2, part[1] + 1))
        return self._joining[key]

    def _article(self, language: str) -> Part:
        """A part that reads an article, with a preposition or without, or nothing."""
        if language not in self._articles:
            # An article is a word by itself, but for an elided one.
            # Grammars of either kind of language pay little: all further values share this part.
            known = _known(language)
            before = (*_ARTICLES.get(known, ()), *_PREPOSITIONS.get(known, ()))
            articles = ((each, normalize(each, language).text) for each in before)
            forms = [said if each.endswith("'") else f"{said} " for each, said in articles]
            first, last = self._articles[language] = self._one_of(forms)
            # It may be missing.
            self._layout.jump(first, last)
        return self._articles[language]

    def _one_of(self, forms: Iterable[str]) -> Part:
        # A tree of letters, whose leaves meet.
        layout = self._layout
        first = layout.state()
        tree = layout.follower(first)
        leaves = dict.fromkeys(layout.read(tree, form) for form in forms)  # equal ones once
        last = layout.state()
        for leaf in leaves:
            layout.jump(leaf, last)
        layout.leave(last)
        return first, last


def _known(language: str) -> str:
    return re.split("[-_]", language)[0].lower()
