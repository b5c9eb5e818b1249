"""What Home Assistant's sentences cost: matching beside hassil, and recognition beside the intents that ship.

Called by `large_grammar --ohf`, each language in a process of its own. Knows nothing of where sentences come from.
"""

from __future__ import annotations

import gc
import json
import random
import re
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

from tests.benchmarks.ohf_sentences import intents_of
from tests.grammar.hassil_judge import mutated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiced.flow import Utterance
    from voiced.grammar import Grammar
    from voiced.recognition.recognizer import Recognizer

SOUNDS = Path(__file__).parents[1] / "sounds"
PEER_SENTENCES = 40  # hassil takes milliseconds for each
TEXTS_FIRST = 30  # sentences that a grammar is read by before anything was remembered


def matching(source: Path, language: str, n: int) -> dict[str, Any]:
    """Cost of compiling, and of matching: `n` sentences or more that match and as many that do not, all different."""
    from voiced import grammar

    grammar.parse("intents: {A: {sentences: [go]}}")  # what is imported and cached along the way is no cost of size
    content = intents_of(source, language)
    text = json.dumps(content, ensure_ascii=False)
    gc.collect()
    before, began = resident(), process_time()
    commands = grammar.parse(text)
    compiled = process_time() - began
    kept = resident() - before
    matched, rejected = _timed(commands, n)
    after = resident() - before
    good = list(matched)[:PEER_SENTENCES]
    peers = _hassil(content, good)
    return {
        "templates": len(commands.sentences),
        "compile": compiled,
        "kept": kept,
        "after": after,
        "first": median(list(matched.values())[:TEXTS_FIRST]),
        "match": _spread(matched.values()),
        "no_match": _spread(rejected.values()),
        "hassil": _spread(peers),
        "of_hassil": median(matched[text] for text in good) / median(peers),
    }


def _timed(commands: Grammar, n: int) -> tuple[dict[str, float], dict[str, float]]:
    """Milliseconds of `n` or more texts that match and as many that do not, each asked about once."""
    rng, matched, rejected = random.Random(0), dict[str, float](), dict[str, float]()
    while min(len(matched), len(rejected)) < n:
        # Every other one is spoilt; what has become of it, the match itself tells.
        for sample in commands.sample(rng, n):
            texts = dict.fromkeys((sample.text, mutated(sample.text, rng)))
            for text in (each for each in texts if each not in matched and each not in rejected):
                began = process_time()
                match = commands.match(text)
                (matched if match else rejected)[text] = 1000 * (process_time() - began)
    return matched, rejected


def _hassil(content: dict[str, Any], texts: list[str]) -> list[float]:
    """Milliseconds that Home Assistant's own matcher takes for texts."""
    from hassil.intents import Intents
    from hassil.recognize import recognize_best

    intents = Intents.from_dict(content)
    recognize_best(texts[0], intents)  # it, too, remembers
    milliseconds = []
    for text in texts:
        began = process_time()
        recognize_best(text, intents)
        milliseconds.append(1000 * (process_time() - began))
    return milliseconds


def recognition(source: Path, rounds: int) -> list[dict[str, Any]]:
    """CPU seconds of recognising recorded commands, under what ships and under all English sentences of `source`."""
    from voiced import grammar
    from voiced.audio.sound_file import read
    from voiced.audio.vad import Vad
    from voiced.config import RecognizerSettings
    from voiced.foundations.resources import shipped
    from voiced.listening.recording import as_utterance
    from voiced.recognition.recognizer import Recognizer

    content = intents_of(source, "en")
    house = grammar.parse(json.dumps(content))
    grammars = grammar.load([shipped("intents")]), house, grammar.parse(json.dumps(_begun_by_words(content, house)))
    # As many beams under all, whatever a busy machine makes of one of them.
    settings = RecognizerSettings(threads=1, beam_size=5)
    recognizers = [Recognizer(settings, each) for each in grammars]
    for each in recognizers:
        each.warm_up()
    found = []
    for file in sorted(SOUNDS.glob("command_*.ogg")):
        utterance = as_utterance(read(file), Vad())
        accepted = all(each.recognize(utterance).match for each in recognizers)
        costs = _taking_turns(recognizers, utterance, rounds)
        found.append({"recording": file.stem, "accepted": accepted, "costs": costs})
    return found


def _begun_by_words(content: dict[str, Any], house: Grammar) -> dict[str, Any]:
    """The content without templates that begin with a wildcard, such as `{command} in {minutes} minutes`."""
    sets = house.automaton.sets
    begun_by_any = {
        sentence.template.text
        for sentence, (first, _) in zip(house.sentences, house.automaton.sentences, strict=True)
        if sets.entered([first], at_boundary=True).is_wild
    }
    intents = {
        name: {
            "data": [
                block | {"sentences": left}
                for block in intent["data"]
                if (left := [text for text in block["sentences"] if text not in begun_by_any])
            ]
        }
        for name, intent in content["intents"].items()
    }
    return content | {"intents": {name: intent for name, intent in intents.items() if intent["data"]}}


def _taking_turns(recognizers: list[Recognizer], utterance: Utterance, rounds: int) -> list[float]:
    """Median seconds of each recogniser; they take turns, so that whatever the machine does hits both."""
    seconds: list[list[float]] = [[] for _ in recognizers]
    for _ in range(rounds):
        for each, mine in zip(recognizers, seconds, strict=True):
            began = process_time()
            each.recognize(utterance)
            mine.append(process_time() - began)
    return [median(mine) for mine in seconds]


def _spread(values: Iterable[float]) -> tuple[float, float, float]:
    """Median, 95 % and worst."""
    ranked = sorted(values)
    return median(ranked), ranked[int(0.95 * len(ranked))], ranked[-1]


def resident() -> float:
    """MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s*(\d+)", status)[1]) / 1024  # type: ignore[index] # Linux has it
