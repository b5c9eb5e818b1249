"""`voiced transcribe`: recordings of any length → text, captions or JSON, on standard output or in files.

Knows which recordings are transcribed how; Whisper itself is the business of `whisper/`, where texts go that of
`transcribe_outputs`. What has been transcribed is written at once: whatever ends the program, whole segments are there.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from io import TextIOWrapper
from time import perf_counter
from typing import TYPE_CHECKING

from voiced.commands import transcribe_options
from voiced.commands.shared import (
    DONE,
    FAILED,
    INTERRUPTED,
    add_settings,
    config_of,
    print_json,
    print_problems,
    readable,
    tell,
)
from voiced.commands.transcribe_outputs import Output, UsageError, outputs_of, progress_bar, write
from voiced.errors import ModelError, VoicedError
from voiced.flow import SAMPLE_RATE
from voiced.foundations.resources import MODEL, find_config

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.transcription.captions import Layout
    from voiced.whisper.transcription.recording import MelRecording
    from voiced.whisper.transcription.speech import Speech
    from voiced.whisper.transcription.values import Segment, TranscribedWindow, TranscriptionOptions

TRIAL_FRAMES = 400  # 4 s of log-mel: to find the number of threads takes a tenth of a second
N_LANGUAGES = 5  # likeliest ones that are told as JSON
SEED = 0  # the same recording gives the same text, also where tokens are drawn at random


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done with every recording."""

    options: TranscriptionOptions
    layout: Layout
    filters_speech: bool  # only what somebody says is transcribed
    batch_size: int | None  # windows that are decoded at once; None: one after the other
    only_language: bool  # nothing is transcribed
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
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that is not UTF-8 shows what it can
    loaded = _load(asked, model, job)
    done = DONE if len(files) == len(job.outputs) else FAILED
    for file in files:
        if len(job.outputs) > 1 and job.outputs[file] == (Output("txt", None),):
            tell(f"==> {file} <==")
        try:
            if job.only_language:
                _tell_language(loaded, file, job)
            elif not _transcribe(loaded, file, job):
                return INTERRUPTED
        except VoicedError as error:
            print_problems(error)
            done = FAILED
    return done


