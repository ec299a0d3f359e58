"""A worker's look at what happened: each rule in force, in their order, on the facts as they were before any acted."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial

import structlog
from django.db import DatabaseError

from support import db
from support.lessons.reading import in_standard_french
from support.models import Rule, RuleOccasion
from support.rules import acting, vocabulary, writing
from support.rules.facts import Facts, Moment, gather
from support.rules.matching import holds
from support.rules.vocabulary import RuleError

log = structlog.get_logger(__name__)


def run(conversation_id: uuid.UUID) -> int:
    """Look at all that was noted of a conversation; returns how often a rule acted.

    Safe to run twice, at once or after a crash: a rule acts once on a case, and what was looked at is deleted last.
    """
    acted = 0
    for row in RuleOccasion.objects.filter(conversation=conversation_id).select_related("escalation__conversation"):
        acted += _look(row)
        with db.write():
            RuleOccasion.objects.filter(pk=row.pk).delete()
    return acted


def _look(row: RuleOccasion) -> int:
    rules = list(Rule.objects.filter(brand=row.escalation.conversation.brand, occasion=row.occasion, active=True))
    facts = gather([Moment(row.escalation, row.seq, row.at, row.occasion)]) if rules else []
    return sum(_try(rule, facts) for rule in rules)


def _try(rule: Rule, facts: Sequence[Facts]) -> bool:
    """A rule that cannot be carried out is switched off, whatever the reason: the others go on."""
    try:
        wanted = vocabulary.conditions(rule.conditions, rule.occasion)
        acts = vocabulary.acts(rule.acts, rule.occasion)
        if not holds(wanted, facts[0], partial(in_standard_french, rule.brand)):
            return False
        acted = acting.act(rule, acts, facts[0].case)
    except DatabaseError:
        raise  # not the rule's fault: the sweeper rings again
    except RuleError as fault:
        log.warning("rule_given_up", rule=rule.pk)
        writing.give_up(rule, str(fault))
        return False
    except Exception:
        log.exception("rule_failed", rule=rule.pk)
        writing.give_up(rule, "Une panne inattendue est survenue ; l'équipe technique la trouve dans les journaux.")
        return False
    if acted:
        log.info("rule_acted", rule=rule.pk, conversation=str(facts[0].case.conversation_id))
    return acted
