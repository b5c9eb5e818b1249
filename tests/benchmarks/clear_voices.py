"""How clearly do synthetic voices speak? By it the voices of `house_voices` were chosen, before they said any command.

    python -m tests.benchmarks.clear_voices --sounds CACHE de [--model base] [--voice NAME ...]

Each voice says sentences that are no commands, and Whisper writes them freely, without a grammar. Told is how much of
their letters it writes right: 100 % less the letters to insert, delete or replace, each sentence with noise at 20 dB
and beside it without any.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from tests.benchmarks.house_sentences import NOISE_SECONDS, pink
from tests.benchmarks.house_voices import CANDIDATES, VOICES, spoken
from voiced.advice.voice import in_a_room
from voiced.evaluation.noise import key_of, mixed
from voiced.flow import SAMPLE_RATE
from voiced.grammar.normalize import normalize
from voiced.whisper.decoding import DecodingOptions, decode
from voiced.whisper.loading.weights import load
from voiced.whisper.log_mel import log_mel, pad_or_trim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.flow import Samples
    from voiced.whisper.loaded import LoadedModel

SNR = 20.0
WINDOW_SAMPLES = 8 * SAMPLE_RATE

# Numbers would be written as digits.
SENTENCES = {
    "de": (
        "Gestern hat es den ganzen Tag geregnet.",
        "Meine Schwester wohnt seit vielen Jahren in Hamburg.",
        "Wir treffen uns heute Abend vor dem Bahnhof.",
        "Der Zug nach München hat leider Verspätung.",
        "Ich möchte bitte zwei Brötchen und ein Stück Kuchen.",
        "Im Herbst werden die Blätter gelb und rot.",
        "Die Kinder spielen nach der Schule im Park.",
        "Das Buch liegt auf dem Tisch neben der Tasse.",
        "Kannst du mir sagen, wie spät es ist?",
        "Am Wochenende fahren wir mit dem Fahrrad ans Meer.",
        "Der Hund schläft unter der alten Eiche.",
        "Leider habe ich meinen Schlüssel vergessen.",
        "Zum Frühstück gibt es Kaffee, Tee oder Milch.",
        "Unser Nachbar arbeitet in einem kleinen Krankenhaus.",
        "Ich freue mich auf den Urlaub in den Bergen.",
        "Die Ärztin hat heute keine Zeit mehr.",
    )
}


def letters_right(said: str, written: str) -> tuple[int, int]:
    """How many letters of a text are written right, and how many it has."""
    one, other = normalize(said).text, normalize(written).text
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, start=1):
        before, row[0] = row[0], number
        for column, wanted in enumerate(other, start=1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (letter != wanted))
    return len(one) - row[-1], len(one)


def written(loaded: LoadedModel, sound: Samples, language: str) -> str:
    """What Whisper writes of a sound without a grammar."""
    features = loaded.model.encode(log_mel(pad_or_trim(sound, WINDOW_SAMPLES), loaded.model.dims.n_mels))
    return decode(loaded.model, loaded.tokenizer, features, DecodingOptions(language=language)).text


def share_right(loaded: LoadedModel, language: str, sounds: Sequence[tuple[str, Samples]]) -> float:
    """Return the share of the letters that is written right, in percent."""
    counts = [letters_right(text, written(loaded, sound, language)) for text, sound in sounds]
    return 100 * sum(right for right, _ in counts) / sum(of for _, of in counts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", choices=sorted(SENTENCES))
    parser.add_argument("--sounds", type=Path, required=True, metavar="CACHE", help="what was spoken is kept here")
    parser.add_argument("--model", default="base")
    parser.add_argument("--voice", nargs="*", metavar="NAME", help="by default all")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    loaded, noise = load(asked.model), pink(NOISE_SECONDS * SAMPLE_RATE)
    print("| voice | clean | 20 dB |\n|---|--:|--:|")
    for voice in asked.voice or (*VOICES[asked.language], *CANDIDATES[asked.language]):
        sentences = SENTENCES[asked.language]
        clean = [(text, in_a_room(spoken(asked.sounds, asked.language, voice, text))) for text in sentences]
        noisy = [(text, mixed(sound, noise, SNR, key_of(0, text, SNR))) for text, sound in clean]
        shares = (share_right(loaded, asked.language, sounds) for sounds in (clean, noisy))
        print(f"| {voice} |", " | ".join(f"{share:.1f} %" for share in shares), "|", flush=True)


if __name__ == "__main__":
    main()
