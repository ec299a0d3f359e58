"""Transaction ids of the operators, as written: joined over spaces, dashes and line breaks, lower case, cut short."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chatbot.forms.spans import Taken

WAVE_LENGTH = 17  # T and 16 characters of base 32 (domain.md)
LONGEST_WORD_PIECE = 5  # letters of a cut id that may look like a word
_S = r"[ \t\u00a0\u202f\n.:\-–_/]"
# An id goes on in the next line, unless that line is a sum.
_NO_SUM = r"(?!\n[\d .]{1,9} ?(?:f|fr|frs|fcfa|francs?|k|mil|mille)\b)"
_DATED = re.compile(
    (
        rf"(?<![A-Za-z0-9])(MP|PP|CI|CO|CF|PT"
        rf"|OM){_S}{{0,3}}((?:[0-9OoIl]{_S}{{0,2}}){{10}})([A-Za-z]){_S}{{0,2}}"
        rf"([0-9OoIl]{{5,6}}|(?:[0-9OoIl][ \-.]?){{4,5}}[0-9OoIl])(?![A-Za-z0-9]|'[A-Za-z])"
    ),
    re.IGNORECASE,
)
_DATED_CUT = re.compile(
    (
        rf"(?<![A-Za-z0-9])(MP|PP|CI|CO|CF"
        rf"|PT){_S}{{0,2}}(\d{{6}}(?:{_S}{{0,2}}\d{{1,4}})?(?:{_S}{{0,2}}[A-Za-z]\d{{0,6}})?)(?![A-Za-z0-9])"
    ),
    re.IGNORECASE,
)
_PREFIXED = re.compile(
    rf"(?<![A-Za-z0-9])(MRCH|MERCH|MRHC|MCRH|CF|TRM|TM|TP|TR){_S}{{0,3}}(\d{{9,16}}|\d(?:{_NO_SUM}{_S}?\d){{4,18}})"
    r"(?![A-Za-z0-9]|[ ]?(?:fcfa|frs|f\b))",
    re.IGNORECASE,
)
# Capitals and a long number: an id of an operator whose form we do not know.
_CAPITALS = re.compile(
    r"(?<![A-Za-z0-9])(?!EFB|TRX|TX)[A-Z]{2,5}-?(?:\d{8,16}|\d{3,8}(?:-\d{3,8}){1,3})(?![A-Za-z0-9]|-\d)"
)
_RECEIVED = re.compile(r"(?<![A-Za-z0-9])pt[-_]?(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{6,20}(?![A-Za-z0-9])")
_UNDERSCORED = re.compile(r"(?<![A-Za-z0-9])T_[A-Za-z0-9_]{4,24}(?![A-Za-z0-9])", re.IGNORECASE)
_PIECE = re.compile(r"[A-Za-z0-9]+")
_BETWEEN = re.compile(rf"{_S}{{1,3}}\Z")
_CODE = re.compile(r"(?!\d/[A-Za-z])[A-Za-z0-9]+(?:[\-_/.][A-Za-z0-9]+){0,6}")
# A sum, a time or a count with its unit glued to it: "25mil", "1m500", "5000frs", "24heures", "3eme".
_MEASURE = re.compile(
    r"\d+(?:[.,/]\d+)?(?:k|m|mi?ll?e?s?|millions?|f|fr|frs|francs?|fcfa|cfa|xof|h|heures?|mn|min|minutes?|j|jrs?|jours?"
    r"|sem\w*|mois|ans?|e|er|eme|ieme|x|fois|go|mo)\d{0,3}(?:f|frs|fcfa)?",
    re.IGNORECASE,
)
_CONSONANT = "[bcdfghjklmnpqrstvwxz]"
_NEVER_TOGETHER = re.compile(
    rf"^t(?!s|r|h|w){_CONSONANT}|[jqwz]{_CONSONANT}|q[^u]|v[^aeiouyrl]|{_CONSONANT}{{2}}[jqwxz]|[bcdfghlpw][xzjqw]"
    rf"|(?!nstr|bstr|nspr|nscr){_CONSONANT}{{4}}"
    r"|uu|ii|aa|iy|yi|uo[^i]|[pbfv][mnkgd]|x[bdfgjklmnrsvwxz]|[qvj]$"
)
_DIGITS = re.compile(r"(?<![\w.,+*#])\d{9,12}(?![\w*#]|[.,]\d)")
_SPACED_DIGITS = re.compile(r"(?<![\w.,+*#])(?<![A-Za-z]-)\d{2,6}(?:[ \-\n]\d{2,6}){1,4}(?![\w*#]|[.,]\d)")

Kind = Literal["dated", "prefixed", "wave", "digits", "code", "received"]


@dataclass(frozen=True, slots=True)
class OperatorId:
    """An id upper-cased, without spaces, dashes and line breaks; ``operator`` when its form betrays it."""

    start: int
    end: int
    value: str
    kind: Kind
    operator: str | None = None


_BY_PREFIX = {"MP": "Orange", "PP": "Orange", "CI": "Orange", "CO": "Orange", "OM": "Orange", "CF": "Moov",
              "MRCH": "Moov", "MERCH": "Moov", "MRHC": "Moov", "MCRH": "Moov", "TM": "Trésor",
              "TP": "Trésor", "TR": "Trésor", "TRM": "Trésor"}  # fmt: skip


def find_operator_ids(text: str) -> list[OperatorId]:
    """Ids whose form says what they are, in reading order, not overlapping. Bare digits: 9 to 12, phones included."""
    taken = Taken(len(text))
    found = [candidate for candidate in _candidates(text) if taken.claim(candidate.start, candidate.end)]
    return sorted(found, key=lambda f: f.start)


def _candidates(text: str) -> Iterator[OperatorId]:
    """The surest form first: it takes its characters before a vaguer one can."""
    yield from (_tidy(m, "dated") for m in _DATED.finditer(text))
    yield from (_tidy(m, "prefixed") for m in _PREFIXED.finditer(text))
    yield from (_tidy(m, "dated") for m in _DATED_CUT.finditer(text))
    for match in _UNDERSCORED.finditer(text):
        yield OperatorId(match.start(), match.end(), match.group().upper(), "wave", "Wave")
    for match in _RECEIVED.finditer(text):
        yield OperatorId(match.start(), match.end(), match.group(), "received", "Wave")
    yield from _wave_ids(text)
    for match in _CAPITALS.finditer(text):
        yield OperatorId(match.start(), match.end(), match.group().replace("-", ""), "code")
    for match in _DIGITS.finditer(text):
        yield OperatorId(match.start(), match.end(), match.group(), "digits")


def find_codes(text: str) -> list[OperatorId]:
    """Anything else that looks like a code: letters and digits mixed. For a question just asked."""
    return [
        OperatorId(m.start(), m.end(), re.sub(r"[\-_/]", "", m.group()).upper(), "code")
        for m in _CODE.finditer(text)
        if len(m.group()) >= 5
        and _mixed(m.group())
        and any(map(_code_piece, _PIECE.findall(m.group())))
        and not _MEASURE.fullmatch(m.group())
    ]


def find_spaced_ids(text: str) -> list[OperatorId]:
    """Nine to twelve digits written in groups; an id only where a label or the question says so."""
    found = []
    for match in _SPACED_DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if 9 <= len(digits) <= 12:
            found.append(OperatorId(match.start(), match.end(), digits, "digits"))
    return found


def is_measure(written: str) -> bool:
    """A number with its unit glued to it, which is no code: "25mil", "3eme"."""
    return _MEASURE.fullmatch(written) is not None


def find_half(text: str) -> list[OperatorId]:
    """A message that is nothing but letters which make no word: the first half of an id, where one was asked for."""
    match = re.fullmatch(r"\s*([A-Za-z]{6,16})\s*[-.…]{0,3}\s*", text)
    if match is None or match[1][0] not in "Tt" or not _no_french(match[1]):
        return []
    return [OperatorId(match.start(1), match.end(1), match[1].upper(), "code")]


def _code_piece(piece: str) -> bool:
    """What makes "AB-77" a code and "3-wave" none: a piece of letters and digits, or of capitals."""
    return _mixed(piece) or (piece.isupper() and len(piece) >= 2)


def repair_wave(value: str) -> str:
    """Base 32 has no 0 and no 1: a typed one is O or I. Leaves anything that is not of Wave's form alone."""
    if value.startswith("T") and len(value) == WAVE_LENGTH:
        return value.replace("0", "O").replace("1", "I")
    return value


