"""Makes a hundred thousand conversations of a thousand within PostgreSQL, in a minute instead of an hour.

A copy has the words of its original under ids of its own; what only one conversation has (a reference, a number) gets
a digest of its own as well, so that a common word is as common as among the originals, and a rare one stays rare.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, models

from support.models import Conversation, Customer, Escalation, Identity, Message, SearchToken

APART = 1_000_000  # between the identity numbers of two copies; those written one by one are below it
OWN = "md5({}::text || k)::uuid"  # an id of the copy ``k``
OTHER = "CASE WHEN t.token IN (SELECT token FROM only_once) THEN hashtextextended(t.token::text, k) ELSE t.token END"
AGE = "{} - k * interval '3 days'"  # copies are older than their originals
_CONVERSATION = {"conversation_id": OWN.format("t.conversation_id")}


def multiply(written: int, upto: int) -> None:
    """From ``written`` conversations, or as many copies as there are, to ``upto``. Needs PostgreSQL."""
    first, last = max(1, Conversation.objects.count() // written), upto // written - 1
    if last < first:
        return
    _copy(Customer, {"id": OWN.format("t.id")}, first, last)
    _copy(Identity, {
        "id": f"t.id + k * {APART}", "customer_id": OWN.format("t.customer_id"),
        "value_index": "md5(t.value_index || k)",
    }, first, last)  # fmt: skip
    _copy(Conversation, {
        "id": OWN.format("t.id"), "customer_id": OWN.format("t.customer_id"),
        "identity_id": f"t.identity_id + k * {APART}", "inbound_at": AGE.format("t.inbound_at"),
    }, first, last)  # fmt: skip
    _copy(Message, {
        **_CONVERSATION, "id": OWN.format("t.id"), "external_id": "t.external_id || k", "at": AGE.format("t.at"),
    }, first, last)  # fmt: skip
    _copy(Escalation, {**_CONVERSATION, "id": OWN.format("t.id")}, first, last)
    _copy(SearchToken, {
        **_CONVERSATION, "id": "nextval(pg_get_serial_sequence('support_searchtoken', 'id'))", "at": AGE.format("t.at"),
        "token": OTHER,
    }, first, last)  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _copy(model: type[models.Model], own: Mapping[str, str], first: int, last: int) -> None:
    """Copies number ``first`` to ``last`` of every row that belongs to what was written one by one."""
    about = model._meta  # noqa: SLF001  public in all but name
    table, columns = about.db_table, [field.column or "" for field in about.concrete_fields]
    values = ", ".join(own.get(column, f"t.{column}") for column in columns)
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(f"""
            WITH written AS MATERIALIZED (
                SELECT c.id AS conversation, c.customer_id AS customer, c.identity_id AS identity
                FROM support_conversation c WHERE c.identity_id < {APART}
            ), only_once AS MATERIALIZED (
                SELECT s.token FROM support_searchtoken s JOIN written w ON w.conversation = s.conversation_id
                GROUP BY s.token HAVING count(*) = 1
            )
            INSERT INTO {table} ({names})
            SELECT {values} FROM {table} t CROSS JOIN generate_series({first}, {last}) AS k
            WHERE {_WRITTEN[model]}
        """)  # noqa: S608  the names are our models'


_WRITTEN: Mapping[type[models.Model], str] = {
    Customer: "t.id IN (SELECT customer FROM written)",
    Identity: f"t.id < {APART}",
    Conversation: f"t.identity_id < {APART}",
    Message: "t.conversation_id IN (SELECT conversation FROM written)",
    Escalation: "t.conversation_id IN (SELECT conversation FROM written)",
    SearchToken: "t.conversation_id IN (SELECT conversation FROM written)",
}
