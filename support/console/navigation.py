"""The console's side bar: the work first, the records under it, each entry only for those who may open it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from support.accounts import staff
from support.console import roles
from support.console.reports import navigation as reports

# title, icon, model of the admin, permission
_RECORDS = (
    ("Conversations", "forum", "support_conversation", "support.view_conversation"),
    ("Dossiers", "folder_open", "support_claim", "support.view_claim"),
    ("Demandes de conseiller", "support_agent", "support_escalation", "support.view_escalation"),
    ("Clients", "person", "support_customer", "support.view_customer"),
)
_KNOWLEDGE = (
    ("Articles", "menu_book", "support_article", "support.view_article"),
    ("Leçons", "school", "support_lesson", "support.view_lesson"),
    ("Réponses prêtes", "quickreply", "support_cannedreply", "support.view_cannedreply"),
    ("Macros", "bolt", "support_macro", "support.view_macro"),
)
_OVERSIGHT = (
    ("Journal d'audit", "policy", "support_auditevent", "support.view_auditevent"),
    ("Notifications au back-office", "outbox", "support_outgoingevent", "support.view_outgoingevent"),
    ("Jetons d'API", "key", "support_apitoken", "support.view_apitoken"),
    ("Expériences", "science", "support_experiment", "support.view_experiment"),
)
_VOICES = (
    ("Paliers", "dns", "support_voicedeployment", "support.view_voicedeployment"),
    ("Tarifs", "sell", "support_voiceprice", "support.view_voiceprice"),
    ("Interrupteurs", "toggle_on", "support_voiceswitch", "support.view_voiceswitch"),
    ("Appels", "graphic_eq", "support_enginecall", roles.SPENDING),
)
_SERVICE = (
    ("Réglages du service", "schedule", "support_desksettings", "support.view_desksettings"),
    ("Engagements de délai", "timer", "support_servicelevel", "support.view_servicelevel"),
    ("Équipes", "diversity_3", "support_team", "support.view_team"),
    ("Règles", "rule", "support_rule", "support.view_rule"),
    ("Membres de l'équipe", "groups", "support_teammember", "support.view_teammember"),
    ("Satisfaction", "sentiment_satisfied", "support_satisfaction", "support.view_satisfaction"),
)
_PEOPLE = (
    ("Utilisateurs", "group", "auth_user", "auth.view_user"),
    ("Rôles", "badge", "auth_group", "auth.view_group"),
)


def _at(request: HttpRequest, link: str, **asked: str) -> bool:
    """Whether the page shown is this very entry: the theme lights every entry whose address the page's begins with."""
    return request.path == link and all(request.GET.get(name, "") == value for name, value in asked.items())


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's SIDEBAR["navigation"] for this request."""
    work = [_entry("File d'attente", "inbox", reverse("console:queue"))] if roles.may_see(request.user) else []
    spending = (
        [_entry("Dépenses", "payments", reverse("console:spending"))] if roles.may_see_spending(request.user) else []
    )
    if roles.may_read_reports(request.user):
        work.append(_entry("Incidents", "crisis_alert", reverse("console:incidents")))
        work.append(_entry("Assistant", "smart_toy", reverse("console:assistant")))
    groups = [
        ("", work),
        ("Pilotage", [_entry(title, icon, reverse(name)) for title, icon, name in reports.entries(request.user)]),
        ("Service", _allowed(request, _SERVICE)),
        ("Registres", _allowed(request, _RECORDS)),
        ("Connaissances", _allowed(request, _KNOWLEDGE)),
        ("Voix", [*spending, *_allowed(request, _VOICES)]),
        ("Contrôle", _allowed(request, _OVERSIGHT)),
        ("Équipe", [*_accounts(request), *_allowed(request, _PEOPLE)]),
        ("Moi", [_entry("Mes sessions", "devices", reverse("accounts:sessions"))]),
    ]
    return [{"title": title, "items": items} for title, items in groups if items]


def _accounts(request: HttpRequest) -> list[dict[str, Any]]:
    people, acts = reverse("accounts:people"), reverse("admin:support_auditevent_changelist")
    accounts = _entry("Comptes", "manage_accounts", people)
    accounts["active"] = request.path.startswith(people) and not _at(request, reverse("accounts:sessions"))
    reveals = _entry("Numéros affichés", "visibility", f"{acts}?action__exact=reveal")
    reveals["active"] = _at(request, acts, action__exact="reveal")
    return [
        *([accounts] if staff.may_unlock(request.user) else []),
        *([reveals] if roles.may_supervise(request.user) else []),
    ]


def _allowed(request: HttpRequest, entries: tuple[tuple[str, str, str, str], ...]) -> list[dict[str, Any]]:
    return [
        _entry(title, icon, reverse(f"admin:{model}_changelist"))
        for title, icon, model, permission in entries
        if request.user.has_perm(permission)
    ]


def _entry(title: str, icon: str, link: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": link}