def _tidy(match: re.Match[str], kind: Kind) -> OperatorId:
    """Dots inside are part of the dated form and stay; trailing separators are not part of the span."""
    written = match.group().rstrip(" \t\n.:-–_/\u00a0\u202f")
    value = re.sub(r"[\s:\-–_/\u00a0\u202f]", "", written).upper()
    prefix = match.group(1).upper()
    value = re.sub(rf"^{prefix}\.+", prefix, value)
    received = prefix == "PT"
    return OperatorId(
        match.start(), match.start() + len(written), value, "received" if received else kind, _BY_PREFIX.get(prefix)
    )


def _wave_ids(text: str) -> list[OperatorId]:
    pieces = list(_PIECE.finditer(text))
    found = []
    skip_to = 0
    for index, piece in enumerate(pieces):
        if piece.start() < skip_to or piece.group()[0] not in "Tt":
            continue
        joined = _join(text, pieces, index)
        if joined:
            found.append(joined)
            skip_to = joined.end
    return found


def _join(text: str, pieces: list[re.Match[str]], first: int) -> OperatorId | None:
    """The id starting at this piece: pieces are joined while they make exactly Wave's length, else it stands"
    " alone."""
    value = pieces[first].group()
    if len(value) < WAVE_LENGTH:
        whole = value
        for index in range(first + 1, min(first + 6, len(pieces))):
            gap = text[pieces[index - 1].end() : pieces[index].start()]
            whole += pieces[index].group()
            if not _BETWEEN.match(gap) or len(whole) > WAVE_LENGTH:
                break
            parts = [p.group() for p in pieces[first : index + 1]]
            if len(whole) == WAVE_LENGTH and _code_like(whole) and _pieces_of_one(parts):
                return OperatorId(pieces[first].start(), pieces[index].end(), whole.upper(), "wave", "Wave")
    if _stands_alone(value):
        return OperatorId(pieces[first].start(), pieces[first].end(), value.upper(), "wave", "Wave")
    return None


