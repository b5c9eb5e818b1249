"""Numbers as people say and write them, in ranges of ordinary lists."""

from __future__ import annotations

import pytest

from voiced import grammar

_RANGES = {
    "whole": "{from: -2000, to: 2000, step: 1}",
    "halves": "{from: -20, to: 40, fractions: halves}",
    "tenths": "{from: -5, to: 40, fractions: tenths}",
}
_SAID: dict[tuple[str, str], dict[str, float | None]] = {
    ("en", "whole"): {
        "a hundred": 100,
        "a hundred and five": 105,
        "a hundred five": 105,
        "twelve hundred": 1200,
        "twelve hundred and fifty": 1250,
        "a thousand and one": 1001,
        "one thousand two hundred": 1200,
        "1,200": 1200,
        "negative five": -5,
        "minus five": -5,
        "05": 5,
        "21.0": 21,
        "-5.0": -5,
        "21½": None,
        "21⅓": None,
        "minus": None,
    },
    ("en", "halves"): {
        "minus five": -5,
        "minus": None,
        "minus five point five": -5.5,
        "minus five and a half": -5.5,
        "minus 5.5": -5.5,
        "-5.5": -5.5,
        "-0.5": -0.5,
        "minus zero point five": -0.5,
        "minus half": -0.5,
        "half": 0.5,
        "a half": 0.5,
        "point five": 0.5,
        "zero": 0,
        "½": 0.5,
        "21½": 21.5,
        "-5½": -5.5,
        ".5": 0.5,
        "...5": 5,
        "twenty one and a half": 21.5,
        "21 and a half": 21.5,
        "21.0": 21,
    },
    ("de", "whole"): {
        "zwo": 2,
        "zwoundzwanzig": 22,
        "hundertfünf": 105,
        "hundertundfünf": 105,
        "zwölfhundert": 1200,
        "1.200": 1200,
        "1 200": 1200,
    },
    ("de", "halves"): {
        "anderthalb": 1.5,
        "eineinhalb": 1.5,
        "einundzwanzigeinhalb": 21.5,
        "ein halb": 0.5,
        "minus zweieinhalb": -2.5,
        "zwoeinhalb": 2.5,
        "2,5": 2.5,
        "2½": 2.5,
        "minus null Komma fünf": -0.5,
    },
    ("de", "tenths"): {"minus eins Komma drei": -1.3, "minus eins": -1, "-1,3": -1.3, "minus 1,3": -1.3, "null": 0},
    ("fr", "halves"): {"vingt et un et demi": 21.5, "un et demi": 1.5, "une et demie": 1.5, "moins un et demi": -1.5},
    ("fr", "whole"): {
        "nonante et un": 91,
        "septante-deux": 72,
        "cent huitante": 180,
        "soixante-douze": 72,
        "1 000": 1000,
        "douze cents": 1200,
        "seize cent cinquante": 1650,
        "vingt cents": None,
    },
    ("es", "halves"): {"veintiuno y medio": 21.5, "una y media": 1.5, "medio": 0.5, "menos cinco coma cinco": -5.5},
    ("it", "halves"): {"ventuno e mezzo": 21.5, "mezzo": 0.5, "meno cinque": -5, "meno": None, "5,5": 5.5},
    ("it", "whole"): {"cento uno": 101, "mille duecento": 1200, "un": 1},
    ("nl", "whole"): {"één": 1, "een": 1, "twaalfhonderd": 1200, "honderd en vijf": 105, "honderdenvijf": 105},
    ("nl", "halves"): {"anderhalf": 1.5, "tweeënhalf": 2.5, "vierenhalf": 4.5, "min vier en een half": -4.5},
    ("pl", "halves"): {"pięć przecinek pięć": 5.5, "pięć przecinek zero": None, "minus": None, "minus pięć": -5},
    ("ru", "halves"): {"пять запятая пять": 5.5, "минус": None, "минус пять": -5},
    ("xx", "halves"): {"5": 5, "5,5": 5.5, "-5,5": -5.5, "5½": 5.5},
}


@pytest.mark.parametrize(("language", "kind"), _SAID)
def test_what_is_said(language: str, kind: str) -> None:
    known = grammar.parse(f"""
language: {language}
intents: {{Set: {{sentences: ["set {{n}}"]}}}}
lists: {{n: {{range: {_RANGES[kind]}}}}}
""")
    found = {text: [match.slots["n"] for match in known.matches(f"set {text}")] for text in _SAID[language, kind]}
    assert found == {text: [] if value is None else [value] for text, value in _SAID[language, kind].items()}


def test_an_hour_is_one_number() -> None:
    known = grammar.parse("""
intents: {Wake: {sentences: ["wake me at {h}[:{m}]"]}}
lists: {h: {range: {from: 0, to: 23}}, m: {range: {from: 0, to: 59}}}
""")
    said = {
        "twenty one": {"h": 21},
        "21": {"h": 21},
        "21.0": {"h": 21},
        "7:05": {"h": 7, "m": 5},
        "07:30": {"h": 7, "m": 30},
        "7:00": {"h": 7, "m": 0},
        "twenty one thirty": {"h": 21, "m": 30},
        "twenty twenty one": {"h": 20, "m": 21},
    }
    found = {text: known.match(f"wake me at {text}") for text in said}
    assert {text: match and dict(match.slots) for text, match in found.items()} == said
