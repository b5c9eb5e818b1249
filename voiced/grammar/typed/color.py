"""Names of colours in each language, and their values in the forms that lamps take."""

from __future__ import annotations

from colorsys import rgb_to_hsv
from typing import TYPE_CHECKING

from voiced.foundations.frozen_json import FrozenList

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiced.flow import SlotValue


def _pairs(text: str) -> dict[str, str]:
    """Names and what belongs to them, of a text `red: ff0000; green: 00ff00`."""
    return dict(pair.split(": ") for pair in " ".join(text.split()).split("; "))


# Six digits of red, green and blue; whites and the names of paints as lamps come near them.
_RGB = _pairs("""
    red: ff0000; green: 00ff00; blue: 0000ff; yellow: ffff00; orange: ff8000; purple: 8000ff; violet: 8f00ff; pink:
    ff69b4; hot pink: ff1493; magenta: ff00ff; cyan: 00ffff; turquoise: 40e0d0; teal: 008080; light blue: 80c0ff; dark
    blue: 00008b; sky blue: 87ceeb; navy: 000080; light green: 90ee90; dark green: 006400; lime: bfff00; olive:
    808000; mint: 98ff98; dark red: 8b0000; crimson: dc143c; maroon: 800000; coral: ff7f50; salmon: fa8072; peach:
    ffcba4; gold: ffd700; amber: ffbf00; brown: 8b4513; beige: f5f5dc; lavender: b57edc; indigo: 4b0082; gray: 808080;
    silver: c0c0c0; black: 000000; white: ffffff; warm white: ffd6aa; cold white: e6f0ff; daylight: fff4e5
""")
# What is said, a template; "~" stands for the endings of a German adjective.
_ENDINGS = "[e|er|es|en]"
_SAID = {
    # Gray and grey are one word to the grammar.
    "en": """
        red: red; green: green; blue: blue; yellow: yellow; orange: orange; purple: purple; violet: violet; pink:
        pink; hot pink: hot pink; magenta: magenta; cyan: cyan; turquoise: turquoise; teal: teal; light blue: light
        blue; dark blue: dark blue; sky blue: sky blue; navy: navy [blue]; light green: light green; dark green: dark
        green; lime: lime [green]; mint: mint [green]; dark red: dark red; crimson: crimson; maroon: maroon; olive:
        olive [green]; coral: coral; salmon: salmon; peach: peach; silver: silver; gold: gold[en]; amber: amber;
        brown: brown; beige: beige; lavender: lavender; indigo: indigo; gray: gray; black: black; white: white; warm
        white: (warm|soft) white; cold white: (cold|cool) white; daylight: daylight
    """,
    # "rot" by itself, and with an ending: "das rote Licht".
    "de": """
        red: rot~; green: grün~; blue: blau~; yellow: gelb~; orange: orange[ne][r|s|n]; purple: (lila|purpur[n~]);
        violet: violett~; pink: (pink|rosa); hot pink: knallpink; magenta: magenta; cyan: (cyan|zyan); turquoise:
        türkis~; teal: blaugrün; light blue: (hell[ ]|hell(e|er|es|en) )blau~; dark blue: (dunkel[ ]|dunkl(e|er|es|en)
        )blau~; sky blue: himmelblau~; navy: marineblau~; light green: (hell[ ]|hell(e|er|es|en) )grün~; dark green:
        (dunkel[ ]|dunkl(e|er|es|en) )grün~; lime: limettengrün~; mint: mintgrün~; dark red: (dunkel[
        ]|dunkl(e|er|es|en) )rot~; crimson: karminrot~; coral: koralle[nrot]; salmon: lachs[rosa]; maroon:
        (kastanienbraun~|bordeaux[rot~]); olive: oliv[grün~]; peach: pfirsich[farben~]; silver: silber[n~]; gold:
        (gold|golden~); amber: bernstein[farben]; brown: braun~; beige: beige; lavender: lavendel; indigo: indigo;
        gray: grau~; black: schwarz~; white: weiß~; warm white: warmweiß~; cold white: kaltweiß~; daylight:
        tageslicht[weiß]
    """,
    # The feminine and the plural sound alike, and are written differently.
    "fr": """
        red: rouge[s]; green: vert[e][s]; blue: bleu[e][s]; yellow: jaune[s]; orange: orange[s]; purple:
        (violet|violette|pourpre)[s]; violet: mauve[s]; pink: rose[s]; hot pink: rose vif; magenta: magenta; cyan:
        cyan; turquoise: turquoise[s]; teal: bleu canard; light blue: bleu clair; dark blue: bleu foncé; sky blue:
        bleu ciel; navy: bleu marine; light green: vert clair; dark green: vert foncé; lime: [vert] citron vert; mint:
        [vert] menthe; dark red: rouge foncé; crimson: cramoisi; coral: corail; salmon: saumon; maroon: bordeaux;
        olive: [vert] olive; peach: pêche; silver: argent[é]; gold: (or|doré[e][s]); amber: ambre; brown:
        (marron|brun); beige: beige[s]; lavender: lavande; indigo: indigo; gray: gris[e][s]; black: noir[e][s]; white:
        bl(anc|ancs|anche|anches); warm white: blanc chaud; cold white: blanc froid; daylight: lumière du jour
    """,
    # Genders and numbers.
    "es": """
        red: roj(o|a|os|as); green: verde[s]; blue: azul[es]; yellow: amarill(o|a|os|as); orange: naranja[s]; purple:
        (morad(o|a|os|as)|lila[s]); violet: violeta[s]; pink: ros(a|ado|ada); hot pink: (fucsia|rosa fuerte); magenta:
        magenta; cyan: cian; turquoise: turquesa; teal: verde azulado; light blue: azul claro; dark blue: azul oscuro;
        sky blue: (azul cielo|celeste); navy: azul marino; light green: verde claro; dark green: verde oscuro; lime:
        [verde] lima; mint: [verde] menta; dark red: rojo oscuro; crimson: carmesí; coral: coral; salmon: salmón;
        maroon: granate; olive: [verde] oliva; peach: melocotón; silver: platead(o|a|os|as); gold: dorad(o|a|os|as);
        amber: ámbar; brown: marrón; beige: (beige|beis); lavender: lavanda; indigo: índigo; gray: gris[es]; black:
        negr(o|a|os|as); white: blanc(o|a|os|as); warm white: blanco cálido; cold white: blanco frío; daylight: luz de
        día
    """,
    # "azzurro" is what Italians call a light blue.
    "it": """
        red: ross(o|a|i|e); green: verd(e|i); blue: blu; yellow: giall(o|a|i|e); orange: arancion(e|i); purple:
        (viola|lilla); violet: violett(o|a|i|e); pink: rosa; hot pink: fucsia; magenta: magenta; cyan: ciano;
        turquoise: turchese; teal: verde petrolio; light blue: azzurr(o|a|i|e); dark blue: blu scuro; sky blue:
        celeste; navy: blu (marino|navy); light green: verde chiaro; dark green: verde scuro; lime: [verde] lime;
        mint: [verde] menta; dark red: rosso scuro; crimson: cremisi; coral: corallo; salmon: salmone; maroon:
        (bordeaux|bordò); olive: [verde] oliva; peach: pesca; silver: argent(o|ato|ata); gold: (oro|dorato); amber:
        ambra; brown: marrone; beige: beige; lavender: lavanda; indigo: indaco; gray: grig(io|ia|i|ie); black:
        ner(o|a|i|e); white: bianc(o|a|hi|he); warm white: bianco caldo; cold white: bianco freddo; daylight: luce
        diurna
    """,
    # With an ending before a noun: "de rode lamp".
    "nl": """
        red: ro(od|de); green: groen[e]; blue: blauw[e]; yellow: ge(el|le); orange: oranje; purple: paars[e]; violet:
        violet[te]; pink: roze; hot pink: (felroze|fuchsia); magenta: magenta; cyan: cyaan; turquoise:
        (turquoise|turkoois|turkooizen); teal: blauwgroen; light blue: licht[ ]blauw[e]; dark blue: donker[ ]blauw[e];
        sky blue: hemelsblauw[e]; navy: marineblauw[e]; light green: licht[ ]groen[e]; dark green: donker[ ]groen[e];
        lime: limoengroen[e]; mint: mintgroen[e]; dark red: donker[ ]ro(od|de); crimson: karmozijn[rood]; coral:
        koraal[rood]; salmon: zalm[roze]; maroon: (kastanjebruin|bordeaux[rood]); olive: olijf[groen]; peach: perzik;
        silver: zilver[en]; gold: (goud|gouden); amber: amber; brown: bruin[e]; beige: beige; lavender: lavendel;
        indigo: indigo; gray: gri(js|jze); black: zwart[e]; white: wit[te]; warm white: warm[ ]wit; cold white:
        (koel|koud)[ ]wit; daylight: daglicht
    """,
}
LANGUAGES = frozenset(_SAID)


def colors(language: str) -> Mapping[str, Mapping[str, SlotValue]]:
    """What is said of each colour in a language → its forms: `hex`, `rgb`, `hsb` and `name`."""
    said = _pairs(_SAID[language].replace("~", _ENDINGS))
    return {said[name]: _forms(name, digits) for name, digits in _RGB.items()}


def _forms(name: str, digits: str) -> Mapping[str, SlotValue]:
    # Three numbers from 0 to 255; or degrees, and two percentages, as lamps count them.
    red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    hue, saturation, brightness = rgb_to_hsv(red / 255, green / 255, blue / 255)
    hsb = FrozenList([round(hue * 360), round(saturation * 100), round(brightness * 100)])
    return {"hex": f"#{digits}", "rgb": FrozenList([red, green, blue]), "hsb": hsb, "name": name}
