"""EasyTransfert references: EFB and digits in every written form, TRX/TX of older documents, bare digits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatbot.forms.spans import Taken

# The prefix with its letters swapped, doubled, spelled apart or hit on a neighbouring key.
_PREFIX = r"(?:e[ .\-]?f[ .\-]?b|ebf|efbb|eefb|effb|feb|fbe|bef|efv|egb|rfb|edb|efn|efg|£fb|€fb)"
_GAP = r"[ \t\u00a0\u202f\n.:;,_#°=\-–'\"«»()]{0,4}"
_DIGIT = "[0-9OoIl]"
_MARKED = re.compile(
    (
        rf"(?<![A-Za-z]){_PREFIX}(?:{_GAP}(?:n°|no|num[eé]ro|num|ref|c'est|est"
        rf"|:)(?![A-Za-z]))?{_GAP}({_DIGIT}{{2,12}}(?:[ .\-\n]{_DIGIT}{{2,6}})*)(?![A-Za-z0-9])"
        # … or eight digits with the next word glued to them: "EFB31570264wave".
        rf"|(?<![A-Za-z]){_PREFIX}{_GAP}(\d{{8}})(?=[A-Za-z]{{2}})"
    ),
    re.IGNORECASE,
)
_OLDER = re.compile(r"(?<![A-Za-z0-9])(?:trx|tx)[-_ .:]{0,2}([A-Z0-9]{6,16})(?![A-Za-z0-9])", re.IGNORECASE)
_BARE = re.compile(r"(?:(?<![\w.+*])|(?<=\b[Rr][eé]f)|(?<=\bREF))\d{8}(?![\d*#]|[.,]\d|[A-Za-z])")
_AS_DIGIT = str.maketrans("OoIl", "0011")
USUAL_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as ``EFB.<digits>`` (or TRX/TX as typed); ``marked`` when it carries its prefix."""

    start: int
    end: int
    value: str
    marked: bool


def find_references(text: str) -> list[Reference]:
    """References in reading order. Bare ones are candidates only: their reader decides from the context."""
    found = [r for m in _MARKED.finditer(text) if (r := _marked(m))]
    found += [
        Reference(m.start(), m.end(), re.sub(r"[^A-Z0-9]", "", m.group().upper()), True)
        for m in _OLDER.finditer(text)
        if _mostly_digits(m.group(1))
    ]
    taken = Taken(len(text))
    found = [r for r in found if taken.claim(r.start, r.end)]
    found += [
        Reference(m.start(), m.end(), f"EFB.{m.group()}", False) for m in _BARE.finditer(text) if taken.claim(*m.span())
    ]
    return sorted(found, key=lambda r: r.start)


def _marked(match: re.Match[str]) -> Reference | None:
    """The reference with as many digit groups as it needs: 'EFB 3148 2095' is one, 'EFB 28203111 42' is not."""
    digits = ""
    body = 1 if match.group(1) else 2
    end = match.start(body)
    for group in re.finditer(rf"{_DIGIT}+", match.group(body)):
        if digits and len(digits) + len(group.group()) > USUAL_LENGTH:
            break
        digits += group.group()
        end = match.start(body) + group.end()
    canonical = digits.translate(_AS_DIGIT)
    if len(canonical) < 5 or sum(c.isdigit() for c in digits) < 3:
        return None
    return Reference(match.start(), end, f"EFB.{canonical}", True)


def _mostly_digits(body: str) -> bool:
    return 2 * sum(c.isdigit() for c in body) >= len(body)
