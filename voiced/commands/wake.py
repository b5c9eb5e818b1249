"""`voiced wake …`: make, try and improve wake words of one's own. Opens the microphone, and hands over."""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.commands.shared import (
    DONE,
    FAILED,
    add_json,
    add_settings,
    config_of,
    print_json,
    print_text,
    progress,
    tell,
)
from voiced.errors import VoicedError
from voiced.foundations.terminal import printable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from voiced.evaluation.wake_trials import WakeTrial
    from voiced.foundations.terminal import Print
    from voiced.records.wakes import WakeRecord


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of every action."""
    add_settings(parser)
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    for name, (add, about) in ACTIONS.items():
        action = actions.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        add(action)
        add_settings(action, again=True)


def _enroll_arguments(enroll: ArgumentParser) -> None:
    _phrase(enroll)
    enroll.add_argument("files", nargs="*", type=Path, metavar="FILE", help="recordings, one take each; none: ask")


def _train_arguments(train: ArgumentParser) -> None:
    _phrase(train)
    takes = "recordings of yourself saying it, one take each: they count for more than any synthetic voice"
    train.add_argument("files", nargs="*", type=Path, metavar="FILE", help=takes)
    one = "one such recording; may be repeated"
    train.add_argument("--take", dest="takes", action="append", default=[], type=Path, metavar="FILE", help=one)
    language = "in which the phrase is spoken, as espeak-ng calls it (that of the intents)"
    train.add_argument("--language", metavar="CODE", help=language)


def _phrase(parser: ArgumentParser) -> None:
    parser.add_argument("phrase", metavar="PHRASE", help='two or three words: "hey computer"')
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="where to; without it hey_computer.npz here")
    add_json(parser)


def _test_arguments(test: ArgumentParser) -> None:
    test.add_argument("word", metavar="WORD", help="a bundled wake word, or the file of another")
    said = "recordings in which it is said, once each, or folders of them"
    test.add_argument("files", nargs="*", type=Path, metavar="FILE", help=said)
    others = "a recording in which it is not said, or a folder of such; may be repeated"
    test.add_argument("--other", action="append", default=[], type=Path, metavar="FILE", help=others)
    test.add_argument("--mic", action="store_true", help="listen to the microphone, and show the score")
    test.add_argument("--plot", type=Path, metavar="PNG", help="draw the scores of all recordings")
    add_json(test)


def _bad_arguments(bad: ArgumentParser) -> None:
    which = "the wake that was wrong: last, or its number in the list; without it the list"
    bad.add_argument("which", nargs="?", metavar="LAST|NUMBER", help=which)
    add_json(bad)


ACTIONS = {
    "enroll": (_enroll_arguments, "make a wake word: say it five times"),
    "train": (_train_arguments, "make a wake word: type it, and synthetic voices say it; takes minutes"),
    "test": (_test_arguments, "try a wake word on recordings, or live"),
    "bad": (_bad_arguments, "list the last wakes; mark one as wrong, and the next training learns from it"),
}


def wake(options: Namespace) -> int:
    """Make a wake word of your own by saying it a few times, or by typing it; try it out; mark false wakes."""
    return {"enroll": _enroll, "train": _train, "test": _test, "bad": _bad}[options.action](options)


def _enroll(options: Namespace) -> int:
    from voiced.audio.microphone import Microphone
    from voiced.commands import wake_enroll
    from voiced.evaluation import wake_trials
    from voiced.wake.training.phrase import checked_phrase

    config = config_of(options)
    phrase = checked_phrase(options.phrase)
    out = _out(options, phrase)
    verify, say = wake_trials.verifier_of(config).opinion, _say(options)
    if options.files:
        wake_enroll.from_files(phrase, options.files, out, verify, say)
    else:
        with Microphone(config.microphone.device) as microphone:
            wake_enroll.from_microphone(phrase, microphone.frames(), out, verify, say)
    _tell_written(options, phrase, out)
    return DONE


def _train(options: Namespace) -> int:
    from voiced.commands import wake_train
    from voiced.evaluation import wake_trials
    from voiced.home_assistant.home import language_of
    from voiced.records.wakes import wrong_wakes
    from voiced.wake.training.phrase import checked_phrase

    config = config_of(options)
    phrase = checked_phrase(options.phrase)
    out = _out(options, phrase)
    verifier = wake_trials.verifier_of(config)
    language = options.language or language_of(config)
    job = wake_train.TrainingJob(phrase, language, [*options.files, *options.takes], wrong_wakes(out.stem), out)
    wake_train.from_text(job, verifier.opinion, _say(options), progress)
    _tell_written(options, phrase, out)
    return DONE


def _bad(options: Namespace) -> int:
    from voiced.records.wakes import last_wakes, mark_as_wrong

    folder, wakes = last_wakes()
    wakes = wakes[::-1]  # the newest is number 1
    if options.which is None:
        _list(wakes, json=options.json)
        return DONE
    wake = _chosen(options.which, wakes)
    count = mark_as_wrong(folder, wake)
    if options.json:
        print_json({"wake_word": wake.wake_word, "marked": count})
    else:
        tell(f"marked as wrong, {count} of {wake.wake_word} in all; its next training or enrolment learns from it")
    return DONE


def _list(wakes: Sequence[WakeRecord], *, json: bool) -> None:
    for number, wake in enumerate(wakes, start=1):
        when = time.localtime(wake.at)
        if json:
            at = time.strftime("%Y-%m-%dT%H:%M:%S%z", when)
            told = {"number": number, "time": at, "wake_word": wake.wake_word}
            print_json(told | {"score": round(wake.score, 4), "accepted": wake.accepted})
        else:
            was = "woke" if wake.accepted else "refused"
            at = time.strftime("%Y-%m-%d %H:%M:%S", when)
            tell(f"{number:2}  {at}  {wake.wake_word}  score {wake.score:.2f}  {was}")


def _chosen(which: str, wakes: Sequence[WakeRecord]) -> WakeRecord:
    number = "1" if which.lower() == "last" else which
    if not number.isdecimal() or not 1 <= int(number) <= len(wakes):
        raise VoicedError(f"{which!r} is none of the {len(wakes)} last wakes; `voiced wake bad` lists them")
    return wakes[int(number) - 1]


def _say(options: Namespace) -> Print:
    """Return how to tell what is going on: on standard error where JSON is asked for, so that it stays alone."""
    return partial(print_text, file=sys.stderr) if options.json else print_text


def _tell_written(options: Namespace, phrase: str, out: Path) -> None:
    if options.json:
        print_json({"phrase": phrase, "file": str(out), "bytes": out.stat().st_size})


def _out(options: Namespace, phrase: str) -> Path:
    """Where the wake word is written; VoicedError, before any work is done, if nothing can be written there."""
    from voiced.wake.model_file import SUFFIX

    out: Path = options.out or Path(f"{phrase.replace(' ', '_')}.npz")
    if out.suffix != SUFFIX:
        raise VoicedError(f"{out}: the name of a wake word's file ends in {SUFFIX}")
    if not out.parent.is_dir():
        raise VoicedError(f"{out.parent}: there is no such folder")
    _may_overwrite(out)
    return out


def _may_overwrite(out: Path) -> None:
    """Ask before something is overwritten that is no wake word; VoicedError unless the answer is yes."""
    from voiced.errors import ModelError
    from voiced.wake import word_file

    try:
        if not os.path.lexists(out):
            return
        word_file.read(out)
    except ModelError:
        if out.is_dir():
            raise VoicedError(f"{out}: is a folder; name a file") from None
        question = f"{out} is there, and is no wake word: overwrite it? [y/N] "
        if not sys.stdin.isatty() or input(printable(question)).strip().lower() not in ("y", "yes"):
            raise VoicedError(
                f"{out}: is there, and is no wake word; remove it, or name another file with -o"
            ) from None


def _test(options: Namespace) -> int:
    from voiced.audio.microphone import Microphone
    from voiced.evaluation import plots, wake_trials

    if bool(options.files or options.other) == options.mic:
        raise VoicedError("name recordings to test the wake word on, or --mic")
    if options.plot:
        plots.require()
    config = config_of(options)
    trial = wake_trials.trial_of(options.word, config)
    if not options.mic:
        return _test_files(options, trial)
    if options.json:
        raise VoicedError("--json is for recordings; --mic shows the score while you speak")
    with Microphone(config.microphone.device) as microphone:
        wake_trials.live(trial, microphone.frames(), print_text)
    return DONE


def _test_files(options: Namespace, trial: WakeTrial) -> int:
    from voiced.evaluation import wake_trials

    say, tried = _say(options), []
    for one in wake_trials.try_files(trial, options.files, options.other):
        tried.append(one)
        if options.json:
            print_json(one.as_json())
        for line in () if options.json else wake_trials.lines_of(one):
            say(line)
    for line in wake_trials.sums_of(tried):
        say(line)
    if options.plot:
        say(wake_trials.save_plot(options.plot, trial, tried))
    return DONE if wake_trials.passed(tried) else FAILED
