"""Two languages in one house: is the right one heard, as much understood as in each alone, and at what cost?

    python -m tests.benchmarks.languages --homes FOLDER [--noise FILE --snr 6] [--limit N] [--model base]

FOLDER holds a folder for each language, named by its code: `labels.json`, recordings, `intents/`. Each recording is
recognised under its own language alone, then with each other one beside it, and with all of them at once; one after the
other in one process, so that the costs compare. A recording is understood if language, intent and slots are right.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import torch

from voiced import grammar
from voiced.audio import sound_file
from voiced.audio.vad import Vad
from voiced.config import RecognizerSettings
from voiced.evaluation.dataset import labelled
from voiced.evaluation.noise import key_of, mixed
from voiced.flow import Reason
from voiced.listening.recording import as_utterance
from voiced.recognition.recognizer import Recognizer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voiced.evaluation.dataset import Recording
    from voiced.flow import Transcript, Utterance


@dataclass(frozen=True)
class Try:
    """One recording in one house, beside what its own language alone makes of it."""

    house: str  # "en+de"
    name: str
    is_right_language: bool
    alone: bool  # understood in its own language alone
    together: bool  # understood in this house
    wrong: bool  # accepted, and not what was said
    is_ambiguous: bool
    cost: float  # processor time in this house / alone
    told: str


def houses(languages: Sequence[str]) -> list[tuple[str, ...]]:
    """Every pair of languages, and all of them."""
    pairs: list[tuple[str, ...]] = [
        (one, other) for number, one in enumerate(languages) for other in languages[number + 1 :]
    ]
    return [*pairs, tuple(languages)] if len(languages) > 2 else pairs


def tries(
    recordings: Iterable[tuple[str, Recording, Utterance]], recognizers: dict[tuple[str, ...], Recognizer]
) -> Iterable[Try]:
    """Recognise each recording alone, and then in every house that speaks its language."""
    for language, recording, utterance in recordings:
        alone, seconds = _timed(recognizers[(language,)], utterance)
        for house, recognizer in recognizers.items():
            if len(house) > 1 and language in house:
                together, cost = _timed(recognizer, utterance)
                yield Try(
                    "+".join(house),
                    recording.name,
                    together.language == language,
                    _is_right(alone, language, recording),
                    _is_right(together, language, recording),
                    together.reason is None and not _is_right(together, language, recording),
                    together.reason is Reason.AMBIGUOUS,
                    cost / seconds,
                    f"{language} {recording.name} in {'+'.join(house)}: {_told(alone)} | {_told(together)}",
                )


def _timed(recognizer: Recognizer, utterance: Utterance) -> tuple[Transcript, float]:
    begin = process_time()
    transcript = recognizer.recognize(utterance)
    return transcript, process_time() - begin


def _is_right(transcript: Transcript, language: str, recording: Recording) -> bool:
    match, label = transcript.match, recording.label
    if match is None or transcript.reason is not None or transcript.language != language:
        return False
    return match.intent == label.intent and all(match.slots.get(slot) == value for slot, value in label.slots.items())


def _told(transcript: Transcript) -> str:
    reason = transcript.reason.value if transcript.reason else "accepted"
    return f"{transcript.language} {transcript.text!r} {transcript.confidence:.2f} {reason}"


def heard(
    folder: Path, languages: Sequence[str], options: argparse.Namespace
) -> list[tuple[str, Recording, Utterance]]:
    """Every recording as an utterance, in noise if that is asked for."""
    vad, found = Vad(), []
    noise = sound_file.read(options.noise) if options.noise else None
    for language in languages:
        for recording in labelled(folder / language)[:: options.every]:
            sound = sound_file.read(recording.path)
            if noise is not None:
                sound = mixed(sound, noise, options.snr, key_of(0, recording.name, options.snr))
            found.append((language, recording, as_utterance(sound, vad)))
    return found


def opened(folder: Path, languages: Sequence[str], model: str) -> dict[tuple[str, ...], Recognizer]:
    """A recogniser for each language alone and for each house, all with one model."""
    settings = RecognizerSettings(model=model, threads=1, beam_size=5)
    first: Recognizer | None = None
    found: dict[tuple[str, ...], Recognizer] = {}
    for house in [*((language,) for language in languages), *houses(languages)]:
        commands = grammar.load([folder / language / "intents" for language in house], languages=house)
        first = first or Recognizer(settings, commands)
        found[house] = first.under(commands)
    for recognizer in found.values():
        recognizer.passes[0].model.prompts  # noqa: B018 # made before anything is timed
    return found


def report(found: Sequence[Try]) -> str:
    """A line a house, and one for all pairs."""
    by_house: dict[str, list[Try]] = defaultdict(list)
    for each in found:
        by_house[each.house].append(each)
        if each.house.count("+") == 1:
            by_house["all pairs"].append(each)
    header = (
        f"{'house':16} {'n':>5} {'language':>9} {'alone':>7} {'together':>9} {'wrong':>6} {'ambig.':>7} {'cost':>5}"
    )
    return "\n".join([header, *(_line(house, its) for house, its in by_house.items())])


def _line(house: str, its: Sequence[Try]) -> str:
    def share(name: str) -> str:
        return f"{100 * sum(getattr(each, name) for each in its) / len(its):.1f}"

    return (
        f"{house:16} {len(its):5} {share('is_right_language'):>9} {share('alone'):>7} {share('together'):>9} "
        f"{sum(each.wrong for each in its):6} {sum(each.is_ambiguous for each in its):7} "
        f"{median(each.cost for each in its):5.2f}"
    )


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--homes", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--languages", nargs="+", metavar="CODE", help="folders of FOLDER; without it, all")
    parser.add_argument("--model", default="base")
    parser.add_argument("--noise", type=Path, metavar="FILE")
    parser.add_argument("--snr", type=float, default=6.0, metavar="DB")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth recording")
    parser.add_argument("--verbose", action="store_true", help="each recording that is not understood as alone")
    options = parser.parse_args()
    torch.set_num_threads(1)
    languages = options.languages or sorted(each.name for each in options.homes.iterdir() if each.is_dir())
    recognizers, found = opened(options.homes, languages, options.model), []
    for each in tries(heard(options.homes, languages, options), recognizers):
        found.append(each)
        if options.verbose and (each.alone != each.together or not each.is_right_language):
            print(each.told, flush=True)
    print(report(found))


if __name__ == "__main__":
    main()
