"""Questions for what a customer had given already, claim by claim: only questions and instants leave the database.

A claim's slots are encrypted, so that each has to be opened; twenty thousand take a second. They are read in pieces.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import TextField
from django.db.models.expressions import RawSQL

from support.insight.desk import scope as scopes
from support.insight.desk.scope import Scope

CHUNK = 1000
Repeated = tuple[uuid.UUID, datetime, str]
# The acts "ask.SLOT" and "again.SLOT" of the turns of a claim's conversation until it was filed, each with its instant.
_ASKS = """(
SELECT {listed} FROM support_turntrace turn, {acts}
WHERE turn.conversation_id = support_claim.conversation_id AND turn.at <= support_claim.filed_at
  AND ({act} LIKE 'ask.%%' OR {act} LIKE 'again.%%')
)"""
_WORDS = {
    "sqlite": {
        "listed": "CASE WHEN COUNT(*) THEN JSON_GROUP_ARRAY(JSON_ARRAY(act.value, turn.at)) END",
        "acts": "JSON_EACH(turn.acts) act",
        "act": "act.value",
    },
    "postgresql": {
        "listed": "JSON_AGG(JSON_BUILD_ARRAY(act, turn.at))::text",
        "acts": "JSONB_ARRAY_ELEMENTS_TEXT(turn.acts) act",
        "act": "act",
    },
}


def repeated(scope: Scope) -> Iterator[Repeated]:
    """Conversation, instant and slot of every such question about the claims filed in the scope. One query.

    Seen from what claims keep: a slot's newest value hides an older one, so corrected slots are not counted.
    """
    filed = scopes.claims(scope).filter(filed_at__gte=scope.since, filed_at__lt=scope.until)
    asked = filed.annotate(asks=RawSQL(_ASKS.format(**_WORDS[connection.vendor]), (), TextField()))  # noqa: S611
    claims = asked.filter(asks__isnull=False).values_list("conversation_id", "asks", "slots")
    for conversation, asks, slots in claims.iterator(chunk_size=CHUNK):
        for act, asked_at in json.loads(asks):
            slot = act.split(".")[1]
            at = _instant(asked_at)
            if _was_given(slots.get(slot), at):
                yield conversation, at, slot


def _was_given(slot: dict[str, Any] | None, at: datetime) -> bool:
    """Whether a claim had this slot of its before ``at``."""
    given = slot.get("at") if slot else None
    return bool(given) and _instant(str(given)) < at


def _instant(text: str) -> datetime:
    """SQLite's have no zone: they are of UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
