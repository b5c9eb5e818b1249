"""`voiced transcribe`: recordings of any length → text, captions or JSON, on standard output or in files.

Knows where recordings come from and texts go to; how they are transcribed is the business of `whisper/`. What has been
transcribed is written at once: whatever ends the program, whole segments are there.
"""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from voiced.commands import transcribe_options
from voiced.commands.shared import DONE, FAILED, INTERRUPTED, USAGE, add_settings, config_of, print_problems, readable
from voiced.commands.transcribe_options import FORMATS
from voiced.errors import ModelError, VoicedError
from voiced.foundations.resources import MODEL, find_config

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterable, Iterator

    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.transcription.captions import Layout
    from voiced.whisper.transcription.values import Segment, TranscribedWindow, TranscriptionOptions

LONG_SECONDS = 30.0  # recordings of one window need no progress bar
TRIAL_FRAMES = 400  # 4 s of log-mel: to find the number of threads takes a tenth of a second
SEED = 0  # the same recording gives the same text, also where tokens are drawn at random


ONE_AFTER_THE_OTHER = ("txt", "json")  # formats of which several may stand in one stream


class UsageError(VoicedError):
    """Arguments that do not go together."""

    exit_code = USAGE


@dataclass(frozen=True, slots=True)
class Output:
    format: str
    path: Path | None  # None: standard output


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done with every recording."""

    options: TranscriptionOptions
    layout: Layout
    outputs: dict[Path, tuple[Output, ...]]  # recording → what is written of it, at least one


def add_arguments(parser: ArgumentParser) -> None:
    add_settings(parser, intents=False)
    transcribe_options.add_arguments(parser)


def transcribe(options: Namespace) -> int:
    """Transcribe recordings of any length in any language, with Whisper's own options; without intents."""
    configured = config_of(options).recognizer.model if find_config(options.config) else MODEL
    return run(options, options.model or configured)


def run(asked: Namespace, model: str) -> int:
    """Transcribe every recording; one that cannot be read does not stop the others. Returns an exit code."""
    job = _job(asked)
    files = readable(job.outputs)
    if not files:
        return FAILED
    loaded = _load(asked, model, job.options)
    done = DONE if len(files) == len(job.outputs) else FAILED
    for file in files:
        if len(job.outputs) > 1 and job.outputs[file] == (Output("txt", None),):
            print(f"==> {file} <==", flush=True)
        try:
            if not _transcribe(loaded, file, job):
                return INTERRUPTED
        except VoicedError as error:
            print_problems(error)
            done = FAILED
    return done


def _transcribe(loaded: LoadedModel, file: Path, job: Job) -> bool:
    """Transcribe one recording and write it; False if that was interrupted: what was found by then is written."""
    import torch

    from voiced.audio import sound_file
    from voiced.whisper.transcription import segments
    from voiced.whisper.transcription.writers import WRITERS

    torch.manual_seed(SEED)
    recording = segments.prepare(loaded, sound_file.read_what_is_there(file), job.options)
    first, *others = job.outputs[file]
    with _progress_bar(file, recording.duration, first) as advance:
        live = Live(segments.transcribe_windows(loaded, recording, job.options), advance)
        _write(WRITERS[first.format](live, recording.language, job.layout), first)
    for output in others:
        _write(WRITERS[output.format](live.found, recording.language, job.layout), output)
    return not live.interrupted


class Live:
    """Segments while they are being found, kept for other formats. Ctrl-C ends them as the recording's end would."""

    def __init__(self, steps: Iterable[TranscribedWindow], advance: Callable[[float], None]) -> None:
        self.found: list[Segment] = []
        self.interrupted = False
        self._steps, self._advance = steps, advance

    def __iter__(self) -> Iterator[Segment]:
        try:
            for step in self._steps:
                self.found += step.segments
                yield from step.segments
                self._advance(step.position)
        except KeyboardInterrupt:
            self.interrupted = True


def _write(blocks: Iterable[str], output: Output) -> None:
    if output.path is None:
        for block in blocks:
            print(block, flush=True)
        return
    try:
        output.path.parent.mkdir(parents=True, exist_ok=True)
        with output.path.open("w", encoding="utf-8") as file:
            for block in blocks:
                print(block, file=file, flush=True)
    except OSError as error:
        raise VoicedError(f"{output.path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def _progress_bar(file: Path, duration: float, output: Output) -> Iterator[Callable[[float], None]]:
    """On a terminal, for long recordings, unless the text itself scrolls by there."""
    text_scrolls = output.path is None and sys.stdout.isatty()
    if duration <= LONG_SECONDS or text_scrolls or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # most runs show no bar
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), redirect_stdout=False) as bar:
        task = bar.add_task(_stem(file), total=duration)
        yield lambda position: bar.update(task, completed=position)