def _stands_alone(value: str) -> bool:
    if 15 <= len(value) <= 19:
        return _code_like(value)
    return 8 <= len(value) <= 22 and _mixed(value) and sum(c.isdigit() for c in value) <= len(value) // 2


def _pieces_of_one(pieces: list[str]) -> bool:
    """Pieces of a cut id, and not words that happen to add up: "TRANSFERT 5000 WAVE", "TROIS NEUF ZERO DEUX".

    A word of its own may be a piece in capitals, if it is short and not the first; five digits in a row are a sum.
    """
    if len(pieces) == 2 and "".join(pieces).isalpha() and _unspeakable("".join(pieces)):
        return all(p.isupper() or _unspeakable(p) for p in pieces)
    if len(pieces) == 2 and len(pieces[0]) > LONGEST_WORD_PIECE and _mixed(pieces[1]) and _no_french(pieces[0]):
        return True
    if _in_groups(pieces) or (_mixed(pieces[0]) and sum(map(_mixed, pieces)) >= 2):
        return True
    wordlike = [p for p in pieces if p.isalpha() and len(p) >= 3 and not _unspeakable(p)]
    if any(not p.isupper() for p in wordlike) or sum(map(len, wordlike)) > LONGEST_WORD_PIECE:
        return False
    return pieces[0] not in wordlike and not any(p.isdigit() and len(p) >= 5 for p in pieces)


def _in_groups(pieces: list[str]) -> bool:
    """Groups of one length in capitals, the last one shorter or not: "TEZD CEKP N4OZ LOYY P"."""
    size = len(pieces[0])
    return (
        len(pieces) >= 3
        and "".join(pieces).isupper()
        and size >= 3
        and (all(len(p) == size for p in pieces[:-1]) and len(pieces[-1]) <= size)
    )


def _code_like(value: str) -> bool:
    return any(c.isdigit() for c in value) or _unspeakable(value)


def _unspeakable(word: str) -> bool:
    """Five consonants in a row, or hardly a vowel: not a word."""
    lower = word.lower()
    return bool(re.search(r"[bcdfghjklmnpqrstvwxz]{5}", lower)) or sum(c in "aeiouy" for c in lower) * 5 < len(lower)


def _no_french(piece: str) -> bool:
    """Letters that stand beside each other in no French word: the half of an id that has no digit."""
    return _unspeakable(piece) or _NEVER_TOGETHER.search(piece.lower()) is not None


def _mixed(value: str) -> bool:
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
