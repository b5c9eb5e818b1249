"""`voiced recognize`: recordings of commands, without a wake word."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voiced.commands.shared import (
    DONE,
    FAILED,
    RECORDINGS,
    add_json,
    add_settings,
    config_of,
    facts_of,
    grammar_of,
    print_json,
    print_outcome,
    print_problems,
    readable,
)
from voiced.errors import VoicedError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=RECORDINGS)
    parser.add_argument("--word-timestamps", action="store_true", help="with --json: when each word was said")
    add_json(parser)


def recognize(options: Namespace) -> int:
    """Recognise recordings of commands, one command in each, without a wake word.

    Ends with 1 if one was rejected, or could not be read; with --json each line says in "accepted" which.
    """
    from dataclasses import replace

    from voiced.acting.actions import actions_of
    from voiced.audio.sound_file import read as read_sound
    from voiced.audio.vad import Vad
    from voiced.flow import Outcome
    from voiced.foundations.today import now, today
    from voiced.grammar import dated, nearest
    from voiced.listening.recording import as_utterance
    from voiced.recognition.recognizer import Recognizer
    from voiced.records.outcome import outcome_json

    config, grammar, facts = config_of(options), grammar_of(options), facts_of(options)
    files = readable(options.files)
    if not files:
        return FAILED
    recognizer, vad, failed = Recognizer(config.recognizer, grammar), Vad(), len(files) < len(options.files)
    for file in files:
        try:
            utterance = as_utterance(read_sound(file), vad)
        except VoicedError as error:  # the other recordings are still wanted
            print_problems(error)
            failed = True
            continue
        transcript = dated(recognizer.recognize(utterance), today())
        failed = failed or transcript.reason is not None
        words = recognizer.words(utterance, transcript.text, transcript.language) if options.word_timestamps else None
        near = nearest(grammar, transcript)
        actions = actions_of(grammar, transcript, replace(facts, id=file.name, time=now()))
        outcome = Outcome(file.name, transcript, actions, utterance, nearest=near)
        if options.json:
            print_json(outcome_json(outcome, str(file), words))
        else:
            print_outcome(outcome, f"{file}: ")
    return FAILED if failed else DONE