# -- what was asked for ------------------------------------------------------------------------------


def _load(asked: Namespace, model: str, options: TranscriptionOptions) -> LoadedModel:
    import torch

    from voiced.whisper.kernels.threads import choose_threads
    from voiced.whisper.loading import weights
    from voiced.whisper.transcription import segments

    most = asked.threads or torch.get_num_threads()
    torch.set_num_threads(most)
    try:
        on_processor = weights.choose_device(asked.device).type == "cpu"
        compute = asked.compute or ("float32" if on_processor else "auto")
        loaded = weights.load(model, device=asked.device, compute=compute)
        segments.check_language(loaded, options)
    except (OSError, ValueError) as error:
        raise ModelError.told_by(error) from error
    if not asked.threads and most > 1 and on_processor:
        silence = torch.zeros(loaded.model.dims.n_mels, TRIAL_FRAMES)
        loaded.model.encode(silence)
        choose_threads(lambda: loaded.model.encode(silence), most, perf_counter)
    return loaded


def _job(asked: Namespace) -> Job:
    from voiced.whisper.transcription.captions import Layout

    try:
        layout = Layout(asked.max_line_width, asked.max_line_count, asked.max_words_per_line, asked.highlight_words)
        return Job(_options(asked, layout), layout, _outputs(asked))
    except ValueError as error:
        raise UsageError(str(error)) from error


def _options(asked: Namespace, layout: Layout) -> TranscriptionOptions:
    from voiced.whisper.languages import language_code
    from voiced.whisper.transcription.values import TranscriptionOptions

    words = asked.word_timestamps or layout != type(layout)() or asked.hallucination_silence_threshold is not None
    return TranscriptionOptions(
        task=asked.task,
        language=None if asked.language == "auto" else language_code(asked.language),
        temperatures=_temperatures(asked.temperature, asked.temperature_increment),
        beam_size=asked.beam_size if asked.beam_size > 1 else None,
        patience=asked.patience,
        best_of=asked.best_of,
        length_penalty=asked.length_penalty,
        compression_ratio_threshold=asked.compression_ratio_threshold,
        logprob_threshold=asked.logprob_threshold,
        no_speech_threshold=asked.no_speech_threshold,
        condition_on_previous_text=asked.condition_on_previous_text,
        initial_prompt=asked.initial_prompt,
        carry_initial_prompt=asked.carry_initial_prompt,
        hotwords=asked.hotwords,
        prefix=asked.prefix,
        suppress_tokens=asked.suppress_tokens,
        without_timestamps=asked.without_timestamps,
        clips=asked.clip_timestamps,
        word_timestamps=words,
        hallucination_silence_threshold=asked.hallucination_silence_threshold,
    )


def _temperatures(first: float, increment: float) -> tuple[float, ...]:
    """Up to 1."""
    n_more = int((1 - first) / increment + 1e-6) if increment else 0
    return tuple(round(first + i * increment, 6) for i in range(n_more + 1))


def _outputs(asked: Namespace) -> dict[Path, tuple[Output, ...]]:
    files: list[Path] = list(dict.fromkeys(asked.files))
    if not (asked.output or asked.beside):
        if asked.format == "all" or (len(files) > 1 and asked.format not in ONE_AFTER_THE_OTHER):
            raise UsageError(f"--format {asked.format} needs files here: add --output DIR or --beside")
        return {file: (Output(asked.format, None),) for file in files}
    formats = FORMATS if asked.format == "all" else (asked.format,)
    targets = {file: (asked.output or file.parent) / _stem(file) for file in files}
    for target, n_files in Counter(targets.values()).items():
        if n_files > 1:
            both = " and ".join(str(file) for file in files if targets[file] == target)
            raise UsageError(f"{both} would both be written to {target}.{formats[0]}; give them different folders")
    return {
        file: tuple(Output(it, target.with_name(f"{target.name}.{it}")) for it in formats)
        for file, target in targets.items()
    }


def _stem(file: Path) -> str:
    return "stdin" if file == Path("-") else file.stem
