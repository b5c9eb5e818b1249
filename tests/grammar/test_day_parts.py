"""A date that names a part of the day, and a time beside it."""

from __future__ import annotations

import json
from datetime import date
from random import Random

import pytest

from voiced import grammar
from voiced.grammar import dated, understand

FILES = {
    "en": "wake me {day} at {at}",
    "de": "weck mich {day} um {at}",
    "fr": "réveille-moi {day} à {at}",
    "es": "despiértame {day} a {at}",
    "it": "svegliami {day} {at}",
    "nl": "wek me {day} om {at}",
}


def alarms(language: str) -> grammar.Grammar:
    return grammar.parse(
        f'language: {language}\nintents: {{A: {{sentences: ["{FILES[language]}"], '
        'action: {topic: a, payload: "{day} {at}"}}}\nlists: {day: {type: date}, at: {type: time}}'
    )


@pytest.mark.parametrize(
    ("language", "text", "day", "at"),
    [
        ("en", "wake me tonight at eight", "+0 days", "20:00"),
        ("en", "wake me tonight at two", "+0 days", "02:00"),
        ("en", "wake me tonight at 19:30", "+0 days", "19:30"),
        ("en", "wake me tomorrow evening at half past seven", "+1 days", "19:30"),
        ("en", "wake me friday afternoon at 3", "friday", "15:00"),
        ("en", "wake me friday afternoon at noon", "friday", "12:00"),
        ("en", "wake me tomorrow at seven", "+1 days", "07:00"),
        ("en", "wake me tomorrow morning at seven", "+1 days", "07:00"),
        ("en", "wake me tomorrow evening at eight in the morning", "+1 days", "08:00"),
        ("de", "weck mich heute Abend um acht", "+0 days", "20:00"),
        ("de", "weck mich am Freitagabend um halb neun", "friday", "20:30"),
        ("de", "weck mich morgen Mittag um eins", "+1 days", "13:00"),
        ("de", "weck mich morgen Abend um acht Uhr morgens", "+1 days", "08:00"),
        ("fr", "réveille-moi demain après-midi à trois heures", "+1 days", "15:00"),
        ("fr", "réveille-moi vendredi soir à huit heures", "friday", "20:00"),
        ("es", "despiértame esta noche a las nueve", "+0 days", "21:00"),
        ("es", "despiértame el viernes por la tarde a las cinco", "friday", "17:00"),
        ("it", "svegliami stasera alle otto", "+0 days", "20:00"),
        ("it", "svegliami venerdì pomeriggio alle tre", "friday", "15:00"),
        ("nl", "wek me vrijdagavond om half negen", "friday", "20:30"),
        ("nl", "wek me morgenmiddag om drie uur", "+1 days", "15:00"),
    ],
)
def test_what_is_meant(language: str, text: str, day: str, at: str) -> None:
    assert [match.slots for match in alarms(language).matches(text)] == [{"day": day, "at": at}]


def test_times_are_plain_texts_and_days_are_days() -> None:
    commands = alarms("en")
    match = dated(understand(commands, "wake me tonight at eight"), date(2026, 11, 30)).match
    assert match is not None
    assert {type(value) for value in match.slots.values()} == {str}
    assert json.dumps(match.slots) == '{"day": "2026-11-30", "at": "20:00"}'


@pytest.mark.parametrize(
    ("language", "text", "day", "at"),
    [
        ("en", "wake me tonight at eleven", "2026-11-30", "23:00"),
        ("en", "wake me tonight at two", "2026-12-01", "02:00"),
        ("en", "wake me tonight at twelve", "2026-12-01", "00:00"),
        ("en", "wake me tonight at midnight", "2026-12-01", "00:00"),
        ("en", "wake me tonight at a quarter to one", "2026-12-01", "00:45"),
        ("en", "wake me friday afternoon at noon", "2026-12-04", "12:00"),
        ("en", "wake me tomorrow evening at half past twelve", "2026-12-02", "00:30"),
        ("en", "wake me tomorrow at twelve", "2026-12-01", "12:00"),
        ("en", "wake me tomorrow afternoon at twelve thirty", "2026-12-01", "12:30"),
        ("de", "weck mich heute Nacht um drei", "2026-12-01", "03:00"),
        ("de", "weck mich heute Abend um zwölf", "2026-12-01", "00:00"),
        ("fr", "réveille-moi ce soir à minuit", "2026-12-01", "00:00"),
        ("it", "svegliami stasera mezzanotte", "2026-12-01", "00:00"),
        ("nl", "wek me vanavond om twaalf uur", "2026-12-01", "00:00"),
    ],
)
def test_what_is_behind_midnight_is_of_the_next_day(language: str, text: str, day: str, at: str) -> None:
    match = dated(understand(alarms(language), text), date(2026, 11, 30)).match
    assert match is not None
    assert match.slots == {"day": day, "at": at}


@pytest.mark.parametrize("language", FILES)
def test_samples_mean_what_they_say(language: str) -> None:
    commands = alarms(language)
    for sample in commands.sample(Random(3), 100):
        assert [dict(match.slots) for match in commands.matches(sample.text)] == [sample.slots], sample.text
