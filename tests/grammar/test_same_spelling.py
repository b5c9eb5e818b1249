"""Values that folding makes the same are told, each with both places."""

from __future__ import annotations

import pytest

from voiced import grammar


@pytest.mark.parametrize(
    ("language", "values", "pairs"),
    [
        ("fr", "[p\u00eache, p\u00e9ch\u00e9]", [("p\u00e9ch\u00e9", "p\u00eache")]),
        ("de", "[M\u00fcll, Muell, licht]", [("Muell", "M\u00fcll")]),
        ("en", "[SWR3, {in: 'SWR 3', out: three}]", [("SWR 3", "SWR3")]),
        ("en", "[wi-gig, wigig]", [("wigig", "wi-gig")]),
        ("en", "[{in: caf\u00e9, out: 1}, {in: cafe, out: 1}]", []),  # one meaning
        ("en", "[{in: '[le] caf\u00e9', out: 1}, {in: cafe, out: 2}]", [("cafe", "[le] caf\u00e9")]),
        ("vi", "[m\u00e1, m\u00e0]", []),
        ("es", "[a\u00f1o, mes]", []),
    ],
)
def test_pairs(language: str, values: str, pairs: list[tuple[str, str]]) -> None:
    text = f"language: {language}\nintents: {{A: {{sentences: ['go {{a}}']}}}}\nlists: {{a: {values}}}\n"
    told = [
        f"intents.yaml:3: in the list 'a' '{later}' and '{earlier}' (intents.yaml:3) are told apart by accents or "
        "spaces alone; rename one of them, or write 'folding: false'"
        for later, earlier in pairs
    ]
    assert list(grammar.parse(text).warnings) == told
    assert grammar.parse(f"folding: false\n{text}").warnings == ()
