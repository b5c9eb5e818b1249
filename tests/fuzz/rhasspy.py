"""Fuzz target: Rhasspy's sentences and slots. They become intents of ours that load, or one sentence says why not."""

from __future__ import annotations

from voiced import grammar
from voiced.commands import import_
from voiced.commands.rhasspy_grammar import convert
from voiced.commands.rhasspy_sentences import SentencesError, read_sections, read_values
from voiced.errors import ConfigError

WORDS = (
    *(b"[Lights]\n", b"[", b"]", b"(", b")", b" | ", b"{name}", b"{name:value}", b":", b"<rule>", b"<Lights.rule>"),
    *(
        b"$room",
        b"$rhasspy/number,0,10",
        b"0..100",
        b"0..100,5",
        b"-9..9",
        b"9..1",
        b"!upper",
        b"!int",
        b"\\[",
        b"rule = ",
    ),
    *(
        b"(:){name:value}",
        b"(one | two):(1 2)",
        b":(a b)",
        b"\n  ",
        b"$x,y",
        b"$made",
        b"!kind,a",
        b"[x]{t}",
        b"<A.a>{t}",
    ),
    *(b"# a comment\n", b";", b"\\\n", b"[deep " * 40, b"(a|b) " * 40, b"0..999999999"),
)
SLOTS = (b"kitchen\nbed room:bedroom\n(living | sitting) room\n", b"red{color}\n\n# none\n")
FOUND = (b"[A]\na = (b <a>{x} c | d)\nshow <a>{x}\n\0x\n", b"[A]\nshow 1e999!int{x}\n\0x\n")  # and mended


def seeds() -> list[bytes]:
    """Return files, each with the values of the slot `room` behind a zero."""
    files = (
        b"[Lights]\nrooms = (kitchen | bed room:bedroom)\nturn (on | off){state} [the] <rooms>{room} light[s]\n",
        b"[Heating]\nset $room{room} to (0..30){degrees!int} [point 0..9{tenths}] degrees\n\n[Other]\n<Heating.x>\n",
        b"[Timer]\nminutes = 1..60!int\nset a timer for <minutes>{m} minute[s] [<minutes>{s} seconds]\n\\[odd] words\n",
        b"[Get]\nwhat is the (temperature | humidity){what} [(in | of) $room{room}]\n:{hidden:tag} say it\n",
    )
    return [*(file + b"\0" + slot for file in files for slot in SLOTS), *FOUND]


def target(data: bytes) -> None:
    """Convert, and load what came of it."""
    text, _, values = data.decode(errors="replace").partition("\0")
    try:
        converted = convert(read_sections(text, "a.ini"), {"room": read_values(values, "room"), "x,y": []}, {"made"})
        written = import_._yaml(converted, "en")
        if converted.intents:
            grammar.parse(written)
    except (SentencesError, ConfigError) as error:
        assert str(error)
