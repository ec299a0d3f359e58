"""The index after INDEX_KEY changed: each conversation whose words are under another key is brought in anew.

No list of what is done is kept: every conversation is found by its own id, so one that has the token of its id under
today's key is done. Ending in the middle loses nothing, and beginning again goes on with the rest.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from support.models import Conversation, SearchToken
from support.search import index, words


def stale(batch: int = index.BATCH) -> Iterator[Sequence[uuid.UUID]]:
    """The conversations that are not found under today's key, the oldest first, ``batch`` looked at at once."""
    after = uuid.UUID(int=0)
    while ids := list(Conversation.objects.filter(id__gt=after).order_by("id").values_list("id", flat=True)[:batch]):
        after = ids[-1]
        own = {words.token(each.hex): each for each in ids}
        rows = SearchToken.objects.filter(conversation__in=ids, token__in=own)
        done = {conversation for conversation, token in rows.values_list("conversation_id", "token")
                if own[token] == conversation}  # fmt: skip
        if left := [each for each in ids if each not in done]:
            yield left


def renew() -> Iterator[int]:
    """Bring in what is stale, batch by batch; yields how many each time."""
    for ids in stale():
        yield index.index_anew(ids)
