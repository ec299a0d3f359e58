"""What ``understand --explain`` shows of words and facts: lexicon rows and recognisers, never a secret."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.reasons import Change
from chatbot.types import Entity

NO_RULE = "no rule"
NO_ROW = "spelling, grammar or numbers"
MASK = "****"
# The module of chatbot/understand that finds each kind of fact.
RECOGNISERS = {
    "easytransfert_id": "identifiers",
    "operator_tx_id": "identifiers",
    "other_ref": "identifiers",
    "msisdn": "identifiers",
    "cotisation_code": "identifiers",
    "secret": "secrets",
    "amount_fcfa": "amounts",
    "time_elapsed": "durations",
    "from_operator": "operators",
    "to_operator": "operators",
    "refund_to_operator": "operators",
}


def facts_and_words(text: str, masked: str, entities: Sequence[Entity], changes: Sequence[Change]) -> dict[str, object]:
    """``entities``: who found each and in which words; ``words``: which rows changed which words.

    ``masked`` is the text without its secrets: words that are not in it are not shown.
    """
    return {
        "entities": [_fact(text, masked, entity) for entity in entities],
        "words": [_word(change) for change in changes if change.written in masked],
    }


def _fact(text: str, masked: str, entity: Entity) -> dict[str, object]:
    written = text[entity.span[0] : entity.span[1]]
    return {
        "type": entity.type,
        "recogniser": RECOGNISERS.get(entity.type, entity.type),
        "written": written if written in masked and entity.type != "secret" else MASK,
        "role": entity.role,
        "confidence": entity.confidence,
    }


def _word(change: Change) -> dict[str, object]:
    rows = [
        {"row": row.place, "form": row.form, "standard": row.standard, **({"when": row.when} if row.when else {})}
        for row in change.rows
    ]
    written = {"span": list(change.span), "written": change.written, "became": change.became}
    return {**written, "rows": rows} if rows else {**written, "rule": NO_ROW}
