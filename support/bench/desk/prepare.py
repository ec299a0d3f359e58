"""Run within a stack's own environment: ``python -m support.bench.desk.prepare '{…}'`` fills, signs in, counts, tells.

Prints one JSON object: what the benchmark needs to look at the console from outside.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import django


def main(order: dict[str, Any]) -> dict[str, Any]:
    """``conversations`` to have; ``index``: how many of them by the real indexing, timed; ``agents``, ``each``, …

    ``month``: so many in a month for the reports, instead of all that.
    """
    from support.bench.desk import counting, fill, month, people

    if conversations := order.get("month"):
        return month.invent(conversations)
    made: dict[str, Any] = {"stored": _stored()} if order.get("stored") else {}
    if by_indexing := order.get("index", 0):
        fill.write(by_indexing)
        made["indexed_per_second"] = _index_all(by_indexing)
    fill.fill(order["conversations"])
    agents = people.agents(order.get("agents", 1))
    made["sessions"] = [people.session(agent) for agent in agents]
    if order.get("live"):
        live = fill.open_for(agents, order["each"], order["waiting"])
        made["cases"] = [str(conversation.id) for conversation in live]
        made["numbers"] = [conversation.identity.value for conversation in live]
    if query := order.get("query"):
        made["queries"] = counting.queries(made["sessions"][0], query)
    return made


def _stored() -> dict[str, float]:
    """When each marked message of a customer was stored, as {word: seconds since 1970}."""
    from support.bench.desk.outside import MARKER
    from support.models import Author, Message

    rows = Message.objects.filter(author=Author.CUSTOMER).values_list("text", "stored_at")
    return {word: stored_at.timestamp() for text, stored_at in rows.iterator() for word in MARKER.findall(text)}


def _index_all(count: int) -> float:
    from support.bench.desk import fill

    began = time.perf_counter()
    fill.index_all()
    return count / (time.perf_counter() - began)


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
