"""What was said in a scope and how fast it was answered, counted in the database.

A month is a hundred thousand messages: read one by one they cost seconds, so only sums and waits leave the database.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count

from support.insight.desk import scope as scopes
from support.insight.desk.instants import MICROS, QUARTER, Micros, Quarter, instant
from support.insight.desk.scope import Scope
from support.models import Author

_PAIRS = {
    "postgresql": "json_agg(json_build_array(asked, at))::text",
    "sqlite": "json_group_array(json_array(asked, at))",
}
# An answer is the first reply after a message of the customer; it is held against the first message of the burst.
# Whoever wrote the message before tells where bursts begin and answers stand ("edges"); the edge before an answer is
# the beginning of its burst. Agents' answers keep their conversation, the assistant's need only their sum. What the
# assistant says of its own accord (news of a claim, of an incident, the question after a resolution) is no answer, but
# ends a burst: nobody waits from a "merci" of last week.
_ANSWERS = """
WITH said AS ({messages}),
turns AS (
    SELECT *, COALESCE(LAG(author) OVER (PARTITION BY conversation_id ORDER BY seq), '') AS before FROM said
),
edges AS (
    SELECT *, LAG(at) OVER (PARTITION BY conversation_id ORDER BY seq) AS asked
    FROM turns WHERE (author = 'customer') <> (before = 'customer')
),
answers AS (
    SELECT author, agent_id, transport, asked, at, asked / {quarter} AS slot,
           CASE WHEN author = 'agent' THEN conversation_id END AS conversation
    FROM edges WHERE author = 'agent' OR author = 'bot' AND client_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM support_claimevent news WHERE news.message_id = edges.id)
        AND NOT EXISTS (SELECT 1 FROM support_satisfaction asking WHERE asking.question_id = edges.id)
)
SELECT author, agent_id, conversation, transport, slot, {pairs}
FROM answers GROUP BY author, agent_id, conversation, transport, slot
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """An agent's answer to the customer, and the oldest message of theirs that had none."""

    agent: int | None
    conversation: uuid.UUID
    asked_at: datetime
    at: datetime

    @property
    def seconds(self) -> float:
        """How long the customer waited."""
        return (self.at - self.asked_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Said:
    """``written``: messages by author and quarter of an hour (see ``instants``). ``wrote``: conversations in which a
    customer did. ``waits``: seconds for the assistant, by channel and the quarter in which the customer asked.
    """

    written: Mapping[tuple[str, int], int]
    wrote: frozenset[uuid.UUID]
    waits: Mapping[tuple[str, int], Sequence[float]]
    replies: Sequence[Reply]


def said(scope: Scope) -> Said:
    """Three queries."""
    rows = scopes.messages(scope)
    counted = rows.annotate(slot=Quarter("stored_at")).values_list("author", "slot").annotate(n=Count("id"))
    wrote = rows.filter(author=Author.CUSTOMER).values_list("conversation_id", flat=True).distinct()
    waits: dict[tuple[str, int], list[float]] = defaultdict(list)
    replies: list[Reply] = []
    for author, agent, conversation, channel, slot, pairs in _answers(scope):
        if author == Author.BOT:
            waits[channel, slot].extend((at - asked) / MICROS for asked, at in pairs)
        else:
            whose = uuid.UUID(str(conversation))
            replies.extend(Reply(agent, whose, instant(asked), instant(at)) for asked, at in pairs)
    written = {(author, slot): n for author, slot, n in counted}
    return Said(written, frozenset(wrote), waits, sorted(replies, key=lambda reply: reply.at))


def _answers(scope: Scope) -> Iterator[tuple[Any, ...]]:
    """Author, agent, conversation (of agents), channel, quarter of the question, pairs of question and answer."""
    rows = scopes.messages(scope).filter(author__in=[Author.CUSTOMER, Author.BOT, Author.AGENT])
    columns = ("id", "client_id", "conversation_id", "seq", "author", "agent_id", "transport")
    messages, params = rows.values(*columns).annotate(at=Micros("at")).query.sql_with_params()
    query = _ANSWERS.format(messages=messages, quarter=QUARTER, pairs=_PAIRS[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        for *group, pairs in cursor.fetchall():
            yield *group, json.loads(pairs)
