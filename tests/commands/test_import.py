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


USERS = r"""
[s710:getWeather]
wie (ist | wird) das wetter (heute | (morgen | übermorgen):(next day)){time}

[de.fhem:SetOnOff]
den = (den|die|das)
öffne = (öffne{Value:on} | (schließ|schließe){Value:off})
devices = ( $lights | $media | heizung:heater ){Device}
onOff = ((an|ein){Value:on} |
         aus{Value:off})
\[bitte] (schalte|mach)[<den>] <devices>[im $room{Room}] <onOff>
<öffne>[<den>] rollladen
gute nacht(:){scene:night}
stell \[die] <Timer.art>{kind} wecker

[Timer]
art = [leisen]
minuten = 1..60
(in <minuten> minute[n] | in einer (halben:30 Stunde):(30 minuten) ){when}
(an:30.5 | aus:4 | 5..25){degrees!float} grad
$rhasspy/number,0,9{digit} zeigen am $rhasspy/days{day}
[(laut | leise){volume}] [(oben | unten){floor}]
farbe (rot:RED){color!lower} sofort!bool{now}
zeit (um (1..12) uhr [1..59]){time} stellen
licht ($hass/entities,light){entity}
"""
USERS_SLOTS = {
    "lights": "((decken | steh) lampe):light.ceiling\nspot[s]\n",
    "media": "radio\n(fernseher | tv):media.tv\n",
    "room": "küche\nbad\n",
    "hass/entities,light": "(flur lampe):light.hall\n",
    "hass/entities": "tür:lock.door\n",
}


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> grammar.Grammar:
    """What people write who know Rhasspy well, as a profile with a folder of intents."""
    folder = tmp_path_factory.mktemp("users")
    profile = folder / "profiles" / "de"
    (profile / "intents").mkdir(parents=True)
    first, second = USERS.split("[de.fhem:SetOnOff]")
    (profile / "sentences.ini").write_text(first)
    (profile / "intents" / "fhem.ini").write_text(f"[de.fhem:SetOnOff]{second}")
    for name, values in USERS_SLOTS.items():
        (profile / "slots" / name).parent.mkdir(parents=True, exist_ok=True)
        (profile / "slots" / name).write_text(values)
    out = folder / "out.yaml"
    assert main(["import", "rhasspy", str(profile), "-o", str(out)]) == 0
    return grammar.load([out])


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("wie wird das Wetter heute", "s710_getWeather", {"time": "heute"}),
        ("wie ist das Wetter übermorgen", "s710_getWeather", {"time": "next day"}),
        ("schalte die stehlampe ein", None, {}),
        ("bitte schalte die steh lampe ein", "de_fhem_SetOnOff", {"Device": "light.ceiling", "Value": "on"}),
        ("mach tv im bad aus", "de_fhem_SetOnOff", {"Device": "media.tv", "Room": "bad", "Value": "off"}),
        ("mach das Radio an", "de_fhem_SetOnOff", {"Device": "radio", "Value": "on"}),
        ("mach die Heizung an", "de_fhem_SetOnOff", {"Device": "heater", "Value": "on"}),
        ("öffne den Rollladen", "de_fhem_SetOnOff", {"Value": "on"}),
        ("schließ Rollladen", "de_fhem_SetOnOff", {"Value": "off"}),
        ("gute Nacht", "de_fhem_SetOnOff", {"scene": "night"}),
        ("stell die Wecker", "de_fhem_SetOnOff", {}),
        ("stell leisen Wecker", "de_fhem_SetOnOff", {"kind": "leisen"}),
        ("in fünf Minuten", "Timer", {"when": "in 5 minuten"}),
        ("in einer halben Stunde", "Timer", {"when": "in einer 30 minuten"}),
        ("an Grad", "Timer", {"degrees": 30.5}),
        ("zwölf Grad", "Timer", {"degrees": 12}),
        ("7 zeigen am Freitag", "Timer", {"digit": 7, "day": "freitag"}),
        ("laut", "Timer", {"volume": "laut"}),
        ("unten", "Timer", {"floor": "unten"}),
        ("leise oben", "Timer", {"volume": "leise", "floor": "oben"}),
        ("Farbe rot sofort", "Timer", {"color": "red", "now": True}),
        ("Licht Flurlampe", None, {}),
        ("Licht Flur Lampe", "Timer", {"entity": "light.hall"}),
    ],
)
def test_what_users_write_means_what_rhasspy_says_that_it_means(
    users: grammar.Grammar, text: str, intent: str | None, slots: dict[str, Any]
) -> None:
    """The values are what `rhasspy-nlu` gives for these sentences; a glued `minute[n]` is one word or two here."""
    match = grammar.understand(users, text).match
    got = {slot: str(value).lower() if slot == "day" else value for slot, value in match.slots.items()} if match else {}
    assert (match.intent if match else None, got) == (intent, slots)


