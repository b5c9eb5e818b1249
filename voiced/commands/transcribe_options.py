"""What `voiced transcribe` can be asked for on the command line. Knows no Whisper, so that reading it costs nothing."""

from __future__ import annotations

from argparse import ArgumentTypeError, BooleanOptionalAction
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.commands.shared import RECORDINGS, count, threads

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

FORMATS = ("txt", "srt", "vtt", "lrc", "tsv", "csv", "json")
MOST_ROWS = 256  # beams, samples or windows that are decoded at once
SMALLEST_INCREMENT = 0.01
MOST_SECONDS = 1e9  # no recording is longer
SMALLEST_PENALTY, LARGEST_PENALTY = 0.01, 100  # beyond them, scores are no numbers any more
COMPUTE = ("auto", "float32", "bfloat16", "int8")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=RECORDINGS)
    parser.add_argument(
        "--task", choices=["transcribe", "translate"], default="transcribe", help="translate: to English"
    )
    _add_language(parser)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda", "mps"], default="auto", help="to compute on (auto)")
    compute = (
        "int8 is faster; auto takes it where that is so; by default as the reference implementation: float32, "
        "on accelerators float16"
    )
    parser.add_argument("--compute", choices=COMPUTE, help=compute)
    about = "where downloaded models lie, instead of voiced/models in your cache"
    parser.add_argument("--model-dir", type=Path, metavar="DIR", help=about)
    parser.add_argument("--threads", type=threads, metavar="N", help="processor threads (as many as speed it up)")
    _add_output(parser)
    _add_speech(parser)
    _add_words(parser)
    _add_search(parser)
    _add_thresholds(parser)
    _add_context(parser)


