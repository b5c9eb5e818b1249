"""One, two or three looks at a recording, each with more views of it than the one before: which windows, which pace.

A command is short, so that at first Whisper hears no more than the speech and a second of silence; it is shown the
vocabulary of the grammar, and may write sentences of the grammar only. That is cheap. A second look takes several times
as long: in the whole window that Whisper was trained on, too, once after the vocabulary backwards and once after the
vocabulary and sentences, and asking what it would write without the grammar, which speaks for the reading or against
it. A third has more views, all after sentences alone: of the same window, and with some models of the same sound slower
and faster: in other frames Whisper sees other things. Views, averaged, know more than one of them.

Whether another look is worth it, others decide.
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from voiced.audio.resampling import sped_up
from voiced.flow import SAMPLE_RATE, Timings
from voiced.recognition.confidence import CLOSE
from voiced.recognition.coverage import is_brisk, sayable, unexplained
from voiced.whisper.log_mel import WINDOW_SAMPLES, pad_or_trim

if TYPE_CHECKING:
    from voiced.flow import Match, Utterance
    from voiced.recognition.views import Look, Reader, View
    from voiced.whisper.model import Cache
    from voiced.whisper.words import TimedWord

TAIL = SAMPLE_RATE  # of silence after the speech; with 0.2 s an eighth of the noisy commands is lost
STEP = SAMPLE_RATE // 2  # by which windows differ in length

# Times as fast, at which a multilingual model hears what is doubtful, too. Of 33 orders, most of them in noise, that
# two looks of base leave doubtful, 21 are understood after the same window alone, and 26 so. English models hear no
# other pace: tiny.en understood 44 instead of 41 of 57, but believed "don't turn on the lights" and 3 more of 324 near
# misses.
PACES = (0.9, 0.85, 1.1)


class Looked(NamedTuple):
    """What was found, by whom, in which views, and how long that took."""

    look: Look
    reader: Reader
    views: tuple[View, ...]
    start: Cache  # what the decoder knows of the longest window, as fast as it was said
    words: list[TimedWord]  # of the text, where that was asked
    n_samples: int  # of that window
    timings: Timings


def look(reader: Reader, utterance: Utterance) -> Looked:
    """At the speech and a little silence after it."""
    return _look(reader, utterance, window_of(utterance))


def look_again(first: Looked, utterance: Utterance) -> Looked:
    """In the whole window as well, and without the grammar too."""
    return _look(first.reader, utterance, WINDOW_SAMPLES, first)


def look_once_more(second: Looked, utterance: Utterance) -> Looked:
    """After sentences alone, and at other paces; the same if there is no other view.

    It may confirm what was read, and settle what was close; if it overturns the second, both are rivals: no margin.
    """
    begin, reader = perf_counter(), second.reader
    paces = PACES if reader.loaded.tokenizer.is_multilingual else ()
    paced = (pad_or_trim(sped_up(utterance.samples, pace), WINDOW_SAMPLES) for pace in paces)
    starts = [second.start, *map(reader.start, paced)]
    encoded = perf_counter()
    letters = sayable(utterance)
    more = (reader.views(start, utterance.prefix, letters, number) for number, start in enumerate(starts, start=2))
    views = (*second.views, *(view for views in more for view in views))
    if len(views) == len(second.views):
        return second
    found, words = _read(reader, views, second.start, utterance, freely=True)
    if found.evidence and _overturns(found, second.look):
        found = replace(found, evidence=replace(found.evidence, margin=0.0))
    timings = second.timings + Timings(encode=encoded - begin, decode=perf_counter() - encoded)
    return second._replace(look=found, views=views, words=words, timings=timings)


def _overturns(third: Look, second: Look) -> bool:
    """Whether it means something else, where the second did not find that close.

    Where noise has drowned a word, slower and after sentences Whisper may be sure of the likelier one.
    """
    if third.match is None or second.match is None or second.evidence is None or second.evidence.margin < CLOSE:
        return False
    return (third.match.intent, third.match.slots) != (second.match.intent, second.match.slots)


def window_of(utterance: Utterance) -> int:
    """Samples that the encoder hears: the speech and its tail, in whole steps.

    The libraries beneath keep code and buffers for every length they meet, some 2 MB: they must not meet all of them.
    """
    begin, end = utterance.speech
    heard = end - utterance.start if end > begin else len(utterance.samples)
    return min(-(-(heard + TAIL) // STEP) * STEP, WINDOW_SAMPLES)


def end_of(utterance: Utterance) -> float:
    """When the speech ends, in seconds from the beginning of the samples."""
    return (utterance.speech[1] - utterance.start) / SAMPLE_RATE


def whole(match: Match, utterance: Utterance) -> str:
    """What was read, with the wake word, if that is in the sound."""
    return f"{utterance.prefix} {match.text}".strip()


def _look(reader: Reader, utterance: Utterance, n_samples: int, before: Looked | None = None) -> Looked:
    """In a window, and in those `before`; then it is asked, too, what Whisper would write without the grammar."""
    begin = perf_counter()
    start = reader.start(pad_or_trim(utterance.samples, n_samples))
    encoded = perf_counter()
    views = reader.views(start, utterance.prefix, sayable(utterance), 1 if before else 0)
    if before:
        views = (*before.views, *views)
    found, words = _read(reader, views, start, utterance, freely=before is not None)
    timings = Timings(encode=encoded - begin, decode=perf_counter() - encoded)
    return Looked(found, reader, views, start, words, n_samples, before.timings + timings if before else timings)


def _read(
    reader: Reader, views: tuple[View, ...], start: Cache, utterance: Utterance, *, freely: bool
) -> tuple[Look, list[TimedWord]]:
    """What was said, knowing how much of the speech a reading leaves out; and its words, if that needed them.

    `start`: what the decoder knows of the sound, as fast as it was said.
    """
    asked: dict[str, tuple[float, list[TimedWord]]] = {}

    def left_out(match: Match) -> float:
        text = whole(match, utterance)
        if is_brisk(text, utterance):
            asked[match.text] = 0.0, []
        else:
            words = reader.words(text, start, end_of(utterance))
            asked[match.text] = unexplained(words, utterance), words
        return asked[match.text][0]

    found = reader.look(views, left_out, freely=freely)
    if found.match is None or found.evidence is None:
        return found, []
    seconds, words = asked[found.match.text]
    return replace(found, evidence=replace(found.evidence, unexplained=seconds)), words
