"""Every figure of the reports over again, the slow way: plain loops over all rows, nothing shared with the house."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from support.models import Claim, ClaimEvent, Escalation, Message, Satisfaction, Stint

Numbers = tuple[int, float | None, float | None, float | None]


def spread(values: Iterable[timedelta | float]) -> Numbers:
    """Count, median, 90th and 95th percentile in seconds, by sorting and walking to the place."""
    ordered = sorted(value.total_seconds() if isinstance(value, timedelta) else value for value in values)
    if not ordered:
        return 0, None, None, None
    return len(ordered), _at(ordered, 50), _at(ordered, 90), _at(ordered, 95)


def _at(ordered: Sequence[float], percent: int) -> float:
    steps = percent * (len(ordered) - 1)
    whole, rest = steps // 100, (steps % 100) / 100
    after = ordered[min(whole + 1, len(ordered) - 1)]
    return ordered[whole] * (1 - rest) + after * rest


class House:
    """All rows of the database, with what a reader would work out by hand from them."""

    def __init__(self, since: datetime, until: datetime, now: datetime) -> None:
        self.since, self.until, self.now = since, until, now
        self.all_cases = list(Escalation.objects.select_related("conversation", "satisfaction"))
        self.cases = [case for case in self.all_cases if since <= case.opened_at < until]
        self.stints = list(Stint.objects.all())
        self.all_messages = list(Message.objects.order_by("conversation_id", "seq"))
        self.messages = [message for message in self.all_messages if since <= message.stored_at < until]
        self.claims = list(Claim.objects.all())
        self.events = list(ClaimEvent.objects.all())
        asking = Satisfaction.objects.filter(question__isnull=False)
        closings = [each.id for each in self.all_messages if each.author == "bot" and each.client_id]
        self.unasked = {each.message_id for each in self.events} | {each.question_id for each in asking} | {*closings}

    def conversations(self) -> set[Any]:
        return {message.conversation_id for message in self.messages if message.author == "customer"}

    def alone(self) -> int:
        helped = {
            case.conversation_id
            for case in self.all_cases
            if case.opened_at < self.until and not (case.closed_at and case.closed_at < self.since)
        }
        return len([each for each in self.conversations() if each not in helped])

    def written_by(self, author: str) -> int:
        return len([message for message in self.messages if message.author == author])

    def answers(self, author: str) -> list[tuple[Message, Message]]:
        """The oldest open question and the reply to it, of replies by ``author``."""
        found = []
        for place, reply in enumerate(self.messages):
            if reply.author != author or reply.id in self.unasked:
                continue
            burst: list[Message] = []
            for before in reversed(self.messages[:place]):
                if before.conversation_id != reply.conversation_id or before.author in ("bot", "agent"):
                    break
                if before.author == "customer":
                    burst.append(before)
            if burst:
                found.append((burst[-1], reply))
        return found

    def assistant(self, channel: str = "") -> Numbers:
        pairs = self.answers("bot")
        return spread(reply.at - asked.at for asked, reply in pairs if not channel or reply.transport == channel)

    def next_replies(self) -> list[tuple[Escalation, Message, float]]:
        found = []
        for asked, reply in self.answers("agent"):
            for case in self.cases:
                began = case.conversation_id == reply.conversation_id and case.opened_at <= reply.at
                goes_on = not case.closed_at or reply.at <= case.closed_at
                if began and goes_on and case.first_replied_at and case.first_replied_at < asked.at:
                    found.append((case, reply, (reply.at - asked.at).total_seconds()))
                    break
        return found

    def passed(self, case: Escalation, *, waiting: bool) -> dict[Any, float]:
        """Seconds of the case's ended stints, by agent."""
        total: dict[Any, float] = {}
        for stint in self.stints:
            if stint.escalation_id == case.id and stint.waiting == waiting and stint.ended_at:
                total[stint.agent_id] = total.get(stint.agent_id, 0) + (stint.ended_at - stint.began_at).total_seconds()
        return total
