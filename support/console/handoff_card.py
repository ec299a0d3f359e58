"""The handoff card in French: what was known when a person was called, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from support.console import values, words
from support.models import Escalation

Facts = Mapping[str, Mapping[str, Any]]


def lines(escalation: Escalation, *, whole_numbers: bool = False, told: Sequence[Facts] = ()) -> list[dict[str, str]]:
    """Label and value of every line that has something to say; phone numbers masked unless ``whole_numbers``.

    ``told``: facts that stand beside the card, each with its source and its age; they are not said twice.
    """
    card, brand = escalation.card, escalation.conversation.brand
    known = {name: value for name, value in card.get("known", {}).items() if not _stands(name, value, told)}
    rows = _lines(card, known, brand, whole_numbers)
    return [{"label": label, "value": value} for label, value in rows if value]


def _stands(name: str, value: object, told: Sequence[Facts]) -> bool:
    return any(facts.get(name, {}).get("value") == value for facts in told)


def _lines(
    card: Mapping[str, Any], known: Mapping[str, Any], brand: str, whole_numbers: bool
) -> Iterator[tuple[str, str]]:
    kind = card.get("kind", "")
    amount = card.get("amount_fcfa")
    yield "En jeu", values.shown("amount_fcfa", amount) if amount else ""
    yield "Humeur", words.tables()["moods"].get(card.get("mood", ""), "")
    yield "Dossiers", ", ".join(card.get("claims", ()))
    yield "Connu", _known(known, brand, kind, whole_numbers)
    yield "Manque", ", ".join(words.slot(brand, kind, name) for name in card.get("missing", ()))
    yield "Dernière demande", ", ".join(words.slot(brand, kind, name) for name in card.get("asked", ()))


def _known(known: Mapping[str, Any], brand: str, kind: str, whole_numbers: bool) -> str:
    return "\n".join(
        f"{words.slot(brand, kind, name)} : {values.shown(name, value, whole_numbers=whole_numbers)}"
        for name, value in known.items()
    )
