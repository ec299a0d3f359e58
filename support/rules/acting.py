"""Does what a rule says to a case, once, by the writers that people's acts go through, in the rule's own name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User

from support import clock, db, escalate, labelling, notices, staff, statuses, teams
from support.escalate import EscalationError
from support.models import Escalation, Label, NoticeKind, Priority, Rule, RuleRun, Status, Team
from support.privacy import audit
from support.rules.vocabulary import Acts, RuleError


@dataclass(frozen=True, slots=True)
class Things:
    """The rows that the acts name."""

    label: Label | None = None
    team: Team | None = None


def things(brand: str, acts: Acts) -> Things:
    """Raises RuleError for a label or a team that is gone."""
    label = Label.objects.filter(brand=brand, pk=acts.label).first() if acts.label else None
    team = Team.objects.filter(brand=brand, pk=acts.team).first() if acts.team else None
    if acts.label and label is None:
        raise RuleError("label", "Son étiquette n'existe plus.")
    if acts.team and team is None:
        raise RuleError("team", "Son équipe n'existe plus.")
    return Things(label, team)


def act(rule: Rule, acts: Acts, case: Escalation) -> bool:
    """All the acts or none; False when the rule has acted on the case before, or people were quicker to end it.

    None of it is an occasion for rules: the writers below note none, so that no rule ever sets off another.
    Raises RuleError when what the rule names is gone.
    """
    try:
        with db.write():
            escalate.locked(case.conversation_id)
            _, fresh = RuleRun.objects.get_or_create(
                rule=rule, escalation=case, occasion=rule.occasion, defaults={"at": clock.now()}
            )
            if fresh:
                _do(rule, acts, things(rule.brand, acts), Escalation.objects.get(id=case.id))
            return fresh
    except EscalationError:
        return False


def _do(rule: Rule, acts: Acts, named: Things, case: Escalation) -> None:
    by = User(username=f"Règle : {rule.name}")  # nobody's account, never saved: the name under which it is on record
    conversation = case.conversation_id
    if acts.priority is not None and acts.priority < case.priority:
        statuses.set_priority(conversation, by, Priority(acts.priority))
    if named.team:
        teams.send(conversation, by, named.team)
    if named.label:
        labelling.put(conversation, by, named.label)
    if acts.status:
        until = clock.now() + timedelta(hours=acts.hours) if acts.hours else None
        statuses.set_status(conversation, by, Status(acts.status), until, of_anybody=True)
    if acts.notice:
        notices.tell(staff.supervisors(), NoticeKind.RULE, conversation, f"{rule.name} ({case.get_reason_display()})")
        audit.record(by, "rule_notice", f"conversation:{conversation}")


def would_do(acts: Acts, named: Things, case: Escalation | None = None) -> list[str]:
    """The acts in French; for a ``case``, without those that would change nothing of its priority."""
    done = []
    if acts.priority is not None and (case is None or acts.priority < case.priority):
        done.append(f"priorité {Priority(acts.priority).label.lower()}")
    if named.team:
        done.append(f"équipe {named.team}")
    if named.label:
        done.append(f"étiquette «\u00a0{named.label}\u00a0»")
    if acts.status:
        done.append(f"en veille {acts.hours}\u00a0h" if acts.hours else "en attente du client")
    return [*done, *(["avis aux superviseurs"] if acts.notice else [])]
