"""voiced in a pipeline of a real Home Assistant's Assist: sound goes in, a light is switched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.peers.assist import Assist
from tests.peers.houses import LIGHT, SWITCH, with_device, without_yaml
from voiced.audio import sound_file
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.peers.houses import House
    from voiced.flow import Samples

pytestmark = pytest.mark.peers

SOUNDS = Path(__file__).parents[1] / "sounds"
SENTENCE = "turn off the office lights"
SECOND = np.zeros(SAMPLE_RATE, np.float32)


def sound(name: str) -> Samples:
    """A recording."""
    return sound_file.read(SOUNDS / f"{name}.ogg")


def plain(text: str) -> str:
    return text.lower().strip(" .")


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with with_device() as running:
        yield running


@pytest.fixture(scope="module")
def house_without_yaml() -> Iterator[House]:
    with without_yaml() as running:
        yield running


def test_a_light_is_switched_by_what_assist_hears(house: House) -> None:
    assist = Assist(house.home)
    house.home.call("input_boolean/turn_on", SWITCH)
    run = assist.hear(np.concatenate([sound("command_lights"), *[SECOND] * 5]))
    assert plain(run.text) == SENTENCE
    assert run.answer["response_type"] == "action_done"
    house.home.wait_for(SWITCH, "off")


def test_it_is_woken_by_our_wake_word(house: House) -> None:
    assist = Assist(house.home)
    house.home.call("input_boolean/turn_on", SWITCH)
    spoken = [SECOND, sound("wake_jarvis"), SECOND, sound("command_lights"), *[SECOND] * 5]
    run = assist.hear(np.concatenate(spoken), "wake_word", timeout=10)
    assert run.events["wake_word-end"]["wake_word_output"]["wake_word_phrase"] == "hey jarvis"
    assert plain(run.text) == SENTENCE
    house.home.wait_for(SWITCH, "off")


def test_what_is_no_command_is_written_and_told_to_be_none(house: House) -> None:
    run = Assist(house.home).hear(np.concatenate([sound("no_command"), *[SECOND] * 5]))
    assert run.text
    assert run.answer["response_type"] == "error"
    assert run.answer["data"]["code"] == "no_intent_match"


@pytest.mark.parametrize("agent", ["conversation.voiced", "conversation.home_assistant"])
def test_the_names_of_the_house_are_heard_and_it_answers(house_without_yaml: House, agent: str) -> None:
    home = house_without_yaml.home
    home.call("light/turn_on", LIGHT)
    home.wait_for(LIGHT, "on")
    run = Assist(home, conversation_engine=agent).hear(np.concatenate([sound("command_lights"), *[SECOND] * 5]))
    assert plain(run.text) == SENTENCE
    home.wait_for(LIGHT, "off")
    assert run.answer["speech"]["plain"]["speech"].startswith("Turned off")


def test_in_silence_nothing_is_heard(house: House) -> None:
    run = Assist(house.home).hear(np.concatenate([SECOND] * 8))
    assert run.events["error"]["code"] == "stt-no-text-recognized"
