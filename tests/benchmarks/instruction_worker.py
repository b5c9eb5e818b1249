"""One engine under emulation, for `instructions.py`: where a piece of work begins and ends it says so.

Started as `python -m tests.benchmarks.instruction_worker KERNEL SETTINGS`, where KERNEL is one of KERNELS or PEERS, and
SETTINGS is JSON: `model`, `ctranslate2`, `samples`, `sentence`, and of ours `work`, some of WORK. Knows nothing of
counting; run without an emulator, it only says what it does.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal
from unittest.mock import patch

import numpy as np

from tests.benchmarks.engine_worker import SAMPLE_RATE, TAIL, Only, faster_whisper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

    from tests.benchmarks.engine_worker import Samples, Settings
    from voiced.whisper.loaded import LoadedModel

    Pieces = Iterator[tuple[str, Callable[[], object]]]

BEFORE, AFTER = 0.3, 0.8  # seconds of quiet around what is said, as `engines.py` leaves it
BEGIN, END = "begin", "end "
WORK = ("layer", "chain", "short", "whole")  # the layer alone takes seconds, a whole window many minutes
PEERS = {"faster-whisper int8": "int8", "faster-whisper float32": "float32"}


@dataclass(frozen=True, slots=True)
class Kernel:
    """How voiced computes its matrix products."""

    compute: Literal["float32", "int8"]
    engine: str = ""  # of torch, for int8
    onednn: bool = False  # for what stays float32


KERNELS = {
    "voiced int8, QNNPACK": Kernel("int8", "qnnpack"),
    "voiced int8, oneDNN": Kernel("int8", "onednn"),
    "voiced float32, torch's own": Kernel("float32"),
    "voiced float32, oneDNN": Kernel("float32", onednn=True),
}


def main() -> None:
    name, settings = sys.argv[1], json.loads(sys.argv[2])
    samples = np.load(settings["samples"])
    pieces = peer(PEERS[name], settings, samples) if name in PEERS else voiced(KERNELS[name], settings, samples)
    for piece, work in pieces:
        say(BEGIN)
        work()
        say(END + piece)


def say(what: str) -> None:
    os.write(sys.stderr.fileno(), f"{what}\n".encode())  # in one call, which is where counts are taken


def peer(compute: str, settings: Settings, samples: Samples) -> Pieces:
    """Without warming up, which would take as long again."""
    transcribe = faster_whisper({**settings, "compute": compute, "threads": 1, "recording": False})
    yield "whole window", lambda: transcribe(samples)


def voiced(kernel: Kernel, settings: Settings, samples: Samples) -> Pieces:
    """Under emulation times mean nothing, so that nothing is left to be tried out."""
    from voiced.whisper.kernels import acceleration

    with patch.multiple(
        acceleration,
        _fastest_engine=lambda: kernel.engine,
        _onednn_is_faster=lambda: kernel.onednn,
        _bfloat16_is_faster=lambda: False,
    ):
        if "layer" in settings["work"]:
            yield from layer(kernel)
        if set(settings["work"]) - {"layer"}:
            yield from recognizing(kernel.compute, settings, samples)


def layer(kernel: Kernel) -> Pieces:
    """The one by which `acceleration` chooses: for what is encoded at once, and for a step of the decoder."""
    import torch

    from voiced.whisper.kernels import acceleration, trials

    torch.set_num_threads(1)  # others would wait in a loop, and be counted
    linear = torch.nn.Linear(trials._N_STATE, 4 * trials._N_STATE).requires_grad_(requires_grad=False)
    fast = acceleration._int8_linear(linear) if kernel.compute == "int8" else acceleration._linear(linear)
    for positions in (trials._COMMAND_POSITIONS, 1):
        sound = torch.randn(positions, trials._N_STATE)
        fast(sound)  # warms up
        yield f"layer, {positions}", partial(fast, sound)


def recognizing(compute: Literal["float32", "int8"], settings: Settings, samples: Samples) -> Pieces:
    from voiced import grammar
    from voiced.config import RecognizerSettings
    from voiced.flow import Ending, Utterance
    from voiced.foundations.resources import shipped
    from voiced.recognition.recognizer import Recognizer
    from voiced.whisper.log_mel import pad_or_trim

    chosen = RecognizerSettings(model=settings["model"], compute=compute, threads=1)
    recognizer = Recognizer(chosen, grammar.load([shipped("intents")]))
    speech = round(BEFORE * SAMPLE_RATE), len(samples) - round(AFTER * SAMPLE_RATE)
    utterance = Utterance(samples, 0, speech, Ending.SILENCE)
    recognizer.recognize(utterance)  # warms up
    if "chain" in settings["work"]:
        yield "chain", lambda: recognizer.recognize(utterance)
    for window, length in (("short", len(samples) + round(TAIL * SAMPLE_RATE)), ("whole", 30 * SAMPLE_RATE)):
        if window in settings["work"]:
            yield from one_pass(recognizer.loaded, pad_or_trim(samples, length), window, settings["sentence"])


def one_pass(loaded: LoadedModel, sound: Samples, window: str, sentence: str) -> Pieces:
    """Yield encoder and decoder of one pass, held to one sentence; without grammar and rescoring."""
    from voiced.whisper.decoding import DecodingOptions, decode
    from voiced.whisper.log_mel import log_mel

    model, tokenizer = loaded.model, loaded.tokenizer
    options, only = DecodingOptions(language="en", without_timestamps=True), Only(tokenizer, sentence)
    mel = log_mel(sound, model.dims.n_mels)
    heard: list[Tensor] = []
    yield f"encoder, {window}", lambda: heard.append(model.encode(mel))
    yield f"decoder, {window}", lambda: decode(model, tokenizer, heard[0], options, [only])


if __name__ == "__main__":
    main()
