"""What the form above a report offers."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Q

from chatbot import brand
from chatbot.dialogue.specs import read_flows
from support.console.reports.activity import pair_name
from support.console.reports.links import kept_filters
from support.insight.desk.scope import PERIODS, UNKNOWN, Scope
from support.models import Channel, Claim, Team

NO_CLAIM, NOBODY = {UNKNOWN: "Sans dossier"}, {UNKNOWN: "Personne"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """One list of the form; its first entry is all."""

    name: str
    label: str
    entries: list[Choice]


def menus(scope: Scope) -> list[Menu]:
    """Three queries: the people, the teams, and the operators of the scope's claims."""
    slugs = sorted(file.parent.name for file in brand.BRANDS.glob("*/brand.toml"))
    kinds = {kind: flow.label for slug in slugs for kind, flow in read_flows(brand.load(slug).flows).items()}
    people = User.objects.filter(Q(is_staff=True, is_active=True) | Q(pk=scope.agent)).order_by(
        "first_name", "username"
    )
    agent = UNKNOWN if scope.nobody else str(scope.agent or "")
    told = (
        ("brand", "Marque", scope.brand, {slug: slug for slug in slugs}),
        ("channel", "Canal", scope.channel, dict(Channel.choices)),
        ("kind", "Nature", scope.kind, {k: label[:1].upper() + label[1:] for k, label in kinds.items()} | NO_CLAIM),
        ("agent", "Conseiller", agent, {str(p.pk): p.get_full_name() or p.username for p in people} | NOBODY),
        ("team", "Équipe", str(scope.team or ""), {str(each.pk): each.name for each in Team.objects.all()}),
        ("pair", "Opérateurs", scope.pair, _pairs(scope)),
    )
    return [Menu(name, label, _entries(chosen, known)) for name, label, chosen, known in told]


def periods(scope: Scope) -> list[tuple[str, str, bool]]:
    """Address, label and whether it is the chosen one, of the fixed periods; the filters are kept."""
    kept = kept_filters(scope) | ({"only": scope.only} if scope.only else {})
    return [
        ("?" + urlencode({"period": period, **kept}), label, scope.period == period)
        for period, label in PERIODS.items()
        if period != "custom"
    ]


def _pairs(scope: Scope) -> dict[str, str]:
    filed = Claim.objects.filter(filed_at__gte=scope.since, filed_at__lt=scope.until).order_by()
    pairs = set(filed.values_list("from_operator", "to_operator").distinct())
    if scope.pair:
        pairs.add((scope.from_operator, scope.to_operator))
    return {f"{one}>{other}": pair_name(one, other) for one, other in sorted(pairs) if one and other}


def _entries(chosen: str, known: dict[str, str]) -> list[Choice]:
    entries = [Choice("", "Tous", not chosen)]
    return entries + [Choice(value, label, value == chosen) for value, label in known.items()]
