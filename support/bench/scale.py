"""How much of everything a benchmark does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Counts and times, chosen so that the whole bench stays under eight minutes on two cores."""

    rounds: int = 5  # of ours and of the twin, one after the other, so that a slow minute hits both
    posts: int = 500  # a round
    senders: int = 400
    paced_seconds: int = 10
    open_conversations: tuple[int, ...] = (1, 100, 1_000)
    busy_seconds: float = 3.0  # a round
    streams: int = 200
    stream_words: int = 240
    stream_starts_within: float = 4.0  # seconds; the first still speaks long after the last began
    ordered_conversations: int = 20
    ordered_messages: int = 10  # in each
    burst: int = 5
    sockets: tuple[int, ...] = (1_000, 5_000, 10_000)
    settle_seconds: float = 3.0  # longer than the web process looks for missed messages
    turns: int = 2_000
    messages: int = 0  # of each exam of understanding; 0 for all
    pictures: int = 70
    customers: int = 2_000  # simulated
    replies: int = 5_000  # of the shipped voice, to held-out plans
    remote_calls: int = 10_000
    experiments: int = 1_000  # simulated
    filed: tuple[int, ...] = (1_000, 10_000, 100_000)  # conversations in the database behind the console
    looks: int = 20  # at the queue, at each of these sizes; ten searches for each look
    month: int = 12_500  # conversations of thirty days behind the reports: 147,000 messages
    agents: int = 50  # with a page of the console open
    live: int = 500  # conversations in which customers write meanwhile
    live_seconds: int = 30


FULL = Scale()
SMALLEST = Scale(
    rounds=1,
    posts=20,
    senders=5,
    paced_seconds=1,
    open_conversations=(1, 3),
    busy_seconds=0.5,
    streams=3,
    stream_words=12,
    stream_starts_within=0.1,
    ordered_conversations=2,
    ordered_messages=3,
    burst=3,
    sockets=(5,),
    settle_seconds=0.2,
    turns=12,
    messages=80,
    pictures=2,
    customers=2,
    replies=8,
    remote_calls=40,
    experiments=5,
    filed=(60,),
    looks=1,
    month=40,
    agents=3,
    live=8,
    live_seconds=1,
)
