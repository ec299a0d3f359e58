"""Each figure of the reports is what counting every row by hand gives."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from support.insight.desk import facts as reading
from support.insight.desk import figures, francs, measures, promises
from support.insight.desk import scope as scopes
from support.insight.desk.instants import Micros, Quarter, instant, start
from support.insight.desk.measures import Scores, Share, Spread
from support.models import Author, Claim, ClaimEvent, Delivery, Escalation, Message, Stint
from tests.support.reports.naive import House, Numbers, spread

PERIODS = {"today": 1, "7": 7, "30": 30}


def same(found: Spread, counted: Numbers) -> None:
    assert dataclasses.astuple(found) == pytest.approx(counted)
    assert found.count == counted[0]


@pytest.mark.parametrize("period", PERIODS)
def test_volume_times_and_quality(desk: datetime, period: str) -> None:
    scope = scopes.read({"period": period}, desk)
    house, facts = House(scope.since, scope.until, desk), reading.gather(scope)
    assert scope.until - scope.since == timedelta(days=PERIODS[period])

    volume = figures.volume(facts)
    assert volume.conversations == len(house.conversations()) > 0
    assert volume.cases == len(house.cases) > 0
    assert volume.alone == Share(house.alone(), len(house.conversations()))
    written = (volume.customer_messages, volume.bot_messages, volume.agent_messages)
    assert written == tuple(house.written_by(author) for author in ("customer", "bot", "agent"))
    for channel in ("", "web", "whatsapp"):
        same(figures.assistant(facts, channel), house.assistant(channel))
    check_work(figures.work(facts, desk), house, house.cases, [seconds for _, _, seconds in house.next_replies()])


def check_work(work: figures.Work, house: House, cases: list[Escalation], next_replies: list[float]) -> None:
    assert (work.cases, work.taken) == (len(cases), len([case for case in cases if case.taken_at]))
    assert work.closed == len([case for case in cases if case.status == "resolved"])
    same(work.first_reply, spread(c.first_replied_at - c.opened_at for c in cases if c.first_replied_at))
    same(
        work.after_taking,
        spread(c.first_replied_at - c.taken_at for c in cases if c.first_replied_at and c.taken_at),
    )
    same(work.next_reply, spread(next_replies))
    same(work.resolution, spread(c.closed_at - c.opened_at for c in cases if c.closed_at))
    waits = [house.passed(case, waiting=True) for case in cases]
    same(work.queue, spread(sum(each.values()) for each in waits if each))
    same(work.handling, spread(sum(held.values()) for c in cases if (held := house.passed(c, waiting=False))))
    assert work.reopened == Share(len([c for c in cases if c.reopened]), len(cases))
    kept = [c for c in cases if c.first_replied_at and c.first_replied_at <= c.due_at]
    missed = [c for c in cases if (c.first_replied_at or house.now) > c.due_at]
    assert work.first_kept == Share(len(kept), len(kept) + len(missed))
    promised = [c for c in cases if c.resolve_due_at]
    in_time = [c for c in promised if c.closed_at and c.closed_at <= c.resolve_due_at]
    too_late = [c for c in promised if (c.closed_at or house.now) > c.resolve_due_at]
    assert work.resolution_kept == Share(len(in_time), len(in_time) + len(too_late))
    check_scores(work.satisfaction, cases)


def check_scores(found: Scores, cases: list[Escalation]) -> None:
    asked = [case.satisfaction for case in cases if hasattr(case, "satisfaction")]
    given = sorted(each.score for each in asked if each.score)
    assert (found.asked, found.count) == (len(asked), len(given))
    assert found.counts == tuple(given.count(mark) for mark in (1, 2, 3, 4, 5))
    if given:
        assert found.mean == pytest.approx(sum(given) / len(given))
        assert found.median == (given[(len(given) - 1) // 2] + given[len(given) // 2]) / 2


KEYS = {
    "kind": lambda case: case.kind,
    "conversation__channel": lambda case: case.conversation.channel,
    "pair": lambda case: (case.from_operator, case.to_operator),
}


@pytest.mark.parametrize("name", KEYS)
def test_groups_of_cases(desk: datetime, name: str) -> None:
    scope = scopes.read({"period": "30"}, desk)
    house, facts = House(scope.since, scope.until, desk), reading.gather(scope)
    own = {"kind": lambda c: c.kind, "conversation__channel": lambda c: c.channel}
    groups = figures.grouped(facts, desk, own.get(name, lambda c: (c.from_operator, c.to_operator)))
    assert sum(group.work.cases for group in groups) == len(house.cases)
    for group in groups:
        cases = [case for case in house.cases if KEYS[name](case) == group.key]
        ids = {case.id for case in cases}
        check_work(group.work, house, cases, [sec for case, _, sec in house.next_replies() if case.id in ids])


def test_each_agents_own(desk: datetime) -> None:
    scope = scopes.read({"period": "30"}, desk)
    house, facts = House(scope.since, scope.until, desk), reading.gather(scope)
    groups = {group.key: group.work for group in figures.by_agent(facts, desk)}
    assert {User.objects.get(pk=key).username for key in groups if key} == {"awa", "koffi", "aya"}
    for agent, work in groups.items():
        cases = [case for case in house.cases if case.assignee_id == agent]
        assert work.cases == len(cases)
        same(work.first_reply, spread(c.first_replied_at - c.opened_at for c in cases if c.first_replied_at))
        same(work.next_reply, spread(sec for _, reply, sec in house.next_replies() if reply.agent_id == agent))
        held = [house.passed(case, waiting=False) for case in house.cases]
        same(work.handling, spread(each[agent] for each in held if agent in each))


@pytest.mark.parametrize(
    "slot", [lambda at: timezone.localtime(at).hour, lambda at: timezone.localtime(at).weekday()], ids=["hour", "day"]
)
def test_parts_of_time(desk: datetime, slot: Any) -> None:
    scope = scopes.read({"period": "30"}, desk)
    house, facts = House(scope.since, scope.until, desk), reading.gather(scope)
    for part in figures.by_instant(facts, slot, range(24)):
        cases = [case for case in house.cases if slot(case.opened_at) == part.key]
        wrote = [each for each in house.messages if each.author == "customer" and slot(each.stored_at) == part.key]
        assert (part.messages, part.cases) == (len(wrote), len(cases))
        same(part.first_reply, spread(c.first_replied_at - c.opened_at for c in cases if c.first_replied_at))
        answered = [(asked, reply) for asked, reply in house.answers("bot") if slot(asked.at) == part.key]
        same(part.assistant, spread(reply.at - asked.at for asked, reply in answered))


@pytest.mark.parametrize(
    "asked",
    [{"channel": "web"}, {"kind": "wrong_recipient"}, {"pair": "Orange>Wave"}, {"agent": "awa"}, {"brand": "other"}],
    ids=["channel", "kind", "pair", "agent", "another brand"],
)
def test_filters(desk: datetime, asked: Mapping[str, str]) -> None:
    asked = {
        name: str(User.objects.get(username=value).pk) if name == "agent" else value for name, value in asked.items()
    }
    scope = scopes.read({"period": "30", **asked}, desk)
    house, facts = House(scope.since, scope.until, desk), reading.gather(scope)

    def fits(row: Any) -> bool:
        return (
            row.conversation.channel == asked.get("channel", row.conversation.channel)
            and row.conversation.brand == asked.get("brand", row.conversation.brand)
            and row.kind == asked.get("kind", row.kind)
            and f"{row.from_operator}>{row.to_operator}" == asked.get("pair", f"{row.from_operator}>{row.to_operator}")
        )

    cases = [case for case in house.cases if fits(case) and asked.get("agent") in (None, str(case.assignee_id))]
    assert {case.id for case in facts.cases} == {case.id for case in cases}
    assert bool(cases) != ("brand" in asked)
    such = {case.conversation_id for case in cases}
    if "agent" not in asked:
        such |= {claim.conversation_id for claim in house.claims if fits(claim) and claim.filed_at >= scope.since}
    if not {"channel", "brand"} & set(asked):
        assert facts.said.wrote == such


def test_blocked_francs(desk: datetime) -> None:
    scope = scopes.read({}, desk)
    rows = francs.blocked(scope, desk)
    house = House(scope.since, scope.until, desk)
    waiting = [claim for claim in house.claims if claim.status in ("received", "processing", "waiting_customer")]
    assert francs.total(rows) == (
        sum(claim.amount_fcfa or 0 for claim in waiting),
        len(waiting),
        len([claim for claim in waiting if claim.amount_fcfa is None]),
    )
    hours = {
        "under_24_hours": (-1, 24),
        "24_to_48_hours": (24, 48),
        "2_to_7_days": (48, 168),
        "over_7_days": (168, 9**9),
    }
    for row in rows:
        low, high = hours[row.age]
        own = [
            claim
            for claim in waiting
            if (claim.from_operator, claim.to_operator) == (row.from_operator, row.to_operator)
            and low < (desk - claim.filed_at).total_seconds() / 3600 <= high
        ]
        assert (row.claims, row.francs) == (len(own), sum(claim.amount_fcfa or 0 for claim in own))
        assert row.waiting_customer == len([claim for claim in own if claim.status == "waiting_customer"])


def test_promises(desk: datetime) -> None:
    scope = scopes.read({"period": "30"}, desk)
    house, found = House(scope.since, scope.until, desk), promises.board(scope, desk)
    taken = [case for case in house.cases if case.taken_at]
    assert found.taken == Share(len(taken), len(house.cases))
    same(found.time_to_take, spread(case.taken_at - case.opened_at for case in taken if case.taken_at))
    assert found.untaken.count == len([c for c in house.cases if not c.taken_at and not c.closed_at]) > 0
    assert found.never_taken.count == 0
    assert found.over_people.count == 0, "the assistant of the demonstration keeps quiet"
    news = [event for event in house.events if event.told and event.recorded_at and event.recorded_at >= scope.since]
    assert dict(found.news_by_state) == {
        state: len([e for e in news if e.told == state]) for state in {e.told for e in news}
    }
    assert found.told.part == len([event for event in news if event.told in ("told", "by_agent")])
    assert found.failed.count == len([message for message in house.messages if message.delivery == "failed"])
    assert found.asked_again.count == _asked_again(house)


def _asked_again(house: House) -> int:
    count = 0
    for claim in house.claims:
        for trace in claim.conversation.traces.filter(at__lte=claim.filed_at):
            slots = [act.removeprefix("ask.") for act in trace.acts if act.startswith("ask.")]
            count += sum(
                1 for s in slots if s in claim.slots and datetime.fromisoformat(claim.slots[s]["at"]) < trace.at
            )
    return count


def test_broken_promises_are_found_with_their_cases(desk: datetime) -> None:
    held = Stint.objects.filter(waiting=False, ended_at__isnull=False).select_related("escalation").first()
    assert held
    conversation = held.escalation.conversation
    said = {
        "conversation": conversation,
        "transport": conversation.channel,
        "text": "x",
        "at": held.began_at + timedelta(seconds=1),
    }
    states = [Delivery.SENT, Delivery.CANCELLED, Delivery.HELD, Delivery.UNKNOWN]
    for place, state in enumerate(states):
        Message.objects.create(author=Author.BOT, seq=900 + place, delivery=state, **said)
    Escalation.objects.filter(pk=held.escalation_id).update(taken_at=None)
    event = ClaimEvent.objects.filter(name="status").first()
    assert event
    ClaimEvent.objects.filter(pk=event.pk).update(told="due", recorded_at=desk - timedelta(minutes=16))

    found = promises.board(scopes.read({"period": "30"}, desk), desk)
    assert found.over_people.count == len(states) - 1, "what was cancelled was never said"
    assert {each.conversation for each in found.over_people.newest} == {conversation.id}
    assert (found.held.count, found.unknown.count, found.never_taken.count) == (1, 1, 1)
    assert [each.what for each in found.news_late.newest] == [event.claim.number]


@pytest.mark.parametrize(
    ("values", "share", "between"), [([1, 2, 3, 4], 0.5, 2.5), ([7], 0.95, 7), ([0, 10], 0.9, 9), ([1, 2, 3], 0.5, 2)]
)
def test_a_percentile_lies_between_its_neighbours(values: list[float], share: float, between: float) -> None:
    assert measures.percentile(values, share) == pytest.approx(between)


def test_fewer_than_five_are_too_few() -> None:
    assert measures.spread([1.0] * 4).few
    assert not measures.spread([1.0] * 5).few
    assert Share(4, 4).few


def test_bursts_news_and_odd_instants_are_counted_as_by_hand(desk: datetime) -> None:
    """What the database now works out itself: where a burst begins, who answered it, and the last microsecond."""
    conversation = Message.objects.filter(author=Author.CUSTOMER, transport="web").latest("at").conversation
    agent = User.objects.get(username="awa")
    began = desk.replace(microsecond=999_700) - timedelta(seconds=30)
    spoken = [
        (Author.BOT, 0), (Author.CUSTOMER, 1), (Author.SYSTEM, 2), (Author.CUSTOMER, 0.5), (Author.BOT, 3),
        (Author.BOT, 4), (Author.CUSTOMER, 5), (Author.AGENT, 9), (Author.CUSTOMER, 20), (Author.BOT, 19),
        (Author.CUSTOMER, 21), (Author.BOT, 29),
    ]  # fmt: skip
    for place, (author, seconds) in enumerate(spoken):
        last = Message.objects.create(
            conversation=conversation, seq=900 + place, author=author, transport="web", text="x",
            agent=agent if author == Author.AGENT else None, at=began + timedelta(seconds=seconds),
            delivery=Delivery.SENT,
        )  # fmt: skip
    answered = reading.gather(scope := scopes.read({"period": "today"}, desk)).said.waits
    ClaimEvent.objects.create(claim=Claim.objects.all()[0], name="status", at=desk, recorded_at=desk, message=last)
    house, facts = House(scope.since, scope.until, desk), reading.gather(scope)
    assert sum(map(len, answered.values())) - sum(map(len, facts.said.waits.values())) == 1, "news answers nobody"
    for channel in ("", "web", "whatsapp"):
        count, *rest = house.assistant(channel)
        found = dataclasses.astuple(figures.assistant(facts, channel))
        assert found[0] == count
        assert found[1:] == pytest.approx(rest)
    by_hand = [(reply.conversation_id, reply.agent_id, asked.at, reply.at) for asked, reply in house.answers("agent")]
    replies = [(each.conversation, each.agent, each.asked_at, each.at) for each in facts.said.replies]
    assert sorted(replies, key=str) == sorted(by_hand, key=str)
    assert (conversation.id, agent.pk, began + timedelta(seconds=5), began + timedelta(seconds=9)) in replies


@pytest.mark.parametrize("micros", [0, 1, 999_499, 999_500, 999_999])
def test_an_instant_comes_back_to_the_microsecond(desk: datetime, micros: int) -> None:
    at = desk.replace(microsecond=micros)
    Message.objects.filter(pk=Message.objects.all()[0].pk).update(at=at)
    found = Message.objects.filter(at=at).annotate(micros=Micros("at"), quarter=Quarter("at"))[0]
    assert instant(found.micros) == at
    assert start(found.quarter) <= at < start(found.quarter + 1)
