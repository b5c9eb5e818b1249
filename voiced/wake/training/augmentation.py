"""One spoken phrase → the same as it might be said elsewhere: another speed and timbre, a room, noise, other speech.

Pure: a generator of random numbers decides. Knows no wake words and no embeddings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio.resampling import sped_up
from voiced.flow import SAMPLE_RATE
from voiced.wake import tuning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.flow import Samples


TINY = 1e-9  # divides what is silent
LEAST_ENERGY = 1e-12


@dataclass(frozen=True, eq=False, slots=True)
class Scene:
    """A phrase, with what is around it."""

    sound: Samples
    begin: int  # first sample of the phrase
    end: int  # its last sample, and one


def staged(phrase: Samples, others: Sequence[Samples], random: np.random.Generator) -> Scene:
    """The phrase somewhere; `others` is other speech that may be near."""
    voice = equalised(sped_up(phrase, float(random.uniform(*tuning.SCENE_SPEEDS))), random)
    lead, tail = (round(seconds * SAMPLE_RATE) for seconds in (tuning.SCENE_LEAD_SECONDS, tuning.SCENE_TAIL_SECONDS))
    lead += int(random.integers(1_280))  # the frames of the embedding fall anywhere
    begin, end = lead, lead + len(voice)
    sound = np.zeros(end + tail, np.float32)
    sound[begin:end] = voice
    pauses = random.uniform(*tuning.GAP_SECONDS, size=2) * SAMPLE_RATE
    if random.random() < tuning.PRECEDED_SHARE:
        before = _some(others, random)
        last = max(0, begin - int(pauses[0]))
        sound[max(0, last - len(before)) : last] += before[-last:] if last else 0
    if random.random() < tuning.FOLLOWED_SHARE:
        first = min(len(sound), end + int(pauses[1]))
        after = _some(others, random)[: len(sound) - first]
        sound[first : first + len(after)] += after
    return Scene(disturbed(sound, others, random), begin, end)


def disturbed(sound: Samples, others: Sequence[Samples], random: np.random.Generator) -> Samples:
    """Speech, in a room, in noise, nearer or further away."""
    voice = sound
    if random.random() < tuning.REVERBERANT_SHARE:
        sound = in_a_room(sound, random)
    if random.random() < tuning.NOISY_SHARE:
        sound = sound + noise_like(len(sound), others, random) * _scale(voice, float(random.uniform(*tuning.SNR_DB)))
    sound = sound * (10 ** (random.uniform(*tuning.LOUDNESS_DB) / 20) / np.abs(sound).max(initial=TINY))
    heard = sound + random.normal(scale=10 ** (random.uniform(*tuning.HISS_DB) / 20), size=len(sound))
    return np.clip(heard, -1, 1).astype(np.float32)


def equalised(sound: Samples, random: np.random.Generator) -> Samples:
    """Another microphone: bands of frequencies louder or softer."""
    spectrum = np.fft.rfft(sound)
    gains = random.uniform(-tuning.EQUALISER_DB, tuning.EQUALISER_DB, tuning.EQUALISER_BANDS)
    places = (tuning.EQUALISER_BANDS - 1) * np.sqrt(
        np.linspace(0, 1, len(spectrum))
    )  # bands are narrower below, as ears have it
    curve = np.interp(places, np.arange(tuning.EQUALISER_BANDS), gains)
    return np.asarray(np.fft.irfft(spectrum * 10 ** (curve / 20), len(sound)), np.float32)


def in_a_room(sound: Samples, random: np.random.Generator) -> Samples:
    """With echoes that fade like those of a room; the voice itself arrives when it did."""
    seconds = float(random.uniform(*tuning.REVERBERATION_SECONDS))
    length = round(seconds * SAMPLE_RATE)
    echo = random.normal(size=length) * 10 ** (-3 * np.arange(length) / length)
    echo[: round(tuning.FIRST_ECHO_SECONDS * SAMPLE_RATE)] = 0
    echo *= 10 ** (random.uniform(*tuning.ECHO_DB) / 20) / np.sqrt((echo**2).sum())
    size = len(sound) + length
    echoes = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(echo, size), size)[: len(sound)]
    return np.asarray(sound + echoes, np.float32)


def noise_like(length: int, others: Sequence[Samples], random: np.random.Generator) -> Samples:
    """Noise at an energy of one: hissing or rumbling, several who talk, or dishes."""
    kind = random.random()
    if kind < tuning.BABBLE_SHARE:
        noise = sum(np.resize(np.roll(_some(others, random), int(random.integers(9_999))), length) for _ in range(5))
    elif kind < tuning.BABBLE_SHARE + tuning.CLATTER_SHARE:
        noise = clatter(length, random)
    else:
        noise = coloured(length, float(random.uniform(*tuning.NOISE_COLOURS)), random)
    noise = np.asarray(noise, np.float32)
    return np.asarray(noise / np.sqrt(np.mean(noise**2) + LEAST_ENERGY), np.float32)


def clatter(length: int, random: np.random.Generator) -> Samples:
    """Blows upon things that ring, over a rumble."""
    sound = coloured(length, 1.0, random)
    sound *= tuning.RUMBLE_SHARE / np.abs(sound).max()
    for _ in range(1 + int(random.poisson(tuning.BLOWS_A_SECOND * length / SAMPLE_RATE))):
        at = int(random.integers(length))
        time = np.arange(min(length - at, SAMPLE_RATE // 2)) / SAMPLE_RATE
        ring = random.normal(size=len(time)) * np.exp(-time / random.uniform(*tuning.BLOW_SECONDS))
        for _ in range(4):
            tone = np.sin(2 * np.pi * random.uniform(*tuning.RING_HZ) * time)
            ring += tone * np.exp(-time / random.uniform(*tuning.RING_SECONDS))
        sound[at : at + len(time)] += random.uniform(*tuning.BLOW_LOUDNESS) * ring
    return np.asarray(sound, np.float32)


def coloured(length: int, colour: float, random: np.random.Generator) -> Samples:
    """Noise whose amplitude falls with the frequency to the power of `colour`: 0 hisses, 1 rumbles."""
    spectrum = np.fft.rfft(random.normal(size=length))
    spectrum /= np.maximum(np.arange(len(spectrum)), 10) ** colour
    return np.fft.irfft(spectrum, length).astype(np.float32)


def _scale(voice: Samples, snr: float) -> float:
    """Of noise with an energy of one, so that it is so many dB below the loudest 32 ms of the voice."""
    blocks = voice[: len(voice) // 512 * 512].reshape(-1, 512)
    return float(np.sqrt((blocks**2).mean(axis=1).max(initial=TINY)) * 10 ** (-snr / 20))


def _some(others: Sequence[Samples], random: np.random.Generator) -> Samples:
    return others[int(random.integers(len(others)))]
