"""The entries of the side bar: title, icon, name of the address; each only for those who may open it."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User

from support.console import roles


def entries(user: User | AnonymousUser) -> list[tuple[str, str, str]]:
    """What ``user`` may open."""
    board = [("Tableau de bord", "monitoring", "console:board")] if roles.may_supervise(user) else []
    reports = [("Rapports", "bar_chart", "console:reports")] if roles.may_read_reports(user) else []
    return board + reports
