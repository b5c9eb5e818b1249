"""What `voiced wake …` does: opens the microphone, loads what is needed, and hands over."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from voiced import grammar
from voiced.audio.microphone import Microphone
from voiced.commands import wake_enroll, wake_train
from voiced.errors import VoicedError
from voiced.evaluation import wake_trials as wake_test
from voiced.records import wakes as wake_memory
from voiced.wake.model_file import SUFFIX
from voiced.wake.training.phrase import checked_phrase

if TYPE_CHECKING:
    from argparse import Namespace

    from voiced.commands.wake_train import Progress
    from voiced.config import Config
    from voiced.foundations.terminal import Print


def run(options: Namespace, config: Config, say: Print, progress: Progress) -> bool:
    """One action; whether all went as it should."""
    if options.action == "train":
        return _train(options, config, say, progress)
    return {"enroll": _enroll, "test": _test, "bad": _bad}[options.action](options, config, say)


def _enroll(options: Namespace, config: Config, say: Print) -> bool:
    phrase = checked_phrase(options.phrase)
    out = _out(options, phrase)
    look = wake_test.verifier_of(config).opinion
    if options.files:
        wake_enroll.from_files(phrase, options.files, out, look, say)
    else:
        with Microphone(config.microphone.device) as microphone:
            wake_enroll.from_microphone(phrase, microphone.frames(), out, look, say)
    return True


def _train(options: Namespace, config: Config, say: Print, progress: Progress) -> bool:
    phrase = checked_phrase(options.phrase)
    verifier = wake_test.verifier_of(config)
    language = options.language or grammar.load([config.intents]).language
    out = _out(options, phrase)
    job = wake_train.Job(phrase, language, options.take, wake_memory.wrong_wakes(out.stem), out)
    wake_train.from_text(job, verifier.opinion, say, progress)
    return True


def _bad(options: Namespace, _config: Config, say: Print) -> bool:
    folder, wakes = wake_memory.last_wakes()
    wakes = wakes[::-1]  # the newest is number 1
    if options.which is None:
        for number, wake in enumerate(wakes, start=1):
            when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(wake.at))
            was = "woke" if wake.accepted else "refused"
            say(f"{number:2}  {when}  {wake.wake_word}  score {wake.score:.2f}  {was}")
        return True
    which = "1" if options.which.lower() == "last" else options.which
    if not which.isdecimal() or not 1 <= int(which) <= len(wakes):
        raise VoicedError(f"{options.which!r} is none of the {len(wakes)} last wakes; `voiced wake bad` lists them")
    wake = wakes[int(which) - 1]
    count = wake_memory.mark_as_wrong(folder, wake)
    say(f"marked as wrong, {count} of {wake.wake_word} in all; its next training or enrolment learns from it")
    return True


def _out(options: Namespace, phrase: str) -> Path:
    """Where the wake word is written; VoicedError, before any work is done, if nothing can be written there."""
    out: Path = options.out or Path(f"{phrase.replace(' ', '_')}.npz")
    if out.suffix != SUFFIX:
        raise VoicedError(f"{out}: the name of a wake word's file ends in {SUFFIX}")
    if not out.parent.is_dir():
        raise VoicedError(f"{out.parent}: there is no such folder")
    return out


def _test(options: Namespace, config: Config, say: Print) -> bool:
    if bool(options.files or options.other) == options.mic:
        raise VoicedError("name recordings to test the wake word on, or --mic")
    trial = wake_test.trial_of(options.word, config)
    if not options.mic:
        return wake_test.on_files(trial, options.files, options.other, options.plot, say)
    with Microphone(config.microphone.device) as microphone:
        wake_test.live(trial, microphone.frames(), say)
    return True
