"""What is said of a time of day in each language; parts are minutes that add up, and `MORNING` (`time`).

Without a part of the day a time is what was said: "seven" is 07:00, and "nineteen" is 19:00. Only before one o'clock
there is noon: "a quarter to one" is 12:45.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.definitions import NumberRange
from voiced.grammar.typed.time import MORNING
from voiced.grammar.typed.words import Words, digits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiced.grammar.typed.words import Values

_LISTS: dict[str, Values] = {
    # Hours by themselves, said or written.
    "h": NumberRange(0, 23, multiplier=60),
    "h_digits": digits(0, 23, multiplier=60),
    # Hours beside a part of the day, where twelve is the first.
    "to_eleven": NumberRange(1, 11, multiplier=60),
    "twelve": NumberRange(12, 12, multiplier=0),
    "to_eleven_digits": digits(1, 11, multiplier=60),
    "twelve_digits": digits(12, 12, multiplier=0),
    # Of the night: those before midnight, and those behind it.
    "late": NumberRange(6, 11, multiplier=60),
    "late_next": NumberRange(7, 12, multiplier=60),
    "early": NumberRange(1, 5, multiplier=60),
    # Hours that something is said to be before: alone, and beside a part of the day.
    "one": NumberRange(1, 1, multiplier=13 * 60),
    "next": NumberRange(2, 23, multiplier=60),
    "next_of_twelve": NumberRange(1, 12, multiplier=60),
    # Minutes: behind an hour, and before one.
    "m": NumberRange(1, 59),
    "m_long": NumberRange(10, 59),  # "seven five" is no time, but "seven fifteen" is
    "mm": digits(0, 59, "{:02}"),
    "point_mm": digits(0, 59, ".{:02}"),
    "past": NumberRange(1, 29),
    "to": NumberRange(1, 29, multiplier=-1),
    "past_half": NumberRange(1, 14),
    "to_half": NumberRange(1, 14, multiplier=-1),
}
# What is written has two digits of minutes, behind a colon or a point.
_RULES = {
    "next_hour": "({one}|{next})",
    "twelve_hours": "({to_eleven}|{twelve})",
    "written": "({h_digits}:{mm}|{h_digits}{point_mm})",
    "written_of_eleven": "({to_eleven_digits}:{mm}|{to_eleven_digits}{point_mm})",
    "written_of_twelve": "(<written_of_eleven>|{twelve_digits}:{mm}|{twelve_digits}{point_mm})",
}


def _words(template: str, lists: Mapping[str, Values], rules: Mapping[str, str]) -> Words:
    return Words(template, {**_LISTS, **lists}, {**_RULES, **rules})


# "half seven" is British for half past seven; elsewhere nobody says it.
_ENGLISH = _words(
    "(<clock>|<quarter>|{noon}|<twelve_clock>[ ]({am}|{pm})|<twelve_quarter> ({am}|{pm})|<night>)",
    {
        "noon": {"[(12|twelve)] noon": 720, "midday": 720, "[(12|twelve)] midnight": 0},
        "few": NumberRange(1, 9),
        "by_past": {"half [past]": 30, "[a] quarter (past|after)": 15},
        "by_to": {"[a] quarter (to|of|till|before)": -15},
        "am": {"(am|a m)": MORNING, "(in the|this) morning": MORNING},
        "pm": {"(pm|p m)": 720, "(in the|this) (afternoon|evening)": 720},
        "at_night": {"(at night|tonight)": 720},
        "of_night": {"at night": MORNING},
    },
    {
        # One after the other, as on a clock: "seven", "seven thirty", "seven oh five", "7:05", "7.05".
        "behind": "({m_long}|(oh|o) {few})",
        "clock": "({h}[ o'clock| <behind>]|<written>)",
        "twelve_clock": "(<twelve_hours>[ o'clock| <behind>]|<written_of_twelve>)",
        # From the hour before or to the next one: "half past seven", "ten past seven", "half past noon".
        "past_by": "({by_past}|{past} [minute[s]] (past|after))",
        "to_by": "({by_to}|{to} [minute[s]] (to|of|till|before))",
        "quarter": "(<past_by> ({h}|{noon})[ o'clock]|<to_by> (<next_hour>|{noon})[ o'clock])",
        "twelve_quarter": "(<past_by> <twelve_hours>|<to_by> {next_of_twelve})[ o'clock]",
        "late_at_night": "({late}[ o'clock| <behind>]|<past_by> {late}|<to_by> {late_next})",
        "early_at_night": "(({early}|{twelve})[ o'clock| <behind>]|<past_by> ({early}|{twelve})|<to_by> {early})",
        "night": "(<late_at_night> {at_night}|<early_at_night> {of_night})",
    },
)
# "viertel acht" is a quarter past seven in the south and the east, "drei viertel acht" one to eight.
_GERMAN = _words(
    "(<clock>|<quarter>|{noon}|<part>|<night>)",
    {
        "noon": {"Mittag": 720, "Mitternacht": 0, "(24|vierundzwanzig) Uhr": 0},
        "half": {"halb": -30},
        "quarters": {"viertel": -45, "(drei viertel|dreiviertel)": -15, "viertel vor": -15},
        "quarter_past": {"viertel nach": 15},
        "morning": {"(morgens|früh|vormittags|in der Früh|am (Morgen|Vormittag))": MORNING},
        "afternoon": {"(nachmittags|am Nachmittag)": 720},
        "evening": {"(abends|am Abend)": 720},
        "midday": {"(mittags|am Mittag)": 720},
        "at_night": {"(nachts|in der Nacht)": 720},
        "of_night": {"(nachts|in der Nacht)": MORNING},
        # Noon is short.
        "one_two": NumberRange(1, 2, multiplier=60),
    },
    {
        # "acht", "acht Uhr", "acht Uhr fünf", "acht dreißig", "8:05 Uhr", "8.05 Uhr".
        "behind": "(Uhr[ {m}]|{m_long})",
        "clock": "({h}[ <behind>]|<written>[ Uhr])",
        # "Viertel nach acht", "viertel acht", "halb acht", "fünf vor halb acht", "zehn vor acht".
        "past_by": "({quarter_past}|{past} [Minuten] nach)",
        "to_by": "({quarters}|[({to_half} [Minuten] vor|{past_half} [Minuten] nach) ]{half}|{to} [Minuten] vor)",
        "quarter": "(<past_by> ({h}|{noon})|<to_by> (<next_hour>|{noon}))[ Uhr]",
        # Beside a part of the day hours go up to twelve: "halb acht abends", "zwölf Uhr mittags".
        "quarter_of_twelve": "(<past_by> <twelve_hours>|<to_by> {next_of_twelve})[ Uhr]",
        "of_eleven": "({to_eleven}[ <behind>]|<written_of_eleven>[ Uhr])",
        "of_midday": "({twelve}|{one_two})[ <behind>]",
        "part": "((<of_eleven>|<quarter_of_twelve>) ({morning}|{afternoon}|{evening})|<of_midday> {midday})",
        # "halb elf nachts" is before midnight, "halb eins nachts" behind it.
        "late_at_night": "({late}[ <behind>]|<past_by> {late}|<to_by> {late_next})",
        "early_at_night": "(({early}|{twelve})[ <behind>]|<past_by> ({early}|{twelve})|<to_by> {early})",
        "night": "(<late_at_night> {at_night}|<early_at_night> {of_night})",
    },
)
# An hour is never said without its word: "sept" alone is no time, "7h" is.
_FRENCH = _words(
    "(<clock>|<part>)",
    {
        "noon": {"midi": 720, "minuit": 0},
        "more": {"et demi[e]": 30, "et quart": 15, "(et trois quarts|trois quarts)": 45},
        "less": {"moins [le] quart": -15},
        "morning": {"du matin": MORNING},
        "later": {"(de l'après-midi|du soir)": 720},
    },
    {
        # "sept heures", "sept heures trente", "sept heures et demie", "huit heures moins le quart", "midi dix", "7h30".
        "behind": "({more}|{m})",
        "before": "({less}|moins {to})",
        "written_with_h": "{h_digits}[ ]h[[ ]{mm}]",
        "clock": "(({h} heure[s]|{noon})[ <behind>]|(<next_hour> heure[s]|{noon}) <before>|<written>|<written_with_h>)",
        # Twelve has words of its own, "midi" and "minuit".
        "of_eleven": "{to_eleven} heure[s][ <behind>]",
        "of_eleven_with_h": "{to_eleven_digits}[ ]h[[ ]{mm}]",
        "of_twelve": "(<of_eleven>|{next_of_twelve} heure[s] <before>|<written_of_eleven>|<of_eleven_with_h>)",
        "part": "<of_twelve> ({morning}|{later})",
    },
)
# Articles belong to the time, and may be missing: "las siete", "a la una", "19:30 horas".
_SPANISH = _words(
    "([la[s] ](<clock>|<part>)[ en punto]|<in_america>|{noon})",
    {
        "noon": {"[el] mediodía": 720, "[la] medianoche": 0},
        "more": {"y media": 30, "y cuarto": 15},
        "less": {"menos cuarto": -15},
        "morning": {"(de la mañana|de la madrugada|am|a m)": MORNING},
        "later": {"(de la tarde|pm|p m)": 720},
        "at_night": {"de la noche": 720},
        "of_night": {"de la noche": MORNING},
        "midday": {"del (mediodía|día)": 720},
        "one_to_three": NumberRange(1, 3, multiplier=60),
        "less_to": {"[un] cuarto": -15},
    },
    {
        # "las siete", "las siete y media", "las ocho menos diez", "siete treinta", "19:30 horas".
        "behind": "({more}|y {m}|{m_long})",
        "before": "({less}|menos {to})",
        "clock": "({h}[ hora[s]][ <behind>]|<next_hour> <before>|<written>[ horas])",
        # Beside a part of the day: "las siete de la tarde", "las doce de la noche".
        "of_twelve": "(<twelve_hours>[ <behind>]|{next_of_twelve} <before>|<written_of_twelve>)",
        "night": "({late}[ <behind>]|{late} <before>) {at_night}",
        "noonish": "({twelve}|{one_to_three})[ <behind>] {midday}",
        "part": "(<of_twelve>[ ]({morning}|{later})|<night>|{twelve} {of_night}|<noonish>)",
        # "un cuarto para las ocho", "diez para las ocho de la noche".
        "to_by": "({less_to}|{to} [minutos])",
        "next_of_a_part": "({next_of_twelve}[ ]({morning}|{later})|{late_next} {at_night})",
        "in_america": "<to_by> para la[s] (<next_hour>|<next_of_a_part>)",
    },
)
# So do they here, with their preposition: "le sette", "alle sette", "l'una".
_ITALIAN = _words(
    "([(le|alle|ore|alle ore) |l'|all'](<clock>|<part>)[ in punto]|{noon}[ ({more}|e {m})])",
    {
        "noon": {"mezzogiorno": 720, "mezzanotte": 0},
        "more": {"e mezz(a|o)": 30, "e [un] quarto": 15, "e tre quarti": 45},
        "less": {"meno [un] quarto": -15},
        "morning": {"(di mattina|del mattino|della mattina)": MORNING},
        "later": {"(di|del) pomeriggio": 720, "(di|della) sera": 720},
        "at_night": {"(di|della) notte": 720},
        "of_night": {"(di|della) notte": MORNING},
    },
    {
        # "le sette", "le sette e mezza", "le otto meno un quarto", "sette e trenta", "7.30".
        "behind": "({more}|e {m}|{m_long})",
        "before": "({less}|meno {to})",
        "clock": "({h}[ <behind>]|<next_hour> <before>|<written>)",
        # Beside a part of the day: "le sette di sera", "le due di notte".
        "of_eleven": "({to_eleven}[ <behind>]|{next_of_twelve} <before>|<written_of_eleven>)",
        "late_at_night": "({late}[ <behind>]|{late_next} <before>)",
        "early_at_night": "(({early}|{twelve})[ <behind>]|{early} <before>)",
        "night": "(<late_at_night> {at_night}|<early_at_night> {of_night})",
        "part": "(<of_eleven> ({morning}|{later})|<night>)",
    },
)
# "half acht" is half past seven.
_DUTCH = _words(
    "(<clock>|<quarter>|{noon}|<part>|<night>)",
    {
        "noon": {"middernacht": 0},
        "half": {"half": -30},
        "quarter_to": {"kwart voor": -15},
        "quarter_past": {"kwart over": 15},
        "morning": {"('s morgens|'s ochtends|in de (ochtend|morgen))": MORNING},
        "midday": {"('s middags|in de middag)": 720},
        "evening": {"('s avonds|in de avond)": 720},
        "at_night": {"('s nachts|in de nacht)": 720},
        "of_night": {"('s nachts|in de nacht)": MORNING},
        "to_six": NumberRange(1, 6, multiplier=60),
    },
    {
        # "zeven", "zeven uur", "zeven uur dertig", "7:30 uur", "7.30".
        "behind": "(uur[ {m}]|{m_long})",
        "clock": "({h}[ <behind>]|<written>[ uur])",
        # "half acht", "kwart over zeven", "vijf voor half acht", "tien voor acht".
        "past_by": "({quarter_past}|{past} [minuten] over)",
        "to_by": "({quarter_to}|[({to_half} [minuten] voor|{past_half} [minuten] over) ]{half}|{to} [minuten] voor)",
        "quarter": "(<past_by> {h}|<to_by> <next_hour>)[ uur]",
        # Beside a part of the day hours go up to twelve: "half acht 's avonds".
        "quarter_of_twelve": "(<past_by> <twelve_hours>|<to_by> {next_of_twelve})[ uur]",
        "of_eleven": "({to_eleven}[ <behind>]|<written_of_eleven>[ uur])",
        "of_midday": "({twelve}|{to_six})[ <behind>]",
        "part": "((<of_eleven>|<quarter_of_twelve>) ({morning}|{evening})|(<of_midday>|<quarter_of_twelve>) {midday})",
        "late_at_night": "({late}[ <behind>]|<past_by> {late}|<to_by> {late_next})",
        "early_at_night": "(({early}|{twelve})[ <behind>]|<past_by> ({early}|{twelve})|<to_by> {early})",
        "night": "(<late_at_night> {at_night}|<early_at_night> {of_night})",
    },
)
TIME: Mapping[str, Words] = {
    "en": _ENGLISH,
    "de": _GERMAN,
    "fr": _FRENCH,
    "es": _SPANISH,
    "it": _ITALIAN,
    "nl": _DUTCH,
}
