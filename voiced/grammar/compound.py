"""Matches a text with the grammar, be it one command or several: "turn off the light and close the blinds".

One command comes before a compound: "add salt and pepper to the list" stays what it is, and of one command one value of
a slot before several; then fewer commands come before more, then more literal words before fewer. Only wildcards give
way that have swallowed whole commands: of "add milk to the list and add bread to the list" two commands have more
literal words than one.

A compound is taken apart at its joining words, wherever they stand, and each part is matched like any command. How a
text is cut is found as shortest paths are, and longest ones: from where can its end be reached, by how many commands?
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from voiced.grammar.match import meanings
from voiced.grammar.normalize import NormalText, normalize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from voiced.flow import Match
    from voiced.grammar.automaton import Automaton, Joined
    from voiced.grammar.definitions import SentenceTemplate
    from voiced.grammar.state_sets import States, StateSet

_MOST_MEANINGS = 8  # of what begins at one place


# "stop and turn on the light and fan": cuts stand at both "and", and the second one is no end of a command or the
# whole is cut there, too: if "fan" is one, this has three commands, and two if {light and fan} is a device.


class _Cut(NamedTuple):
    """Joining words."""

    end: int  # of the command before, where the words begin
    begin: int  # of the command behind, where they end


class _Part(NamedTuple):
    """A piece of the text that is a command by itself."""

    begin: int
    end: int
    sentences: States  # those that it completes
    next: int | None  # where the next one begins; None: it is the last


def match_text(
    automaton: Automaton, sentences: Sequence[SentenceTemplate], text: str, language: str
) -> tuple[Match, ...]:
    """The distinct meanings of a text (intents and slots), the best first; () if it is not in the grammar."""
    normal = normalize(text, language, automaton.folding)
    single = automaton.sets.single
    # Which sentences does the text complete? Only these are looked at closely, in their order in the files.
    ended = single.finish(single.walk(normal.text)).sentences
    alone = meanings(automaton, sentences, text, normal, automaton.start(sorted(ended))) if ended else ()
    # What is one command stays one, unless a wildcard may have swallowed others.
    if alone and not alone[0].wild_letters:
        return alone
    found = _several_values(automaton, sentences, text, normal)
    joined = [] if found and not found[0].wild_letters else _joined(automaton, normal.text)
    several = [match for each in joined for match in _Taking(automaton, sentences, text, normal, each).apart()]
    return _or_rather(alone, _or_rather(found, several))


def _several_values(
    automaton: Automaton, sentences: Sequence[SentenceTemplate], text: str, normal: NormalText
) -> tuple[Match, ...]:
    """The meanings of one command with several values in a slot: "the tv and the lamp"."""
    # Most texts hold no "and".
    machine = automaton.sets.one_command
    if not any(form in normal.text for form in automaton.several.forms):
        return ()
    # Of the others most are told by one more look at each letter.
    ended = machine.finish(machine.walk(normal.text)).sentences
    return meanings(automaton, sentences, text, normal, automaton.start(sorted(ended)), several=True)


def _joined(automaton: Automaton, normal: str) -> Sequence[Joined]:
    """What may join the commands of a text in normal form; nothing if it is no compound."""
    # Most texts hold no joining words. Of the others most are told by one more look at each letter.
    found = [joined for joined in automaton.joined if any(form in normal for form in joined.joint.forms)]
    return found if found and automaton.sets.finish(automaton.sets.walk(normal)).sentences else []


def _or_rather(few: Sequence[Match], many: Sequence[Match]) -> tuple[Match, ...]:
    """The better ones of matches with few and with many commands; where there is a choice all, the best first."""
    if not (few and many):
        return (*few, *many)
    # Commands that were said by a wildcard have words of their own.
    swallowed = _literal_words(many[0]) > _literal_words(few[0])
    return (*many, *few) if swallowed else tuple(few)


def _rank(match: Match) -> tuple[int, int, int]:
    # Sorts the best first.
    return len(match.commands), -_literal_words(match), _wild_letters(match)


def _literal_words(match: Match) -> int:
    return sum(each.literal_words for each in match.commands)


def _wild_letters(match: Match) -> int:
    return sum(each.wild_letters for each in match.commands)


class _Taking(NamedTuple):
    """One text that is taken apart at the words of one joint."""

    automaton: Automaton
    sentences: Sequence[SentenceTemplate]
    text: str
    normal: NormalText
    joined: Joined

    def apart(self) -> list[Match]:
        """The compounds that the text may be, the best first; none if it is no compound."""
        cuts = self._cuts()
        parts = self._parts(cuts) if cuts else {}
        few = self._best(parts, min)
        # As many commands as possible have the most words of their own, if any were swallowed.
        is_wild = few and _wild_letters(few[0])
        return list(_or_rather(few, self._best(parts, max))) if is_wild else few

    def _best(self, parts: Mapping[int, Sequence[_Part]], fewest: Callable[[Sequence[int]], int]) -> list[Match]:
        """The best meanings of fewest commands, or of most (`min`, `max`)."""
        left = _commands_left(parts, fewest)
        if 0 not in left:
            return []
        # First which begins such ways lead to, …
        ways, waiting = dict[int, list[_Part]](), [0]
        while waiting:
            begin = waiting.pop()
            ways[begin] = [part for part in parts[begin] if left.get(part.next) == left[begin] - 1]
            waiting += [part.next for part in ways[begin] if part.next is not None and part.next not in ways]
        # … then, from the end of the text back, what is said from each of them on.
        found: dict[int, list[Match]] = {}
        for begin in sorted(ways, reverse=True):
            found[begin] = self._meanings(ways[begin], found)
        return found[0]

    def _meanings(self, parts: Sequence[_Part], found: Mapping[int, Sequence[Match]]) -> list[Match]:
        """The best meanings of what begins with one of these parts; `found` are those of all that follows."""
        # Each meaning of the first command, with each meaning of all that follows it.
        several = []
        for part in parts:
            heads = self._commands(part)[:_MOST_MEANINGS]
            tails = [()] if part.next is None else [tail.commands for tail in found[part.next]]
            several += [replace(head, then=tail) for head in heads for tail in tails]
        # They multiply, so few are kept.
        several.sort(key=_rank)
        return several[:_MOST_MEANINGS]

    def _commands(self, part: _Part) -> tuple[Match, ...]:
        """The meanings of a part by itself."""
        # Its letters know where they come from, so that slots are found in the whole text.
        said = slice(part.begin, part.end)
        normal = NormalText(self.normal.text[said], self.normal.sources[said])
        begin = self.automaton.start(sorted(part.sentences), at_boundary=self._at_boundary(part.begin))
        # One value comes before several, as one command does.
        of_part = (self.automaton, self.sentences, self.text, normal, begin)
        return meanings(*of_part) or meanings(*of_part, several=True)

    def _cuts(self) -> list[_Cut]:
        """Where the joining words stand, by themselves or in something else."""
        # Not at the first letter: a command comes before them.
        text, found = self.normal.text, []
        for form in self.joined.joint.forms:
            at = text.find(form, 1)
            while at > 0:
                found.append(_Cut(at, at + len(form)))
                at = text.find(form, at + 1)
        return sorted(cut for cut in found if cut.begin < len(text))

    def _parts(self, cuts: Sequence[_Cut]) -> dict[int, list[_Part]]:
        """Begin → the parts that begin there; of begins that can be reached."""
        found: dict[int, list[_Part]] = {}
        reached = {0}
        for begin in sorted({0, *(cut.begin for cut in cuts)}):
            if begin in reached:
                found[begin] = list(self._parts_from(begin, cuts))
                reached.update(part.next for part in found[begin] if part.next is not None)
        return found

    def _parts_from(self, begin: int, cuts: Sequence[_Cut]) -> Iterator[_Part]:
        # One walk from the begin on, as far as a command may go; at each cut that it meets a command may end.
        joint, machine, text = self.joined.joint, self.automaton.sets.one_command, self.normal.text
        # The first command need not be one that may stand behind a joining word.
        behind = joint.behind if begin else joint.before
        here = machine.entered([self.automaton.initial], at_boundary=self._at_boundary(begin))
        read = begin
        for cut in cuts:
            if cut.end <= begin:
                continue
            here, read = machine.walk(text[read : cut.end], here), cut.end
            if not here:
                return
            if sentences := self._ended(here, text[cut.end]) & joint.before & behind:
                yield _Part(begin, cut.end, sentences, cut.begin)
        # The whole text as one part is one command, which is no compound.
        last = machine.finish(machine.walk(text[read:], here)).sentences & behind
        if begin and last:
            yield _Part(begin, len(text), last, None)

    def _ended(self, here: StateSet, following: str) -> States:
        # Spaces that the grammar has at the end of a sentence are read with the one before the joining words.
        return self.automaton.sets.one_command.finish(here).sentences if following == " " else here.ended

    def _at_boundary(self, begin: int) -> bool:
        return not begin or self.normal.text[begin - 1] == " "


def _commands_left(
    parts: Mapping[int, Sequence[_Part]], fewest: Callable[[Sequence[int]], int]
) -> dict[int | None, int]:
    """Begin → by how many commands the end of the text is reached from there; only begins from which it is reached."""
    # From the back, so that what follows a part is known. Behind the last one there is nothing.
    left: dict[int | None, int] = {None: 0}
    for begin in sorted(parts, reverse=True):
        if ways := [left[part.next] for part in parts[begin] if part.next in left]:
            left[begin] = 1 + fewest(ways)
    return left
