"""`voiced listen`: one command, or free text, from the microphone; without wake word and broker.

The daemon's own ear and assistant, with a printer in the broker's place.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from voiced.commands.shared import (
    DONE,
    FAILED,
    USAGE,
    add_json,
    add_settings,
    config_of,
    facts_of,
    grammar_of,
    print_json,
    print_outcome,
)
from voiced.errors import ModelError, VoicedError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence

    from voiced.assistant import Recognizing
    from voiced.audio.microphone import Microphone
    from voiced.config import Config, ListeningSettings
    from voiced.flow import Action, AudioFrame, Detection, Outcome, Program, Sentence, State, Transcript, Utterance
    from voiced.grammar import Grammar
    from voiced.recognition.budget import Budget
    from voiced.recognition.end_of_turn import SoFar
    from voiced.recognition.recognizer import Recognizer

EVENTS_WAITING = 8  # as in the daemon
LONGEST_DICTATION, DICTATION_SILENCE = 300.0, 1.2  # seconds; people think between two sentences
# What a dictation is understood by: nothing is matched, but it may take an hour to be written.
ANYTHING = "intents: {Dictation: {sentences: [any words], action: {topic: dictation, expires: 3600}}}"


class UsageError(VoicedError):
    """Options that do not go together."""

    exit_code = USAGE


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser)
    parser.add_argument("--dictate", action="store_true", help="write any words, instead of a command of the intents")
    about = "with --dictate: code of the language; a multilingual model finds out by itself"
    parser.add_argument("--language", metavar="CODE", help=about)
    parser.add_argument("--repeat", action="store_true", help="listen again after each, until Ctrl-C")
    add_json(parser)


def listen(options: Namespace) -> int:
    """Hear one command from the microphone, without wake word and broker, and print it; nothing is sent.

    Speak when it says that it listens. Ends with 1 if what was said is no command, or if nobody spoke. With --dictate
    it prints any words, for other programs:

        voiced listen --dictate | wtype -

    In a pipe nothing follows the words, so that no Enter is typed behind them; with --repeat each has a line.
    """
    from voiced.audio.microphone import Microphone
    from voiced.recognition.recognizer import Recognizer

    if options.language and not options.dictate:
        raise UsageError("--language is for --dictate: commands are in the language of their intents")
    config = config_of(options)
    microphone = Microphone(config.microphone.device)
    microphone.require()  # before seconds of loading
    if options.dictate:
        return _hear(microphone, _patient(config.listening), _Dictation(config, options.language), options)
    recognizer = Recognizer(config.recognizer, grammar_of(options))
    recognizer.warm_up()
    return _hear(microphone, config.listening, _Commands(recognizer), options)


def _patient(settings: ListeningSettings) -> ListeningSettings:
    """Return settings that end a dictation by silence alone."""
    longer = {"longest": LONGEST_DICTATION, "silence": max(DICTATION_SILENCE, settings.silence)}
    return settings.model_copy(update={**longer, "recognize_pauses": False})


def _hear(microphone: Microphone, settings: ListeningSettings, recognizer: Recognizing, options: Namespace) -> int:
    """Listen until an answer was printed, or for ever; return an exit code."""
    from voiced.assistant import Assistant
    from voiced.audio.vad import Vad
    from voiced.foundations.relay import Relay
    from voiced.listening.ear import listen as hear
    from voiced.listening.pace import Pace
    from voiced.listening.requests import Requests
    from voiced.recognition.budget import Budget

    requests = Requests()
    printer = _Printer(options, requests.listen_now if options.repeat else microphone.close)
    with microphone:
        pace = Pace(microphone.frames(), printer, printer.listening)
        requests.listen_now()
        ear = hear(pace.frames(), _NoWakeWord(), Vad(), settings, requests)
        heard = Relay(ear, EVENTS_WAITING, "ear")

        def budget_of(what: Utterance | Sentence) -> Budget:
            return Budget(partial(pace.since, what), lambda: False, lambda: False)

        Assistant(recognizer, printer, printer, budget_of, requests.answer_pause, facts_of(options)).run(heard)
    return printer.code


class _Commands:
    """Recognises commands, whatever woke it."""

    def __init__(self, recognizer: Recognizer) -> None:
        self.recognize = recognizer.recognize
        self.recognize_so_far = recognizer.recognize_so_far
        self._grammar = recognizer.grammar

    def grammar_of(self, detection: Detection | None) -> Grammar:
        del detection
        return self._grammar


class _Dictation:
    """Recognises any words."""

    def __init__(self, config: Config, language: str | None) -> None:
        """Load the model; ModelError, or UsageError if it does not know the language."""
        from voiced import grammar
        from voiced.whisper.languages import language_code
        from voiced.whisper.loading import weights
        from voiced.whisper.transcription.recording import check_language
        from voiced.whisper.transcription.values import TranscriptionOptions

        settings = config.recognizer
        self._grammar = grammar.parse(ANYTHING)
        try:
            self._options = TranscriptionOptions(language=language_code(language) if language else None)
            self._loaded = weights.load(settings.model, device=settings.device, compute=settings.compute)
            check_language(self._loaded, self._options)
        except (OSError, ValueError) as error:
            raise ModelError.told_by(error) from error

    def grammar_of(self, detection: Detection | None) -> Grammar:
        del detection
        return self._grammar

    def recognize(self, utterance: Utterance, so_far: SoFar | None, budget: Budget) -> Transcript:
        """Return what was said, as text alone."""
        from voiced.flow import Ending, Reason, Transcript
        from voiced.whisper.transcription.recording import prepare
        from voiced.whisper.transcription.segments import transcribe_windows

        del so_far, budget
        if utterance.ending is Ending.NO_SPEECH:
            return Transcript("", None, Reason.NO_SPEECH, confidence=0.0, avg_logprob=0.0)
        recording = prepare(self._loaded, utterance.samples, self._options)
        windows = transcribe_windows(self._loaded, recording, self._options)
        text = "".join(segment.text for window in windows for segment in window.segments).strip()
        return Transcript(text, None, None if text else Reason.NO_SPEECH, confidence=0.0, avg_logprob=0.0)

    def recognize_so_far(self, utterance: Utterance, budget: Budget) -> SoFar:
        """Return what was said so far; not asked, since a dictation ends by silence alone."""
        from voiced.flow import Continuation
        from voiced.recognition.end_of_turn import SoFar

        return SoFar(utterance, self.recognize(utterance, None, budget), Continuation.UNKNOWN)


class _NoWakeWord:
    """Detects none."""

    suspects = False

    def detect(self, frame: AudioFrame) -> Detection | None: ...
    def allow_again(self) -> None: ...
    def refuse(self, detection: Detection) -> None: ...
    def reset(self) -> None: ...


class _Printer:
    """Prints what was understood, and ends the listening or begins it again; in the place of broker and sounds."""

    def __init__(self, options: Namespace, go_on: Callable[[], None]) -> None:
        self.code = FAILED  # nothing was heard yet
        self._dictates, self._json = options.dictate, options.json
        self._end = "\n" if options.repeat or sys.stdout.isatty() else ""  # a line break is the Enter key for others
        self._go_on = go_on

    def listening(self) -> None:
        """The first sound has come."""
        print("listening …", file=sys.stderr, flush=True)

    def outcome(self, outcome: Outcome) -> None:
        """Print a command; of a dictation the words alone."""
        self.code = FAILED if outcome.reason else DONE
        if not self._dictates:
            self._print(outcome)
        elif self._json:
            print_json({"text": outcome.text})
        elif outcome.text:
            print(outcome.text, end=self._end, flush=True)
        self._go_on()

    def _print(self, outcome: Outcome) -> None:
        from voiced.records.outcome import outcome_json

        if self._json:
            print_json(outcome_json(outcome))
        else:
            print_outcome(outcome)

    def feed(self) -> None: ...
    def state(self, state: State) -> None: ...
    def wake(self, detection: Detection) -> None: ...
    def act(self, actions: Sequence[Action | Program]) -> None: ...
    def woken(self, detection: Detection | None) -> None: ...
    def answered(self, outcome: Outcome) -> None: ...
