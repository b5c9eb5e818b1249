"""What `voiced wake …` does: opens the microphone, loads what is needed, and hands over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voiced import wake_enroll, wake_test
from voiced.errors import VoicedError
from voiced.microphone import Microphone
from voiced.wake.phrase import checked_phrase

if TYPE_CHECKING:
    from argparse import Namespace

    from voiced.config import Config
    from voiced.wake_enroll import Print


def run(options: Namespace, config: Config, say: Print) -> bool:
    """One action; whether all went as it should."""
    return {"enroll": _enroll, "test": _test}[options.action](options, config, say)


def _enroll(options: Namespace, config: Config, say: Print) -> bool:
    phrase = checked_phrase(options.phrase)
    out = options.out or Path(f"{phrase.replace(' ', '_')}.npz")
    look = wake_test.verifier_of(config).opinion
    if options.files:
        wake_enroll.from_files(phrase, options.files, out, look, say)
    else:
        with Microphone(config.microphone.device) as microphone:
            wake_enroll.from_microphone(phrase, microphone.frames(), out, look, say)
    return True


def _test(options: Namespace, config: Config, say: Print) -> bool:
    if bool(options.files or options.other) == options.mic:
        raise VoicedError("name recordings to test the wake word on, or --mic")
    trial = wake_test.trial_of(options.word, config)
    if not options.mic:
        return wake_test.on_files(trial, options.files, options.other, options.plot, say)
    with Microphone(config.microphone.device) as microphone:
        wake_test.live(trial, microphone.frames(), say)
    return True
