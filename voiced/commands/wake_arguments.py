"""What may be typed after `voiced wake`; knows every option, not what it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """All actions."""
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    _enroll(actions.add_parser("enroll", help="say a phrase five times, and it is a wake word"))
    _train(actions.add_parser("train", help="type a phrase; synthetic voices say it, and it is a wake word in minutes"))
    _test(actions.add_parser("test", help="what a wake word does on recordings, or live"))
    _bad(actions.add_parser("bad", help="the last wakes; mark one as wrong, and the next training learns it"))


def _enroll(enroll: argparse.ArgumentParser) -> None:
    _phrase(enroll)
    enroll.add_argument("files", nargs="*", type=Path, metavar="FILE", help="recordings, one take each; none: ask")


def _train(train: argparse.ArgumentParser) -> None:
    _phrase(train)
    takes = "recordings of yourself saying it, one take each: they count for more than any synthetic voice"
    train.add_argument("--take", nargs="+", default=[], type=Path, metavar="FILE", help=takes)
    language = "in which the phrase is spoken, as espeak-ng calls it (that of the intents)"
    train.add_argument("--language", metavar="CODE", help=language)


def _phrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("phrase", metavar="PHRASE", help='two or three words: "hey computer"')
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="where to; without it hey_computer.npz here")


def _test(test: argparse.ArgumentParser) -> None:
    test.add_argument("word", metavar="WORD", help="a bundled wake word, or the file of another")
    said = "recordings in which it is said, once each, or folders of them"
    test.add_argument("files", nargs="*", type=Path, metavar="FILE", help=said)
    others = "recordings in which it is not said, or folders of them"
    test.add_argument("--other", nargs="+", default=[], type=Path, metavar="FILE", help=others)
    test.add_argument("--mic", action="store_true", help="listen to the microphone, and show the score")
    test.add_argument("--plot", type=Path, metavar="PNG", help="draw the scores of all recordings")


def _bad(bad: argparse.ArgumentParser) -> None:
    which = "the wake that was wrong: last, or its number in the list; without it the list"
    bad.add_argument("which", nargs="?", metavar="LAST|NUMBER", help=which)
