"""Augments a spoken phrase: speed, equaliser, reverberation, noise, and other speech before and after.

Pure: all randomness comes from the given generator. Knows no wake words and no embeddings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio.loudness import peak
from voiced.audio.resampling import sped_up
from voiced.flow import SAMPLE_RATE
from voiced.wake import tuning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.flow import Samples


TINY = 1e-9  # least peak and least power, against division by zero
LEAST_ENERGY = 1e-12  # added to the power of noise, against division by zero


@dataclass(frozen=True, eq=False, slots=True)
class Scene:
    """An augmented phrase with its surroundings."""

    sound: Samples  # (samples,) at 16 kHz
    begin: int  # first sample of the phrase
    end: int  # one past the phrase's last sample


def staged(phrase: Samples, others: Sequence[Samples], random: np.random.Generator) -> Scene:
    """Return a random scene with the phrase (samples,); clips of `others` may come before, after and as babble."""
    voice = equalised(sped_up(phrase, float(random.uniform(*tuning.SCENE_SPEEDS))), random)
    lead, tail = (round(seconds * SAMPLE_RATE) for seconds in (tuning.SCENE_LEAD_SECONDS, tuning.SCENE_TAIL_SECONDS))
    lead += int(random.integers(1_280))  # the phrase may begin anywhere within a frame of 80 ms
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
    """Return speech (samples,) with random reverberation, noise and loudness."""
    voice = sound
    if random.random() < tuning.REVERBERANT_SHARE:
        sound = in_a_room(sound, random)
    if random.random() < tuning.NOISY_SHARE:
        sound = sound + noise_like(len(sound), others, random) * _scale(voice, float(random.uniform(*tuning.SNR_DB)))
    sound = sound * (10 ** (random.uniform(*tuning.LOUDNESS_DB) / 20) / max(peak(sound), TINY))
    heard = sound + random.normal(scale=10 ** (random.uniform(*tuning.HISS_DB) / 20), size=len(sound))
    return np.clip(heard, -1, 1).astype(np.float32)


def equalised(sound: Samples, random: np.random.Generator) -> Samples:
    """Return sound through a random equaliser, as if from another microphone."""
    spectrum = np.fft.rfft(sound)
    gains = random.uniform(-tuning.EQUALISER_DB, tuning.EQUALISER_DB, tuning.EQUALISER_BANDS)
    # Bands are narrower at low frequencies, as in hearing: (len(spectrum),) positions from 0 to EQUALISER_BANDS - 1
    places = (tuning.EQUALISER_BANDS - 1) * np.sqrt(np.linspace(0, 1, len(spectrum)))
    curve = np.interp(places, np.arange(tuning.EQUALISER_BANDS), gains)
    return np.asarray(np.fft.irfft(spectrum * 10 ** (curve / 20), len(sound)), np.float32)


def in_a_room(sound: Samples, random: np.random.Generator) -> Samples:
    """Return sound (samples,) with reverberation: its convolution with decaying noise; direct sound is not delayed."""
    seconds = float(random.uniform(*tuning.REVERBERATION_SECONDS))
    length = round(seconds * SAMPLE_RATE)
    echo = random.normal(size=length) * 10 ** (-3 * np.arange(length) / length)
    echo[: round(tuning.FIRST_ECHO_SECONDS * SAMPLE_RATE)] = 0
    echo *= 10 ** (random.uniform(*tuning.ECHO_DB) / 20) / np.sqrt((echo**2).sum())
    size = len(sound) + length
    echoes = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(echo, size), size)[: len(sound)]
    return np.asarray(sound + echoes, np.float32)


def noise_like(length: int, others: Sequence[Samples], random: np.random.Generator) -> Samples:
    """Return noise (length,) with a mean power of one: coloured noise, babble of five voices, or clatter."""
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
    """Return a rumble (length,) with random blows upon ringing things, like dishes."""
    sound = coloured(length, 1.0, random)
    sound *= tuning.RUMBLE_SHARE / peak(sound)
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
    """Return noise (length,) whose amplitude falls as frequency to the power `colour`: 0 is white, 1 rumbles."""
    spectrum = np.fft.rfft(random.normal(size=length))
    spectrum /= np.maximum(np.arange(len(spectrum)), 10) ** colour
    return np.fft.irfft(spectrum, length).astype(np.float32)


def _scale(voice: Samples, snr: float) -> float:
    """Return the factor that puts noise of power one `snr` dB below the loudest 32 ms of the voice."""
    blocks = voice[: len(voice) // 512 * 512].reshape(-1, 512)
    return float(np.sqrt((blocks**2).mean(axis=1).max(initial=TINY)) * 10 ** (-snr / 20))


def _some(others: Sequence[Samples], random: np.random.Generator) -> Samples:
    return others[int(random.integers(len(others)))]
