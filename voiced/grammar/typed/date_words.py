"""What is said of a date in each language; what its parts mean says `date`.

Only days that exist can be said: no 31st of April, and the 29th of February without a year. A part of the day may be
named with the day; a time beside it is of that part (`day_parts`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.definitions import NumberRange
from voiced.grammar.typed.ordinals import DUTCH, ENGLISH, GERMAN
from voiced.grammar.typed.words import Words, digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voiced.grammar.typed.words import Values

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONG, _SHORT, _FEBRUARY = (1, 3, 5, 7, 8, 10, 12), (4, 6, 9, 11), (2,)  # months by the number of their days
# Days that the same months have → those months.
_SPANS = {(1, 28): (*_LONG, *_SHORT, *_FEBRUARY), (29, 30): (*_LONG, *_SHORT), (31, 31): _LONG, (29, 29): _FEBRUARY}


def _words(
    names: Mapping[str, str], near: Mapping[str, str], ordinals: Mapping[int, str], rules: Mapping[str, str]
) -> Words:
    """The words of a language.

    `names` has its `weekdays`, `months`, `units`, and `later` parts of a day; `near` what says all, such as "tomorrow";
    the rules are `span`, `weekday`, `month_day` with DAY and MONTH in it, `day` with DAY, and `numbered` where months
    are said as numbers.
    """
    months = dict(enumerate(names["months"].split(), start=1))
    lists: dict[str, Values] = {
        "near": near,
        # Monday first, as `date.weekday` counts.
        "weekday": dict(zip(names["weekdays"].split(), _DAYS, strict=True)),
        "unit": dict(zip(names["units"].split(), ("days", "weeks", "months"), strict=True)),
        # Of a weekday: "friday evening".
        "later": dict(zip(names["later"].split("; "), ("afternoon", "evening"), strict=True)),
        # Of days, weeks or months.
        "n": NumberRange(1, 60),
        "year": digits(2024, 2060),
    }
    said = []
    # Each span of days with the months that have them; the 29th of February has no year, because only some have it.
    for (first, last), months_of in _SPANS.items():
        key = f"{first}_{last}"
        lists[f"month_{key}"] = {months[month]: f"{month:02}" for month in months_of}
        day = _day(lists, key, first, last, ordinals)
        template = rules["month_day"].replace("DAY", day).replace("MONTH", f"{{month_{key}}}")
        said.append(template if months_of == _FEBRUARY else f"{template}[ {{year}}]")
        if "numbered" in rules:
            # Not every year has a 29th of February.
            years = ("", "") if months_of == _FEBRUARY else ("[ {year}]", "[({point_year}| {year})]")
            numbered = rules["numbered"].replace("ORDINALS", f"{{ordinal_{key}}} {{numbered_{key}}}{years[0]}")
            said.append(numbered.replace("DIGITS", _in_digits(lists, key, first, last, months_of) + years[1]))
            lists[f"numbered_{key}"] = {ordinals[month]: f"{month:02}" for month in months_of}
    # A day without a month may be any; in which month it is next is found when the day is known.
    any_day = _day(lists, "any", 1, 31, ordinals)
    known = {"span": rules["span"], "on_weekday": rules["weekday"], "of_month": "|".join(said)}
    known["on_day"] = rules["day"].replace("DAY", any_day)
    known |= {name: rules[name] for name in ("of_day",) if name in rules}
    return Words("({near}|<span>|<on_weekday>|<of_month>|<on_day>)", lists, known)


def _in_digits(lists: dict[str, Values], key: str, first: int, last: int, months: Iterable[int]) -> str:
    """A template for days and months as they are written, "24.12." and "3.05.2027"; its lists are added."""
    lists[f"written_{key}"] = digits(first, last)
    lists["point_year"] = digits(2024, 2060, ".{}")
    behind = []
    # "24.5.", "24.05." and "24. 5.".
    # A month in digits is a negative number, so that it is no day.
    for month in months:
        for layout in dict.fromkeys((f".{month}", f".{month:02}", f" {month}")):
            lists[name := f"month{layout.replace('.', '_').replace(' ', '__')}"] = digits(month, month, layout, -1)
            behind.append(f"{{{name}}}")
    return f"{{written_{key}}}({'|'.join(behind)})"


def _day(lists: dict[str, Values], key: str, first: int, last: int, ordinals: Mapping[int, str]) -> str:
    """A template for the days from `first` to `last`, as numbers and as ordinals; its lists are added."""
    # In digits an ordinal is its number: "am 3. Mai", "op 3 mei".
    lists[f"day_{key}"] = NumberRange(first, last)
    ordered = {text: day for day, text in ordinals.items() if first <= day <= last}
    if not ordered:
        return f"{{day_{key}}}"
    lists[f"ordinal_{key}"] = ordered
    return f"({{day_{key}}}|{{ordinal_{key}}})"


# "tomorrow", "next friday", "in two weeks", "the third of May", "May 3rd", "on the 24th".
_ENGLISH = _words(
    {
        "weekdays": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "months": "January February March April May June July August September October November December",
        "units": "day[s] week[s] month[s]",
        "later": "afternoon; (evening|night)",
    },
    {
        "today": "+0 days",
        "this afternoon": "+0 days afternoon",
        "(tonight|this evening)": "+0 days evening",
        "tomorrow afternoon": "+1 days afternoon",
        "tomorrow (evening|night)": "+1 days evening",
        "tomorrow [morning]": "+1 days",
        "[the] day after tomorrow": "+2 days",
        "(in a fortnight|a fortnight from (now|today))": "+14 days",
        "yesterday": "-1 days",
        "[the] day before yesterday": "-2 days",
    },
    ENGLISH,
    {
        "span": "(in ({n}|a) {unit}|({n}|a) {unit} from (now|today))",
        "weekday": "[(on|this|next|coming|this coming)] {weekday}[ morning| {later}]",
        # As in Britain, or as in America.
        "month_day": "[on ]([the ]DAY [of ]MONTH|MONTH [the ]DAY)",
        "day": "[on ]the DAY",
    },
)
# "übermorgen", "am Freitag", "nächsten Montag", "in zwei Wochen", "am dritten Mai", "am 24."
_GERMAN = _words(
    {
        "weekdays": "Montag Dienstag Mittwoch Donnerstag Freitag (Samstag|Sonnabend) Sonntag",
        "months": "(Januar|Jänner) Februar März April Mai (Juni|Juno) Juli August September Oktober November Dezember",
        "units": "Tag[e|en] Woche[n] Monat[e|en]",
        "later": "(mittag|nachmittag); (abend|nacht)",
    },
    {
        "heute": "+0 days",
        "heute (Mittag|Nachmittag)": "+0 days afternoon",
        "heute (Abend|Nacht)": "+0 days evening",
        "morgen (Mittag|Nachmittag)": "+1 days afternoon",
        "morgen (Abend|Nacht)": "+1 days evening",
        "morgen [früh|Vormittag]": "+1 days",
        "übermorgen [früh]": "+2 days",
        "gestern": "-1 days",
        "vorgestern": "-2 days",
    },
    GERMAN,
    {
        "span": "in {n} {unit}",
        "weekday": "[(am|an diesem|diesen|nächsten|am nächsten|kommenden|am kommenden)] {weekday}<of_day>",
        # "Freitag früh", "Freitagabend", "Freitag Abend".
        "of_day": "[ früh|[ ]morgen|[ ]{later}]",
        "month_day": "[(am|der|den|dem|zum) ]DAY MONTH",
        # "am vierundzwanzigsten zwölften", "am 24.12.", "am 24. 12. 2027".
        "numbered": "(am|der|den|dem|zum) (ORDINALS|DIGITS)",
        # Alone it needs its article, so that a number is no date.
        "day": "(am|der|den|dem|zum) DAY",
    },
)
# "après-demain", "vendredi prochain", "dans deux semaines", "le 3 mai", "le premier mai", "le 24".
_FRENCH = _words(
    {
        "weekdays": "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "months": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "units": "jour[s] semaine[s] mois",
        "later": "après-midi; soir",
    },
    {
        "aujourd'hui": "+0 days",
        "cet après-midi": "+0 days afternoon",
        "ce soir": "+0 days evening",
        "demain après-midi": "+1 days afternoon",
        "demain soir": "+1 days evening",
        "demain [matin]": "+1 days",
        "après-demain": "+2 days",
        "hier": "-1 days",
        "avant-hier": "-2 days",
    },
    {1: "(premier|1er)"},
    {
        "span": "dans {n} {unit}",
        "weekday": "[(ce|le) ]{weekday}[ matin| {later}| (prochain|qui vient)]",
        "month_day": "[le ]DAY MONTH",
        "day": "le DAY",
    },
)
# "pasado mañana", "el viernes que viene", "dentro de dos semanas", "el tres de mayo", "el día 24".
_SPANISH = _words(
    {
        "weekdays": "lunes martes miércoles jueves viernes sábado domingo",
        "months": "enero febrero marzo abril mayo junio julio agosto sep[t]iembre octubre noviembre diciembre",
        "units": "día[s] semana[s] mes[es]",
        "later": "por la tarde; por la noche",
    },
    {
        "hoy": "+0 days",
        "esta tarde": "+0 days afternoon",
        "esta noche": "+0 days evening",
        "mañana por la tarde": "+1 days afternoon",
        "mañana por la noche": "+1 days evening",
        "mañana [por la mañana]": "+1 days",
        "pasado mañana": "+2 days",
        "ayer": "-1 days",
        "(anteayer|antes de ayer)": "-2 days",
    },
    {1: "primero"},
    {
        "span": "(en|dentro de) {n} {unit}",
        "weekday": "([(el|este|el próximo|próximo) ]{weekday}[ por la mañana| {later}]|el {weekday} que viene)",
        "month_day": "[el [día ]]DAY de MONTH[ de[l]]",
        "day": "el [día ]DAY",
    },
)
# "dopodomani", "venerdì prossimo", "tra due settimane", "il tre maggio", "l'otto maggio", "il 24".
_ITALIAN = _words(
    {
        "weekdays": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
        "months": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "units": "giorn(o|i) settiman(a|e) mes(e|i)",
        "later": "pomeriggio; sera",
    },
    {
        "oggi": "+0 days",
        "(questo|oggi) pomeriggio": "+0 days afternoon",
        "(stasera|questa sera)": "+0 days evening",
        "domani pomeriggio": "+1 days afternoon",
        "domani sera": "+1 days evening",
        "(domani [mattina]|domattina)": "+1 days",
        "dopodomani": "+2 days",
        "ieri": "-1 days",
        "(l'altro ieri|ieri l'altro)": "-2 days",
    },
    {1: "(primo|1º|1°)"},
    {
        "span": "(tra|fra) {n} {unit}",
        "weekday": "[(il|questo|questa|il prossimo|la prossima) ]{weekday}[ mattina| {later}| prossim(o|a)]",
        "month_day": "[il |l']DAY MONTH",
        "day": "(il |l')DAY",
    },
)
# "overmorgen", "aanstaande vrijdag", "over twee weken", "drie mei", "de derde mei", "de 24e".
_DUTCH = _words(
    {
        "weekdays": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        "months": "januari februari maart april mei juni juli augustus september oktober november december",
        "units": "dag[en] we(ek|ken) maand[en]",
        "later": "middag; avond",
    },
    {
        "vandaag": "+0 days",
        "vanmiddag": "+0 days afternoon",
        "(vanavond|vannacht)": "+0 days evening",
        "morgen[ ]middag": "+1 days afternoon",
        "morgen[ ]avond": "+1 days evening",
        "morgen[ochtend|[ ]vroeg]": "+1 days",
        "overmorgen": "+2 days",
        "gisteren": "-1 days",
        "eergisteren": "-2 days",
    },
    DUTCH,
    {
        "span": "over {n} {unit}",
        "weekday": "[(op|deze|aanstaande|komende|volgende|aankomende)] {weekday}[ochtend|morgen|{later}]",
        "month_day": "[op ][de ]DAY MONTH",
        "day": "[op ]de DAY",
    },
)
DATE: Mapping[str, Words] = {
    "en": _ENGLISH,
    "de": _GERMAN,
    "fr": _FRENCH,
    "es": _SPANISH,
    "it": _ITALIAN,
    "nl": _DUTCH,
}
