"""Several wake words, each with behaviour of its own: real recognisers on synthetic speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.wake.speakers import said
from voiced.audio import sound_file
from voiced.commands.check import check_everything
from voiced.config import load_config
from voiced.errors import ConfigError, ModelError
from voiced.flow import Detection, Ending, Utterance
from voiced.foundations.resources import shipped
from voiced.recognition.pipelines import Pipelines

if TYPE_CHECKING:
    from pathlib import Path

GUESTS = """\
language: en
intents:
  Lights:
    sentences: ["turn (on|off) the [kitchen] lights"]
"""
PHRASES = {"hey_jarvis": "hey jarvis", "alexa": "alexa", "timer": "timer"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    (folder / "guests").mkdir()
    (folder / "guests" / "lights.yaml").write_text(GUESTS)
    words = "[hey_jarvis, {model: alexa, intents: guests}, {model: timer, intents: guests}]"
    (folder / "config.yaml").write_text(f"intents: {shipped('intents')}\nwake_word: {{models: {words}}}\n")
    return folder


@pytest.fixture(scope="module")
def pipelines(house: Path) -> Pipelines:
    return Pipelines(load_config(house / "config.yaml"), PHRASES, {})


def command(word: str | None) -> Utterance:
    sound = sound_file.read(shipped("intents").parent / "tests" / "sounds" / "command_lights.ogg")
    detection = Detection(word, 0.9, 16_000) if word else None
    return Utterance(sound, 0, (0, len(sound)), Ending.SILENCE, detection)


def test_each_word_has_its_own_intents(pipelines: Pipelines) -> None:
    understood = {word: pipelines.recognize(command(word)).match for word in ("hey_jarvis", "alexa", "timer", None)}
    assert {word: match and match.intent for word, match in understood.items()} == {
        "hey_jarvis": "LightSet",
        "alexa": "Lights",
        "timer": "Lights",
        None: "LightSet",
    }


def test_the_grammar_is_that_of_the_word(pipelines: Pipelines) -> None:
    assert set(pipelines.grammar_of(command("alexa").detection).intents) == {"Lights"}
    assert "LightSet" in pipelines.grammar_of(command("hey_jarvis").detection).intents
    assert "LightSet" in pipelines.grammar_of(None).intents


def test_what_words_have_in_common_is_shared(pipelines: Pipelines) -> None:
    assert pipelines.grammar_of(command("alexa").detection) is pipelines.grammar_of(command("timer").detection)
    assert len(pipelines._verifiers) == 2
    assert len({recognizer.loaded for recognizer in pipelines._verifiers}) == 1


def test_intents_are_read_again_for_every_word(house: Path, pipelines: Pipelines) -> None:
    file = house / "guests" / "lights.yaml"
    file.write_text(GUESTS.replace("Lights:", "Lamps:"))
    again = pipelines.again()
    file.write_text(GUESTS)
    assert set(again.grammar_of(command("alexa").detection).intents) == {"Lamps"}
    assert set(pipelines.grammar_of(command("alexa").detection).intents) == {"Lights"}
    assert {one.loaded for one in again._verifiers} == {one.loaded for one in pipelines._verifiers}


def test_warnings_are_logged_when_intents_are_read(
    house: Path, pipelines: Pipelines, caplog: pytest.LogCaptureFixture
) -> None:
    later = house / "guests" / "more.yaml"
    later.write_text("rules:\n" + "".join(f"  r{number}: a\n" for number in range(25)))
    (house / "guests" / "z.yaml").write_text(later.read_text().replace(": a", ": b"))
    pipelines.again()
    for file in (later, house / "guests" / "z.yaml"):
        file.unlink()
    told = [record.getMessage() for record in caplog.records if record.name == "voiced.recognition.pipelines"]
    assert told[0].startswith(f"{house}/guests/z.yaml:2: the rule 'r0' replaces that of ")
    assert told[20:] == [f"{house}/guests: 5 more warnings; `voiced check` tells all of them"]


def test_the_second_stage_knows_the_phrase(pipelines: Pipelines) -> None:
    sound = said("wake_alexa")
    evidence = {word: pipelines.opinion(Detection(word, 0.5, 0), sound).evidence for word in ("alexa", "hey_jarvis")}
    assert evidence["alexa"] > 0.5 > evidence["hey_jarvis"]


def test_check_looks_into_the_intents_of_every_word(house: Path, tmp_path: Path) -> None:
    checked = check_everything(house / "config.yaml", intents=None, model=None)
    assert checked.wake_words == ("hey_jarvis", "alexa", "timer")
    (tmp_path / "guests").mkdir()
    (tmp_path / "guests" / "lights.yaml").write_text(GUESTS.replace("(on|off)", "(on|off"))
    (tmp_path / "config.yaml").write_text((house / "config.yaml").read_text())
    with pytest.raises(ConfigError, match=r"guests/lights\.yaml:4"):
        check_everything(tmp_path / "config.yaml", intents=None, model=None)
    (tmp_path / "config.yaml").write_text("wake_word: {models: [{model: alexa, recognizer: huge}]}\n")
    with pytest.raises(ConfigError, match="huge"):
        check_everything(tmp_path / "config.yaml", intents=shipped("intents"), model=None)


def test_the_room_of_the_microphone_is_known(house: Path, pipelines: Pipelines) -> None:
    (house / "guests" / "here.yaml").write_text(
        "intents: {Here: {data: [{sentences: [lights here], requires_context: {area: {slot: true}}}]}}"
    )
    told = {}
    for room in (None, "attic"):
        config = load_config(house / "config.yaml").model_copy(update={"room": room})
        read = Pipelines(config, PHRASES, dict(pipelines._models)).grammar_of(command("alexa").detection)
        told[room] = match and match.slots if (match := read.match("lights here")) else None
    (house / "guests" / "here.yaml").unlink()
    assert told == {None: None, "attic": {"area": "attic"}}


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        ("recognizer: {model: tinyy}", "recognizer.model: no model or file is called 'tinyy'"),
        ("recognizer: {model: ./nowhere.pt}", "recognizer.model: "),
        ("recognizer: {second_model: ./config.yaml}", "recognizer.second_model: "),
        (
            "wake_word: {models: [hey_jarvis, {model: alexa, recognizer: ./guests}]}",
            "wake_word.models: recognizer: ./guests: the folder ",
        ),
        ("intents: german", "recognizer.model: model 'tiny.en' does not know the intents' language 'de': use a"),
        (
            "{intents: german, recognizer: {model: base, second_model: tiny.en}}",
            "recognizer.second_model: model 'tiny.en' does not know",
        ),
    ],
)
def test_a_wrong_model_is_told_as_by_check(
    settings: str, setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "guests").mkdir()
    (tmp_path / "german").mkdir()
    (tmp_path / "german" / "a.yaml").write_text("language: de\nintents: {A: {sentences: [los]}}\n")
    usual = f"intents: {shipped('intents')}\n" if "intents" not in settings else ""
    (tmp_path / "config.yaml").write_text(f"{usual}{settings}\n")
    with pytest.raises(ConfigError) as checked:
        check_everything(tmp_path / "config.yaml", intents=None, model=None)
    with pytest.raises(ModelError) as run:
        Pipelines(load_config(tmp_path / "config.yaml"), PHRASES, {})
    assert str(run.value) == checked.value.problems[0]
    assert str(run.value).startswith(setting)
