"""How a French word sounds, roughly: two spellings of one sound share a key, 'fote' and 'faute', 'pren' and 'prend'.

Written for texting: accents inside a word, double letters, the silent h and silent endings count for nothing.
"""

from __future__ import annotations

import re

from chatbot.forms.text import fold

_NASAL = "(?![aeiouynmh#])"
_VOWEL = "[aeiouy#]"
# What is written → what is heard; the first that fits where the scan stands counts. '#' is an e with an accent.
_SOUNDS = (
    (r"(?:#(?:es?|s|ts?)?|er|ez|ais?|ait|aient|ets?)$", "e"),
    (r"es?$", ""),
    (r"[tdpsx]+$", ""),
    ("h", ""),
    ("[ts]+ion", "siO"),
    (f"oin{_NASAL}", "wI"),
    (f"oy(?={_VOWEL})", "wai"),
    ("oi|oy", "wa"),
    ("eau|au|o(?![uinm])|o(?=[nm][aeiouynm#])", "o"),
    (f"(?:(?<=[iy])en|ain|ein|aim|[iuy][nm]){_NASAL}", "I"),
    (f"[ae][nm]{_NASAL}", "A"),
    (f"o[nm]{_NASAL}", "O"),
    (f"ou(?={_VOWEL})|w", "w"),
    ("ou", "u"),
    ("oeu|eu", "x"),
    ("ai|ei|ey|ay|[e#]+", "e"),
    ("ch(?=[nrl])", "k"),
    ("ch|sh", "S"),
    ("ph|f+", "f"),
    ("gn", "ni"),
    ("gu(?=[eiy#])|g+(?![eiy#])", "g"),
    ("ge(?=[ao])|g|j", "J"),
    (f"sc(?=[eiy#])|c+(?=[eiy#])|ss|ç|(?<!{_VOWEL})s|s(?!{_VOWEL})", "s"),
    ("s|z", "z"),
    ("c?qu?|ck|k+|c+", "k"),
    ("x", "ks"),
    ("ill|i|y", "i"),
    (r"b+", "b"),
    (r"d+", "d"),
    (r"l+", "l"),
    (r"m+", "m"),
    (r"n+", "n"),
    (r"p+", "p"),
    (r"r+", "r"),
    (r"t+", "t"),
    (r"v+", "v"),
)
_SCAN = re.compile("|".join(f"({pattern})" for pattern, _ in _SOUNDS) + "|.")
_ACCENTED_E = re.compile("[éèêë]")
_SINGLE_S = re.compile(f"(?<={_VOWEL})s(?={_VOWEL})")
# Stands behind a word whose last letters are to be heard.
_GUARD = "-"


def sound(word: str) -> str:
    """The key of a word in lower case."""
    return _SCAN.sub(_heard, _letters(word))


def sounds(word: str) -> tuple[str, ...]:
    """The keys a typed word may stand for: as French reads it, its end heard ('fas'), its s hard ('mesaj')."""
    letters = _letters(word)
    readings = (letters, letters + _GUARD)
    keys = (
        _SCAN.sub(_heard, r).rstrip(_GUARD) for reading in readings for r in (reading, _SINGLE_S.sub("ss", reading))
    )
    return tuple(dict.fromkeys(keys))


def _letters(word: str) -> str:
    return fold(_ACCENTED_E.sub("#", word.replace("ç", "ss").replace("œ", "oe"))).replace("'", "")


def _heard(match: re.Match[str]) -> str:
    return _SOUNDS[match.lastindex - 1][1] if match.lastindex else match.group()
