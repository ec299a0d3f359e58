"""The handoff card in French: what was known when a person was called, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from support.console import values, words
from support.models import Escalation


def lines(escalation: Escalation, *, whole_numbers: bool = False) -> list[dict[str, str]]:
    """Label and value of every line that has something to say; phone numbers masked unless ``whole_numbers``."""
    card, brand = escalation.card, escalation.conversation.brand
    return [{"label": label, "value": value} for label, value in _lines(card, brand, whole_numbers) if value]


def _lines(card: Mapping[str, Any], brand: str, whole_numbers: bool) -> Iterator[tuple[str, str]]:
    kind, known = card.get("kind", ""), card.get("known", {})
    amount = card.get("amount_fcfa")
    yield "En jeu", values.shown("amount_fcfa", amount) if amount else ""
    yield "Humeur", words.tables()["moods"].get(card.get("mood", ""), "")
    yield "Dossiers", ", ".join(card.get("claims", ()))
    yield (
        "Connu",
        "\n".join(
            f"{words.slot(brand, kind, name)} : {values.shown(name, value, whole_numbers=whole_numbers)}"
            for name, value in known.items()
        ),
    )
    yield "Manque", ", ".join(words.slot(brand, kind, name) for name in card.get("missing", ()))
    yield "Dernière demande", ", ".join(words.slot(brand, kind, name) for name in card.get("asked", ()))
