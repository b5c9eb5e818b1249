"""The languages that Whisper writes, in the order of their tokens (openai/whisper's `LANGUAGES`).

Each has a code as in `<|en|>` and an English name. Multilingual models up to large-v2 know the first 99, large-v3 and
its descendants also the last. English-only models carry 99 such tokens too and use none. Knows no tokens and no models.
"""

from __future__ import annotations

import re

# Code and name, in the order of the token ids.
_TABLE = """
en english, zh chinese, de german, es spanish, ru russian, ko korean, fr french, ja japanese, pt portuguese, tr turkish,
pl polish, ca catalan, nl dutch, ar arabic, sv swedish, it italian, id indonesian, hi hindi, fi finnish, vi vietnamese,
he hebrew, uk ukrainian, el greek, ms malay, cs czech, ro romanian, da danish, hu hungarian, ta tamil, no norwegian,
th thai, ur urdu, hr croatian, bg bulgarian, lt lithuanian, la latin, mi maori, ml malayalam, cy welsh, sk slovak,
te telugu, fa persian, lv latvian, bn bengali, sr serbian, az azerbaijani, sl slovenian, kn kannada, et estonian,
mk macedonian, br breton, eu basque, is icelandic, hy armenian, ne nepali, mn mongolian, bs bosnian, kk kazakh,
sq albanian, sw swahili, gl galician, mr marathi, pa punjabi, si sinhala, km khmer, sn shona, yo yoruba, so somali,
af afrikaans, oc occitan, ka georgian, be belarusian, tg tajik, sd sindhi, gu gujarati, am amharic, yi yiddish, lo lao,
uz uzbek, fo faroese, ht haitian creole, ps pashto, tk turkmen, nn nynorsk, mt maltese, sa sanskrit, lb luxembourgish,
my myanmar, bo tibetan, tl tagalog, mg malagasy, as assamese, tt tatar, haw hawaiian, ln lingala, ha hausa, ba bashkir,
jw javanese, su sundanese, yue cantonese
"""

# Code → name. Python keeps the order, from which token ids follow.
LANGUAGES: dict[str, str] = dict(entry.split(" ", 1) for entry in " ".join(_TABLE.split()).split(", "))

# Names that people use besides (openai/whisper's `TO_LANGUAGE_CODE`).
_OTHER_NAMES = {
    "burmese": "my",
    "valencian": "ca",
    "flemish": "nl",
    "haitian": "ht",
    "letzeburgesch": "lb",
    "pushto": "ps",
    "panjabi": "pa",
    "moldavian": "ro",
    "moldovan": "ro",
    "sinhalese": "si",
    "castilian": "es",
    "mandarin": "zh",
}
# Codes that people use besides.
_OTHER_CODES = {"nb": "no", "iw": "he", "fil": "tl", "cmn": "zh"}
# Name → code.
_CODES = {name: code for code, name in LANGUAGES.items()} | _OTHER_NAMES


def language_code(language: str) -> str:
    """Return the code of a language given by code or English name: `de` for "de", "de-AT", "German" or "german".

    Raises ValueError for a language that Whisper does not know.
    """
    wanted = language.strip().lower()
    if wanted in LANGUAGES:
        return wanted
    if wanted in _CODES:
        return _CODES[wanted]
    if (spoken := whisper_code(wanted)) in LANGUAGES:
        return spoken
    raise ValueError(f"{language!r} is not a language that Whisper knows; say it as in 'de' or 'german'")


def whisper_code(language: str) -> str:
    """Return Whisper's code of a language: `pt` for "pt-BR", `zh` for "zh_Hant_TW", `no` for "nb"."""
    spoken = re.split("[-_]", language.lower(), maxsplit=1)[0]
    return _OTHER_CODES.get(spoken, spoken)
