"""A picture of a receipt, read by a model elsewhere → the facts our own reader looks for, each checked by its form.

Asked only where our reader is unsure, and only by a brand that switched it on: a picture holds personal data.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chatbot.brand import Brand, BrandError
from chatbot.forms.operator_id import find_operator_ids
from chatbot.forms.phone import find_phones
from chatbot.forms.reference import USUAL_LENGTH, find_references
from chatbot.types import Entity
from chatbot.voices.accounts import NO_BOOKS, TRIES, Books, first_answer
from chatbot.voices.ports import Brief, Usage
from chatbot.voices.remote import Line

UNSURE = 0.5  # of every fact: a model errs in fluent ways, so the dialogue puts identifiers to the customer
TEMPERATURE = 0.0  # to read is not to write
MAX_TOKENS = 300
RESERVATION = Usage(input=2_500, output=MAX_TOKENS)  # tokens of a picture in full detail, and the words around it
TEXT: Mapping[str, Any] = {"type": ["string", "null"]}
FACTS = ("easytransfert_id", "operator_tx_id", "received_ref", "amount_fcfa", "date")


@dataclass(frozen=True, slots=True)
class Sight:
    """What a brand knows of receipts: ``whole`` are forms of each operator's identifiers, ``received`` of arrivals."""

    brand: str
    allowed: bool
    words: str
    whole: Mapping[str, tuple[re.Pattern[str], ...]]
    received: tuple[re.Pattern[str], ...]
    most: int  # francs a transfer may be of

    @classmethod
    def read(cls, brand: Brand) -> Sight:
        """From voice.toml ([voice] vision), prompts.toml ([vision]), operators.toml, tariff.toml. Raises BrandError."""
        voice, words = brand.voice.get("voice", {}), brand.prompts.get("vision", {})
        text = words.get("rules") if isinstance(words, Mapping) else None
        allowed = isinstance(voice, Mapping) and voice.get("vision", False) is True
        if allowed and not isinstance(text, str):
            raise BrandError("voice/prompts.toml: field 'vision.rules': a text is expected")
        operators = brand.operators.get("operator", [])
        rows = operators if isinstance(operators, Sequence) else []
        limits = brand.tariff.get("limits", {})
        most = limits.get("maximum", 0) if isinstance(limits, Mapping) else 0
        return cls(
            brand=brand.slug,
            allowed=allowed,
            words=str(text or "").strip(),
            whole={str(one["name"]): tuple(map(re.compile, one.get("ids", ()))) for one in rows},
            received=tuple(re.compile(form, re.IGNORECASE) for one in rows for form in one.get("receiving", ())),
            most=int(most),
        )

    def schema(self) -> Mapping[str, Any]:
        """What an answer must be, for servers that keep to a schema."""
        names = {"type": ["string", "null"], "enum": [*self.whole, None]}
        facts: dict[str, Any] = dict.fromkeys(FACTS, TEXT) | {"amount_fcfa": {"type": ["integer", "null"]}}
        facts |= dict.fromkeys(("operator", "from_operator", "to_operator"), names)
        return {"type": "object", "properties": facts, "required": [*facts], "additionalProperties": False}

    def checked(self, answer: str) -> tuple[Entity, ...]:
        """The facts of an answer that have the form of what they are said to be; nothing else is kept."""
        try:
            told = json.loads(answer)
        except ValueError:
            return ()
        if not isinstance(told, Mapping):
            return ()
        ours = _reference(told.get("easytransfert_id"))
        signed = self._operator(told.get("operator"))
        found: list[Entity | None] = [_entity("easytransfert_id", ours)]
        if ours is None:
            identifier, owner = self._identifier(told.get("operator_tx_id"), signed)
            arrived = self._arrived(told.get("received_ref"))
            found += [_entity("operator_tx_id", identifier, owner), _entity("other_ref", arrived)]
            found += [_entity("from_operator", owner or signed if arrived is None else None)]
        else:  # another's receipt shows what was debited, fees and all: that is never the amount sent
            found += [_entity(name, self._operator(told.get(name))) for name in ("from_operator", "to_operator")]
            found += [_entity("amount_fcfa", self._amount(told.get("amount_fcfa")))]
        found.append(_entity("date", _day(told.get("date"))))
        return tuple(one for one in found if one is not None)

    def _operator(self, told: object) -> str | None:
        return told if isinstance(told, str) and told in self.whole else None

    def _identifier(self, told: object, signed: str | None) -> tuple[str | None, str | None]:
        """An identifier that is one by the form of its operator, and that operator."""
        if not isinstance(told, str) or find_phones(told):
            return None, None
        written = find_operator_ids(told.strip())
        if len(written) != 1 or written[0].kind == "received" or written[0].end - written[0].start != len(told.strip()):
            return None, None
        one = written[0]
        owner = one.operator or signed
        fits = owner is not None and any(form.fullmatch(one.value) for form in self.whole.get(owner, ()))
        return (one.value, owner) if fits else (None, None)

    def _arrived(self, told: object) -> str | None:
        plain = told.strip() if isinstance(told, str) else ""
        return plain if any(form.fullmatch(plain) for form in self.received) else None

    def _amount(self, told: object) -> int | None:
        return told if type(told) is int and 0 < told <= self.most else None


def see(
    lines: Iterable[Line],
    picture: bytes,
    content_type: str,
    sight: Sight,
    *,
    seconds: float,
    books: Books = NO_BOOKS,
) -> tuple[Entity, ...]:
    """The facts a model sees in a picture, none of them certain; () where the brand does not allow it to be sent.

    Raises VoiceFault where no line answered within ``seconds``.
    """
    if not sight.allowed:
        return ()
    url = f"data:{content_type};base64,{base64.b64encode(picture).decode()}"
    image = {"type": "image_url", "image_url": {"url": url, "detail": "high"}}
    messages: list[Mapping[str, Any]] = [
        {"role": "system", "content": sight.words},
        {"role": "user", "content": [image]},
    ]
    answer = first_answer(
        lines,
        lambda line: line.complete(
            messages,
            temperature=TEMPERATURE,
            max_tokens=MAX_TOKENS,
            deadline=line.ticks() + seconds / TRIES,
            schema=sight.schema(),
        ),
        Brief((), brand=sight.brand, need="analysis"),
        RESERVATION,
        books,
    )
    return sight.checked(answer)


def _entity(kind: str, value: str | int | None, role: str | None = None) -> Entity | None:
    return None if value is None else Entity(kind, value, (0, 0), UNSURE, role)


def _reference(told: object) -> str | None:
    """EasyTransfert's reference, if it is whole and nothing else stands beside it."""
    plain = told.strip() if isinstance(told, str) else ""
    for one in find_references(plain):
        digits = one.value.removeprefix("EFB.")
        if one.marked and (one.start, one.end) == (0, len(plain)) and len(digits) == USUAL_LENGTH and digits.isdigit():
            return one.value
    return None


def _day(told: object) -> str | None:
    try:
        return date.fromisoformat(told).isoformat() if isinstance(told, str) else None
    except ValueError:
        return None
