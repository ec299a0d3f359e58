"""The periodic job that keeps the index behind the conversations by seconds, one worker at a time."""

from __future__ import annotations

import time

from support import redis_client
from support.search import index

TAKEN = "akwaba:search:filling"
LONGEST_SECONDS = 20.0  # of one job: a backlog of months is taken in bites, between which other housekeeping gets in
TAKEN_SECONDS = 60  # a worker killed in the middle holds the others up for no longer


def catch_up(seconds: float = LONGEST_SECONDS) -> int:
    """Index until nothing is due or ``seconds`` are over; returns how many conversations. A second worker goes home.

    The key is for thrift alone: what two workers write at once is right as well.
    """
    redis = redis_client.connection()
    if not redis.set(TAKEN, 1, nx=True, ex=TAKEN_SECONDS):
        return 0
    done, until = 0, time.monotonic() + seconds
    try:
        while time.monotonic() < until and (brought := index.index_due()):
            done += brought
    finally:
        redis.delete(TAKEN)
    return done
