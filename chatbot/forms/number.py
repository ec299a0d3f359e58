"""French number words: from 'soixante quinze mille' to 75000, in standard and phonetic spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatbot.forms.text import fold

UNITS = {
    "zero": 0, "un": 1, "une": 1, "deux": 2, "de": 2, "trois": 3, "troi": 3, "quatre": 4, "katre": 4, "quat": 4,
    "kat": 4, "cinq": 5, "cink": 5, "sink": 5, "sinq": 5, "sank": 5, "six": 6, "sis": 6, "sept": 7, "set": 7,
    "huit": 8, "8uit": 8, "uit": 8, "wit": 8, "neuf": 9, "nef": 9, "dix": 10, "dis": 10, "diz": 10, "onze": 11,
    "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "kinze": 15, "seize": 16, "vingt": 20, "vin": 20,
    "vint": 20, "ving": 20,
    "vingts": 20, "trente": 30, "trante": 30, "quarante": 40, "karante": 40, "cinquante": 50, "cinkante": 50,
    "cinquant": 50, "soixante": 60, "soisante": 60, "septante": 70, "huitante": 80, "octante": 80, "nonante": 90,
}  # fmt: skip
# The same sounds written by ear: "qu" as k or q, "ci" as si, "en" as an, a mute e left out.
_BY_EAR = (("qu", ("qu", "k", "q")), ("ci", ("ci", "si")), ("en", ("en", "an")), ("x", ("x", "s", "ss")))


def _by_ear(word: str) -> set[str]:
    """Spellings of a number word of five letters or more; shorter ones would be other words."""
    spellings = {word}
    if len(word) < 5:
        return spellings
    for sound, letters in _BY_EAR:
        spellings |= {w.replace(sound, new) for w in spellings for new in letters}
    return spellings | {w[:-1] for w in spellings if w.endswith("e") and len(w) > 5}


UNITS |= {spelling: value for word, value in list(UNITS.items()) for spelling in _by_ear(word) if spelling not in UNITS}
UNITS |= {"sing": 5, "sin": 5, "sinc": 5, "cin": 5, "di": 10, "quinz": 15, "kinz": 15, "trent": 30, "trentre": 30,
          "douz": 12, "trez": 13, "treiz": 13, "seiz": 16, "onz": 11, "cinqante": 50, "soixant": 60}  # fmt: skip
HUNDREDS = {"cent", "cents", "sen", "san"}
THOUSANDS = {"mille", "mil", "milles", "mill"}
MILLIONS = {"million", "millions", "milion", "milions"}
# Everyday words that are numbers only beside another number word.
SHY = {"de", "un", "une", "set", "dis", "vin", "sis", "uit", "sen", "san", "mill", "mil", "nef", "kat", "six", "sank",
       "sing", "sin", "cin", "di", "sinc"}  # fmt: skip
_WORDS = sorted({*UNITS, *HUNDREDS, *THOUSANDS, *MILLIONS}, key=len, reverse=True)
_WORD = "(?:" + "|".join(_WORDS) + ")"
_PHRASE = re.compile(rf"(?<![\w']){_WORD}(?:(?:[ \-]+(?:et[ \-]+)?){_WORD})*(?!\w|')")


# Nouns a sum follows with "de".
_OF_A_SUM = re.compile(
    r"\b(?:transferts?|envois?|operation|transaction|virement|total|hauteur|coup|argent|achat|facture|limite|plafond|"
    r"montant|somme|depots?|retraits?|frais|paiement"
    r"|recharge|versement|debite|credite|plus|moins|solde) $"
)


@dataclass(frozen=True, slots=True)
class NumberWords:
    """A number in words and its value."""

    start: int
    end: int
    value: int
    words: int


def find_number_words(text: str) -> list[NumberWords]:
    """Numbers written in words, in reading order. A lone everyday word ('un', 'de') is left out."""
    found = []
    folded = fold(text)
    for match in _PHRASE.finditer(folded):
        words = [w for w in re.split(r"[ \-]+", match.group()) if w != "et"]
        start = match.start()
        if _preposition(words, folded[:start]):
            words, start = words[1:], start + 3
        end = match.end()
        while words and words[-1] == "de":
            # "dix mille de momo": at the end it is the preposition.
            words, end = words[:-1], start + folded[start:end].rindex("de")
            end = start + len(folded[start:end].rstrip(" -"))
        if all(w in SHY for w in words):
            continue
        found.append(NumberWords(start, end, value_of(words), len(words)))
    return found


def _preposition(words: list[str], left: str) -> bool:
    """Whether "de" is no "deux" written by ear: "un transfert de quinze mille", "frais de cent francs"."""
    if len(words) < 2 or words[0] != "de":
        return False
    return words[1] in UNITS or _OF_A_SUM.search(left[-24:]) is not None


def value_of(words: list[str]) -> int:
    """Additive below 100; cent, mille and million multiply what stands before them (language.md).

    A lone unit after them is spoken short: "dix mille cinq" is 10 500, "un million deux" is 1 200 000.
    """
    total = thousands = current = 0
    for word in words:
        if word in UNITS:
            # quatre-vingt is the one product below a hundred.
            current = current - 4 + 80 if UNITS[word] == 20 and current % 100 == 4 else current + UNITS[word]
        elif word in HUNDREDS:
            current = max(current, 1) * 100 if current < 10 else current + 100
        elif word in THOUSANDS:
            thousands, current = thousands + max(current, 1) * 1000, 0
        elif word in MILLIONS:
            total, thousands, current = total + max(thousands + current, 1) * 1_000_000, 0, 0
    if thousands and 0 < current < 10:
        current *= 100
    elif total and 0 < current < 10:
        current *= 100_000
    return total + thousands + current
