"""Trials of kernels: how long each takes for a command on this processor, or that it is not available here.

A kernel is a way to compute a layer. Which of them a processor can run, and which is the fastest, its name does not
tell: a kernel counts as available if the processor says that it has the instructions, the trial ends without an error,
and the numbers are right. Each is tried in a process of its own, since an illegal instruction ends the process.
The environment variable VOICED_KERNELS names those that may be tried. Knows single layers, not the network, nor who
chooses by what is found here.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import resource
import select
import signal
import warnings
from functools import cache, partial
from time import process_time
from typing import TYPE_CHECKING, NoReturn

import torch
import torch.nn.functional as F
from torch import Tensor

from voiced.whisper import blocks
from voiced.whisper.blocks import KeyValue
from voiced.whisper.kernels import float16, onednn
from voiced.whisper.kernels.float16 import Float16Linear
from voiced.whisper.kernels.int8 import Int8Linear, engines
from voiced.whisper.kernels.onednn import OneDnnLinear

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.whisper.blocks import Attend

log = logging.getLogger(__name__)

VARIABLE = "VOICED_KERNELS"
UNAVAILABLE = float("inf")  # seconds of a kernel that cannot be had
# Layers are as wide as those of tiny; attention is tried on a third of a window.
_N_STATE, _N_HEAD, _ATTENTION_POSITIONS = 384, 6, 500
# A command of 4 s and its tail: so many positions are encoded at once, and so many tokens written one by one.
_COMMAND_POSITIONS, _COMMAND_TOKENS = 250, 15
# After this time a trial is ended. A small part of a second is enough on any processor, emulated ones need a few.
_TRIAL_SECONDS = 60
# The shortest of so many runs counts; once they have taken so long together, no further one begins.
_MOST_RUNS, _ENOUGH_SECONDS = 3, 0.2
# Largest relative error of a kernel that works; eight bits and bfloat16 differ by less than half of that.
_TOLERANCE = 0.02


def wanted() -> frozenset[str]:
    """Names of the kernels that VOICED_KERNELS allows, by default all; torch's own are always among them.

    The variable lists names, separated by commas: `default,onednn`; or, with a minus, those to do without: `-bfloat16`.
    Raises ValueError for a name that is no kernel's.
    """
    names = [name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip()]
    unknown = [name for name in names if name.removeprefix("-") not in KERNELS]
    if unknown:
        raise ValueError(f"{VARIABLE}: no kernel is called {unknown[0]!r}; choose from {', '.join(KERNELS)}")
    # Names without a minus, if there are any, are the only ones; those with a minus are taken away.
    without = {name[1:] for name in names if name.startswith("-")}
    only = set(names) - {f"-{name}" for name in without}
    return frozenset((only or set(KERNELS)) - without | ALWAYS)


@cache
def seconds(kernel: str) -> float:
    """Processor seconds that a kernel takes for a layer's share of one command; UNAVAILABLE where it does not work."""
    if kernel not in wanted():
        return UNAVAILABLE
    try:
        return _TRIALS[kernel]() if kernel in _SAFE else _apart(_TRIALS[kernel])
    except Exception as error:  # noqa: BLE001 # torch raises whatever it likes where a processor lacks instructions
        log.debug("the kernel %s is not available on this processor: %s", kernel, str(error).partition("\n")[0])
        return UNAVAILABLE


def is_available(kernel: str) -> bool:
    """Whether a kernel may be used, works here, and computes the right numbers."""
    return seconds(kernel) < UNAVAILABLE


def _apart(trial: Callable[[], float]) -> float:
    """Run a trial in a forked copy of this process, which may die of it; RuntimeError says what went wrong there."""
    # The copy writes its seconds into a pipe.
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Python warns where there are other threads: they may hold locks. The copy waits for nobody but the allocator,
        # which the C library takes care of, and for _TRIAL_SECONDS at most.
        warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)
        copy = os.fork()
    if copy == 0:
        _try_and_leave(trial, writing)
    # Wait for the first byte, or end the copy; then read to the end, which comes when the copy has ended.
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        if not select.select([told], [], [], _TRIAL_SECONDS)[0]:
            os.kill(copy, signal.SIGKILL)
        found = told.read().decode(errors="replace")
    # A signal is how an illegal instruction ends (SIGILL).
    _, status = os.waitpid(copy, 0)
    if os.WIFSIGNALED(status):
        raise RuntimeError(f"its trial ended with {signal.Signals(os.WTERMSIG(status)).name}")
    try:
        return float(found)
    except ValueError:
        raise RuntimeError(found) from None


