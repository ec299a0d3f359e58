"""Who may do what: the five roles, as groups with permissions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib.auth.models import AnonymousUser, Group, Permission, User

from support import staff

SEE = "support.view_escalation"
SPENDING = "support.view_enginecall"
ACT = staff.ACT
SETTLE = "support.settle_claim"
ASSIGN = "support.assign_escalation"
SUPERVISE = staff.SUPERVISE
REPORTS = "support.read_reports"
REVEAL = "support.reveal_number"
TEACH = "support.approve_lesson"
INCIDENTS = "support.run_incident"

_READER = (
    "view_attempt",
    "view_claim",
    "view_claimevent",
    "view_conversation",
    "view_customer",
    "view_escalation",
    "view_identity",
    "view_message",
    "view_article",
    "view_label",
    "view_cannedreply",
    "view_macro",
    "view_team",
    "view_rule",
)
_OVERSEER = (
    "read_reports",
    "view_auditevent",
    "view_enginecall",
    "view_outgoingevent",
    "view_voicedeployment",
    "view_voiceprice",
    "view_voiceswitch",
    "view_experiment",
    "view_lesson",
    "view_incident",
    "view_serviceswitch",
    "view_servicelevel",
    "view_satisfaction",
    "view_teammember",
    "view_desksettings",
    "view_openinghours",
    "view_holiday",
)
_AGENT = (*_READER, "change_escalation", "reveal_number", "add_article", "change_article", "add_lesson")
_SENIOR = (
    *_AGENT,
    "assign_escalation",
    "add_label",
    "change_label",
    "add_cannedreply",
    "change_cannedreply",
    "delete_cannedreply",
    "add_macro",
    "change_macro",
    "delete_macro",
    "view_teammember",
    "view_lesson",
)
_SUPERVISOR = (
    *_SENIOR,
    *_OVERSEER,
    "supervise_desk",
    "settle_claim",
    "approve_article",
    "approve_lesson",
    "run_incident",
    "delete_label",
    "add_experiment",
    "change_experiment",
    "run_experiment",
    "change_serviceswitch",
    "change_servicelevel",
    "add_servicelevel",
    "delete_servicelevel",
    "change_teammember",
    "change_desksettings",
    "add_desksettings",
    "change_openinghours",
    "add_openinghours",
    "delete_openinghours",
    "change_holiday",
    "add_holiday",
    "delete_holiday",
    "add_team",
    "change_team",
    "delete_team",
    "add_rule",
    "change_rule",
    "delete_rule",
)
_ADMIN = (
    *_SUPERVISOR,
    "view_apitoken",
    "add_apitoken",
    "change_apitoken",
    "add_user",  # by invitation; support.accounts.staff says whose account may be touched, and by whom
    "change_user",
    "view_user",
    "view_group",
)
ROLES: Mapping[str, Sequence[str]] = {
    "agent": _AGENT,
    "senior": _SENIOR,
    "supervisor": _SUPERVISOR,
    "admin": _ADMIN,
    "auditor": (*_READER, *_OVERSEER),
}


def sync_roles() -> None:
    """Create the groups and give each exactly its permissions. Raises ValueError for an unknown one: migrate first."""
    known = Permission.objects.filter(content_type__app_label__in=("support", "auth"))
    ids = dict(known.values_list("codename", "id"))
    if missing := {codename for codenames in ROLES.values() for codename in codenames} - set(ids):
        raise ValueError(f"no such permissions: {', '.join(sorted(missing))}")
    Group.objects.bulk_create([Group(name=name) for name in ROLES], ignore_conflicts=True)
    groups = dict(Group.objects.filter(name__in=ROLES).values_list("name", "id"))
    given = Group.permissions.through.objects.filter(group_id__in=groups.values())
    meant = {(groups[name], ids[codename]) for name, codenames in ROLES.items() for codename in codenames}
    have = {(row.group_id, row.permission_id): row.id for row in given}
    given.filter(id__in=[have[pair] for pair in set(have) - meant]).delete()
    given.bulk_create([given.model(group_id=group, permission_id=each) for group, each in sorted(meant - set(have))])


def may_see(user: User | AnonymousUser) -> bool:
    """Whether the queue and the cases are open to ``user``."""
    return _is_staff_with(user, SEE)


def may_act(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may take, answer, hand back and close."""
    return _is_staff_with(user, SEE) and _is_staff_with(user, ACT)


def may_settle(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may change the status of claims, and export and import them."""
    return _is_staff_with(user, SETTLE)


def may_assign(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may give a case to somebody else, and take one from somebody."""
    return may_act(user) and _is_staff_with(user, ASSIGN)


def may_merge(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may say that two contacts are one person, and take it back: who may assign sees enough."""
    return may_assign(user)


def may_supervise(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may see the live board and set how the desk works."""
    return _is_staff_with(user, SUPERVISE)


def may_read_reports(user: User | AnonymousUser) -> bool:
    """Whether reports, promises and incidents are open to ``user``."""
    return _is_staff_with(user, REPORTS)


def may_reveal(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may see whole numbers, on the record and with a reason."""
    return may_see(user) and _is_staff_with(user, REVEAL)


def may_teach(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may approve what staff propose to teach the assistant."""
    return _is_staff_with(user, TEACH)


def may_run_incidents(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may declare and close incidents, and set how much the assistant does."""
    return _is_staff_with(user, INCIDENTS)


def may_see_spending(user: User | AnonymousUser) -> bool:
    """Whether what voices cost is open to ``user``."""
    return _is_staff_with(user, SPENDING)


def _is_staff_with(user: User | AnonymousUser, permission: str) -> bool:
    return user.is_active and user.is_staff and user.has_perm(permission)
