"""What may follow a text, by the grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiced import grammar
from voiced.flow import Continuation
from voiced.grammar.continuation import continuation

if TYPE_CHECKING:
    from pathlib import Path

INTENTS = """\
language: en
intents:
  Light:
    sentences: ["(turn|switch) {state} [the] light[s] [in [the] {room}]"]
  Heating:
    sentences: ["set [the] {room} to {degrees} degrees", "set the volume to {percent}"]
  Stop:
    sentences: ["stop"]
  Lock:
    sentences: ["lock the door", "lock the door of the garage [please]"]
  Date:
    sentences: ["what is the date [today]", "what is the weather [like [now]]", "tell me the weather in {room} [room]"]
  Note:
    sentences: ["note {text}"]
lists:
  state: ["on", "off"]
  room: [kitchen, living room]
  degrees: {range: {from: 5, to: 30}}
  percent: {range: {from: 0, to: 200}}
  text: {wildcard: true}
skip_words: [please]
"""
COMPLETE, EXTENDABLE, _CONCLUDED, UNFINISHED, UNKNOWN = Continuation


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> grammar.Grammar:
    folder: Path = tmp_path_factory.mktemp("intents")
    (folder / "house.yaml").write_text(INTENTS)
    return grammar.load([folder])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stop.", COMPLETE),
        ("turn on the lights in the kitchen", COMPLETE),
        ("Turn on the lights", EXTENDABLE),
        ("turn on the light", EXTENDABLE),
        ("turn on the light in", UNFINISHED),
        ("turn on the light in the...", UNFINISHED),
        ("turn on the light in the living", UNFINISHED),
        ("turn", UNFINISHED),
        ("set the kitchen to 20", UNFINISHED),
        ("set the kitchen to twenty degrees", COMPLETE),
        ("set the volume to 20", EXTENDABLE),  # …five
        ("set the volume to twenty", EXTENDABLE),
        ("set the volume to 25", COMPLETE),
        ("set the volume to 2", EXTENDABLE),  # …hundred
        ("set the volume to 100", EXTENDABLE),  # …and twenty
        ("set the volume to 200", COMPLETE),
        ("lock the door", EXTENDABLE),
        ("lock the door of the garage", COMPLETE),
        ("lock the door of the garage please", COMPLETE),
        ("what is the date", COMPLETE),  # "today" would change nothing
        ("what is the weather", COMPLETE),
        ("what is the weather like please", COMPLETE),
        ("tell me the weather in living", UNFINISHED),
        ("tell me the weather in the living", UNKNOWN),
        ("tell me the weather in living room", COMPLETE),
        ("please", UNFINISHED),
        ("note", UNFINISHED),
        ("note buy milk", UNKNOWN),  # a wildcard takes whatever comes
        ("make me a sandwich", UNKNOWN),
        ("turn on the ligh", UNKNOWN),  # speech ends between words
        ("", UNKNOWN),
    ],
)
def test_what_may_follow(commands: grammar.Grammar, text: str, expected: Continuation) -> None:
    assert continuation(commands, text) is expected
