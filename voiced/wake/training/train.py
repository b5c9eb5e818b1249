"""Trains a wake word's network: binary classification of windows of embeddings. Knows no sound and no files."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.wake import tuning
from voiced.wake.embedding import EMBEDDING
from voiced.wake.network import STEPS, Network, scale_of, windows_of
from voiced.wake.training.negatives import peaks

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from voiced.wake.embedding import Features
    from voiced.wake.templates import Scale

BATCH_WINDOWS = 8_192  # in one pass without gradients; bounds the memory


@dataclass(frozen=True, eq=False, slots=True)
class TrainingSet:
    """Windows with their sampling probabilities, and a stream of negatives."""

    phrase: Features  # (n, STEPS, 96): windows right after the phrase
    phrase_drawn: Features  # (n,): probability to draw each; sums to 1
    near: Features  # (n, STEPS, 96): windows of confusable phrases and of wakes marked as wrong
    near_drawn: Features  # (n,): probability to draw each; sums to 1
    others: Features  # (frames, 96): other speech, without gaps


def train(examples: TrainingSet, scale: Scale, held_back: Features, rounds: int, done: Callable[[], None]) -> Network:
    """Return a trained network, calibrated on `held_back`: other speech (frames, 96). Reproducible.

    AdamW on binary cross-entropy, with hard negatives and averaged weights. `done` is called after each round.
    """
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    model = _layers()
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(tuning.AVERAGE_DECAY))  # type: ignore[no-untyped-call] # torch's own
    optimizer = torch.optim.AdamW(model.parameters(), lr=tuning.LEARNING_RATE, weight_decay=tuning.WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, tuning.LEARNING_RATE, total_steps=rounds)
    phrase, near = scale_of(scale, examples.phrase), scale_of(scale, examples.near)
    others = windows_of(scale_of(scale, examples.others))
    labels = torch.cat((torch.ones(tuning.PHRASE_BATCH), torch.zeros(tuning.CONFUSABLE_BATCH + tuning.OTHERS_BATCH)))
    hard = np.arange(len(others))
    for number in range(rounds):
        if number % tuning.HARDEST_EVERY == tuning.HARDEST_EVERY - 1:
            hard = _hardest(average, others)
        batch = np.concatenate(
            (
                phrase[_drawn(examples.phrase_drawn, tuning.PHRASE_BATCH, random)],
                near[_drawn(examples.near_drawn, tuning.CONFUSABLE_BATCH, random)],
                others[hard[random.integers(len(hard), size=tuning.HARD_BATCH)]],
                others[random.integers(len(others), size=tuning.OTHERS_BATCH - tuning.HARD_BATCH)],
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
        nn.Dropout(tuning.DROPOUT),
        nn.Linear(STEPS * EMBEDDING, tuning.HIDDEN_UNITS),
        nn.ReLU(),
        nn.Linear(tuning.HIDDEN_UNITS, tuning.HIDDEN_UNITS),
        nn.ReLU(),
        nn.Linear(tuning.HIDDEN_UNITS, 1),
    )


@torch.no_grad()
def _hardest(model: nn.Module, windows: Features) -> npt.NDArray[np.int64]:
    """Return the indices (k,) of the windows with the highest outputs: hard negatives."""
    model.eval()
    outputs = []
    for at in range(0, len(windows), BATCH_WINDOWS):
        part = np.ascontiguousarray(windows[at : at + BATCH_WINDOWS]).reshape(-1, STEPS * EMBEDDING)
        outputs.append(model(torch.from_numpy(part))[:, 0].numpy())
    model.train()
    return np.argsort(np.concatenate(outputs))[-max(tuning.HARD_BATCH, round(tuning.HARDEST_SHARE * len(windows))) :]


def _network(model: AveragedModel, scale: Scale) -> Network:
    linear = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
    first, second, third = ((layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in linear)
    return Network(scale, (first, second, third), offset=0.0, slope=1.0)


def calibrated(network: Network, others: Features) -> Network:
    """Return the network with its score calibrated on negatives (frames, 96).

    An hour of them gives TRAINED_CANDIDATES_PER_HOUR detections at CANDIDATE_SCORE, SURE_PER_HOUR at ALONE_SCORE.
    """
    found, hours = peaks(outputs_of(network, others)), len(others) * FRAME_SAMPLES / SAMPLE_RATE / 3600
    rates = (tuning.TRAINED_CANDIDATES_PER_HOUR, tuning.SURE_PER_HOUR)
    offset, sure = (float(found[min(max(1, round(rate * hours)), len(found)) - 1]) for rate in rates)
    slope = (_log_odds(tuning.ALONE_SCORE) - _log_odds(tuning.CANDIDATE_SCORE)) / max(sure - offset, tuning.LEAST_RISE)
    return replace(network, offset=offset, slope=slope)


def _log_odds(score: float) -> float:
    return math.log(score / (1 - score))


def outputs_of(network: Network, stream: Features) -> Features:
    """Return the outputs (frames - STEPS + 1,) of every window of a stream (frames, 96)."""
    windows = windows_of(stream)
    starts = range(0, len(windows), BATCH_WINDOWS)
    return np.concatenate([network.outputs(windows[at : at + BATCH_WINDOWS]) for at in starts])
