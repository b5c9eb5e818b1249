"""`voiced import rhasspy`: sentences of Rhasspy become ours, with the same meaning; what cannot is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from voiced import grammar
from voiced.cli import main

if TYPE_CHECKING:
    from pathlib import Path

SENTENCES = r"""
# a house, as the manual of Rhasspy has it
[GetTime]
what time is it
tell me the time

[ChangeLightState]
colors = (red | green | blue){color}
light_name = ((living room lamp | garage light){name}) | <ChangeLightState.bed>
bed = (bed:bedroom [side] light:light.bed){name}
set [the] <light_name> [to] <colors>
turn (on | off){state} [the] <light_name>

[SetBrightness]
set brightness to (0..100){brightness} [percent]
dim to (ten:10 | (twenty:20)!int | half:50){brightness!int}
\[please] make it (bright:on | dark:off){state}

[SetTimer]
minutes = 1..60
set a timer for (<minutes>){minutes} minute[s]
start {mode:fast} timer

[PlayMusic]
play $artist
play ($genres){genre} music
"""
GENRES = """\
jazz
(hip hop|rap):hiphop
rock [and roll]
"""


def imported(tmp_path: Path, text: str = SENTENCES, *options: str) -> grammar.Grammar:
    (tmp_path / "sentences.ini").write_text(text)
    (tmp_path / "slots").mkdir(exist_ok=True)
    (tmp_path / "slots" / "genres").write_text(GENRES)
    out = tmp_path / "out.yaml"
    assert main(["import", "rhasspy", str(tmp_path / "sentences.ini"), "-o", str(out), *options]) == 0
    return grammar.load([out])


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("what time is it", "GetTime", {}),
        ("tell me the time", "GetTime", {}),
        ("set the garage light to red", "ChangeLightState", {"name": "garage light", "color": "red"}),
        ("turn off living room lamp", "ChangeLightState", {"state": "off", "name": "living room lamp"}),
        ("set brightness to 40 percent", "SetBrightness", {"brightness": 40}),
        ("dim to half", "SetBrightness", {"brightness": 50}),
        ("dim to twenty", "SetBrightness", {"brightness": 20}),
        ("make it dark", "SetBrightness", {"state": "off"}),
        ("please make it bright", "SetBrightness", {"state": "on"}),
        ("set a timer for fifteen minutes", "SetTimer", {"minutes": 15}),
        ("play hip hop music", "PlayMusic", {"genre": "hiphop"}),
        ("play rock and roll music", "PlayMusic", {"genre": "rock and roll"}),
    ],
)
def test_what_is_said_means_the_same(tmp_path: Path, text: str, intent: str, slots: dict[str, Any]) -> None:
    match = imported(tmp_path).match(text)
    assert match, text
    assert (match.intent, {slot: value for slot, value in match.slots.items() if slot != "mode"}) == (intent, slots)


def test_what_could_not_be_carried_over_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(tmp_path)
    told = capsys.readouterr().err
    assert "5 intents" in told
    assert "the slot $artist has no file; write its values into the list 'artist'" in told


def test_a_file_that_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out.yaml").write_text("mine")
    (tmp_path / "sentences.ini").write_text(SENTENCES)
    assert main(["import", "rhasspy", str(tmp_path / "sentences.ini"), "-o", str(tmp_path / "out.yaml")]) == 1
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "out.yaml").read_text() == "mine"


def test_the_language_is_asked_for(tmp_path: Path) -> None:
    assert imported(tmp_path, "[A]\nlicht an\n", "--language", "de").language == "de"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("turn on\n", "sentences.ini:1: stands before the first [Intent]"),
        ("[A]\nhello\nturn (on\n", "sentences.ini:3: ')' is missing"),
        ("[A]\nturn on)\n", "sentences.ini:2: ')' is not expected there"),
        ("[A]\n(on){}\n", "sentences.ini:2: a tag has no name"),
        ("[A]\n" + "(" * 40 + "\n", "nested more than 30 deep"),
        ("", "there are no intents"),
        ("[A]\nx = y\n", "there are no intents"),
    ],
)
def test_what_is_no_such_file_is_one_sentence(
    tmp_path: Path, text: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sentences.ini").write_text(text)
    assert main(["import", "rhasspy", str(tmp_path / "sentences.ini")]) == 78
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"\x00" * 9])
def test_what_cannot_be_read_is_one_sentence(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "sentences.ini").write_bytes(content)
    assert main(["import", "rhasspy", str(tmp_path / "sentences.ini")]) == 78
    assert capsys.readouterr().err.startswith("voiced: ")


def test_slots_of_one_name_in_two_folders_stay_apart(tmp_path: Path) -> None:
    """And a list that a tag of that name makes is a third one."""
    for folder, value in (("lights", "desk"), ("rooms", "hall")):
        (tmp_path / "slots" / folder).mkdir(parents=True)
        (tmp_path / "slots" / folder / "name").write_text(value)
    text = "[A]\nshow (this | that){name}\nlight $lights/name\nroom $rooms/name\n"
    commands = imported(tmp_path, text)
    for said in ("light desk", "room hall", "show this"):
        assert grammar.understand(commands, said).match
    for said in ("light hall", "room desk", "show desk"):
        assert grammar.understand(commands, said).match is None


@pytest.mark.parametrize("slot", ["$x", "(a | $x)", "$y"])
def test_a_slot_that_leads_back_to_itself_is_one_sentence(
    tmp_path: Path, slot: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "slots").mkdir()
    (tmp_path / "slots" / "x").write_text(f"one\n{slot}\n")
    (tmp_path / "slots" / "y").write_text("$x\n")
    (tmp_path / "sentences.ini").write_text("[A]\nshow $x\n")
    assert main(["import", "rhasspy", str(tmp_path / "sentences.ini")]) == 78
    (told,) = capsys.readouterr().err.splitlines()
    assert "the slot $x leads back to itself; write its values out" in told


def test_what_will_not_load_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sentences.ini").write_text("[A]\na = <a>\nshow <a>{x}\n")
    assert main(["import", "rhasspy", str(tmp_path / "sentences.ini"), "-o", str(tmp_path / "out.yaml")]) == 0
    assert f"{tmp_path / 'out.yaml'}:" in (told := capsys.readouterr().err)
    assert "A_a" in told


def test_a_tag_that_leads_back_to_itself_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sentences.ini").write_text("[A]\na = (b <a>{x} c | d)\nshow <a>{x}\n")
    assert main(["import", "rhasspy", str(tmp_path / "sentences.ini")]) == 78
    (told,) = capsys.readouterr().err.splitlines()
    assert "sentences.ini:2: the tag {x} leads back to itself" in told