def _add_language(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--language", default="auto", metavar="L", help="as in de or german; auto detects it (default)")
    about = "windows of 30 s to detect it from, until one is sure (1)"
    add("--language-detection-segments", type=count, default=1, metavar="N", help=about)
    add("--detect-language", action="store_true", help="print the language and do not transcribe")


def _add_speech(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("speech and speed")
    add = group.add_argument
    add("--vad-filter", action="store_true", help="leave out silence of more than 2 s, for which Whisper makes up text")
    about = "windows of up to 30 s, cut at pauses, that are decoded at once; faster, and each by itself (implies it)"
    add("--batch-size", type=_rows, metavar="N", help=about)


def _add_output(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument("--format", choices=[*FORMATS, "all"], default="txt", help="of the text (txt)")
    where = group.add_mutually_exclusive_group()
    where.add_argument(
        "--output", "--output-dir", type=Path, metavar="DIR", help="write files there, not to standard output"
    )
    where.add_argument("--beside", action="store_true", help="write each file next to its recording")


def _add_words(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("words and captions (all but the first imply it)")
    add = group.add_argument
    add("--word-timestamps", action="store_true", help="when each word was said")
    add("--highlight-words", action="store_true", help="srt, vtt: underline each word while it is said")
    add("--max-line-width", type=count, metavar="N", help="srt, vtt: characters in a line")
    add("--max-line-count", type=count, metavar="N", help="srt, vtt: lines in a caption")
    add("--max-words-per-line", type=count, metavar="N", help="srt, vtt: words in a caption")
    add(
        "--hallucination-silence-threshold", type=_seconds, metavar="S", help="drop unlikely words in so long a silence"
    )


def _add_search(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("search")
    add = group.add_argument
    add("--beam-size", type=_rows, default=1, metavar="N", help="hypotheses followed at once (1: greedy)")
    add("--patience", type=_above_zero, metavar="P", help="of beam search: higher searches longer (1)")
    add("--best-of", type=_rows, metavar="N", help="samples at temperatures above 0 (1)")
    add(
        "--length-penalty",
        type=_share,
        metavar="A",
        help="0 to 1; without it, the mean log probability per token counts",
    )
    add("--temperature", type=_share, default=0.0, metavar="T", help="0 to 1; above 0 tokens are drawn at random (0)")
    add(
        "--temperature-increment",
        type=_increment,
        default=0.2,
        metavar="T",
        help="while a text is not believed; 0: never (0.2)",
    )
    add(
        "--repetition-penalty",
        type=_penalty,
        default=1.0,
        metavar="R",
        help="above 1: what was written before is less likely (1)",
    )


def _add_thresholds(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("what is believed, and what is not written")
    add = group.add_argument
    add(
        "--compression-ratio-threshold",
        type=_above_zero,
        default=2.4,
        metavar="R",
        help="above it a text repeats itself (2.4)",
    )
    add(
        "--logprob-threshold",
        type=_logprob,
        default=-1.0,
        metavar="L",
        help="mean per token; below it a text is guessed (-1)",
    )
    add(
        "--no-speech-threshold", type=_share, default=0.6, metavar="P", help="above it, a guessed text is silence (0.6)"
    )
    add(
        "--suppress-tokens",
        type=_tokens,
        default=(-1,),
        metavar="IDS",
        help="never written, as in --suppress-tokens=-1,50; -1: signs that nobody says (-1)",
    )
    add("--without-timestamps", action="store_true", help="no times within a window of 30 s")


def _add_context(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("context")
    add = group.add_argument
    add(
        "--clip-timestamps",
        type=_clips,
        default=(),
        metavar="S,E,…",
        help="seconds: start,end,start,end… of what to hear",
    )
    add("--initial-prompt", default="", metavar="TEXT", help="as if it had been said before")
    add("--carry-initial-prompt", action="store_true", help="before every window of 30 s, not only the first")
    add("--hotwords", default="", metavar="WORDS", help="words to expect")
    add("--prefix", default="", metavar="TEXT", help="how the text begins")
    help_ = "show the model the text so far; without it, it repeats itself less"
    add("--condition-on-previous-text", action=BooleanOptionalAction, default=True, help=help_)


# -- what values may be ------------------------------------------------------------------------------


def _number(text: str, wanted: str, fits: Callable[[float], bool]) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not fits(number):
        raise ArgumentTypeError(f"{text!r} is not {wanted}")
    return number


def _rows(text: str) -> int:
    number = count(text)
    if number > MOST_ROWS:
        raise ArgumentTypeError(f"{text!r} is more than {MOST_ROWS}")
    return number


def _increment(text: str) -> float:
    wanted = f"0 or between {SMALLEST_INCREMENT} and 1"
    return _number(text, wanted, lambda number: number == 0 or SMALLEST_INCREMENT <= number <= 1)


def _share(text: str) -> float:
    return _number(text, "between 0 and 1", lambda number: 0 <= number <= 1)


def _above_zero(text: str) -> float:
    return _number(text, "a number above 0", lambda number: 0 < number < float("inf"))


def _penalty(text: str) -> float:
    wanted = f"between {SMALLEST_PENALTY} and {LARGEST_PENALTY}"
    return _number(text, wanted, lambda number: SMALLEST_PENALTY <= number <= LARGEST_PENALTY)


def _logprob(text: str) -> float:
    return _number(text, "a number", lambda number: number == number)  # noqa: PLR0124 # a NaN is none


def _seconds(text: str) -> float:
    return _number(text, "a number of seconds", lambda number: 0 <= number <= MOST_SECONDS)


def _clips(text: str) -> tuple[float, ...]:
    clips = tuple(_seconds(part) for part in text.split(","))
    if list(clips) != sorted(clips) or any(start == end for start, end in zip(clips[::2], clips[1::2], strict=False)):
        raise ArgumentTypeError(f"{text!r} is not a list of start,end,start,end… in rising order")
    return clips


def _tokens(text: str) -> tuple[int, ...]:
    try:
        tokens = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        tokens = (-2,)
    if min(tokens, default=0) < -1:
        raise ArgumentTypeError(f"{text!r} is not a list of token numbers, as in -1,50,1200")
    return tokens
