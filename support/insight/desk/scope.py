"""What a report looks at: a stretch of time, and what it is narrowed to: brand, channel, kind, people, operators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from support.models import Channel, Claim, Conversation, Escalation, Message

PERIODS = {"today": "Aujourd'hui", "7": "7 derniers jours", "30": "30 derniers jours", "custom": "Du … au …"}
LONGEST = timedelta(days=366)
UNKNOWN = "?"  # as a filter: what is not known of a case, or nobody


@dataclass(frozen=True, slots=True)
class Scope:
    """From ``since`` to before ``until``; the other fields narrow, empty: all, ``UNKNOWN``: where it is not known.

    ``only`` narrows the lists alone (``parts``). ``problem`` is French.
    """

    since: datetime
    until: datetime
    period: str = "7"
    brand: str = ""
    channel: str = ""
    kind: str = ""
    agent: int | None = None
    nobody: bool = False
    team: int | None = None
    from_operator: str = ""
    to_operator: str = ""
    only: str = ""
    problem: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def days(self) -> list[date]:
        """Every day of it, Abidjan time."""
        first, last = timezone.localdate(self.since), timezone.localdate(self.until - timedelta(microseconds=1))
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    @property
    def pair(self) -> str:
        """The operators as the form has them."""
        return f"{self.from_operator}>{self.to_operator}" if self.from_operator or self.to_operator else ""

    @property
    def by_case(self) -> bool:
        """Whether it is narrowed by something only a case or a claim has."""
        return bool(self.kind or self.pair or self.agent or self.nobody or self.team)


def read(asked: Mapping[str, str], now: datetime) -> Scope:
    """The scope of a page's address. What cannot be read is left out and said in ``problem``; 7 days are the usual."""
    period = asked.get("period", "7")
    since, until, problem = _span(period if period in PERIODS else "7", asked, now)
    sender, _, receiver = asked.get("pair", "").partition(">")
    return Scope(
        since=since,
        until=until,
        period=period if period in PERIODS else "7",
        brand=asked.get("brand", "")[:50],
        channel=asked.get("channel", "") if asked.get("channel") in Channel.values else "",
        kind=asked.get("kind", "")[:40],
        agent=_number(asked.get("agent", "")),
        nobody=asked.get("agent") == UNKNOWN,
        team=_number(asked.get("team", "")),
        from_operator=sender[:20],
        to_operator=receiver[:20],
        only=asked.get("only", "")[:60],
        problem=problem,
        asked=asked,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _span(period: str, asked: Mapping[str, str], now: datetime) -> tuple[datetime, datetime, str]:
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = today + timedelta(days=1)
    days = {"today": 1, "30": 30}.get(period, 7)
    usual = tomorrow - timedelta(days=days), tomorrow
    if period != "custom":
        return *usual, ""
    try:
        first, last = (date.fromisoformat(asked.get(name, "")) for name in ("from", "to"))
        since, until = _midnight(first), _midnight(last) + timedelta(days=1)
    except (ValueError, OverflowError):
        return *usual, "Donnez deux dates, « du » et « au » : voici les 7 derniers jours."
    if not timedelta(0) < until - since <= LONGEST:
        return *usual, "« Du » doit précéder « au », d'un an au plus : voici les 7 derniers jours."
    return since, until, ""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


def cases(scope: Scope) -> QuerySet[Escalation]:
    """The cases opened in the scope: what all figures about people are taken of."""
    return Escalation.objects.filter(_case(scope), opened_at__gte=scope.since, opened_at__lt=scope.until).order_by()


def messages(scope: Scope) -> QuerySet[Message]:
    """The messages stored in the scope; narrowed by kind, operators or agent: those of conversations that have such."""
    rows = Message.objects.filter(stored_at__gte=scope.since, stored_at__lt=scope.until).order_by()
    if scope.brand:
        rows = rows.filter(conversation__brand=scope.brand)
    if scope.channel:
        rows = rows.filter(conversation__channel=scope.channel)
    if scope.by_case:
        rows = rows.filter(conversation__in=_conversations_of_such(scope))
    return rows


def claims(scope: Scope) -> QuerySet[Claim]:
    """Claims of any age, narrowed by brand, channel, kind and operators."""
    rows = Claim.objects.order_by()
    named = {
        "conversation__brand": scope.brand, "conversation__channel": scope.channel, "kind": scope.kind,
        "from_operator": scope.from_operator, "to_operator": scope.to_operator,
    }  # fmt: skip
    return rows.filter(_narrowed(named))


def _conversations_of_such(scope: Scope) -> QuerySet[Conversation]:
    told = claims(scope).filter(conversation=OuterRef("pk"), filed_at__gte=scope.since, filed_at__lt=scope.until)
    such = Q(Exists(cases(scope).filter(conversation=OuterRef("pk"))))
    if not (scope.agent or scope.nobody or scope.team):
        such |= Q(Exists(told))
    return Conversation.objects.filter(such).order_by().values("pk")  # type: ignore[return-value]


def _case(scope: Scope) -> Q:
    named = {
        "conversation__brand": scope.brand, "conversation__channel": scope.channel, "kind": scope.kind,
        "from_operator": scope.from_operator, "to_operator": scope.to_operator, "assignee": scope.agent,
        "assignee__isnull": scope.nobody, "team": scope.team,
    }  # fmt: skip
    return _narrowed(named)


def _narrowed(named: Mapping[str, str | int | None]) -> Q:
    return Q(**{name: "" if value == UNKNOWN else value for name, value in named.items() if value})
