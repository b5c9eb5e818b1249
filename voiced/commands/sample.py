"""`voiced sample`: random sentences of the grammar, printed, or said and recognised."""

from __future__ import annotations

import random
from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.commands.shared import (
    DONE,
    FAILED,
    add_json,
    add_settings,
    config_of,
    count,
    grammar_of,
    print_json,
    progress,
    tell,
)
from voiced.errors import VoicedError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from voiced.advice.misheard import Heard, Trial
    from voiced.grammar import Grammar, Sample

SNR_DB = 12.0


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser)
    parser.add_argument("-n", type=count, default=10, metavar="N", help="how many (10)")
    parser.add_argument("--seed", type=int, help="for the same sentences every time")
    check = "say them with a synthetic voice, recognise them, and tell which are misheard"
    parser.add_argument("--check", action="store_true", help=check)
    voice = "with --check: a program that reads a sentence and writes a recording, instead of espeak-ng"
    parser.add_argument("--voice", metavar="COMMAND", help=voice)
    parser.add_argument("--noise", type=Path, metavar="FILE", help="with --check: noise that is mixed in")
    snr = f"with --noise: how much louder the speech is ({SNR_DB:g})"
    parser.add_argument("--snr", type=_decibels, default=SNR_DB, metavar="DB", help=snr)
    add_json(parser)


def _decibels(text: str) -> float:
    try:
        ratio = float(text)
    except ValueError:
        ratio = float("nan")
    if not abs(ratio) <= 100:  # noqa: PLR2004 # dB; not a number, too
        raise ArgumentTypeError(f"{text!r} is no ratio from -100 to 100 dB")
    return ratio


def sample(options: Namespace) -> int:
    """Print random sentences of the grammar, of several languages in turn.

    With --check they are said by a synthetic voice, and recognised as if somebody had spoken; it prints those that were
    misunderstood, as what, and how many were right, and ends with 1 if one was not. The voice is espeak-ng's, or that
    of a program that reads a sentence from standard input and writes a recording to standard output or to {file}:

        voiced sample --check -n 50 --voice 'piper --model en_US-joe-medium.onnx --output_file {file}'

    With --json, one object a line for each sentence: "text", "intent", "slots", "language"; with --check "understood",
    "heard_text", "heard_intent", "heard_slots", "reason" (of a rejection, else null), "confidence" instead of that.
    """
    from voiced.grammar import sampled

    grammar = grammar_of(options)
    chosen = random.Random(options.seed)  # noqa: S311 # nothing secret is drawn
    if options.check:
        return _check(options, grammar, list(grammar.sample(chosen, options.n)))
    for language, sentence in sampled(grammar, chosen, options.n):
        if options.json:
            told = {"text": sentence.text, "intent": sentence.intent, "slots": dict(sentence.slots)}
            print_json(told | {"language": language})
        else:
            tell(sentence.text)
    return DONE


def _check(options: Namespace, grammar: Grammar, sentences: Sequence[Sample]) -> int:
    if not sentences:
        raise VoicedError("there is nothing to say: no sentence of the intents can be said")
    trial = _trial(options, grammar, sentences[0].text)
    with progress("speaking", len(sentences)) as done:
        heard = []
        for sentence in sentences:
            heard.append(trial.attempt(sentence))
            done()
    for each in heard:
        if options.json:
            print_json(each.as_json())
        elif not each.understood:
            tell(_line(each))
    understood = sum(each.understood for each in heard)
    if not options.json:
        tell(f"{understood} of {len(heard)} understood")
    return DONE if understood == len(heard) else FAILED


def _trial(options: Namespace, grammar: Grammar, text: str) -> Trial:
    """What sentences are said with; that the voice says `text` is seen before seconds of loading."""
    from voiced.advice.misheard import Noise, Trial
    from voiced.advice.voice import voice
    from voiced.audio import sound_file
    from voiced.audio.vad import Vad
    from voiced.recognition.recognizer import Recognizer

    speaking = voice(options.voice, grammar.language)
    speaking(text)
    noise = Noise(sound_file.read(options.noise), options.snr) if options.noise else None
    return Trial(grammar, Recognizer(config_of(options).recognizer, grammar), Vad(), speaking, noise)


def _line(heard: Heard) -> str:
    """One sentence that was misunderstood, and as what."""
    from voiced.flow import Outcome
    from voiced.records.outcome import outcome_line

    return f"{heard.said.text}: {outcome_line(Outcome('', heard.transcript))}"