def _try_and_leave(trial: Callable[[], float], writing: int) -> NoReturn:
    """Run a trial in the copy, write its seconds or what went wrong, and leave without cleaning up."""
    found = "it was interrupted"
    try:
        # A death here is expected: it leaves no traceback and no core file.
        faulthandler.disable()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # A fork copies one thread only: torch's pool is gone and must not be waited for.
        torch.set_num_threads(1)
        found = str(trial())
    except Exception as error:  # noqa: BLE001 # as in `seconds`
        found = str(error)
    finally:
        # No buffers are flushed and no exit handlers run: they belong to the original.
        os.write(writing, found.encode()[:500])
        os._exit(0)


def _int8(engine: str) -> float:
    _require(there=engine in engines())
    return _time_layer(lambda weight, bias: Int8Linear(weight, bias, engine))


def _float16() -> float:
    _require(there=float16.is_available())
    return _time_layer(Float16Linear)


def _onednn() -> float:
    _require(there=onednn.is_available())
    return _time_layer(OneDnnLinear)


def _bfloat16() -> float:
    _require(there=onednn.has_bfloat16())
    return _time_attention(onednn.attend_in_bfloat16)


def _bfloat16_layer(weight: Tensor, bias: Tensor) -> Callable[[Tensor], Tensor]:
    weight, bias = weight.bfloat16(), bias.bfloat16()
    return lambda x: F.linear(x.bfloat16(), weight, bias).float()


def _default(weight: Tensor, bias: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda x: F.linear(x, weight, bias)


def _require(*, there: bool) -> None:
    if not there:
        raise RuntimeError("this torch was built without it, or the processor lacks the instructions")


@torch.inference_mode()
def _time_layer(make: Callable[[Tensor, Tensor], Callable[[Tensor], Tensor]]) -> float:
    """Processor seconds that a layer, tiny's first of the perceptron, takes for one command."""
    # All ones: each output is _N_STATE ones and the bias of one.
    layer = make(torch.ones(4 * _N_STATE, _N_STATE), torch.ones(4 * _N_STATE))
    window, token = torch.ones(_COMMAND_POSITIONS, _N_STATE), torch.ones(1, _N_STATE)
    # Are the numbers right, of many positions and of one?
    for x in (window, token):
        _check(layer(x), _N_STATE + 1)

    def once() -> None:
        # The encoder's share, then the decoder's.
        layer(window)
        for _ in range(_COMMAND_TOKENS):
            layer(token)

    return _shortest(once)


@torch.inference_mode()
def _time_attention(attend: Attend) -> float:
    """Processor seconds that attention takes for a third of a window."""
    # All ones: every mix of values is one, too. (1, heads, positions, width)
    some = torch.ones(1, _N_HEAD, _ATTENTION_POSITIONS, _N_STATE // _N_HEAD)
    _check(attend(some, KeyValue(some, some), None), 1)
    return _shortest(lambda: attend(some, KeyValue(some, some), None))


def _check(found: Tensor, expected: float) -> None:
    """Raise ArithmeticError unless all numbers are about `expected`."""
    # NaN is not less than anything, so it is refused as well.
    if not bool(((found - expected).abs() < _TOLERANCE * expected).all()):
        raise ArithmeticError(f"it computes wrong numbers: up to {float(found.abs().max())} instead of {expected}")


def _shortest(work: Callable[[], object]) -> float:
    """Time of the shortest run; once is enough where that takes long."""
    found = [_seconds(work)]
    while len(found) < _MOST_RUNS and sum(found) < _ENOUGH_SECONDS:
        found.append(_seconds(work))
    return min(found)


def _seconds(work: Callable[[], object]) -> float:
    # Processor time: what else runs on the machine disturbs it little.
    begin = process_time()
    work()
    return process_time() - begin


# Kernel → how to try it.
_TRIALS: dict[str, Callable[[], float]] = {
    "default": lambda: _time_layer(_default),  # torch's own float32
    "attention": lambda: _time_attention(blocks.attend),  # torch's own
    "bfloat16-layer": lambda: _time_layer(_bfloat16_layer),  # torch's own, for whoever asks for it
    "onednn": _onednn,  # float32
    "float16": _float16,  # weights; computed in float32
    "bfloat16": _bfloat16,  # attention beside layers of eight bits
    "int8-x86": partial(_int8, "x86"),
    "int8-onednn": partial(_int8, "onednn"),
    "int8-qnnpack": partial(_int8, "qnnpack"),
}
_SAFE = {"default", "attention"}  # without these there is no torch
ALWAYS = _SAFE | {"bfloat16-layer"}  # torch's own, which VOICED_KERNELS does not switch off
KERNELS = ("default", *(name for name in _TRIALS if name not in ALWAYS))  # what people may choose from
