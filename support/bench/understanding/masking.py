"""How much personal data is masked, and how much else: tests/eval/masking.tsv, its pieces marked ``[[KIND:text]]``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chatbot.anonymise import personal_spans
from chatbot.forms.secret import MASK, answering, find_secrets
from chatbot.tables import rows
from support.bench.understanding.exam import FOLDER

FILE = "masking.tsv"
_MARKED = re.compile(r"\[\[([A-Z]+):(.*?)\]\]")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Case:
    """A text, and the spans and kinds of what must be masked in it."""

    text: str
    pieces: tuple[tuple[int, int, str], ...]


def measure() -> dict[str, float]:
    """Recall on personal data, precision of all that is masked, share of secrets masked; nothing without the file.

    A piece is masked when none of its characters is left; a mask is right when it covers some of a marked piece.
    """
    cases = list(_cases())
    if not cases:
        return {}
    hidden = [(case, masked_spans(case.text)) for case in cases]
    personal = [_covered(p, spans) for case, spans in hidden for p in case.pieces if p[2] != "SECRET"]
    secrets = [_covered(p, spans) for case, spans in hidden for p in case.pieces if p[2] == "SECRET"]
    right = [any(a < end and start < b for a, b, _ in case.pieces) for case, spans in hidden for start, end in spans]
    return {
        "personal data masked, recall": sum(personal) / len(personal),
        "personal data masked, precision": sum(right) / len(right),
        "secrets masked": sum(secrets) / len(secrets),
    }


def masked_spans(text: str) -> list[Span]:
    """Spans of ``text`` that neither a log nor a model gets to see: secrets first, then what the vault keeps."""
    secrets = list(find_secrets(text, answering(())))
    safe, origin, position = "", list[int](), 0
    for start, end in [*secrets, (len(text), len(text))]:
        safe += text[position:start]
        origin += range(position, start)
        if end > start:
            safe += MASK
            origin += [start] * len(MASK)
        position = end
    origin.append(len(text))
    return sorted([*secrets, *((origin[a], origin[b - 1] + 1) for a, b, _ in personal_spans(safe))])


def _cases() -> Iterator[Case]:
    """Cases of the file; its first line names the columns."""
    lines = list(rows(FOLDER / FILE))
    for _, cells in lines[1:]:
        yield _case(dict(zip(lines[0][1], cells, strict=False))["text"].replace("\\n", "\n"))


def _case(marked: str) -> Case:
    text, pieces, position = "", [], 0
    for match in _MARKED.finditer(marked):
        text += marked[position : match.start()]
        pieces.append((len(text), len(text) + len(match.group(2)), match.group(1)))
        text += match.group(2)
        position = match.end()
    return Case(text + marked[position:], tuple(pieces))


def _covered(piece: tuple[int, int, str], spans: list[Span]) -> bool:
    return all(any(a <= i < b for a, b in spans) for i in range(piece[0], piece[1]))
