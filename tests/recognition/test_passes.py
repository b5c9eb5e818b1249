"""What each pass hears of a recording, after which prompts, and what a further one may change."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
import torch

from tests.recognition.spoken import COMMANDS, utterance
from voiced.config import RecognizerSettings
from voiced.flow import Match
from voiced.recognition.budget import UNHURRIED
from voiced.recognition.passes import LONG_WINDOW_SAMPLES, confirmed, is_another
from voiced.recognition.prepared import prepare
from voiced.recognition.recognizer import Recognizer
from voiced.recognition.rescoring import Rescored
from voiced.recognition.tuning import PACES
from voiced.whisper.log_mel import pad_or_trim

if TYPE_CHECKING:
    from voiced.grammar import Grammar


def test_each_pass_is_shown_other_prompts(recognizer: Recognizer) -> None:
    """What comes first and last in a prompt counts differently; views that differ there err differently."""
    heard, (one, _, two, three) = prepare(utterance("command_lights")), recognizer.passes
    first = one.take(heard)
    second = two.take(heard, first)
    third = three.take(heard, second)
    assert (len(first.views), len(second.views), len(third.views)) == (1, 3, 4)
    assert second.views[:1] == first.views
    assert third.views[:3] == second.views
    model = one.model
    start = model.start(pad_or_trim(heard.samples, LONG_WINDOW_SAMPLES))
    prompts = (model.prompts.backwards, model.prompts.longer, model.prompts.sentences)
    expected = [model.view(start, model.before(prompt), heard, 8.0, UNHURRIED.go_on) for prompt in prompts]
    hidden = [view.tree.hidden([view.tree.root]) for view in (*expected, *third.views)]
    assert all(torch.equal(*pair) for pair in zip(hidden[:3], hidden[4:], strict=True))
    assert not any(torch.equal(*pair) for pair in combinations(hidden[3:], 2))


def test_the_first_pass_hears_the_speech_and_the_second_more_silence_behind_it(recognizer: Recognizer) -> None:
    heard, (one, _, two, _) = prepare(utterance("command_lights")), recognizer.passes
    first = one.take(heard)
    assert first.n_samples == heard.window < LONG_WINDOW_SAMPLES
    assert two.take(heard, first).n_samples == LONG_WINDOW_SAMPLES


def test_a_pass_takes_the_one_before_it_if_that_was_not_taken(recognizer: Recognizer) -> None:
    """Or was taken by another model, whose views are of no use."""
    heard, (one, _, two, _) = prepare(utterance("command_lights")), recognizer.passes
    alone, after = two.take(heard), two.take(heard, one.take(heard))
    assert len(alone.views) == len(after.views) == 3
    assert alone.rescored.match == after.rescored.match
    assert alone.rescored.avg_logprob == after.rescored.avg_logprob


def test_without_a_prompt_there_is_one_other_view(shipped_grammar: Grammar) -> None:
    one, _, two, three = Recognizer(RecognizerSettings(threads=1, prompt=False), shipped_grammar).passes
    heard = prepare(utterance("command_lights"))
    second = two.take(heard, one.take(heard))
    assert len(second.views) == 2
    assert three.take(heard, second) is second


@pytest.mark.slow
def test_a_multilingual_model_hears_the_same_at_other_paces(shipped_grammar: Grammar) -> None:
    recognizer = Recognizer(RecognizerSettings(model="base", threads=1), shipped_grammar)
    heard, (one, _, two, three) = prepare(utterance("command_heating")), recognizer.passes
    second = two.take(heard, one.take(heard))
    third = three.take(heard, second)
    assert len(third.views) == len(second.views) + 1 + len(PACES)
    for view in third.views[len(second.views) :]:
        match = recognizer.grammar.match(recognizer.loaded.tokenizer.decode(view.paths[0].tokens).strip())
        assert match
        assert (match.intent, match.slots) == COMMANDS["command_heating"]
    features = [view.tree.hidden([view.tree.root]) for view in third.views]
    assert not any(torch.equal(*pair) for pair in combinations(features, 2))


@pytest.mark.parametrize(
    ("state", "margin", "is_rival"), [("on", 0.05, True), ("on", 0.04, False), ("off", 0.5, False)]
)
def test_a_third_pass_settles_what_is_close_and_overturns_nothing(
    recognizer: Recognizer, state: str, margin: float, *, is_rival: bool
) -> None:
    """The second read "on" with some margin, the third reads "off"."""
    heard, (_, _, two, three) = prepare(utterance("command_lights")), recognizer.passes
    second = two.take(heard)
    best = second.rescored
    assert best.match
    assert best.evidence
    match = replace(best.match, slots={**best.match.slots, "state": state})
    best = replace(best, match=match, evidence=replace(best.evidence, margin=margin))
    third = three.take(heard, replace(second, rescored=best)).rescored
    assert third.match
    assert third.evidence
    assert third.match.slots["state"] == "off"
    assert (third.evidence.margin == 0) is is_rival


def test_where_nothing_was_found_nothing_is_overturned(recognizer: Recognizer) -> None:
    found = recognizer.passes[0].take(prepare(utterance("command_lights"))).rescored
    nothing = replace(found, match=None, evidence=None)
    assert confirmed(found, nothing) is found
    assert confirmed(nothing, found) is nothing


def test_other_words_in_a_wildcard_overturn_nothing() -> None:
    def found(name: str, minutes: int) -> Rescored:
        match = Match("Timer", {"name": name, "minutes": minutes}, name, {}, free=frozenset(["name"]))
        return Rescored(match, None, -0.5)

    assert not is_another(found("pizza", 5), found("pizzza", 5))
    assert is_another(found("pizza", 5), found("pizza", 9))
    assert not is_another(found("pizza", 5), found("pizza", 5))
