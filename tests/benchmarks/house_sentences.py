"""Home Assistant's sentences without any YAML, spoken: how many are understood in a house of 40 entities and 10 areas?

    python -m tests.benchmarks.house_sentences --intents FOLDER --sounds CACHE en de
        [--model base] [--voice NAME ...] [--most 100] [--snr 20] [--noise FILE] [--talk] [--list] [--out tries.json]

FOLDER is a copy of the repository OHF-Voice/intents. Of its tests the names that are used most make the house. As many
test sentences as asked for are drawn from those that mean in this house, in writing, what the tests say. Each is spoken
by four synthetic voices (`house_voices`), noise is added, and it is recognised: right is what has the intent and slots
that it has in writing, words of wildcards included; beside it is told how many are right however these are written.
Without FILE the noise is pink. With `--talk` those voices say sentences that are no commands, and none of them must be
accepted.

Seconds are of processor time, one thread, all passes, whatever `recognizer.patience` says.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import numpy as np
import torch
import yaml

from tests.benchmarks.house_voices import VOICES, spoken
from tests.benchmarks.ohf_judge import cases_of, names_of
from voiced import grammar
from voiced.advice.voice import in_a_room
from voiced.audio import sound_file
from voiced.audio.vad import Vad
from voiced.config import RecognizerSettings
from voiced.evaluation.noise import key_of, mixed
from voiced.flow import SAMPLE_RATE
from voiced.grammar.house import Entity, House, Place
from voiced.grammar.normalize import normalize
from voiced.home_assistant.sentences import own_sentences
from voiced.listening.recording import as_utterance
from voiced.recognition.hypotheses import are_rivals
from voiced.recognition.recognizer import Recognizer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.benchmarks.ohf_judge import Case
    from voiced.flow import Match, Samples, Transcript
    from voiced.grammar import Grammar

ENTITIES, AREAS = 40, 10
TALK = Path(__file__).with_name("house_talk.yaml")
MODELS = {"en": "tiny.en"}  # of other languages: base
RIGHT, WRONG, REJECTED = "right", "wrong", "rejected"
NOISE_SECONDS = 60


@dataclass(frozen=True)
class Try:
    """A sentence said by a voice, and what was made of it."""

    language: str
    voice: str
    text: str
    meant: str | None  # None: it is no command
    verdict: str
    found: str | None  # what it was taken for, accepted or not
    read: str  # the sentence of the grammar
    heard: str  # what was heard freely, where that was asked
    reason: str | None
    confidence: float
    seconds: float
    has_free_text: bool
    means_it: bool  # it was accepted, and is right but for the spelling of free text


# ---- house and sentences


def house_of(folder: Path, language: str, cases: Sequence[Case]) -> House:
    """The names that the tests of a language use most; then others that they mention, until the house is full."""
    names = names_of(folder, language)
    places = {kind: _most_used(kind, (said for said, _ in names[kind]), cases) for kind in ("area", "floor")}
    areas, floors = places["area"][:AREAS], places["floor"]
    known: dict[str, Entity] = {}
    for said, context in names["name"]:
        # A name that stands there without its class, too, has one; names of rooms stay with the rooms.
        its = Entity(said, context["domain"], device_class=context.get("device_class"))
        if said not in areas and not (said in known and its.device_class is None):
            known[said] = its
    entities = [known[said] for said in _most_used("name", known, cases)[:ENTITIES]]
    return House(tuple(entities), tuple(map(Place, areas)), tuple(map(Place, floors)))


def _most_used(slot: str, said: Iterable[str], cases: Sequence[Case]) -> list[str]:
    used = Counter(str(case.slots.get(slot)) for case in cases)
    return sorted(dict.fromkeys(said), key=lambda name: -used[name])


def drawn(commands: Grammar, cases: Sequence[Case], most: int) -> list[tuple[str, Match]]:
    """So many sentences, each with its meaning, from those that mean what the tests say."""
    meant: list[tuple[str, Match]] = []
    for case in random.Random(0).sample(cases, len(cases)):
        match = commands.match(case.text) if len(meant) < most else None
        if match and case.is_met_by((match.intent, dict(match.slots))):
            meant.append((case.text, match))
    return meant


# ---- trials


class Bench:
    """One language: its house, and a recogniser for it."""

    def __init__(self, asked: argparse.Namespace, language: str) -> None:
        self._asked, self.language = asked, language
        self.cases = list(cases_of(asked.intents, language))
        self.house = house_of(asked.intents, language, self.cases)
        room = self.house.areas[0].name
        self.commands = grammar.load([], room, self.house, more=[own_sentences(language)])
        model = asked.model or MODELS.get(language, "base")
        self._recognizer = Recognizer(RecognizerSettings(model=model, threads=1, beam_size=asked.beams), self.commands)
        self._vad = Vad()
        self._noise = sound_file.read(asked.noise) if asked.noise else pink(NOISE_SECONDS * SAMPLE_RATE)

    def tries(self) -> Iterator[Try]:
        """Yield what becomes of every sentence in every voice."""
        said: list[tuple[str, Match | None]] = []
        if self._asked.talk:
            talk = yaml.safe_load(TALK.read_text(encoding="utf-8"))[self.language]
            said += [(text, None) for text in talk[: self._asked.most] if self.commands.match(text) is None]
        else:
            said += drawn(self.commands, self.cases, self._asked.most)
        for text, meant in said:
            for voice in self._asked.voice or VOICES[self.language]:
                yield self._try(text, meant, voice)

    def _try(self, text: str, meant: Match | None, voice: str) -> Try:
        sound = in_a_room(spoken(self._asked.sounds, self.language, voice, text))
        if self._asked.snr is not None:
            sound = mixed(sound, self._noise, self._asked.snr, key_of(0, text, self._asked.snr))
        utterance = as_utterance(sound, self._vad)
        began = process_time()
        found = self._recognizer.recognize(utterance)
        seconds = process_time() - began
        return Try(
            self.language,
            voice,
            text,
            _meaning(meant) if meant else None,
            _verdict(found, meant),
            _meaning(found.match) if found.match else None,
            found.text,
            found.heard,
            found.reason.value if found.reason else None,
            round(found.confidence, 3),
            round(seconds, 3),
            bool(meant and meant.free),
            bool(meant and found.match and not found.reason and _is_meant(found.match, meant)),
        )


def _verdict(found: Transcript, meant: Match | None) -> str:
    if found.match is None or found.reason:
        return REJECTED
    return RIGHT if meant and _meaning(found.match) == _meaning(meant) else WRONG


def _meaning(match: Match) -> str:
    """Intents and slots; words of wildcards without capitals and marks."""
    return " + ".join(
        f"{each.intent} {sorted((slot, _plain(each, slot)) for slot in each.slots)}" for each in match.commands
    )


def _is_meant(found: Match, meant: Match) -> bool:
    return _meaning(found) == _meaning(meant) or not are_rivals(found, meant)


def _plain(match: Match, slot: str) -> str:
    value = match.slots[slot]
    return normalize(str(value)).text if slot in match.free else repr(value)


def pink(n_samples: int) -> Samples:
    """Noise that is as loud in each octave, as rooms and ventilators are."""
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(n_samples))
    spectrum /= np.sqrt(np.maximum(1, np.arange(len(spectrum))))
    noise = np.fft.irfft(spectrum, n_samples)
    return np.asarray(noise / (4 * np.abs(noise).max()), np.float32)


# ---- tables


def report(tries: Sequence[Try]) -> Iterator[str]:
    """A row for each voice, and one for all."""
    head = ["said", "right", "wrong", "rejected", "right without free text", "right in any spelling", "CPU s, median"]
    yield f"| language | voice | {' | '.join(head)} |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|"
    for language in dict.fromkeys(each.language for each in tries):
        its = [each for each in tries if each.language == language]
        for voice in dict.fromkeys(each.voice for each in its):
            yield _row(language, voice, [each for each in its if each.voice == voice])
        yield _row(language, "all", its)


def _row(language: str, voice: str, tries: Sequence[Try]) -> str:
    counts = Counter(each.verdict for each in tries)
    known = [each for each in tries if not each.has_free_text]
    of_known = sum(each.verdict == RIGHT for each in known)
    return (
        f"| {language} | {voice} | {len(tries)} | {_share(counts[RIGHT], len(tries))} | {counts[WRONG]} "
        f"| {counts[REJECTED]} | {_share(of_known, len(known))} "
        f"| {_share(sum(each.means_it for each in tries), len(tries))} | {median(each.seconds for each in tries):.2f} |"
    )


def _share(count: int, of: int) -> str:
    return f"{count} of {of} ({100 * count / of:.1f} %)" if of else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("languages", nargs="+", choices=sorted(VOICES))
    parser.add_argument("--intents", type=Path, required=True, metavar="FOLDER", help="OHF-Voice/intents")
    parser.add_argument("--sounds", type=Path, required=True, metavar="CACHE", help="what was spoken is kept here")
    parser.add_argument("--model", help="tiny.en for English, base for others")
    parser.add_argument("--voice", nargs="*", metavar="NAME", help="instead of the four voices of the language")
    parser.add_argument("--beams", type=int, default=5)
    parser.add_argument("--most", type=int, default=100, help="sentences of a language (100)")
    parser.add_argument("--noise", type=Path, metavar="FILE", help="a recording of noise; without it, pink noise")
    parser.add_argument("--snr", type=float, default=20.0, help="speech to noise in dB (20)")
    parser.add_argument("--talk", action="store_true", help="sentences that are no commands")
    parser.add_argument("--list", action="store_true", help="tell all that went wrong")
    parser.add_argument("--out", type=Path, help="every try as JSON")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    tries: list[Try] = []
    for language in asked.languages:
        for each in Bench(asked, language).tries():
            tries.append(each)
            if asked.list and each.verdict != (RIGHT if each.meant else REJECTED):
                print(_told(each), flush=True)
    for line in report(tries):
        print(line)
    if asked.out:
        asked.out.write_text(json.dumps([asdict(each) for each in tries], ensure_ascii=False, indent=1))


def _told(each: Try) -> str:
    return (
        f"{each.verdict}: {each.voice}: {each.text!r} meant {each.meant}\n"
        f"  read {each.read!r} as {each.found} ({each.confidence}, {each.reason}), heard {each.heard!r}"
    )


if __name__ == "__main__":
    main()
