"""The figures of all cases of a scope or of a group of them. People's time and the assistant's stay apart."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from support.insight.desk.facts import Case, Facts
from support.insight.desk.instants import start
from support.insight.desk.measures import Scores, Share, Spread, scores, spread
from support.models import Author


@dataclass(frozen=True, slots=True)
class Volume:
    """How much there was. ``alone``: conversations that needed no person, of all in which customers wrote."""

    conversations: int
    customer_messages: int
    bot_messages: int
    agent_messages: int
    cases: int
    alone: Share


@dataclass(frozen=True, slots=True)
class Work:
    """How people did with some cases. ``queue`` and ``handling`` are of passages that ended."""

    cases: int
    taken: int
    closed: int
    first_reply: Spread
    after_taking: Spread
    next_reply: Spread
    resolution: Spread
    queue: Spread
    handling: Spread
    reopened: Share
    first_kept: Share
    resolution_kept: Share
    satisfaction: Scores


@dataclass(frozen=True, slots=True)
class Group:
    """The work on the cases that have one thing in common; ``key`` is it."""

    key: Any
    work: Work


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of time: what customers wrote, the cases opened, and the waits for a person and for the assistant."""

    key: Any
    messages: int
    cases: int
    first_reply: Spread
    assistant: Spread


def volume(facts: Facts) -> Volume:
    """Counts of the scope."""
    counts: Counter[str] = Counter()
    for (author, _), written in facts.said.written.items():
        counts[author] += written
    wrote = facts.said.wrote
    return Volume(
        conversations=len(wrote),
        customer_messages=counts[Author.CUSTOMER],
        bot_messages=counts[Author.BOT],
        agent_messages=counts[Author.AGENT],
        cases=len(facts.cases),
        alone=Share(len(wrote - facts.with_people), len(wrote)),
    )


def assistant(facts: Facts, channel: str = "") -> Spread:
    """How long customers waited for the assistant, from the first message it had not answered."""
    of_channel = (waits for (name, _), waits in facts.said.waits.items() if not channel or name == channel)
    return spread(chain.from_iterable(of_channel))


def work(facts: Facts, now: datetime) -> Work:
    """People's work on all cases."""
    return _Desk(facts, now).work(facts.cases)


def grouped(facts: Facts, now: datetime, key: Callable[[Case], Any]) -> list[Group]:
    """The same for each value of ``key``, most cases first."""
    groups: dict[Any, list[Case]] = defaultdict(list)
    for case in facts.cases:
        groups[key(case)].append(case)
    desk = _Desk(facts, now)
    return _ordered(Group(each, desk.work(cases)) for each, cases in groups.items())


def by_agent(facts: Facts, now: datetime) -> list[Group]:
    """Each agent's own: a case is its last agent's; replies and handling time are theirs who wrote and held it."""
    groups: dict[int | None, list[Case]] = defaultdict(list)
    for case in facts.cases:
        groups[case.agent].append(case)
    desk = _Desk(facts, now)
    helped = {reply.agent for reply, _ in facts.next_replies} | {each.agent for each in facts.passages if each.agent}
    return _ordered(Group(agent, desk.work_of(agent, groups.get(agent, []))) for agent in {*groups, *helped})


def by_instant(facts: Facts, slot: Callable[[datetime], Any], slots: Iterable[Any]) -> list[Slice]:
    """What came and how fast it was answered, by the part of time that ``slot`` gives an instant.

    ``slot`` must give all of a quarter of an hour the same, as hours and days do.
    """
    asked: Counter[Any] = Counter()
    opened, machine = defaultdict[Any, list[Case]](list), defaultdict[Any, list[float]](list)
    for (author, quarter), written in facts.said.written.items():
        if author == Author.CUSTOMER:
            asked[slot(start(quarter))] += written
    for case in facts.cases:
        opened[slot(case.opened_at)].append(case)
    for (_, quarter), waits in facts.said.waits.items():
        machine[slot(start(quarter))].extend(waits)
    return [
        Slice(each, asked[each], len(opened[each]), _first_replies(opened[each]), spread(machine[each]))
        for each in slots
    ]


def _first_replies(cases: Iterable[Case]) -> Spread:
    return spread(_between(cases, "opened_at", "first_replied_at"))


class _Desk:
    """The facts as the work on any group of cases needs them."""

    def __init__(self, facts: Facts, now: datetime) -> None:
        self.now, self.marks = now, facts.marks
        self.queue, self.handling, self.next_replies = facts.queue, facts.handling, facts.next_replies
        self.continued = defaultdict[uuid.UUID, list[float]](list)
        for reply, case in facts.next_replies:
            self.continued[case].append(reply.seconds)

    def work(self, cases: Sequence[Case]) -> Work:
        """All people's on these cases."""
        ids = [case.id for case in cases]
        held = [sum(self.handling[case].values()) for case in ids if case in self.handling]
        return self._work(cases, chain.from_iterable(self.continued.get(case, ()) for case in ids), held)

    def work_of(self, agent: int | None, cases: Sequence[Case]) -> Work:
        """One agent's: ``cases`` are theirs, and they helped in others."""
        held = [each[agent] for each in self.handling.values() if agent in each]
        return self._work(cases, [reply.seconds for reply, _ in self.next_replies if reply.agent == agent], held)

    def _work(self, cases: Sequence[Case], next_reply: Iterable[float], handling: Iterable[float]) -> Work:
        first = [case for case in cases if case.first_replied_at or case.due_at < self.now]
        end = [case for case in cases if case.resolve_due_at and (case.closed_at or case.resolve_due_at < self.now)]
        return Work(
            cases=len(cases),
            taken=sum(1 for case in cases if case.taken_at),
            closed=sum(1 for case in cases if case.closed_at),
            first_reply=_first_replies(cases),
            after_taking=spread(_between(cases, "taken_at", "first_replied_at")),
            next_reply=spread(next_reply),
            resolution=spread(_between(cases, "opened_at", "closed_at")),
            queue=spread(sum(self.queue[case.id].values()) for case in cases if case.id in self.queue),
            handling=spread(handling),
            reopened=Share(sum(1 for case in cases if case.reopened), len(cases)),
            first_kept=Share(sum(1 for case in first if _by(case.first_replied_at, case.due_at)), len(first)),
            resolution_kept=Share(sum(1 for case in end if _by(case.closed_at, case.resolve_due_at)), len(end)),
            satisfaction=scores(self.marks[case.id] for case in cases if case.id in self.marks),
        )


def _ordered(groups: Iterable[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: (-group.work.cases, str(group.key)))


def _between(cases: Iterable[Case], start: str, end: str) -> Iterable[float]:
    for case in cases:
        began, ended = getattr(case, start), getattr(case, end)
        if began and ended:
            yield (ended - began).total_seconds()


def _by(at: datetime | None, due: datetime | None) -> bool:
    return at is not None and due is not None and at <= due