def test_values_that_are_too_many_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "[A]\nset (0..99 : 0..99){time}\nbuy (0..20000 [pounds] $groceries){item}\nwake me in 0..10000 days\n"
    (tmp_path / "slots").mkdir()
    (tmp_path / "slots" / "groceries").write_text("ham\nrye bread:bread\n")
    (tmp_path / "sentences.ini").write_text(text)
    assert main(["import", "rhasspy", str(tmp_path / "sentences.ini"), "-o", str(tmp_path / "out.yaml")]) == 0
    told = capsys.readouterr().err
    assert "sentences.ini:2: {time} has too many values to write them out; its value is what is said" in told
    assert "sentences.ini:3: 0..20000 has more than 10,000 numbers; it ends at 9999" in told
    match = grammar.understand(grammar.load([tmp_path / "out.yaml"]), "buy 3 pounds rye bread").match
    assert match
    assert match.slots["item"] == "3 pounds rye bread"


def test_a_slot_that_a_program_prints_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "slot_programs" / "hass").mkdir(parents=True)
    (tmp_path / "slot_programs" / "hass" / "entities").write_text("#!/bin/sh\n")
    (tmp_path / "sentences.ini").write_text("[A]\nswitch on $hass/entities,light{entity}\n")
    assert main(["import", "rhasspy", str(tmp_path / "sentences.ini")]) == 0
    assert "the slot $hass/entities,light is printed by a program; write its values" in capsys.readouterr().err


def test_intents_of_several_files_are_one(tmp_path: Path) -> None:
    (tmp_path / "a.ini").write_text("[A]\nhello\n[B]\nwhat = (x | y)\nbye <what>\n")
    (tmp_path / "b.ini").write_text("[A]\ngood day <B.what>\n")
    out = tmp_path / "out.yaml"
    assert main(["import", "rhasspy", str(tmp_path / "a.ini"), str(tmp_path / "b.ini"), "-o", str(out)]) == 0
    commands = grammar.load([out])
    for said in ("hello", "good day y"):
        assert (match := grammar.understand(commands, said).match)
        assert match.intent == "A"


def test_a_folder_without_sentences_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "rhasspy", str(tmp_path)]) == 78
    assert "has neither sentences.ini nor intents/*.ini" in capsys.readouterr().err


def test_names_that_become_one_stay_apart(tmp_path: Path) -> None:
    out = tmp_path / "out.yaml"
    text = "[de.x:A]\nr = one\nsay <r>\n[de:x.A]\nr = two\nsay <r>\n[ä]\nsay three\n"
    (tmp_path / "sentences.ini").write_text(text)
    assert main(["import", "rhasspy", str(tmp_path / "sentences.ini"), "-o", str(out)]) == 0
    commands = grammar.load([out])
    for said, intent in (("say one", "de_x_A"), ("say two", "de_x_A_"), ("say three", "ä")):
        assert (match := grammar.understand(commands, said).match)
        assert match.intent == intent


def test_what_needs_what_is_not_there_is_left_out_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The last line begins with a bracket, which is a section to Rhasspy."""
    (tmp_path / "slots").mkdir()
    (tmp_path / "slots" / "games").write_text("# none yet\n\n")
    text = (
        "[A]\nplace = in <town>\ngo $games\nnews [[for] <place>]\nnews today\n[[in] <place_id>]\n[B]\nsay <nothing>\n"
    )
    (tmp_path / "sentences.ini").write_text(text)
    assert main(["import", "rhasspy", str(tmp_path / "sentences.ini"), "-o", str(tmp_path / "out.yaml")]) == 0
    told = capsys.readouterr().err
    assert "sentences.ini:2: there is no rule <town>; what needs it is left out" in told
    assert "sentences.ini:3: the slot $games has no values; write its values into the list 'games'" in told
    assert "sentences.ini:6: there is no rule <place_id>; what needs it is left out" in told
    commands = grammar.load([tmp_path / "out.yaml"])
    assert set(commands.intents) == {"A"}
    assert grammar.understand(commands, "news today").match
    assert not grammar.understand(commands, "in").match


@pytest.mark.parametrize("template", ["<a{next}> <a{next}>", "(<a{next}>|<a{next}>)", "<a{next}>{{p}} <a{next}>{{q}}"])
def test_rules_that_double_are_one_sentence_soon(
    tmp_path: Path, template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = "".join(f"a{number} = {template.format(next=number + 1)}\n" for number in range(28))
    (tmp_path / "sentences.ini").write_text(f"[A]\n{rules}a28 = x:y\nsay <a0>{{t}}\n")
    assert main(["import", "rhasspy", str(tmp_path / "sentences.ini")]) == 78
    assert "rules lead to rules too often to be followed; write them flatter" in capsys.readouterr().err


def test_a_sentence_of_nothing_but_what_may_be_left_out_stays_small(tmp_path: Path) -> None:
    (tmp_path / "sentences.ini").write_text("[A]\nhello\n" + "[a] " * 3_000 + "\n")
    assert main(["import", "rhasspy", str(tmp_path / "sentences.ini"), "-o", str(tmp_path / "out.yaml")]) == 0
    assert (tmp_path / "out.yaml").stat().st_size < 20_000
