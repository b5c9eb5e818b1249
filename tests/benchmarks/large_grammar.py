"""What many names cost: 300 intents over a list of 100 and of 10,000, compiled, held in memory, and recognised under.

    python -m tests.benchmarks.large_grammar [--names 100 10000] [--intents 300] [--rounds 5]
    python -m tests.benchmarks.large_grammar --ohf SOURCE en de it [--sentences 300]

Names and verbs are made up of syllables, always the same ones; among them are those of the recording, so that it is
understood under every grammar. Each size is measured in a process of its own, on one thread, in processor seconds;
compiling is from YAML to the constraint over tokens, without the tree of the vocabulary that all grammars share. Memory
is what is resident: the compiled grammar's, and the most that compiling took. The constraint remembers where it has
been, so the first command under a grammar costs more than the same one said again.

With `--ohf`: Home Assistant's own sentences, of the package `home-assistant-intents` (`pip install --target SOURCE
home-assistant-intents`) or of a copy of the repository OHF-Voice/intents. Compiling, memory, and one match of each of
some hundred sentences that are drawn, and of as many that are spoilt, in milliseconds of processor time: median, 95 %
and worst, beside hassil's `recognize_best` on the first of them. Then recorded commands, recognised under the intents
that ship, under the English sentences, and under those of them that do not begin with a wildcard, in turn.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from tests.benchmarks.ohf_measure import matching, recognition

RECORDING, VERB, NAME = "command_lights.ogg", "turn off", "office lights"  # what is said in it
SOUNDS = Path(__file__).parents[1] / "sounds"
SYLLABLES = [first + vowel for first, vowel in itertools.product("bdfgklmnprstvz", "aeiou")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", nargs="+", type=int, default=[100, 10_000])
    parser.add_argument("--intents", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5, help="times that the command is recognised")
    parser.add_argument("--ohf", nargs="+", metavar=("SOURCE", "LANGUAGE"), help="Home Assistant's sentences instead")
    parser.add_argument("--sentences", type=int, default=300, help="how many are drawn, and how many spoilt")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)  # a process of its own, for this file
    parser.add_argument("--part", help=argparse.SUPPRESS)  # language, or "recognition": a process of its own
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(asked.measure, asked.rounds)))
    elif asked.part:
        source = Path(asked.ohf[0])
        if asked.part == "recognition":
            print(json.dumps(recognition(source, asked.rounds)))
        else:
            print(json.dumps(matching(source, asked.part, asked.sentences)))
    elif asked.ohf:
        ohf(asked)
    else:
        sizes(asked)


def ohf(asked: argparse.Namespace) -> None:
    """Print tables about Home Assistant's sentences."""

    def part(name: str) -> Any:
        program = [sys.executable, "-m", "tests.benchmarks.large_grammar", "--ohf", asked.ohf[0], "--part", name]
        program += ["--sentences", str(asked.sentences), "--rounds", str(asked.rounds)]
        return json.loads(subprocess.run(program, check=True, capture_output=True, text=True).stdout)

    columns = ["language", "templates", "compile, CPU s", "MB kept", "MB after", "first 30, ms"]
    columns += ["match, median / 95 % / worst", "no match", "hassil", "median of hassil's"]
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for language in asked.ohf[1:]:
        found = part(language)
        spreads = [" / ".join(f"{each:.1f}" for each in found[key]) for key in ("match", "no_match", "hassil")]
        size = f"{found['compile']:.2f} | {found['kept']:.0f} | {found['after']:.0f}"
        cost = " | ".join([f"{found['first']:.1f}", *spreads, f"{found['of_hassil']:.2f}"])
        print(f"| {language} | {found['templates']} | {size} | {cost} |", flush=True)
    if "en" in asked.ohf[1:]:
        columns = ["recording", "accepted by all", "shipped, CPU s", "OHF-en", "ratio", "without wildcards first"]
        print(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
        for each in part("recognition"):
            shipped, house, by_words = each["costs"]
            ratios = f"{house / shipped:.2f} | {by_words / shipped:.2f}"
            accepted = "yes" if each["accepted"] else "no"
            print(f"| {each['recording']} | {accepted} | {shipped:.3f} | {house:.3f} | {ratios} |", flush=True)


def sizes(asked: argparse.Namespace) -> None:
    """Print a table about made-up names."""
    print("| names | compile, CPU s | MB kept | MB at most | first command, CPU s | again | understood |")
    print("|--:|--:|--:|--:|--:|--:|:-:|")
    for n_names in asked.names:
        with tempfile.TemporaryDirectory() as folder:
            intents = Path(folder, "intents.yaml")
            intents.write_text(grammar_of(n_names, asked.intents), encoding="utf-8")
            program = [sys.executable, "-m", "tests.benchmarks.large_grammar", "--measure", str(intents)]
            program += ["--rounds", str(asked.rounds)]
            done = subprocess.run(program, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout)
        memory = f"{found['kept']:.0f} | {found['peak']:.0f}"
        commands = f"{found['first']:.3f} | {found['again']:.3f}"
        print(f"| {n_names} | {found['compile']:.2f} | {memory} | {commands} | {found['understood']} |", flush=True)


def grammar_of(n_names: int, n_intents: int) -> str:
    """YAML: one list of names, and intents that each do something else with one of them."""
    rng = random.Random(0)
    names, verbs = [NAME, *words(n_names - 1, rng)], [VERB, *words(n_intents - 1, rng)]
    intents = "\n".join(
        f'  Intent{i}:\n    sentences: ["(please|) {verb} [the] {{name}}"]' for i, verb in enumerate(verbs)
    )
    values = "\n".join(f"    - {name}" for name in names)
    return f"language: en\nintents:\n{intents}\nlists:\n  name:\n{values}\n"


def words(n: int, rng: random.Random) -> list[str]:
    """Different ones, of one or two words."""
    found: dict[str, None] = {}
    while len(found) < n:
        parts = ["".join(rng.choices(SYLLABLES, k=rng.choice([2, 3]))) for _ in range(rng.choice([1, 2]))]
        found[" ".join(parts)] = None
    return list(found)


def measure(intents: Path, rounds: int) -> dict[str, object]:
    """Compile and recognise in this process; seconds and MB as a JSON object."""
    from voiced import grammar
    from voiced.audio.sound_file import read
    from voiced.audio.vad import Vad
    from voiced.config import RecognizerSettings
    from voiced.grammar.constraint import Constraint
    from voiced.grammar.token_tree import Vocabulary
    from voiced.listening.recording import as_utterance
    from voiced.recognition.recognizer import Recognizer
    from voiced.whisper.dimensions import ENGLISH_TOKENS
    from voiced.whisper.loading.checkpoints import PACKAGED
    from voiced.whisper.loading.vocabulary import read_ranks
    from voiced.whisper.tokenizer import make_tokenizer

    tokenizer = make_tokenizer(read_ranks(PACKAGED["tiny.en"].vocabulary.path), ENGLISH_TOKENS)
    vocabulary = Vocabulary([tokenizer.token_bytes(token) for token in range(tokenizer.eot)])
    grammar.parse(grammar_of(10, 2))  # what is imported and cached along the way is no cost of size
    before, began = resident("VmRSS"), process_time()
    compiled = grammar.load([intents])
    Constraint(compiled.automaton, compiled.language, vocabulary, tokenizer.eot)
    cost = {"compile": process_time() - began}
    cost |= {"kept": resident("VmRSS") - before, "peak": resident("VmHWM") - before}
    recognizer = Recognizer(RecognizerSettings(threads=1), compiled)
    recognizer.warm_up()
    utterance = as_utterance(read(SOUNDS / RECORDING), Vad())
    seconds = []
    for _ in range(rounds + 1):
        began = process_time()
        transcript = recognizer.recognize(utterance)
        seconds.append(process_time() - began)
    understood = transcript.match is not None and transcript.match.slots == {"name": NAME}
    return {**cost, "first": seconds[0], "again": median(seconds[1:]), "understood": "yes" if understood else "no"}


def resident(key: str) -> float:
    """MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(rf"{key}:\s*(\d+)", status)[1]) / 1024  # type: ignore[index] # Linux has it


if __name__ == "__main__":
    main()
