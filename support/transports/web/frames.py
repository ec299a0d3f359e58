"""What a browser may send, parsed into typed values at the edge."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

MAX_FRAME_BYTES = 64 * 1024
MAX_TEXT_CHARACTERS = 4_000
MAX_COMMENT_CHARACTERS = 1_000


class BadFrame(Exception):
    """A frame that cannot be taken; ``code`` is the contract's."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class Send:
    """A message; ``client_id`` makes sending it again harmless."""

    client_id: uuid.UUID
    text: str


@dataclass(frozen=True, slots=True)
class Typing:
    """The customer is typing."""


@dataclass(frozen=True, slots=True)
class Read:
    """The customer has seen everything up to ``seq``."""

    seq: int


@dataclass(frozen=True, slots=True)
class Rate:
    """What the customer thought of a person's help, from 1 (bad) to 5 (good)."""

    score: int
    comment: str = ""


Frame = Send | Typing | Read | Rate


def parse(text: str | None, data: bytes | None) -> Frame:
    """The frame a browser sent. Raises BadFrame."""
    if text is None:
        raise BadFrame("bad_message", "Seul le texte JSON est accepté.")
    if len(data if data is not None else text.encode("utf-8", "replace")) > MAX_FRAME_BYTES:
        raise BadFrame("too_long", f"Un envoi ne peut dépasser {MAX_FRAME_BYTES} octets.")
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrame("bad_message", "Ce n'est pas du JSON.") from None
    if not isinstance(frame, dict):
        raise BadFrame("bad_message", "Un objet JSON est attendu.")
    match frame.get("type"):
        case "send":
            return _send(frame)
        case "typing":
            return Typing()
        case "read":
            return _read(frame)
        case "rate":
            return _rate(frame)
        case _:
            raise BadFrame("bad_message", "Le champ « type » est inconnu.")


def _send(frame: dict[str, Any]) -> Send:
    text = frame.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadFrame("bad_message", "Le champ « text » doit être un texte non vide.")
    if len(text) > MAX_TEXT_CHARACTERS:
        raise BadFrame("too_long", f"Un message ne peut dépasser {MAX_TEXT_CHARACTERS} caractères.")
    if frame.get("attachment") is not None:
        raise BadFrame("bad_message", "Les pièces jointes ne sont pas encore acceptées ici.")
    try:
        return Send(uuid.UUID(str(frame["client_id"])), text)
    except (KeyError, ValueError):
        raise BadFrame("bad_message", "Le champ « client_id » doit être un UUID.") from None


def _read(frame: dict[str, Any]) -> Read:
    seq = frame.get("seq")
    if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq < 2**31:
        raise BadFrame("bad_message", "Le champ « seq » doit être un entier positif.")
    return Read(seq)


def _rate(frame: dict[str, Any]) -> Rate:
    score, comment = frame.get("score"), frame.get("comment")
    if isinstance(score, bool) or not isinstance(score, int) or not 1 <= score <= 5:
        raise BadFrame("bad_message", "Le champ « score » doit être un entier de 1 à 5.")
    if comment is not None and not isinstance(comment, str):
        raise BadFrame("bad_message", "Le champ « comment » doit être un texte.")
    if len(comment or "") > MAX_COMMENT_CHARACTERS:
        raise BadFrame("too_long", f"Un commentaire ne peut dépasser {MAX_COMMENT_CHARACTERS} caractères.")
    return Rate(score, comment or "")
