"""Kernels: whatever a trial does, the program goes on; what is switched off stays off; and each hears the same."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
import torch

from voiced.audio.sound_file import read
from voiced.audio.vad import Vad
from voiced.config import RecognizerSettings
from voiced.errors import ModelError
from voiced.grammar import load as load_grammar
from voiced.listening.recording import as_utterance
from voiced.recognition.recognizer import Recognizer
from voiced.whisper.kernels import acceleration, float16, onednn, trials
from voiced.whisper.kernels.trials import ALWAYS, KERNELS, UNAVAILABLE, is_available, seconds, wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPOSITORY = Path(__file__).parents[3]
SOUNDS = REPOSITORY / "tests/sounds"
SAID = {
    "command_lights": ("LightSet", {"state": "off", "room": "office"}),
    "command_heating": ("TemperatureSet", {"room": "bedroom", "temperature": 21}),
    "command_timer": ("TimerStart", {"seconds": 300}),
}


@pytest.fixture(autouse=True)
def _nothing_is_known_yet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(trials.VARIABLE, raising=False)
    seconds.cache_clear()
    yield
    seconds.cache_clear()


def raises() -> float:
    raise RuntimeError("could not create a primitive descriptor\nand more")


def dies(how: signal.Signals) -> float:
    os.kill(os.getpid(), how)
    return 1.0


def hangs() -> float:
    time.sleep(60)
    return 1.0


@pytest.mark.parametrize(
    ("trial", "told"),
    [
        (raises, "could not create a primitive descriptor"),
        (lambda: dies(signal.SIGILL), "its trial ended with SIGILL"),
        (lambda: dies(signal.SIGSEGV), "its trial ended with SIGSEGV"),
        (lambda: trials._time_layer(lambda _weight, _bias: torch.zeros_like), "it computes wrong numbers"),
        (lambda: trials._time_layer(lambda _weight, _bias: lambda x: x / 0), "it computes wrong numbers"),
        (hangs, "its trial ended with SIGKILL"),
    ],
    ids=["raises", "illegal instruction", "segmentation fault", "wrong", "not a number", "hangs"],
)
def test_no_trial_ends_the_program(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, trial: Callable[[], float], told: str
) -> None:
    monkeypatch.setitem(trials._TRIALS, "onednn", trial)
    monkeypatch.setattr(trials, "_TRIAL_SECONDS", 0.5)
    with caplog.at_level(logging.DEBUG, trials.__name__):
        assert seconds("onednn") == seconds("onednn") == UNAVAILABLE
    (said,) = caplog.messages  # once
    assert said.startswith("the kernel onednn is not available on this processor: ")
    assert told in said
    assert "and more" not in said


def test_what_the_processor_does_not_have_is_not_even_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """oneDNN takes bfloat16 on some processors without the instructions for it, and fails later."""
    monkeypatch.setattr(onednn, "has_bfloat16", lambda: False)
    monkeypatch.setattr(trials, "_time_attention", lambda _attend: 1.0)
    assert not is_available("bfloat16")


def test_torch_itself_is_always_there() -> None:
    assert all(is_available(name) for name in ("default", "attention"))
    assert wanted() > ALWAYS


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("", set(KERNELS)),
        (" , ", set(KERNELS)),
        ("default", {"default"}),
        ("onednn, int8-x86", {"default", "onednn", "int8-x86"}),
        ("-bfloat16", set(KERNELS) - {"bfloat16"}),
        ("-bfloat16,-onednn", set(KERNELS) - {"bfloat16", "onednn"}),
        ("onednn,float16,-float16", {"default", "onednn"}),
        ("-default", set(KERNELS)),
    ],
)
def test_kernels_are_switched_off_by_a_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, expected: set[str]
) -> None:
    monkeypatch.setenv(trials.VARIABLE, variable)
    assert wanted() & set(KERNELS) == expected
    assert all(not is_available(kernel) for kernel in set(KERNELS) - expected)


def test_a_misspelt_kernel_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(trials.VARIABLE, "-avx512")
    with pytest.raises(ModelError, match=r"VOICED_KERNELS: no kernel is called '-avx512'; choose from default, onednn"):
        Recognizer(RecognizerSettings(), load_grammar([REPOSITORY / "intents"]))


def recognizer_with(compute: Literal["float32", "int8"]) -> Recognizer:
    settings = RecognizerSettings(compute=compute, threads=1)
    return Recognizer(settings, load_grammar([REPOSITORY / "intents"]))


@pytest.mark.slow
@pytest.mark.parametrize("kernel", KERNELS)
def test_every_kernel_hears_the_same(monkeypatch: pytest.MonkeyPatch, kernel: str) -> None:
    """Where a kernel is not available, what is taken in its place."""
    engines = [name for name in KERNELS if name.startswith("int8-")]
    compute: Literal["float32", "int8"] = "int8" if kernel in {*engines, "bfloat16"} else "float32"
    wanted_ = ["default", kernel, *(engines if kernel == "bfloat16" else [])]
    monkeypatch.setenv(trials.VARIABLE, ",".join(wanted_))
    if compute == "int8" and not any(is_available(name) for name in engines):
        with pytest.raises(ModelError, match="nothing is computed in int8"):
            recognizer_with(compute)
        return
    # as if it were the fastest of those that work
    found = {name: 0.0 if name == kernel else 1.0 for name in trials._TRIALS if is_available(name)}
    monkeypatch.setattr(acceleration, "seconds", lambda name: found.get(name, UNAVAILABLE))
    recognizer, vad = recognizer_with(compute), Vad()
    for name, expected in SAID.items():
        transcript = recognizer.recognize(as_utterance(read(SOUNDS / f"{name}.ogg"), vad))
        assert transcript.match, f"{name}: {transcript.heard}"
        assert (transcript.match.intent, dict(transcript.match.slots)) == expected


@pytest.mark.slow
@pytest.mark.skipif(not float16.is_available(), reason="only x86 with AVX2 can be capped")
@pytest.mark.parametrize("isa", ["SSE41", "AVX2", "AVX2_VNNI"])
def test_what_onednn_may_not_use_is_not_used(isa: str) -> None:
    """As on processors without AVX-512: loading a model ended with a traceback."""
    environment = os.environ | {"ONEDNN_MAX_CPU_ISA": isa}
    run = [sys.executable, "-m", "voiced", "recognize", str(SOUNDS / "command_lights.ogg")]
    done = subprocess.run(run, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60)
    assert "LightSet state=off room=office" in done.stdout, done.stderr
