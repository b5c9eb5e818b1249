"""What is said of a duration in each language; what its parts mean says `duration`.

The largest unit may have any number, those behind it as many as fit: "90 minutes", "an hour and 59 minutes".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.definitions import NumberRange
from voiced.grammar.typed.words import Words, digits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiced.grammar.typed.words import Values

# Every language counts alike: any number of one unit, then smaller ones.
_COUNTS: dict[str, Values] = {
    # Any number that people say: each up to 200, then those of tens.
    "n": NumberRange(1, 60),
    "most": NumberRange(61, 200),
    "tens": NumberRange(210, 990, 10),
    # Behind a larger unit: fewer than fill one.
    "below": NumberRange(1, 59),
    "hours_below": NumberRange(1, 23),
    # Without a unit of its own: "one hour thirty", but not "one hour five".
    "bare": NumberRange(10, 59),
    "halves": NumberRange(1, 24, fractions=(0.5,)),
    "written_half": {"0.5": 0.5},
    # "1h30", "1h 5m", "90s": as it is written, in one piece with its unit.
    "digits": digits(1, 200),
    "two_digits": digits(0, 59, "{:02}"),
    "below_digits": digits(1, 59),
    "h": {"h": "hour"},
    "m": {"m[in]": "minute"},
    "s": {"s": "second"},
}
# `minutes`, `hours`, … are a number and its unit; `and` has the spaces around it; `other` is what is said in one piece.
_TEMPLATE = "(<of_hours>|<of_minutes>|<seconds>|<of_days>|<weeks>|<of_halves>|<written>|<other>)"
_RULES = {
    "count": "({n}|{most}|{tens})",
    "fewer": "{below}",
    "seconds": "<count> {second}",
    "minutes": "<count> {minute}",
    "hours": "<count> {hour}",
    "days": "<count> {day}",
    "weeks": "<count> {week}",
    # "five minutes thirty", "an hour and five minutes", "two days and one hour".
    "of_minutes": "<minutes>[ [<and> ](<fewer> {second}|{bare})]",
    "of_hours": "<hours>[ [<and> ](<fewer> {minute}[ [<and> ]<fewer> {second}]|<fewer> {second}|{bare})]",
    "of_days": "<days>[ [<and> ]{hours_below} {hour}[ [<and> ]<fewer> {minute}]]",
    # "two and a half hours" has a fraction, and nothing behind it.
    "of_halves": "({halves}|{written_half}) ({minute}|{hour}|{day}|{week})",
    "written": "({digits}{h}[[ ]({two_digits}|{below_digits}{m})]|{digits}({m}|{s}))",
}


def _words(lists: Mapping[str, Values], rules: Mapping[str, str]) -> Words:
    return Words(_TEMPLATE, {**_COUNTS, **lists}, {**_RULES, **rules})


# "five minutes", "an hour and five minutes", "an hour and a half", "three quarters of an hour", "half a day".
_ENGLISH = _words(
    {
        "second": {"sec[ond][s]": "second"},
        "minute": {"min[ute][s]": "minute"},
        "hour": {"(hour[s]|hr[s]|h)": "hour"},
        "day": {"day[s]": "day"},
        "week": {"week[s]": "week"},
        "a": {"a": 1},
        "couple": {"a couple [of]": 2},
        "an": {"an": 1},
        "half": {"[a] half [a|an]": 0.5, "one half": 0.5},
        "quarters": {"[a] quarter [of an]": 0.25, "three quarter[s] [of an]": 0.75},
        # Behind the unit, "an hour and a quarter", and before it, "one and a quarter hours".
        "more": {"and a half": "+0.5", "and a quarter": "+0.25", "and three quarters": "+0.75"},
        "more_behind": {"and a quarter": 0.25, "and three quarters": 0.75},
    },
    {
        "and": "and",
        "fewer": "({below}|{a})",
        "seconds": "(<count>|{a}) {second}",
        "minutes": "(<count>|{a}) {minute}",
        "hours": "(<count>|{an}) {hour}",
        "days": "(<count>|{a}) {day}",
        "weeks": "(<count>|{a}) {week}",
        # "an hour and a half", "half an hour", "three quarters of an hour"; "one and a quarter hours".
        "unit": "({minute}|{hour}|{day}|{week})",
        "by_unit": "({couple} <unit>|({a}|{an}|{n}) <unit> {more}|{half} <unit>)",
        "other": "(<by_unit>|{quarters} {hour}|{n} {more_behind} {hour})",
    },
)
# "fünf Minuten", "eine Stunde und fünf Minuten", "anderthalb Stunden", "eine Viertelstunde", "in einem halben Tag".
# Articles come in every case: the sentence around decides which of them is right.
_GERMAN = _words(
    {
        "second": {"(Sekunde[n]|Sek)": "second"},
        "minute": {"(Minute[n]|Min)": "minute"},
        "hour": {"(Stunde[n]|Std|h)": "hour"},
        "day": {"Tag[e|en|es]": "day"},
        "week": {"Woche[n]": "week"},
        "half": {"[ein[e|en|er|em]] halbe[n|r|s|m]": 0.5, "[ein] halb": 0.5},
        "quarter": {
            "[ein[e|er]] Viertel[ ]stunde": "quarter",
            "[ein[e|er]] (drei viertel|dreiviertel)[ ]stunde[n]": "three quarters",
        },
        "with_quarters": {
            "eineinviertel": 1.25,
            "zweieinviertel": 2.25,
            "dreieinviertel": 3.25,
            "eindreiviertel": 1.75,
            "zweidreiviertel": 2.75,
        },
    },
    {
        "and": "und",
        # "eine halbe Stunde", "zwei und eine halbe Stunde", "eine Stunde und eine Viertelstunde".
        "unit": "({minute}|{hour}|{day}|{week})",
        "other": "([{n} und ]{half} <unit>|[{n} {hour} und ]{quarter}|{with_quarters} {hour})",
    },
)
# "cinq minutes", "une heure et demie", "un quart d'heure", "une demi-heure", "une heure trente", "1h30".
_FRENCH = _words(
    {
        "second": {"(seconde[s]|sec)": "second"},
        "minute": {"(minute[s]|min)": "minute"},
        "hour": {"(heure[s]|h)": "hour"},
        "day": {"jour[s]": "day"},
        "week": {"semaine[s]": "week"},
        "half": {"[une] demi heure": "half hour", "[une] demie heure": "half hour"},
        "quarter": {"[un] quart d'heure": "quarter", "trois quarts d'heure": "three quarters"},
        "more": {
            "et demi[e]": "+0.5",
            "et [un] quart": "+0.25",
            "(et|) trois quarts": "+0.75",
        },
    },
    {
        "and": "et",
        "unit": "({minute}|{hour}|{day}|{week})",
        "other": "({n} <unit> {more}|[{n} {hour} et ]{quarter}|{half}|{digits} {h} {two_digits})",
    },
)
# "cinco minutos", "una hora y media", "media hora", "un cuarto de hora", "minuto y medio".
_SPANISH = _words(
    {
        "second": {"(segundo[s]|seg)": "second"},
        "minute": {"(minuto[s]|min)": "minute"},
        "hour": {"(hora[s]|h)": "hour"},
        "day": {"día[s]": "day"},
        "week": {"semana[s]": "week"},
        "half": {"[una] media": 0.5, "[un] medio": 0.5},
        "quarter": {"[un] cuarto de hora": "quarter", "tres cuartos de hora": "three quarters"},
        "more": {"y medi(a|o)": "+0.5", "y [un] cuarto": "+0.25", "y tres cuartos": "+0.75"},
    },
    {
        "and": "y",
        "unit": "({minute}|{hour}|{day}|{week})",
        # "una hora y media", "hora y media", "media hora".
        "other": "([{n} ]<unit> {more}|{half} <unit>|[{n} {hour} y ]{quarter})",
    },
)
# "cinque minuti", "un'ora e mezza", "mezz'ora", "un quarto d'ora", "due ore e un quarto".
# "un'ora" is written in one word, so it is a number and its unit at once.
_ITALIAN = _words(
    {
        "second": {"(second(o|i)|sec)": "second"},
        "minute": {"(minut(o|i)|min)": "minute"},
        "hour": {"(or(a|e)|h)": "hour"},
        "day": {"giorn(o|i|ata|ate)": "day"},
        "week": {"settiman(a|e)": "week"},
        "one_hour": {"un'or(a|etta)": "hour"},
        "half": {"mezz(a|o)": 0.5},
        "half_hour": {"[una] mezz'or(a|etta)": "half hour"},
        "quarter": {"[un] quarto d'ora": "quarter", "tre quarti d'ora": "three quarters"},
        "more": {"e mezz(a|o)": "+0.5", "e un quarto": "+0.25", "e tre quarti": "+0.75"},
    },
    {
        "and": "e",
        "hours": "(<count> {hour}|{one_hour})",
        "unit": "({minute}|{hour}|{day}|{week})",
        "other": "(({n} <unit>|{one_hour}) {more}|{half} <unit>|{half_hour}|[({n} {hour}|{one_hour}) e ]{quarter})",
    },
)
# "vijf minuten", "anderhalf uur", "een half uur", "een kwartier", "drie kwartier", "tweeënhalf uur".
_DUTCH = _words(
    {
        "second": {"(second(e|en)|sec)": "second"},
        "minute": {"(minu(ut|ten|utje)|min)": "minute"},
        "hour": {"(uur|uren|uurtje|u)": "hour"},
        "h": {"(h|u)": "hour"},
        "day": {"dag[en]": "day"},
        "week": {"we(ek|ken)": "week"},
        "half": {"[een] hal(f|ve)": 0.5},
        "quarter": {"[een|één] kwartier[tje]": "quarter", "drie kwartier": "three quarters"},
        # "vijf kwartier" is an hour and a quarter.
        "n_quarters": {"vijf": 5, "zeven": 7},
        "of_an_hour": {"kwartier": "quarter"},
    },
    {
        "and": "en",
        "unit": "({minute}|{hour}|{day}|{week})",
        "other": "({half} <unit>|[{n} {hour} en ]{quarter}|{n_quarters} {of_an_hour})",
    },
)
DURATION: Mapping[str, Words] = {
    "en": _ENGLISH,
    "de": _GERMAN,
    "fr": _FRENCH,
    "es": _SPANISH,
    "it": _ITALIAN,
    "nl": _DUTCH,
}
