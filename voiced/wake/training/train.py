"""Embeddings of a phrase and of other speech → a small network that tells them apart. Knows no sound and no files."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.wake.embedding import EMBEDDING
from voiced.wake.network import STEPS, Network, scale_of, windows_of
from voiced.wake.templates import AT_ZERO

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from voiced.wake.embedding import Features
    from voiced.wake.templates import Scale

HIDDEN = 48
ROUNDS = 1_200
OF_PHRASE, OF_NEAR, OF_OTHERS, OF_HARD = 128, 96, 320, 128  # windows in each round; the hard ones are of the others
LOOKED_AGAIN = 150  # rounds after which it is seen what is still most like the phrase, …
HARD = 0.01  # … this share of the others
LEARNING, DECAY = 2e-3, 1e-2
DROPPED = 0.3  # share of the inputs
REMEMBERED = 0.99  # of the average of the weights, each round
PART = 8_192  # windows that are looked at together
# Detections an hour of other speech at the scores AT_ZERO and ALONE. The former gets a second look, which trusts the
# first the more the surer it is: with a third of the log odds between them 0.9 % more were missed, 2.6 % in noise.
CANDIDATES, SURE_ONES = 100.0, 1.0
ALONE = 0.99  # without a second look this is the threshold
LEAST_RISE = 1.0  # of the output between them
REFRACTORY = 25  # frames: what comes sooner is the same detection


@dataclass(frozen=True, eq=False, slots=True)
class TrainingSet:
    """What to learn from."""

    phrase: Features  # (n, STEPS, 96): windows right after it
    phrase_drawn: Features  # (n,): how often each is drawn; all together 1
    near: Features  # (n, STEPS, 96): windows of what sounds like it, and is something else
    near_drawn: Features  # (n,)
    others: Features  # (frames, 96): other speech, without a break


def train(examples: TrainingSet, scale: Scale, held_back: Features, rounds: int, done: Callable[[], None]) -> Network:
    """Learn, and calibrate by `held_back`, other speech (frames, 96). The same for the same examples.

    `done` is called after each round.
    """
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    model = _layers()
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(REMEMBERED))  # type: ignore[no-untyped-call] # torch's own
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING, total_steps=rounds)
    phrase, near = scale_of(scale, examples.phrase), scale_of(scale, examples.near)
    others = windows_of(scale_of(scale, examples.others))
    labels = torch.cat((torch.ones(OF_PHRASE), torch.zeros(OF_NEAR + OF_OTHERS)))
    hard = np.arange(len(others))
    for number in range(rounds):
        if number % LOOKED_AGAIN == LOOKED_AGAIN - 1:
            hard = _hardest(average, others)
        batch = np.concatenate(
            (
                phrase[_drawn(examples.phrase_drawn, OF_PHRASE, random)],
                near[_drawn(examples.near_drawn, OF_NEAR, random)],
                others[hard[random.integers(len(hard), size=OF_HARD)]],
                others[random.integers(len(others), size=OF_OTHERS - OF_HARD)],
            )
        )
        outputs = model(torch.from_numpy(batch.reshape(len(batch), -1)))[:, 0]
        optimizer.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(outputs, labels).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        average.update_parameters(model)
        done()
    return calibrated(_network(average, scale), held_back)


def _drawn(shares: Features, count: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    return np.searchsorted(np.cumsum(shares)[:-1], random.random(count))


def _layers() -> nn.Sequential:
    return nn.Sequential(
        nn.Dropout(DROPPED),
        nn.Linear(STEPS * EMBEDDING, HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, 1),
    )


@torch.no_grad()
def _hardest(model: nn.Module, windows: Features) -> npt.NDArray[np.int64]:
    """Which windows are most like the phrase."""
    model.eval()
    outputs = []
    for at in range(0, len(windows), PART):
        part = np.ascontiguousarray(windows[at : at + PART]).reshape(-1, STEPS * EMBEDDING)
        outputs.append(model(torch.from_numpy(part))[:, 0].numpy())
    model.train()
    return np.argsort(np.concatenate(outputs))[-max(OF_HARD, round(HARD * len(windows))) :]


def _network(model: AveragedModel, scale: Scale) -> Network:
    linear = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
    first, second, third = ((layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in linear)
    return Network(scale, (first, second, third), offset=0.0, slope=1.0)


def calibrated(network: Network, others: Features) -> Network:
    """So that CANDIDATES detections an hour of this speech reach the score AT_ZERO, and SURE_ONES of them ALONE."""
    found, hours = peaks(outputs_of(network, others)), len(others) * FRAME_SAMPLES / SAMPLE_RATE / 3600
    offset, sure = (float(found[min(max(1, round(rate * hours)), len(found)) - 1]) for rate in (CANDIDATES, SURE_ONES))
    slope = (_log_odds(ALONE) - _log_odds(AT_ZERO)) / max(sure - offset, LEAST_RISE)
    return replace(network, offset=offset, slope=slope)


def _log_odds(score: float) -> float:
    return math.log(score / (1 - score))


def outputs_of(network: Network, stream: Features) -> Features:
    """Of a stream (frames, 96), from where there are STEPS frames."""
    windows = windows_of(stream)
    return np.concatenate([network.outputs(windows[at : at + PART]) for at in range(0, len(windows), PART)])


def peaks(outputs: Features) -> Features:
    """The highest of each stretch of REFRACTORY frames, highest first."""
    whole = len(outputs) // REFRACTORY * REFRACTORY
    return np.sort(outputs[:whole].reshape(-1, REFRACTORY).max(axis=1))[::-1]
