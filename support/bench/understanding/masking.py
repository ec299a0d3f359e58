"""How much personal data is masked, and how much else: tests/eval/masking.tsv, its pieces marked ``[[KIND:text]]``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chatbot.anonymise import personal_spans
from chatbot.forms.secret import MASK, answering, find_secrets
from chatbot.tables import rows
from support.bench.understanding.exam import FOLDER

FILE = "masking.tsv"
SECRET = "SECRET"  # noqa: S105 a kind of piece
_MARKED = re.compile(r"\[\[([A-Z]+):(.*?)\]\]", re.DOTALL)
Piece = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Case:
    """A text, and the spans and kinds of what must be masked in it."""

    text: str
    pieces: tuple[Piece, ...]

    @property
    def secret(self) -> list[Piece]:
        """What must be gone for good."""
        return [piece for piece in self.pieces if piece[2] == SECRET]

    @property
    def personal(self) -> list[Piece]:
        """What the vault must hold."""
        return [piece for piece in self.pieces if piece[2] != SECRET]


def measure() -> dict[str, float]:
    """Recall on personal data, precision of all that is masked, share of secrets masked; nothing without the file.

    A piece is masked when none of its letters and digits is left; a mask is right when it takes only those of pieces. A
    secret must be masked as one: what the vault keeps can come back.
    """
    cases = list(_cases())
    if not cases:
        return {}
    hidden = [(case, masked_spans(case.text)) for case in cases]
    secrets = [_covered(c.text, p, [m for m in masks if m[2] == SECRET]) for c, masks in hidden for p in c.secret]
    personal = [_covered(c.text, p, [m for m in masks if m[2] != SECRET]) for c, masks in hidden for p in c.personal]
    right = [_covered(case.text, mask, case.pieces) for case, masks in hidden for mask in masks]
    return {
        "personal data masked, recall": sum(personal) / len(personal),
        "personal data masked, precision": sum(right) / len(right),
        "secrets masked": sum(secrets) / len(secrets),
    }


def masked_spans(text: str) -> list[Piece]:
    """Spans and kinds in ``text`` that no log and no model gets to see: secrets first, then what the vault keeps."""
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
    kept = ((origin[a], origin[b - 1] + 1, kind) for a, b, kind in personal_spans(safe))
    return sorted([*((start, end, SECRET) for start, end in secrets), *kept])


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


def _covered(text: str, piece: Piece, by: Sequence[Piece]) -> bool:
    inside = (i for i in range(piece[0], piece[1]) if text[i].isalnum())
    return all(any(start <= i < end for start, end, _ in by) for i in inside)
