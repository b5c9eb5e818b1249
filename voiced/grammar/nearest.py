"""The nearest sentence of the grammar to a text that is none, and what is different: for people who ask why not.

Three steps. Which sentences share words with the text (`near_sentences`)? Which way leads from the text to one of them
at the least cost (`near_walk`)? And what do the words that differ mean there: no value of a list, a slot that is
missing, a word too much (`differences`)? All of it is bounded, in steps and in what is remembered; nothing of it is on
the way of a command that is understood.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from voiced.flow import Nearest, Reason
from voiced.grammar.definitions import Wildcard
from voiced.grammar.differences import Change, in_words, lists_of
from voiced.grammar.match import meanings
from voiced.grammar.near_compound import nearest_compound
from voiced.grammar.near_sentences import NearSentences
from voiced.grammar.near_walk import nearest_way
from voiced.grammar.near_words import as_text, is_unspaced, weight, words
from voiced.grammar.normalize import NormalText, normalize
from voiced.grammar.written import Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from voiced.flow import Match, Transcript
    from voiced.grammar.automaton import Automaton
    from voiced.grammar.definitions import SentenceTemplate
    from voiced.grammar.grammar import Grammar
    from voiced.grammar.near_walk import Step, Way
    from voiced.grammar.set_machine import SetMachine

_MOST_WORDS, _MOST_LETTERS = 24, 250  # of a text; a longer one was no command
_MOST_SENTENCES = 8  # that are looked at closely
_MOST_REMEMBERED = 60_000  # as `SetMachine.remembered` counts: 4 MB
# A way may cost this, and as much more for each word of the text; and what it keeps of the text weighs this share.
_COST, _COST_OF_EACH, _MOST_COST, _KEPT_SHARE = 0.8, 0.45, 2.7, 0.45
_SHARED = 0.2  # share of the text that a sentence must have in common with it to be looked at: words may be misspelt
_EXTRA, _AS_SAID, _WORDS, _SLOT = "extra", "as said", "words", "slot "  # kinds of runs of words
_ALIKE = 0.66  # a word in the place of another that costs less is that word, misspelt

NOTHING_NEAR = Nearest("", "no sentence of the intents is near")
UNCLEAR = "it is a sentence of the intents, but was not heard clearly enough"
TWO_MEANINGS = "two sentences of the intents fit about equally well"


def _always() -> bool:
    return True


class Finder:
    """Finds the nearest sentence of one grammar; what it needs for that is made when it is first asked."""

    def __init__(self, automaton: Automaton, sentences: Sequence[SentenceTemplate]) -> None:
        self._automaton = automaton
        self._sentences = sentences
        self._index: NearSentences | None = None
        self._machine: SetMachine | None = None

    def find(self, text: str, language: str, go_on: Callable[[], bool] = _always) -> Nearest | None:
        """The sentence that is nearest to a text that is none, and the difference; NOTHING_NEAR if none is near.

        The search ends, with what it has found, as soon as `go_on` says no; None if that is nothing.
        """
        # In normal form, as everything that reads the automaton.
        normal = normalize(text, language, self._automaton.folding)
        spans = words(normal.text)
        if not spans or len(spans) > _MOST_WORDS or len(normal.text) > _MOST_LETTERS:
            return NOTHING_NEAR
        # Which words lead where, at what cost?
        said = [normal.text[slice(*span)] for span in spans]
        way = self._way(said, go_on)
        if way is None:
            return NOTHING_NEAR if go_on() else None
        return self._explained(way, text, normal)

    def _explained(self, way: Way, text: str, normal: NormalText) -> Nearest:
        # Words that the text has are shown as they stand there.
        spans = words(normal.text)
        originals = [text[normal.sources[start] : normal.sources[end - 1] + 1] for start, end in spans]
        placed, near = _placed(way.steps, originals)
        # Of several sentences that it leads to the first one is told.
        number = min(way.sentences)
        # What its words mean is known by matching it: which of them are the value of a slot.
        near_text = NormalText(near, tuple(range(len(near))))
        found = meanings(self._automaton, self._sentences, near, near_text, self._automaton.start([number]))
        # A sentence that has nothing of the text but its place among the others is no answer.
        if not found or not _enough_is_kept(found[0], self._sentences[number], placed):
            return NOTHING_NEAR
        return _told(self._sentences[number], found[0], placed)

    def _way(self, said: Sequence[str], go_on: Callable[[], bool]) -> Way | None:
        # A household's index is made in a few milliseconds; most grammars are never asked.
        if self._index is None:
            self._index = NearSentences(self._sentences)
        machine, whole = self._own_machine(), sum(map(weight, said))
        # Among the sentences with the most words of the text, one that costs little enough to be meant.
        near = self._index.best(said, _MOST_SENTENCES, _SHARED)
        firsts = [self._automaton.sentences[number][0] for number in near]
        begin = machine.entered(firsts, at_boundary=True)
        most = min(_MOST_COST, _COST + _COST_OF_EACH * whole)
        return nearest_way(machine, begin, said, most, go_on) if near else None

    def _own_machine(self) -> SetMachine:
        # (Two threads at worst make two.)
        # A machine of its own: what is remembered for commands stays.
        if self._machine is None or self._machine.remembered > _MOST_REMEMBERED:
            self._machine = self._automaton.sets.single.afresh()
        return self._machine


def nearest(grammar: Grammar, transcript: Transcript, go_on: Callable[[], bool] = _always) -> Nearest | None:
    """What to tell of a rejected transcript: the nearest sentence, and the difference; None if there is nothing.

    What was spoken is compared as Whisper writes it without the grammar. `go_on` as in `Finder.find`.
    """
    # A command that was heard badly is told by what was heard: its own text is the recogniser's guess.
    said = transcript.heard or ("" if transcript.match else transcript.text)
    if transcript.reason is Reason.AMBIGUOUS:
        return Nearest(transcript.text, TWO_MEANINGS)
    if transcript.reason not in {Reason.OUT_OF_GRAMMAR, Reason.LOW_CONFIDENCE} or not said.strip():
        return None
    # In writing any of the house's languages may be meant: the first that knows something near.
    spoken = (grammar.spoken(transcript.language),) if transcript.language else grammar.every
    found: Nearest | None = None
    for each in spoken:
        found = _near(each, said, go_on)
        if found and found.text:
            break
    return found


def _near(grammar: Grammar, said: str, go_on: Callable[[], bool]) -> Nearest | None:
    # The words are right, only the sound was doubtful.
    if match := grammar.match(said):
        return Nearest(match.text, UNCLEAR)
    # Of a compound the commands that are right stay as they are.
    find = partial(grammar.finder.find, language=grammar.language, go_on=go_on)
    of_parts = nearest_compound(
        said, grammar.normalize(said), grammar.automaton, lambda part: bool(grammar.matches(part)), find
    )
    return of_parts or find(said)


class _Word(NamedTuple):
    """One step of a way, as people see it."""

    step: Step
    said: str  # words of the text that it reads, as they were written
    start: int  # of its word in the sentence that the way leads to, in normal form
    glued: bool  # no space stands before it there


def _placed(steps: Sequence[Step], originals: Sequence[str]) -> tuple[list[_Word], str]:
    """The steps of a way with what they read, and the sentence that it leads to."""
    # Two positions advance together: in the words of the text, and in the letters of the sentence.
    placed, near, at = [], "", 0
    for step in steps:
        said = as_text(originals[at : at + step.n_said])
        at += step.n_said
        glued = not near or not step.word or (is_unspaced(near[-1]) and is_unspaced(step.word[0]))
        near += "" if glued else " "
        placed.append(_Word(step, said, len(near), glued))
        near += step.word
    return placed, near


def _enough_is_kept(match: Match, sentence: SentenceTemplate, placed: Sequence[_Word]) -> bool:
    """Whether the sentence has enough words of the text, as they are or misspelt."""
    kept = whole = 0.0
    wild = _wild_slots(match, sentence)
    for word in placed:
        # What a wildcard takes, any text has.
        if word.step.n_said and not (word.step.word and _slot_at(match, word.start) in wild):
            weighs = sum(map(weight, word.said.split()))
            whole += weighs
            kept += weighs if word.step.exact or (word.step.word and word.step.cost < _ALIKE) else 0.0
    return kept > 0.0 and kept >= _KEPT_SHARE * whole


def _wild_slots(match: Match, sentence: SentenceTemplate) -> set[str]:
    # Known by the lists that give the slot its value.
    lists = {slot: lists_of(slot, sentence.template.expression, sentence) for slot in match.spans}
    return {
        slot
        for slot, names in lists.items()
        if any(isinstance(sentence.scope.list_named(name), Wildcard) for name in names)
    }


def _slot_at(match: Match, at: int) -> str | None:
    """The slot whose value covers a character of a sentence."""
    return next((slot for slot, (start, end) in match.spans.items() if start <= at < end), None)


def _told(sentence: SentenceTemplate, match: Match, placed: Sequence[_Word]) -> Nearest:
    """A way in words."""
    # What the text has stands as it was said, capitals included; the rest as the files write it.
    written = Written(sentence)
    shown = "".join(
        ("" if word.glued else " ") + (word.said if word.step.exact else written.words(word.step.word))
        for word in placed
        if word.step.word
    )
    return Nearest(shown, in_words(list(_changes(match, placed, written)), sentence))


def _changes(match: Match, placed: Sequence[_Word], written: Written) -> Iterator[Change]:
    """What differs, in the order of the text: of a slot as a whole, elsewhere each run of words."""
    runs = _runs(match, placed)
    # Each run that differs is one difference; the word before it says where.
    before = ""
    for at, (kind, run) in enumerate(runs, start=1):
        said = as_text([word.said for word in run if word.said])
        if _differ(run):
            wanted = written.words(as_text([word.step.word for word in run if word.step.word]))
            slot = kind.removeprefix(_SLOT) if kind.startswith(_SLOT) else None
            alike = all(word.step.exact or (word.step.n_said and word.step.cost < _ALIKE) for word in run)
            yield Change(said, wanted, slot, before, at_end=at == len(runs), alike=alike)
        before = said.split()[-1] if said else before


def _runs(match: Match, placed: Sequence[_Word]) -> list[tuple[str, list[_Word]]]:
    """Words of one kind that stand beside each other."""
    runs = [(kind, list(run)) for kind, run in groupby(placed, key=partial(_kind, match))]
    # Words too much that stand beside a wrong value or a wrong word were said instead of it.
    joined: list[tuple[str, list[_Word]]] = []
    for kind, run in runs:
        if joined and _EXTRA in (kind, joined[-1][0]) and _differ(run) and _differ(joined[-1][1]):
            other, words_before = joined.pop()
            joined.append((other if kind == _EXTRA else kind, [*words_before, *run]))
        else:
            joined.append((kind, run))
    return joined


def _kind(match: Match, word: _Word) -> str:
    # Spans of slots are those of the sentence, and words too much stand in none.
    if not word.step.word:
        return _EXTRA
    slot = _slot_at(match, word.start)
    return _AS_SAID if slot is None and word.step.exact else _WORDS if slot is None else _SLOT + slot


def _differ(run: Sequence[_Word]) -> bool:
    # A slot may hold words that are right beside one that is not.
    return not all(word.step.exact for word in run)
