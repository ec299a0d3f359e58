"""What happens in one invented conversation, decided before a row of it is made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from support.demo_desk import draws
from support.models import Channel, Priority, Reason

URGENT = {Reason.WRONG_RECIPIENT: Priority.URGENT, Reason.ANGER: Priority.HIGH, Reason.REPEATED_REFUND: Priority.HIGH}


@dataclass(frozen=True, slots=True)
class Story:
    """One conversation: who wrote when about what, and whether a person was needed. ``kind`` is empty for a question.

    ``stays_open``: the case waits or is worked on now, whatever the draw of durations says.
    """

    index: int
    at: datetime
    channel: Channel
    kind: str
    from_operator: str
    to_operator: str
    amount: int | None
    reason: Reason | None
    error: str = ""
    opening: str = ""
    stays_open: bool = False
    waits: bool = False


def stories(count: int, rng: Random, now: datetime) -> list[Story]:
    """``count`` of them, oldest first: the month, the cases open now and the incident nobody has declared yet."""
    hit, open_now = max(10, min(40, count // 12)), max(4, min(25, count // 8))
    told = [_ordinary(rng, draws.moment(rng, now)) for _ in range(max(0, count - hit - open_now))]
    told += [_open(rng, now, place) for place in range(open_now)]
    told += [_of_the_incident(rng, now, place) for place in range(hit)]
    told.sort(key=lambda story: story.at)
    return [replace(story, index=index) for index, story in enumerate(told[-count:])]


def _ordinary(rng: Random, at: datetime, kind: str | None = None) -> Story:
    told = draws.facts()
    kinds = [[name, each["weight"]] for name, each in told["kinds"].items()]
    if kind is None:
        kind = str(draws.weighted(rng, [*kinds, ["", told["questions"]["weight"]]]))
    source = told["kinds"][kind] if kind else told["questions"]
    sender, receiver = draws.weighted(rng, told["pairs"])
    needed = rng.random() < source["escalated"]
    return Story(
        index=0,
        at=at,
        channel=Channel.WHATSAPP if rng.random() < told["whatsapp_share"] else Channel.WEB,
        kind=kind,
        from_operator="" if kind == "cotisation_withdrawal" else sender,
        to_operator="" if kind == "overcharged" else receiver,
        amount=None if rng.random() < told["amount_unknown_share"] else draws.amount(rng),
        reason=_reason(rng, source["reason"]) if needed else None,
        opening=rng.choice(source["openings"]),
    )


def _reason(rng: Random, usual: str) -> Reason:
    return Reason(usual) if rng.random() < 0.65 else rng.choice([Reason.HUMAN_REQUEST, Reason.ANGER, Reason.DEAD_LOOP])


def _open(rng: Random, now: datetime, place: int) -> Story:
    """A case of now; the first ones are urgent and fall due within minutes."""
    if place < 4:
        story = _ordinary(rng, now - timedelta(minutes=rng.uniform(3.5, 6.5)), Reason.WRONG_RECIPIENT)
        return replace(story, reason=Reason.WRONG_RECIPIENT, stays_open=True, waits=True)
    story = _ordinary(rng, now - timedelta(minutes=rng.uniform(8, 150)))
    reason = story.reason or Reason.HUMAN_REQUEST
    return replace(story, reason=reason, stays_open=True, waits=place % 3 != 2)


def _of_the_incident(rng: Random, now: datetime, place: int) -> Story:
    """Denser towards now, as a failure that spreads."""
    trouble = draws.facts()["incident"]
    ago = trouble["hours"] * 60 * rng.random() ** 1.6
    return replace(
        _ordinary(rng, now - timedelta(minutes=max(4.0, ago))),
        kind=trouble["kind"],
        from_operator=trouble["pair"][0],
        to_operator=trouble["pair"][1],
        error=trouble["error"],
        opening=rng.choice(trouble["openings"]),
        reason=Reason.HUMAN_REQUEST if place % 6 == 0 else None,
        stays_open=place % 6 == 0,
        waits=True,
    )


def priority_of(story: Story, rng: Random) -> Priority:
    """How urgent the person is wanted."""
    if story.reason in URGENT:
        return URGENT[story.reason]
    return Priority.LOW if not story.kind and rng.random() < 0.5 else Priority.NORMAL