def _transcribe(loaded: LoadedModel, file: Path, job: Job) -> bool:
    """Transcribe one recording and write it; False if that was interrupted: what was found by then is written."""
    import torch

    from voiced.whisper.transcription.writers import WRITERS

    torch.manual_seed(SEED)
    heard = _heard(loaded, file, job)
    first, *others = job.outputs[file]
    with progress_bar(file, heard.duration, first) as advance:
        live = Live(_steps(loaded, heard, job), advance)
        write(WRITERS[first.format](live, heard.recording.language, job.layout), first)
    for output in others:
        write(WRITERS[output.format](live.found, heard.recording.language, job.layout), output)
    return not live.interrupted


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording as Whisper sees it: the whole, or what somebody says in it."""

    recording: MelRecording
    speech: Speech | None  # None: the whole
    duration: float  # seconds of the whole


def _heard(loaded: LoadedModel, file: Path, job: Job) -> Heard:
    from voiced.audio import sound_file
    from voiced.commands.transcribe_speech import speech_in
    from voiced.whisper.transcription.recording import prepare

    samples = sound_file.read_what_is_there(file)
    speech = speech_in(samples, job.options.clips, batched=bool(job.batch_size)) if job.filters_speech else None
    recording = prepare(loaded, speech.joined(samples) if speech else samples, job.options)
    return Heard(recording, speech, len(samples) / SAMPLE_RATE)


def _steps(loaded: LoadedModel, heard: Heard, job: Job) -> Iterator[TranscribedWindow]:
    """Transcribe what was heard; times are those of the whole recording."""
    from voiced.whisper.transcription.batches import transcribe_batches
    from voiced.whisper.transcription.segments import transcribe_windows

    if heard.speech is None:
        return transcribe_windows(loaded, heard.recording, job.options)
    options = replace(job.options, clips=())  # the spans lie in them
    if job.batch_size:
        steps = transcribe_batches(loaded, heard.recording, heard.speech.windows(), options, job.batch_size)
    else:
        steps = transcribe_windows(loaded, heard.recording, options)
    return map(heard.speech.moved, steps)


def _tell_language(loaded: LoadedModel, file: Path, job: Job) -> None:
    """Print the language of a recording, and how sure the model is of it."""
    from voiced.whisper.languages import LANGUAGES

    found = _heard(loaded, file, job).recording
    probability = found.language_probs[found.language]
    if job.outputs[file][0].format == "json":
        likeliest = {code: round(prob, 4) for code, prob in list(found.language_probs.items())[:N_LANGUAGES]}
        print_json({"file": str(file), "language": found.language, "probabilities": likeliest})
    else:
        print(f"{found.language} ({LANGUAGES[found.language]}, {probability:.0%})", flush=True)


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


# -- what was asked for ------------------------------------------------------------------------------


def _load(asked: Namespace, model: str, job: Job) -> LoadedModel:
    import torch

    from voiced.whisper.kernels.threads import choose_threads
    from voiced.whisper.loading import weights
    from voiced.whisper.transcription.recording import check_language

    most = asked.threads or torch.get_num_threads()
    torch.set_num_threads(most)
    try:
        on_processor = weights.choose_device(asked.device).type == "cpu"
        compute = asked.compute or ("float32" if on_processor else "auto")
        loaded = weights.load(model, device=asked.device, compute=compute, folder=asked.model_dir)
        check_language(loaded, job.options)
    except (OSError, ValueError) as error:
        raise ModelError.told_by(error) from error
    _check(loaded, job)
    if not asked.threads and most > 1 and on_processor:
        silence = torch.zeros(loaded.model.dims.n_mels, TRIAL_FRAMES)
        loaded.model.encode(silence)
        choose_threads(lambda: loaded.model.encode(silence), most, perf_counter)
    return loaded


def _check(loaded: LoadedModel, job: Job) -> None:
    """Raise UsageError for what this model has no use for."""
    from voiced.whisper.transcription.recording import check_tokens

    if job.only_language and not loaded.tokenizer.is_multilingual:
        raise UsageError(f"the model {loaded.name} knows English only; choose a multilingual one, such as base")
    try:
        check_tokens(loaded, job.options)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _job(asked: Namespace) -> Job:
    from voiced.whisper.transcription.captions import Layout

    try:
        layout = Layout(asked.max_line_width, asked.max_line_count, asked.max_words_per_line, asked.highlight_words)
        return Job(
            options=_options(asked, layout),
            layout=layout,
            filters_speech=asked.vad_filter or bool(asked.batch_size),
            batch_size=asked.batch_size,
            only_language=asked.detect_language,
            outputs=outputs_of(asked),
        )
    except ValueError as error:
        raise UsageError(str(error)) from error


def _options(asked: Namespace, layout: Layout) -> TranscriptionOptions:
    from voiced.whisper.languages import language_code
    from voiced.whisper.transcription.values import TranscriptionOptions

    if asked.batch_size and asked.hallucination_silence_threshold is not None:
        raise UsageError("--hallucination-silence-threshold listens again: it goes with --vad-filter, not --batch-size")
    words = asked.word_timestamps or layout != type(layout)() or asked.hallucination_silence_threshold is not None
    return TranscriptionOptions(
        task=asked.task,
        language=None if asked.language == "auto" or asked.detect_language else language_code(asked.language),
        language_detection_segments=asked.language_detection_segments,
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
        repetition_penalty=asked.repetition_penalty,
        without_timestamps=asked.without_timestamps,
        clips=asked.clip_timestamps,
        word_timestamps=words,
        hallucination_silence_threshold=asked.hallucination_silence_threshold,
    )


def _temperatures(first: float, increment: float) -> tuple[float, ...]:
    """Up to 1."""
    n_more = int((1 - first) / increment + 1e-6) if increment else 0
    return tuple(round(first + i * increment, 6) for i in range(n_more + 1))
