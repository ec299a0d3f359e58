"""What happens to rules themselves: written as a draft, switched on once tried, switched off; each on record."""

from __future__ import annotations

import hashlib
import json

from django.contrib.auth.models import User

from support import db, notices, staff
from support.models import NoticeKind, Rule
from support.privacy import audit
from support.rules import acting, vocabulary


def check(rule: Rule) -> vocabulary.Acts:
    """The acts of a rule that can be carried out. Raises RuleError."""
    vocabulary.conditions(rule.conditions, rule.occasion)
    acts = vocabulary.acts(rule.acts, rule.occasion)
    acting.things(rule.brand, acts)
    return acts


def save(rule: Rule, by: User) -> None:
    """Keep it as a draft: what was changed is tried again before it acts. Raises RuleError."""
    check(rule)
    with db.write():
        rule.active, rule.fault, rule.changed_by = False, "", by
        rule.save()
        said = {"name": rule.name, "occasion": rule.occasion, "conditions": rule.conditions, "acts": rule.acts}
        audit.record(by, "rule_saved", f"rule:{rule.pk}", said)


def delete(rule: Rule, by: User) -> None:
    """What it has done stays on the record of the cases."""
    with db.write():
        audit.record(by, "rule_deleted", f"rule:{rule.pk}", {"name": rule.name})
        rule.delete()


def version(rule: Rule) -> str:
    """Names what a rule does and when: a trial tells of that and of nothing else."""
    said = json.dumps([rule.brand, rule.occasion, rule.conditions, rule.acts], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def switch_on(rule: Rule, by: User, tried: str) -> None:
    """From now on it acts, if it stands as it was ``tried``: a colleague may have changed it. Raises RuleError."""
    with db.write():
        stored = Rule.objects.select_for_update().get(pk=rule.pk)
        check(stored)
        if version(stored) != tried:
            raise vocabulary.RuleError("tried", "Elle a été modifiée depuis cet essai : regardez-le de nouveau.")
        _switch(rule, by, active=True)


def switch_off(rule: Rule, by: User) -> None:
    """It acts no more."""
    _switch(rule, by, active=False)


def give_up(rule: Rule, why: str) -> None:
    """The house itself switches off a rule that cannot be carried out, and tells supervisors."""
    with db.write():
        if Rule.objects.filter(pk=rule.pk, active=True).update(active=False, fault=why):
            audit.record(None, "rule_given_up", f"rule:{rule.pk}", {"name": rule.name, "why": why})
            notices.tell(staff.supervisors(), NoticeKind.RULE, None, f"La règle « {rule.name} » est arrêtée. {why}")


def _switch(rule: Rule, by: User, *, active: bool) -> None:
    with db.write():
        rule.active, rule.fault = active, ""
        rule.save(update_fields=["active", "fault"])
        audit.record(by, "rule_on" if active else "rule_off", f"rule:{rule.pk}", {"name": rule.name})
