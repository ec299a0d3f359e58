"""Who may do what: the two roles, as groups with permissions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib.auth.models import AnonymousUser, Group, Permission, User

SEE = "support.view_escalation"
SPENDING = "support.view_enginecall"
ACT = "support.change_escalation"
SETTLE = "support.settle_claim"

_AGENT = (
    "view_attempt",
    "view_claim",
    "view_claimevent",
    "view_conversation",
    "view_customer",
    "view_escalation",
    "view_identity",
    "view_message",
    "change_escalation",
    "view_article",
    "add_article",
    "change_article",
)
ROLES: Mapping[str, Sequence[str]] = {
    "agent": _AGENT,
    "supervisor": (
        *_AGENT,
        "view_auditevent",
        "view_enginecall",
        "view_outgoingevent",
        "view_voicedeployment",
        "view_voiceprice",
        "view_voiceswitch",
        "settle_claim",
        "approve_article",
        "view_experiment",
        "add_experiment",
        "change_experiment",
        "run_experiment",
    ),
}


def sync_roles() -> None:
    """Create the groups and give each exactly its permissions. Raises ValueError for an unknown one: migrate first."""
    for name, codenames in ROLES.items():
        permissions = Permission.objects.filter(content_type__app_label="support", codename__in=codenames)
        if missing := set(codenames) - set(permissions.values_list("codename", flat=True)):
            raise ValueError(f"no such permissions: {', '.join(sorted(missing))}")
        Group.objects.get_or_create(name=name)[0].permissions.set(permissions)


def may_see(user: User | AnonymousUser) -> bool:
    """Whether the queue and the cases are open to ``user``."""
    return _is_staff_with(user, SEE)


def may_act(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may take, answer, hand back, close and reveal."""
    return _is_staff_with(user, SEE) and _is_staff_with(user, ACT)


def may_settle(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may change the status of claims, and export and import them."""
    return _is_staff_with(user, SETTLE)


def may_see_spending(user: User | AnonymousUser) -> bool:
    """Whether what voices cost is open to ``user``."""
    return _is_staff_with(user, SPENDING)


def _is_staff_with(user: User | AnonymousUser, permission: str) -> bool:
    return user.is_active and user.is_staff and user.has_perm(permission)
