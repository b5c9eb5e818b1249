"""What the ear costs while nobody speaks to it, and whether it grows: minutes of room noise, or of random speech.

    python -m tests.benchmarks.idle --minutes 10 [--sound FILE …] [--speak FOLDER]

Runs `voiced run` on a virtual microphone (needs PulseAudio) with a broker of its own and reads /proc: processor time,
resident memory and threads, once a minute. `--sound` is looped in the background at a tenth of its loudness (without
it, hiss); with `--speak` recordings of a folder are spoken at random moments, some after the wake word, so that the
recogniser works too. The first minute is not counted: it warms up.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from tests.broker import Broker, Subscriber
from tests.daemon import READY, Daemon
from tests.virtual_microphone import VirtualMicrophone
from voiced.audio import sound_file
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.flow import Samples

WAKE = Path(__file__).parent.parent / "sounds" / "wake_jarvis.ogg"
BACKGROUND = 0.1  # of the loudness of the sound
TICKS = os.sysconf("SC_CLK_TCK")  # a second


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line a minute, then the sums as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--sound", type=Path, help="what is heard in the background")
    parser.add_argument("--speak", type=Path, help="a folder of recordings that are spoken now and then")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    background = sound_file.read(options.sound) if options.sound else _hiss()
    spoken = sorted(options.speak.rglob("*.flac")) if options.speak else []
    with (
        VirtualMicrophone() as microphone,
        Broker() as broker,
        Subscriber(broker.port) as ears,
        Daemon(broker.port) as daemon,
    ):
        daemon.wait_until_told(READY)
        rows = _watch(microphone, daemon, background, spoken, options)
        answers = sum("/intent/" in one.topic or one.topic.endswith("/unmatched") for one in ears.messages)
    print(json.dumps(_summed(rows) | {"answers": answers}))


def _hiss() -> Samples:
    return np.random.default_rng(1).normal(scale=0.05, size=60 * SAMPLE_RATE).astype(np.float32)


def _watch(
    microphone: VirtualMicrophone,
    daemon: Daemon,
    background: Samples,
    spoken: Sequence[Path],
    options: argparse.Namespace,
) -> list[tuple[float, float, int, int]]:
    """Seconds, processor seconds, resident kilobytes and threads, each minute."""
    draw = random.Random(options.seed)  # nothing secret is drawn
    rows = [_state(daemon.process.pid)]
    for minute in range(options.minutes):
        path = daemon.folder / "minute.wav"
        soundfile.write(path, _minute(background, spoken, draw), SAMPLE_RATE)
        microphone.play(path)
        rows.append(_state(daemon.process.pid))
        (began, cpu, _, _), (now, spent, kilobytes, threads) = rows[-2:]
        share = 100 * (spent - cpu) / (now - began)
        print(f"minute {minute + 1}: {share:.2f} % of a core, {kilobytes} kB, {threads} threads", file=sys.stderr)
    return rows


def _minute(background: Samples, spoken: Sequence[Path], draw: random.Random) -> Samples:
    """A minute of what is heard."""
    start = draw.randrange(max(1, len(background) - 60 * SAMPLE_RATE))
    sound = BACKGROUND * np.resize(background[start:], 60 * SAMPLE_RATE)
    at = round(draw.uniform(1, 8) * SAMPLE_RATE)
    while spoken:
        pause = np.zeros(draw.randrange(1, SAMPLE_RATE), np.float32)
        woken = draw.choice([[], [sound_file.read(WAKE), pause]])
        said = np.concatenate([*woken, sound_file.read(draw.choice(spoken))])
        if at + len(said) > len(sound):
            break
        sound[at : at + len(said)] += said
        at += len(said) + round(draw.uniform(2, 10) * SAMPLE_RATE)
    clipped: Samples = np.clip(sound, -1, 1).astype(np.float32)
    return clipped


def _state(pid: int) -> tuple[float, float, int, int]:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    cpu = (int(fields[11]) + int(fields[12])) / TICKS
    return time.monotonic(), cpu, int(status["VmRSS"].split()[0]), int(status["Threads"])


def _summed(rows: Sequence[tuple[float, float, int, int]]) -> dict[str, float]:
    counted = rows[1:]  # without the first minute
    (began, cpu, first, _), (now, spent, last, threads) = counted[0], counted[-1]
    return {
        "minutes": round((now - began) / 60, 1),
        "percent_of_a_core": round(100 * (spent - cpu) / (now - began), 2),
        "first_kilobytes": first,
        "last_kilobytes": last,
        "most_kilobytes": max(kilobytes for _, _, kilobytes, _ in counted),
        "threads": threads,
    }


if __name__ == "__main__":
    main()
