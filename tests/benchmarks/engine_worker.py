"""One engine in one process, for `engines.py`: a recording's path comes in on a line, text and cost go out on one.

Started as `python engine_worker.py ENGINE SETTINGS`, where SETTINGS is JSON as `engines.py` writes it. Each engine is a
function that loads its weights and returns another, samples → text; it imports what it needs, so that the interpreter
may be that of an environment which has this engine and numpy only. Knows neither the other engines nor the clock's use.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[np.float32]  # mono, 16 kHz
Transcribe: TypeAlias = Callable[[Samples], str]
Settings: TypeAlias = dict[str, Any]  # weights, threads, compute, and of each task what it needs

SAMPLE_RATE = 16_000
POSITIONS_PER_SECOND = 50  # of Whisper's encoder
TAIL = 1.0  # seconds of silence after a command in a short window


def main() -> None:
    engine, settings = ENGINES[sys.argv[1]], json.loads(sys.argv[2])
    begin = time.perf_counter()
    transcribe = engine(settings)
    say(load=time.perf_counter() - begin)
    for line in sys.stdin:
        samples = np.load(line.strip())
        wall, cpu = time.perf_counter(), time.process_time()
        text = transcribe(samples)
        cost = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        say(text=" ".join(text.split()), peak=peak(), **cost)


def peak() -> float:
    """MB of resident memory, the most so far. (What `resource` says includes the process that started this one.)"""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Only:
    """A filter that lets nothing but one sentence be written."""

    def __init__(self, tokenizer: Any, sentence: str) -> None:
        self.tokens = [*tokenizer.encode(" " + sentence), tokenizer.eot]

    def __call__(self, prefixes: Any, logits: Any) -> None:
        token = self.tokens[len(prefixes[0])]
        kept = logits[:, token].clone()
        logits.fill_(float("-inf"))
        logits[:, token] = kept


def voiced(settings: Settings) -> Transcribe:
    """`sentence`: decode under a filter that allows nothing else, as a grammar does: a short window needs one.

    `batch_size`: so many windows at once, cut at pauses.
    """
    import torch

    from voiced.commands.transcribe_speech import speech_in
    from voiced.whisper.decoding import DecodingOptions, decode
    from voiced.whisper.loading.weights import load
    from voiced.whisper.log_mel import log_mel, pad_or_trim
    from voiced.whisper.transcription.batches import transcribe_batches
    from voiced.whisper.transcription.recording import prepare
    from voiced.whisper.transcription.segments import transcribe
    from voiced.whisper.transcription.values import TranscriptionOptions

    torch.set_num_threads(settings["threads"])
    loaded = load(settings["model"], compute=settings["compute"])
    model, tokenizer = loaded.model, loaded.tokenizer
    options = DecodingOptions(language="en", without_timestamps=True)

    def command(samples: Samples) -> str:
        short = settings.get("sentence")
        length = len(samples) + round(TAIL * SAMPLE_RATE) if short else 30 * SAMPLE_RATE
        features = model.encode(log_mel(pad_or_trim(samples, length), model.dims.n_mels))
        return decode(model, tokenizer, features, options, [Only(tokenizer, short)] if short else []).text

    def recording(samples: Samples) -> str:
        torch.manual_seed(0)
        return transcribe(loaded, samples, TranscriptionOptions(language="en")).text

    def batched(samples: Samples) -> str:
        asked = TranscriptionOptions(language="en", without_timestamps=not settings["timestamps"])
        speech = speech_in(samples, batched=True)
        heard = prepare(loaded, speech.joined(samples), asked)
        steps = transcribe_batches(loaded, heard, speech.windows(), asked, settings["batch_size"])
        return "".join(segment.text for step in steps for segment in step.segments)

    if settings.get("batch_size"):
        return batched
    return recording if settings["recording"] else command


def openai_whisper(settings: Settings) -> Transcribe:
    import torch
    import whisper

    torch.set_num_threads(settings["threads"])
    model = whisper.load_model(settings["openai"], device="cpu")
    options = whisper.DecodingOptions(language="en", without_timestamps=True, fp16=False)

    def command(samples: Samples) -> str:
        mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(samples))
        return str(whisper.decode(model, mel, options).text)

    def recording(samples: Samples) -> str:
        torch.manual_seed(0)
        return str(model.transcribe(samples, language="en", fp16=False)["text"])

    return recording if settings["recording"] else command


def faster_whisper(settings: Settings) -> Transcribe:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    threads, compute = settings["threads"], settings["compute"]
    model = WhisperModel(settings["ctranslate2"], device="cpu", compute_type=compute, cpu_threads=threads)
    only_text = not settings["recording"]

    def transcribe(samples: Samples) -> str:
        segments, _ = model.transcribe(samples, language="en", beam_size=1, best_of=1, without_timestamps=only_text)
        return "".join(segment.text for segment in segments)

    def batched(samples: Samples) -> str:
        segments, _ = BatchedInferencePipeline(model).transcribe(
            samples,
            language="en",
            batch_size=settings["batch_size"],
            beam_size=1,
            without_timestamps=not settings["timestamps"],
        )
        return "".join(segment.text for segment in segments)

    return batched if settings.get("batch_size") else transcribe


def whisper_cpp(settings: Settings) -> Transcribe:
    """`sentence`: with `audio_ctx` shortened to the command and a second."""
    from pywhispercpp.model import Model

    options = {"language": "en", "n_threads": settings["threads"], "print_progress": False, "print_realtime": False}
    if not settings["recording"]:
        options |= {"no_timestamps": True, "single_segment": True, "temperature_inc": 0.0}
    model = Model(settings["ggml"], redirect_whispercpp_logs_to=None, **options)

    def transcribe(samples: Samples) -> str:
        seconds = len(samples) / SAMPLE_RATE + TAIL
        positions = round(seconds * POSITIONS_PER_SECOND) if settings.get("sentence") else 0
        return " ".join(segment.text for segment in model.transcribe(samples, audio_ctx=positions))

    return transcribe


ENGINES: dict[str, Callable[[Settings], Transcribe]] = {
    "voiced": voiced,
    "openai-whisper": openai_whisper,
    "faster-whisper": faster_whisper,
    "whisper.cpp": whisper_cpp,
}


if __name__ == "__main__":
    main()
