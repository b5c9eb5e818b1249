"""The words for first to thirty-first, in languages that count the days of a month with them."""

from __future__ import annotations

from voiced.grammar.spelling import number_words

_DAYS = range(1, 32)
_SEVENTH = 7
_TWENTY = 20  # from here on ordinals are regular
# What is not its number with an ending.
_ENGLISH = {1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth"}
_ENGLISH |= {20: "twentieth", 30: "thirtieth"}
_GERMAN = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}
_DUTCH = {1: "eerste", 3: "derde", 8: "achtste"}


def _english(day: int) -> str:
    # "first", "twenty first", "1st".
    # Of two words only the last one is an ordinal.
    tens, ones = divmod(day, 10)
    if day > _TWENTY and ones:
        word = f"{number_words(day - ones, 'en')[0]} {_english_word(ones)}"
    else:
        word = _english_word(day)
    end = "th" if tens == 1 else {1: "st", 2: "nd", 3: "rd"}.get(ones, "th")
    return f"({word}|{day}{end})"


def _english_word(day: int) -> str:
    return _ENGLISH.get(day) or f"{number_words(day, 'en')[0]}th"


def _german(day: int) -> str:
    # "der dritte", "am dritten", "dritter"; in digits it is the number, "3."
    stem = _GERMAN.get(day) or number_words(day, "de")[0] + ("t" if day < _TWENTY else "st")
    stems = (stem, "siebent") if day == _SEVENTH else (stem,)
    return f"({'|'.join(each + end for each in stems for end in ('e', 'er', 'en', 'es'))})"


def _dutch(day: int) -> str:
    # "derde", "24e", "24ste".
    word = _DUTCH.get(day) or number_words(day, "nl")[0] + ("de" if day < _TWENTY else "ste")
    return f"({word}|{day}e|{day}(de|ste))"


ENGLISH = {day: _english(day) for day in _DAYS}
GERMAN = {day: _german(day) for day in _DAYS}
DUTCH = {day: _dutch(day) for day in _DAYS}
