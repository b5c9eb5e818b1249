"""What the model is shown of a recording, and what it may write there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.recognition.spoken import utterance
from voiced import grammar
from voiced.recognition.budget import UNHURRIED
from voiced.recognition.prepared import prepare
from voiced.recognition.tuning import LIVE_BEHIND_NATS
from voiced.whisper.log_mel import pad_or_trim

if TYPE_CHECKING:
    from voiced.recognition.recognizer import Recognizer

SECONDS = [
    "room", "shelf", "case", "house", "stand", "end", "side", "worm", "mark", "shop", "tub", "water", "weight", "ship",
    "bulb", "board", "works", "corner", "keeper", "maker",
]  # fmt: skip


def test_the_vocabulary_that_fits_is_shown(recognizer: Recognizer) -> None:
    """All of a house's words, and of a large vocabulary as much as Whisper reads: 223 tokens."""
    shown = recognizer.passes[0].model.prompts.vocabulary.removesuffix(".").split(", ")
    assert {"timer", "kitchen", "blind", "percent"} <= set(shown)
    names = [f"{first}{second}" for first in ("bed", "book", "bath", "light") for second in SECONDS]
    many = recognizer.under(grammar.parse(f"intents: {{Go: {{sentences: ['go to ({'|'.join(names)})']}}}}"))
    prompt = many.loaded.tokenizer.encode(" " + many.passes[0].model.prompts.vocabulary)
    assert 215 <= len(prompt) <= 223


def test_other_prompts_say_the_same_in_other_words(recognizer: Recognizer) -> None:
    """Words in the other order, words and example sentences, sentences alone."""
    prompts = recognizer.passes[0].model.prompts
    assert prompts.backwards == grammar.backwards(prompts.vocabulary)
    assert prompts.longer.startswith(f"{prompts.vocabulary} ")
    assert not prompts.sentences.startswith(prompts.vocabulary)
    assert recognizer.grammar.match(prompts.sentences.split(". ")[0])


def test_a_prompt_comes_before_the_start_of_the_transcript(recognizer: Recognizer) -> None:
    model, tokenizer = recognizer.passes[0].model, recognizer.loaded.tokenizer
    start = tokenizer.start_sequence("en", "transcribe", timestamps=False)
    assert model.before("") == [*start]
    assert model.before("lights") == [tokenizer.sot_prev, *tokenizer.encode(" lights"), *start]


def test_the_search_knows_how_long_was_spoken(recognizer: Recognizer) -> None:
    model = recognizer.passes[0].model
    heard = prepare(utterance("command_timer"))
    start, before = model.start(pad_or_trim(heard.samples, heard.window)), model.before(model.prompts.vocabulary)
    whole = model.view(start, before, heard, LIVE_BEHIND_NATS, UNHURRIED.go_on)
    hurried = model.view(start, before, replace(heard, letters=17.0), LIVE_BEHIND_NATS, UNHURRIED.go_on)
    assert whole.paths
    assert not hurried.paths, "no command is said in a tenth of a second"
